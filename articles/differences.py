"""The difference between two values, for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from articles.comparison import Passage, Piece, compare, compare_names, passages, readable
from articles.corrections import label_of
from articles.models import Correction

# difflib takes the square of the length: within a line it looks at this many characters at most.
LONGEST_LINE = 1_500
MOST_LINES = 2_000


def as_lines(value: Any) -> list[str]:
    """Return a corrected value as lines: a list of names has one a line."""
    if value is None:
        return []
    return [str(part) for part in value] if isinstance(value, list) else str(value).split("\n")


def difference(before: Any, after: Any) -> SafeString:
    """Return the changed lines as escaped HTML, with ``<del>`` and ``<ins>`` around what went and what came."""
    old, new = as_lines(before), as_lines(after)
    if old == new:
        return format_html('<p class="difference"></p>')
    if len(old) + len(new) > MOST_LINES:
        rows = [_whole("del", "\n".join(old)), _whole("ins", "\n".join(new))]
    else:
        rows = list(_changed_lines(old, new))
    return format_html('<div class="difference">{}</div>', format_html_join("", "<p>{}</p>", ((row,) for row in rows)))


def _changed_lines(old: list[str], new: list[str]) -> Iterator[SafeString]:
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        pairs = min(i2 - i1, j2 - j1)
        for offset in range(pairs):
            yield _within_line(old[i1 + offset], new[j1 + offset])
        for line in old[i1 + pairs : i2]:
            yield _whole("del", line)
        for line in new[j1 + pairs : j2]:
            yield _whole("ins", line)


def _within_line(old: str, new: str) -> SafeString:
    if max(len(old), len(new)) > LONGEST_LINE:
        return _whole("del", old) + _whole("ins", new)
    parts = []
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            parts.append(format_html("{}", old[i1:i2]))
        else:
            parts.append(_whole("del", old[i1:i2]) + _whole("ins", new[j1:j2]))
    return format_html_join("", "{}", ((part,) for part in parts))


def _whole(tag: str, text: str) -> SafeString:
    if not text:
        return SafeString()
    return format_html("<del>{}</del>", text) if tag == "del" else format_html("<ins>{}</ins>", text)


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
    return [_readable(row, len(rows)) for row in rows]


def _figure(number: str) -> str:
    return _("[figure %(number)s]") % {"number": number}


def _readable(row: Correction, share: int) -> ReadableCorrection:
    label = label_of(row.field, row.figure_url)
    if isinstance(row.before, list) or isinstance(row.after, list):
        return ReadableCorrection(row, label, compare_names(as_lines(row.before), as_lines(row.after)), [])
    before, after = ("" if value is None else str(value) for value in (row.before, row.after))
    if row.field == "body":
        words = [readable(text, _figure) for text in (before, after)]
        if words[0] != words[1]:  # else it is a link's address or the like, and the text itself is shown
            before, after = words
    return ReadableCorrection(row, label, [], passages(compare(before, after, share=share)))
