"""What pages tell machines, written into HTML."""

import json
import re
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from articles.citations import coins
from articles.metadata import Metadata
from articles.models import Article
from articles.views.citations import citation_of

register = template.Library()

# Inside a script element only these could end it or begin a comment; the last two once ended a line of JavaScript.
_TO_ESCAPE = re.compile("[<>&\u2028\u2029]")


@register.filter
def as_head(metadata: Metadata) -> SafeString:
    """Return what a page says of itself as elements of its head."""
    names = format_html_join("\n", '<meta name="{}" content="{}">', metadata.names)
    properties = format_html_join("\n", '<meta property="{}" content="{}">', metadata.properties)
    return format_html("{}\n{}\n{}", names, properties, json_ld(metadata.json_ld))


@register.filter
def json_ld(data: dict[str, Any]) -> SafeString:
    """Return data as a script element that no text in it can leave."""
    dumped = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    escaped = _TO_ESCAPE.sub(lambda match: f"\\u{ord(match[0]):04x}", dumped)
    return mark_safe(f'<script type="application/ld+json">{escaped}</script>')  # noqa: S308


@register.simple_tag
def coins_of(article: Article) -> SafeString:
    """Return an empty element by which Zotero saves an article right from a list; its bylines must be at hand."""
    authors = list(dict.fromkeys(byline.signer for byline in article.signed_bylines))  # type: ignore[attr-defined]
    return format_html('<span class="Z3988" title="{}"></span>', coins(citation_of(article, authors)))
