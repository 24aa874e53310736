"""Corrections as readers see them, on the record, in the list and in the feed.

Editors see the fields themselves, line by line: ``changed_lines``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from articles.changed_lines import as_lines
from articles.comparison import Passage, Piece, compare, compare_names, passages, readable
from articles.corrections import labels_of
from articles.models import Correction


@dataclass(frozen=True)
class ReadableCorrection:
    """A correction as readers see it: what changed in the words, not in the marks that make up a page."""

    correction: Correction
    label: str
    names: list[Piece]  # of a list of names, each whole
    passages: list[Passage]  # of a text


def readable_corrections(corrections: Iterable[Correction]) -> list[ReadableCorrection]:
    """Lay the two values of each correction against each other; all of one page share the work of one comparison."""
    rows = list(corrections)
    labels = labels_of(rows)
    return [_readable(row, labels[row.pk], len(rows)) for row in rows]


def _figure(number: str) -> str:
    return _("[figure %(number)s]") % {"number": number}


def _readable(row: Correction, label: str, share: int) -> ReadableCorrection:
    if isinstance(row.before, list) or isinstance(row.after, list):
        return ReadableCorrection(row, label, compare_names(as_lines(row.before), as_lines(row.after)), [])
    before, after = ("" if value is None else str(value) for value in (row.before, row.after))
    if row.field == "body":
        words = [readable(text, _figure) for text in (before, after)]
        if words[0] != words[1]:  # else it is a link's address or the like, and the text itself is shown
            before, after = words
    return ReadableCorrection(row, label, [], passages(compare(before, after, share=share)))
