"""What a page of hits has many of, as HTML: passages with their highlights, values to narrow by.

Written out here, since a template's loop takes several times as long for the same markup.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from articles.models import Section
from articles.reading import as_read
from articles.search.queries import FacetValue
from articles.search.snippets import Piece
from articles.templatetags.archive_links import as_phrase, closed_up, grouped, language_of, phrases_of, with_gloss

register = template.Library()


@register.filter
def as_marked(pieces: Sequence[Piece]) -> SafeString:
    """Return pieces of a text one after the other, in the script that is read, escaped, the hits in ``<mark>``."""
    return mark_safe("".join(_marked(closed_up(text), is_hit) for text, is_hit in _read(pieces)))  # noqa: S308  each piece is escaped


@register.filter
def language_of_pieces(pieces: Sequence[Piece]) -> str:
    """Return the language to mark them with, as they are read."""
    return language_of("".join(text for text, _is_hit in _read(pieces)))


def _read(pieces: Sequence[Piece]) -> list[tuple[str, bool]]:
    """Return the pieces in the script that is read, converted as one text: 瞭解 and 瞭 are not converted alike."""
    texts, hits = [piece.text for piece in pieces], [piece.is_hit for piece in pieces]
    original = "".join(texts)
    whole = as_read(original)
    if len(whole) != len(original):
        return list(zip(map(as_read, texts), hits, strict=True))
    ends = itertools.accumulate(map(len, texts), initial=0)
    return [(whole[start:end], is_hit) for (start, end), is_hit in zip(itertools.pairwise(ends), hits, strict=True)]


@register.filter
def as_names(pieces: Iterable[Piece]) -> SafeString:
    """Return the pieces of authors' or tags' names so, as they are: names are not converted."""
    return mark_safe("".join(_marked(piece.text, piece.is_hit) for piece in pieces))  # noqa: S308  each piece is escaped


@register.filter
def as_headline(pieces: Sequence[Piece]) -> SafeString:
    """Return the pieces of a headline so, and its phrases marked for its lines to end there; but no hit is parted."""
    read = _read(pieces)
    title = "".join(text for text, _is_hit in read)
    ends = set(itertools.accumulate(len(phrase) for phrase in phrases_of(title)))
    places = list(itertools.accumulate((len(text) for text, _is_hit in read), initial=0))
    for (first, last), (_text, is_hit) in zip(itertools.pairwise(places), read, strict=True):
        if is_hit:
            ends.difference_update(range(first + 1, last))
    shown: list[str] = []
    for start, end in itertools.pairwise([0, *sorted(ends)]):
        parts = (
            _marked(text[max(0, start - place) : end - place], is_hit)
            for place, (text, is_hit) in zip(places, read, strict=False)
            if place < end and place + len(text) > start
        )
        phrase = mark_safe("".join(parts))  # noqa: S308  each part is escaped
        shown.append(as_phrase(title[start:end], phrase) if len(ends) > 1 else phrase)
    return mark_safe("".join(shown))  # noqa: S308  so is each phrase


def _marked(text: str, is_hit: bool) -> str:
    return f"<mark>{escape(text)}</mark>" if is_hit else escape(text)


@register.simple_tag
def facet_name(value: FacetValue, language: str) -> SafeString:
    """Return the name of a facet's value, as the newsroom wrote it; a section's in the reader's language too."""
    if value.gloss:
        return with_gloss(Section(name=value.name, label_en=value.gloss))
    name = escape(value.name)
    return mark_safe(f'<span lang="{escape(language)}">{name}</span>' if value.slug else name)  # noqa: S308  escaped


@register.simple_tag
def facet_values(values: Iterable[dict[str, Any]], language: str) -> SafeString:
    """Return the values of a facet as items of a list: what narrows as a link, what was chosen as one to take back."""
    shown = (_facet_value(value["value"], escape(value["url"]), language) for value in values)
    return mark_safe("".join(shown))  # noqa: S308  names and addresses are escaped


def _facet_value(value: FacetValue, url: str, language: str) -> str:
    name, count = facet_name(value, language), grouped(value.count)
    if not value.is_chosen:
        return f'<li><a rel="nofollow" href="{url}">{name}</a> <span class="number">{count}</span></li>'
    return (
        f'<li class="chosen"><a href="{url}" aria-current="true">{name} <span aria-hidden="true">×</span>'
        f'<span class="visually-hidden">{escape(_("take back"))}</span></a> <span class="number">{count}</span></li>'
    )
