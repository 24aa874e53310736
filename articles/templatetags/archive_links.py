"""Filters for addresses and labels in templates."""

import re
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.core.paginator import Page
from django.http import QueryDict
from django.utils.translation import get_language

from articles import profile
from articles.models import Section

register = template.Library()


@register.filter
def web_url(url: str) -> str:
    """Return the URL if a reader may follow it: http or https, or a path of this site; else an empty string.

    Addresses come out of rescued files, and a browser would run one that starts with ``javascript:``.
    """
    url = str(url or "").strip()
    if any(character < " " for character in url):
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme in ("http", "https") and parts.netloc:
        return url
    is_path = url.startswith("/") and not url.startswith(("//", "/\\"))
    return url if is_path else ""


_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U000323af]")
_LATIN_WORD = re.compile(r"[^\W\d_]{2,}")


@register.filter
def language_of(text: str) -> str:
    """Return the language to mark a text of the newsroom's with: Chinese newsrooms print English stories too.

    The browser chooses quotation marks, line breaks and a reading voice by it. A text in Latin script is taken to be
    in the newsroom's other language, of those that the profile gives its name in.
    """
    newsroom = profile.current()
    if not newsroom.language.startswith(("zh", "ja")):
        return newsroom.language
    beginning = text[:500]
    han = len(_HAN.findall(beginning))
    words = len(_LATIN_WORD.findall(_HAN.sub(" ", beginning)))
    if not words or han >= words:
        return newsroom.language
    return next((code for code in newsroom.publication if not code.startswith(("zh", "ja"))), newsroom.language)


@register.filter
def label(section: Section) -> str:
    """Return the section's name in the reader's language, where the profile has one."""
    if section.label_en and (get_language() or "").startswith("en"):
        return section.label_en
    return section.name


@register.filter
def initial(name: str) -> str:
    """Return the first character of a name, to stand where there is no portrait."""
    return name[:1]


@register.simple_tag
def page_query(number: int) -> str:
    """Return the query string of a numbered page; the first page needs none."""
    if number == 1:
        return "?"
    query = QueryDict(mutable=True)
    query["page"] = str(number)
    return f"?{query.urlencode()}"


@register.simple_tag
def page_numbers(page: Page[Any]) -> list[int | str]:
    """Return the page numbers to offer: the first, the last and those near this one."""
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1))
