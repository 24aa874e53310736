"""Characters that search takes for one another: scripts, widths, case, accents. Each folds to exactly one.

One for one, so that a match in the folded text is a match at the same place of the reader's own text.
"""

from __future__ import annotations

import functools
import hashlib
import unicodedata
from pathlib import Path

import numpy

VARIANTS = Path(__file__).with_name("characters.txt").read_text(encoding="utf-8")
# What stands on another character or cannot be seen: no word begins or ends at one. First and last code of each; all
# but the accents are what Unicode calls Default_Ignorable_Code_Point.
_INVISIBLE = (
    (0xAD, 0xAD),  # soft hyphen
    (0x300, 0x36F),  # accents; the grapheme joiner
    (0x61C, 0x61C),  # mark of direction
    (0x115F, 0x1160),  # Hangul fillers
    (0x17B4, 0x17B5),  # inherent vowels of Khmer
    (0x180B, 0x180F),  # Mongolian variation selectors
    (0x200B, 0x200F),  # zero-width space, joiners, marks of direction
    (0x202A, 0x202E),  # marks of direction
    (0x2060, 0x206F),  # word joiner, invisible operators, marks of direction
    (0x3164, 0x3164),  # Hangul filler
    (0xFE00, 0xFE0F),  # variation selectors
    (0xFEFF, 0xFEFF),  # byte order mark
    (0xFFA0, 0xFFA0),  # half-width Hangul filler
    (0xFFF0, 0xFFF8),  # not assigned
    (0x1BCA0, 0x1BCA3),  # marks of shorthand
    (0x1D173, 0x1D17A),  # marks of music
    (0xE0000, 0xE0FFF),  # tags, variation selectors of ideographs
)
INVISIBLE = frozenset(chr(code) for first, last in _INVISIBLE for code in range(first, last + 1))
ANY_INVISIBLE = "".join(f"{chr(first)}-{chr(last)}" for first, last in _INVISIBLE)  # inside an expression's brackets


def _variants() -> dict[str, str]:
    return {other: line[0] for line in VARIANTS.splitlines() for other in line[2:]}


def _fold_one(character: str, variants: dict[str, str]) -> str:
    """Return what a character folds to, itself if in doubt; nothing that would become two is folded."""
    wide = unicodedata.normalize("NFKC", character)
    wide = wide if len(wide) == 1 else character
    bare = unicodedata.normalize("NFD", wide)
    if len(bare) > 1 and bare[0].isascii():
        wide = bare[0]
    lower = wide.lower()
    wide = lower if len(lower) == 1 else wide
    return variants.get(wide, wide)


def _table() -> dict[int, str | None]:
    variants = _variants()
    # What stays as it is stands in the table too where it is frequent: translate() is a third faster with it.
    table: dict[int, str | None] = {code: chr(code) for code in range(0x3000, 0xA000)}
    for code in (*range(0x41, 0xD800), *range(0xF900, 0x10000), *range(0x1D400, 0x1D800)):
        character = chr(code)
        folded = _fold_one(character, variants)
        if folded != character:
            table[code] = folded
    table |= {ord(character): folded for character, folded in variants.items()}
    table |= dict.fromkeys(map(ord, INVISIBLE))
    return table


TABLE = _table()
VERSION = hashlib.sha256(VARIANTS.encode()).hexdigest()[:8]


def fold(text: str) -> str:
    """Return a text with every character folded; accents on their own and invisible characters go."""
    return text.translate(TABLE)


LETTERS = 0x323B0  # no character from here on is folded, or a letter of any script
LIMIT = 0xE1000  # nor is any from here on invisible


def table() -> numpy.ndarray:
    """Return what every code below ``LIMIT`` folds to, itself if to nothing: for whole texts, as arrays of codes."""
    folded = numpy.arange(LIMIT + 1, dtype="<u4")
    for code, character in TABLE.items():
        folded[code] = ord(character) if character else code
    return folded


@functools.cache
def _spellings() -> dict[str, str]:
    spellings: dict[str, str] = {}
    for code, folded in TABLE.items():
        if folded and folded != chr(code):
            spellings[folded] = spellings.get(folded, folded) + chr(code)
    return spellings


def spellings_of(folded: str) -> str:
    """Return all characters that fold to this one, itself among them."""
    return _spellings().get(folded, folded)
