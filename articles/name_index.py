"""Where a name stands in an index of names: Chinese ones under the strokes of their first character, others under A–Z.

``strokes.txt`` is made by ``derive_strokes`` from the Unicode Character Database.
"""

from __future__ import annotations

import functools
import unicodedata
from dataclasses import dataclass
from pathlib import Path

STROKES = Path(__file__).with_name("strokes.txt")


@dataclass(frozen=True)
class Heading:
    """What names are listed under: a number of strokes, a letter, or neither."""

    strokes: int = 0
    letter: str = ""

    @property
    def anchor(self) -> str:
        """The heading's id in a page."""
        return (
            f"strokes-{self.strokes}" if self.strokes else f"letter-{self.letter.lower()}" if self.letter else "other"
        )


@functools.cache
def strokes() -> dict[str, int]:
    """Return how many strokes each Chinese character is written with."""
    lines = (line.split(" ") for line in STROKES.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return {character: int(number) for number, characters in lines for character in characters}


def heading_of(name: str) -> Heading:
    """Return what a name is listed under."""
    first = unicodedata.normalize("NFKD", name.strip())[:1].upper()
    if "A" <= first <= "Z":
        return Heading(letter=first)
    return Heading(strokes=strokes().get(name.strip()[:1], 0))


def index_key(name: str, chinese_first: bool) -> tuple[int, int, str, list[tuple[int, str]]]:
    """Return what names are sorted by: heading, then character by character, so that one surname stays together."""
    heading = heading_of(name)
    group = 2 if heading == Heading() else int(bool(heading.strokes) != chinese_first)
    known = strokes()
    characters = [(known.get(character, 0), character) for character in name.strip().casefold()]
    return group, heading.strokes, heading.letter, characters
