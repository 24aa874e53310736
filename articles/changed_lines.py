"""The lines that differ between two values of a field, marks and all, as HTML: for editors.

What readers see of a correction is in ``readable_corrections``; how two texts are laid against each other for them, in
``comparison``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

# difflib takes the square of the length: within a line it looks at this many characters at most.
LONGEST_LINE = 1_500
MOST_LINES = 2_000
ALIKE = 0.4  # of their characters that two lines share, if one became the other
NEAREST = 10  # lines that are looked through for the one that a line became


def as_lines(value: Any) -> list[str]:
    """Return a corrected value as lines: a list of names has one a line."""
    if value is None:
        return []
    return [str(part) for part in value] if isinstance(value, list) else str(value).split("\n")


def changed_lines(before: Any, after: Any) -> SafeString:
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
        yield from _block(old[i1:i2], new[j1:j2])


def _block(old: list[str], new: list[str]) -> Iterator[SafeString]:
    """Lay the lines of one changed passage against each other: each with the next one that is like it."""
    if len(old) == len(new) == 1:  # short values as well, such as titles
        yield _within_line(old[0], new[0])
        return
    place = 0
    for line in old:
        near = range(place, min(place + NEAREST, len(new)))
        found = max(near, key=lambda number: _likeness(line, new[number]), default=None)
        if found is None or _likeness(line, new[found]) < ALIKE:
            yield _whole("del", line)
            continue
        for other in new[place:found]:
            yield _whole("ins", other)
        yield _within_line(line, new[found])
        place = found + 1
    for other in new[place:]:
        yield _whole("ins", other)


def _likeness(old: str, new: str) -> float:
    """Return the share of characters that two lines have in common, wherever they stand."""
    return 2 * (Counter(old) & Counter(new)).total() / (len(old) + len(new) or 1)


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
