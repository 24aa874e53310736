"""Two texts side by side in one: what was deleted, what was inserted, what stayed. Pure.

Chinese is compared by character, other scripts by word. Texts are laid against each other by paragraph first, and
only what then differs is looked at more closely, so that an honest edit costs milliseconds. The exact algorithm's
time grows with the product of both lengths: ``MOST_WORK`` bounds that product by counting, not by a clock, so that
the same two texts give the same answer everywhere. Beyond it, clauses are compared instead of characters.
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.distance import LCSseq

from articles.rendering import FIGURE, plain_text

# Units of one text times units of the other, in all: about a tenth of a second on each of the three levels.
MOST_WORK = 100_000_000
# Longer than this, two texts do not say the same by chance.
COINCIDENCE = 16
# Unchanged characters that stay in sight beside a change, and how many must be hidden for it to be worth it.
CONTEXT = 60
WORTH_FOLDING = 120

# Scripts that are written without spaces between words, and their punctuation: every character is a word.
_CJK = "\u2e80-\ua4cf\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\U00020000-\U000323af"
_WORDS = re.compile(rf"(?:(?![{_CJK}])\w)(?:(?![{_CJK}])[\w\u0300-\u036f])*|\s|.", re.DOTALL)
_PARAGRAPHS = re.compile(r"[^\n]*\n+|[^\n]+")
_CLAUSES = re.compile(r"[^\n，。；：？！、,;:?!.]*[\n，。；：？！、,;:?!.]+|[^\n，。；：？！、,;:?!.]+")
_CLAUSE_END = re.compile(r"[\n，。；：？！、,;:?!.]")
_LEVELS = (_PARAGRAPHS, _CLAUSES, _WORDS)


class Kind(StrEnum):
    """What became of a stretch of text."""

    SAME = "same"
    DELETED = "deleted"
    INSERTED = "inserted"


@dataclass(frozen=True)
class Piece:
    """A stretch of text that stayed, went or came."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Passage:
    """Some paragraphs of a comparison; those that did not change and are far from any change are folded."""

    paragraphs: tuple[tuple[Piece, ...], ...]
    folded: int = 0  # how many characters are out of sight


def readable(body: str, figure: Callable[[str], str]) -> str:
    """Return what a reader sees of a Markdown text, a line for each paragraph and each figure.

    ``figure`` says what stands for a figure, by its number. Two texts that differ only in the addresses of
    their links or in emphasis are the same.
    """
    parts: list[str] = []
    end = 0
    for marker in FIGURE.finditer(body):
        parts += [plain_text(body[end : marker.start()]), figure(marker[1])]
        end = marker.end()
    parts.append(plain_text(body[end:]))
    lines = (" ".join(line.split()) for part in parts for line in part.split("\n"))
    return "\n".join(line for line in lines if line)


def compare(before: str, after: str, *, share: int = 1) -> list[Piece]:
    """Return the pieces of both texts in order.

    Those that are not inserted make up ``before``, those that are not deleted make up ``after``; no two pieces of
    one kind follow each other, and what was deleted comes before what was inserted in its place. A page that shows
    several comparisons says how many share the work of one.
    """
    work = dict.fromkeys(_LEVELS, MOST_WORK // max(share, 1))
    pieces = _tidied(_compared(before, after, _LEVELS, work))
    return _tidied(_without_coincidences(pieces))


def compare_names(before: Sequence[str], after: Sequence[str]) -> list[Piece]:
    """Return the pieces of two lists of names, each name whole."""
    pieces: list[Piece] = []
    for same, i1, i2, j1, j2 in _opcodes(before, after):
        pieces += [Piece(Kind.SAME if same else Kind.DELETED, name) for name in before[i1:i2]]
        pieces += [] if same else [Piece(Kind.INSERTED, name) for name in after[j1:j2]]
    return pieces


def _compared(
    before: str, after: str, levels: Sequence[re.Pattern[str]], work: dict[re.Pattern[str], int]
) -> Iterator[Piece]:
    """Compare on the first level, and what differs there on the next one."""
    level, finer = levels[0], levels[1:]
    old, new = level.findall(before), level.findall(after)
    # characters of a short passage need no clauses in between
    if level is _CLAUSES and len(before) * len(after) <= work[_WORDS] // 16:
        yield from _compared(before, after, finer, work)
        return
    start = len(os.path.commonprefix([old, new]))
    end = len(os.path.commonprefix([old[start:][::-1], new[start:][::-1]]))
    cost = (len(old) - start - end) * (len(new) - start - end)
    if not before or not after or cost > work[level]:
        yield from (Piece(Kind.DELETED, before), Piece(Kind.INSERTED, after))
        return
    work[level] -= cost
    for same, i1, i2, j1, j2 in _opcodes(old, new):
        gone, come = "".join(old[i1:i2]), "".join(new[j1:j2])
        if same:
            yield Piece(Kind.SAME, gone)
        elif finer:
            yield from _compared(gone, come, finer, work)
        else:
            yield from (Piece(Kind.DELETED, gone), Piece(Kind.INSERTED, come))


def _opcodes(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[bool, int, int, int, int]]:
    """Return the spans that are the same, and the spans between them."""
    # the library compares hashes: numbered units have no two alike
    numbers: dict[str, int] = {}
    first, second = ([numbers.setdefault(unit, len(numbers)) for unit in units] for units in (old, new))
    opcodes = LCSseq.opcodes(first, second)
    for same, spans in itertools.groupby(opcodes, key=lambda opcode: opcode.tag == "equal"):
        run = list(spans)
        yield same, run[0].src_start, run[-1].src_end, run[0].dest_start, run[-1].dest_end


def _tidied(pieces: Iterable[Piece]) -> list[Piece]:
    """Join the pieces between two unchanged ones into one deletion and one insertion."""
    tidy: list[Piece] = []
    for same, run in itertools.groupby(pieces, key=lambda piece: piece.kind is Kind.SAME):
        changes = list(run)
        for kind in (Kind.SAME,) if same else (Kind.DELETED, Kind.INSERTED):
            if text := "".join(piece.text for piece in changes if piece.kind is kind):
                tidy.append(Piece(kind, text))
    return tidy


def _without_coincidences(pieces: list[Piece]) -> Iterator[Piece]:
    """Give up what two rewritten passages share by chance: a reader cannot follow a change in every third character.

    A short unchanged stretch goes if it is no longer than what changed on either side of it.
    """
    stack: list[tuple[int, list[Piece]]] = []  # changes and unchanged stretches in turn, with what they weigh
    for same, run in itertools.groupby(pieces, key=lambda piece: piece.kind is Kind.SAME):
        found = list(run)
        weight = max(len(piece.text) for piece in found)
        stack.append((weight, found))
        while not same and len(stack) > 2 and stack[-2][0] <= min(COINCIDENCE, stack[-3][0], stack[-1][0]):
            (_, first), (_, between), (_, last) = stack[-3:]
            text = between[0].text
            joined = [*first, Piece(Kind.DELETED, text), Piece(Kind.INSERTED, text), *last]
            stack[-3:] = [(max(length(joined, Kind.DELETED), length(joined, Kind.INSERTED)), joined)]
    for _weight, found in stack:
        yield from found


def length(pieces: Iterable[Piece], kind: Kind) -> int:
    """Return how many characters stayed, went or came."""
    return sum(len(piece.text) for piece in pieces if piece.kind is kind)


def passages(pieces: Iterable[Piece]) -> list[Passage]:
    """Return a comparison in paragraphs, with long unchanged stretches folded."""
    pieces = list(pieces)
    found: list[Passage] = []
    shown: list[Piece] = []
    for number, piece in enumerate(pieces):
        start, end = 0, len(piece.text)
        if piece.kind is Kind.SAME:
            start = _context_after_change(piece.text) if number else 0
            end = _context_before_change(piece.text) if number < len(pieces) - 1 else end
        if piece.kind is not Kind.SAME or end - start < WORTH_FOLDING:
            shown.append(piece)
            continue
        shown.append(Piece(Kind.SAME, piece.text[:start]))
        hidden = Piece(Kind.SAME, piece.text[start:end])
        found += [Passage(_paragraphs(shown)), Passage(_paragraphs([hidden]), folded=end - start)]
        shown = [Piece(Kind.SAME, piece.text[end:])]
    found.append(Passage(_paragraphs(shown)))
    return [passage for passage in found if passage.paragraphs]


def _context_after_change(text: str) -> int:
    """Return where the clause ends that goes on beyond the context, if it ends soon."""
    clause_end = _CLAUSE_END.search(text, CONTEXT, CONTEXT * 2)
    return clause_end.end() if clause_end else min(CONTEXT, len(text))


def _context_before_change(text: str) -> int:
    """Return where the clause begins in which the context begins, if it began not long before."""
    start = max(len(text) - CONTEXT, 0)
    before = max(start - CONTEXT, 0)
    ends = [clause_end.end() for clause_end in _CLAUSE_END.finditer(text, before, start)]
    return ends[-1] if ends else start


def _paragraphs(pieces: Iterable[Piece]) -> tuple[tuple[Piece, ...], ...]:
    paragraphs: list[list[Piece]] = [[]]
    for piece in pieces:
        if piece.kind is not Kind.SAME and "\n" in piece.text and not piece.text.strip():
            # two paragraphs became one, or one two: a sign can be seen, a line break cannot
            paragraphs[-1].append(Piece(piece.kind, "¶"))
            if piece.kind is Kind.INSERTED:
                paragraphs.append([])
            continue
        for number, line in enumerate(piece.text.split("\n")):
            if number:
                paragraphs.append([])
            if line:
                paragraphs[-1].append(Piece(piece.kind, line))
    return tuple(tuple(paragraph) for paragraph in paragraphs if paragraph)
