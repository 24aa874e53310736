"""Passages of a text with what was searched for marked: slices of the reader's own text, nothing rewritten."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import NamedTuple

from articles.search.folding import ANY_INVISIBLE, INVISIBLE, spellings_of
from articles.search.syntax import Term
from articles.search.tokens import CHINESE, GAP

AROUND = 40  # characters of context
PASSAGES = 3
LENGTH = 160  # of a passage, where hits are close; of the text's beginning, where nothing of it matches
CLOSING = "，。、；：？！」』》〉）】,.;:?!)]} \n"  # no passage begins with what ends something before it
MOST = 260  # of all passages: four or five lines

# Possessive: what follows is none of these, so that a long row of them is read once and not tried in every part.
_IGNORED = f"[{ANY_INVISIBLE}]*+"
_NEITHER = rf"[\W_{ANY_INVISIBLE}]"  # some of these are letters to Unicode
_IN_WORD = rf"[^\W_{CHINESE}{ANY_INVISIBLE}]"


class Piece(NamedTuple):
    """A slice of the original text."""

    text: str
    is_hit: bool = False


@functools.lru_cache(maxsize=256)
def _pattern(pattern: str) -> str:
    """Turn a canonical pattern round into a regular expression over unfolded text."""
    parts: list[str] = []
    core = pattern.strip(" ")
    for place, character in enumerate(core):
        if character == GAP:
            parts.append(f"{_NEITHER}++")
        elif character == " ":
            # between two words something parts them; between a word and Chinese perhaps nothing
            both_words = not _is_chinese(core[place - 1]) and not _is_chinese(core[place + 1])
            parts.append(f"{_NEITHER}{'++' if both_words else '*+'}")
        else:
            parts += f"[{re.escape(spellings_of(character))}]", _IGNORED
    if pattern.startswith(" "):
        # Behind the first letter, which is looked for sooner than what is before it; over one invisible sign, since an
        # expression cannot look back over any number.
        parts.insert(1, f"(?<!{_IN_WORD}(?s:.))(?<!{_IN_WORD}[{ANY_INVISIBLE}](?s:.))")
    if pattern.endswith(" "):
        parts.append(f"(?!{_IN_WORD})")
    return "".join(parts)


def _is_chinese(character: str) -> bool:
    return bool(re.match(f"[{CHINESE}]", character))


def expression(terms: Iterable[Term]) -> re.Pattern[str] | None:
    """Return the expression that finds these terms in any spelling; None for none. Longer terms go first."""
    patterns = sorted({term.pattern for term in terms}, key=lambda text: (-len(text), text))
    return re.compile("|".join(map(_pattern, patterns))) if patterns else None


def marked(text: str, found: re.Pattern[str] | None) -> list[Piece]:
    """Return the whole text in pieces, the hits marked; joined they are the text."""
    pieces: list[Piece] = []
    end = 0
    for match in found.finditer(text) if found else ():
        if match.start() > end:
            pieces.append(Piece(text[end : match.start()]))
        if match.end() > match.start():
            pieces.append(Piece(match.group(), is_hit=True))
        end = match.end()
    if end < len(text):
        pieces.append(Piece(text[end:]))
    return pieces


def snippet(text: str, found: re.Pattern[str] | None) -> list[Piece]:
    """Return the first passages that match, parted by ``…``; the text's beginning where none does."""
    spans: list[tuple[int, int]] = []
    length = 0
    for match in found.finditer(text) if found else ():
        start, end = _widened(text, match.start(), match.end())
        if spans and start <= spans[-1][1]:
            if end - spans[-1][0] <= LENGTH and length + end - spans[-1][1] <= MOST:
                length += end - spans[-1][1]
                spans[-1] = spans[-1][0], end
        elif len(spans) == PASSAGES or (spans and length + end - start > MOST):
            break
        else:
            spans.append((start, end))
            length += end - start
    if not spans:
        spans = [(0, _whole(text, min(len(text), LENGTH)))] if text else []
    pieces: list[Piece] = []
    for start, end in spans:
        if start > 0:
            pieces.append(Piece("…"))
        pieces += marked(text[start:end], found)
    if spans and spans[-1][1] < len(text):
        pieces.append(Piece("…"))
    return pieces


def _widened(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a span with context around it that parts no character and, of words, none close by."""
    first, last = max(0, start - AROUND), min(len(text), end + AROUND)
    while first > 0 and start - first < 2 * AROUND and _joined(text, first):
        first -= 1
    while 0 < first < start and (text[first] in CLOSING or text[first] in INVISIBLE):
        first += 1
    return first, _whole(text, last)


def _whole(text: str, end: int) -> int:
    limit = min(len(text), end + AROUND)
    while end < limit and _joined(text, end):
        end += 1
    while end < len(text) and text[end] in INVISIBLE:
        end += 1
    return end


def _joined(text: str, place: int) -> bool:
    """Tell whether a cut here would part a word, or an accent from its letter."""
    left, right = text[place - 1], text[place]
    return right in INVISIBLE or (left.isascii() and right.isascii() and left.isalnum() and right.isalnum())
