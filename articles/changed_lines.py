"""The lines that differ between two values of a field, marks and all, as HTML: for editors.

What readers see of a correction is in ``readable_corrections``; how two texts are laid against each other for them, in
``comparison``.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

# difflib takes the square of the length: within a line it looks at this many characters at most.
LONGEST_LINE = 1_500
MOST_LINES = 2_000


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
