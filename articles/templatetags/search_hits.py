"""What a page of hits has many of, as HTML: passages with their highlights, values to narrow by.

Written out here, since a template's loop takes several times as long for the same markup.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from articles.reading import as_read
from articles.search.queries import FacetValue
from articles.search.snippets import Piece
from articles.templatetags.archive_links import as_phrase, closed_up, phrases_of

register = template.Library()


@register.filter
def as_marked(pieces: Iterable[Piece]) -> SafeString:
    """Return pieces of a text one after the other, in the script that is read, escaped, the hits in ``<mark>``."""
    return mark_safe("".join(_marked(closed_up(as_read(piece.text)), piece.is_hit) for piece in pieces))  # noqa: S308  each piece is escaped


@register.filter
def as_headline(pieces: Iterable[Piece]) -> SafeString:
    """Return the pieces of a headline so, and its phrases marked for its lines to end there; but no hit is parted."""
    read = [(as_read(piece.text), piece.is_hit) for piece in pieces]
    title = "".join(text for text, _is_hit in read)
    ends = set(itertools.accumulate(len(phrase) for phrase in phrases_of(title)))
    places = list(itertools.accumulate((len(text) for text, _is_hit in read), initial=0))
    for (first, last), (_text, is_hit) in zip(itertools.pairwise(places), read, strict=True):
        if is_hit:
            ends.difference_update(range(first + 1, last))
    shown: list[str] = []
    for start, end in itertools.pairwise([0, *sorted(ends)]):
        parts = (
            _marked(text[max(0, start - place) : max(0, end - place)], is_hit)
            for place, (text, is_hit) in zip(places, read, strict=False)
        )
        phrase = mark_safe("".join(parts))  # noqa: S308  each part is escaped
        shown.append(as_phrase(title[start:end], phrase) if len(ends) > 1 else phrase)
    return mark_safe("".join(shown))  # noqa: S308  so is each phrase


def _marked(text: str, is_hit: bool) -> str:
    return f"<mark>{escape(text)}</mark>" if is_hit and text else escape(text)


@register.simple_tag
def facet_values(values: Iterable[dict[str, Any]], language: str) -> SafeString:
    """Return the values of a facet as items of a list: what narrows as a link, what was chosen as one to take back."""
    return format_html_join("", "{}", ((_facet_value(value["value"], value["url"], language),) for value in values))


def _facet_value(value: FacetValue, url: str, language: str) -> SafeString:
    count = intcomma(value.count)
    if not value.is_chosen:
        return format_html(
            '<li><a rel="nofollow" href="{}" lang="{}">{}</a> <span class="number">{}</span></li>',
            url, language, value.name, count,
        )  # fmt: skip
    return format_html(
        '<li class="chosen"><a href="{}" aria-current="true" lang="{}">{} <span aria-hidden="true">×</span>'
        '<span class="visually-hidden">{}</span></a> <span class="number">{}</span></li>',
        url, language, value.name, _("take back"), count,
    )  # fmt: skip
