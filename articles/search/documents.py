"""What of an article is searched, as one record; and its number, which holds its day."""

from __future__ import annotations

import datetime
import zlib
from dataclasses import dataclass

import numpy

PER_DAY = 1 << 16
# Numbers below belong to articles without a date: no newspaper is from the year 1000.
UNDATED_BELOW = datetime.date(1000, 1, 1).toordinal() * PER_DAY
SECTION, AUTHOR, TAG = 1, 2, 3
# What a word counts for in each part of an article: the one place that says what counts more, on both databases.
WEIGHTS = {"title": 10.0, "tags": 6.0, "byline": 2.0, "captions": 1.5, "text": 1.0}


def mark(kind: int, key: int) -> int:
    """Return the number that stands for a section, an author or a tag."""
    return kind << 40 | key


def day_range(first: datetime.date | None, last: datetime.date | None) -> tuple[int, int]:
    """Return the lowest and the highest number of these days; without any day, of all documents, undated ones too."""
    lowest = first.toordinal() * PER_DAY if first else UNDATED_BELOW if last else 0
    highest = (last.toordinal() + 1) * PER_DAY - 1 if last else (1 << 62)
    return lowest, highest


def day_of(number: int) -> datetime.date | None:
    """Return the day of a document."""
    return None if number < UNDATED_BELOW else datetime.date.fromordinal(number // PER_DAY)


@dataclass(frozen=True)
class Document:
    """One article as search knows it: title, tags, byline, captions and text as plain text, and its marks."""

    number: int
    texts: tuple[str, str, str, str, str]
    marks: tuple[int, ...]

    def packed(self) -> tuple[bytes, bytes]:
        """Return texts and marks as they are stored."""
        return zlib.compress("\0".join(self.texts).encode()), numpy.array(self.marks, dtype="<i8").tobytes()


def unpacked(number: int, stored: bytes, marks: bytes) -> Document:
    """Return a document from its row."""
    title, tags, byline, captions, text = zlib.decompress(stored).decode().split("\0")
    return Document(number, (title, tags, byline, captions, text), tuple(numpy.frombuffer(marks, dtype="<i8").tolist()))
