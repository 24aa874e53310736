"""The citations of an article as HTML: each with a button that copies it, and a link to its file.

Written out here, since a template's loop takes several times as long for the same markup.
"""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from articles.citations import Citation, Format

register = template.Library()


@register.simple_tag
def citations_shown(cited: Iterable[tuple[Format, str]], citation: Citation) -> SafeString:
    """Return each format with the citation in it, as sections."""
    download, copy, copied = _("Download"), _("Copy"), _("Copied")
    rows = []
    for one, text in cited:
        file: str | SafeString = ""
        if one.suffix:
            file = format_html(
                ' <a href="{}" download aria-describedby="cite-{}">{} .{}</a>',
                reverse("articles:cite-file", args=[citation.source_id, one.suffix]), one.name, download, one.suffix,
            )  # fmt: skip
        rows.append((one.name, _label(one), copied, copy, file, citation.language, text))
    return format_html_join(
        "\n",
        '<section class="citation" aria-labelledby="cite-{0}">\n'
        '<h3 id="cite-{0}">{1}</h3>\n'
        '<p class="citation-ways"><button type="button" hidden data-copy="cited-{0}" data-copied="{2}"'
        ' aria-describedby="cite-{0}">{3}</button>{4}</p>\n'
        '<pre id="cited-{0}" tabindex="0" role="group" aria-labelledby="cite-{0}" lang="{5}">{6}</pre>\n'
        "</section>",
        rows,
    )


def _label(one: Format) -> str | SafeString:
    if one.name == "text":
        return _("Plain text")
    return format_html('<span lang="zh">{}</span>', one.label) if one.name == "wikipedia-zh" else one.label
