"""What of an article is searched, as one record; and its number, which holds its day."""

from __future__ import annotations

import datetime
import zlib
from dataclasses import dataclass
from typing import Any

import numpy

SECTION, AUTHOR, TAG = 1, 2, 3
# What a word counts for in each part of an article: the one place that says what counts more, on both databases.
WEIGHTS = {"title": 10.0, "tags": 6.0, "byline": 2.0, "captions": 1.5, "text": 1.0}


def mark(kind: int, key: int) -> int:
    """Return the number that stands for a section, an author or a tag."""
    return kind << 40 | key


_ENCODING = "gb18030"  # knows all of Unicode; two bytes a Chinese character, and a tenth smaller when compressed
EVERYTHING = (-(1 << 62), 1 << 62)  # the lowest and the highest number


@dataclass(frozen=True)
class Numbering:
    """How a document's number holds its day: ``(day - base) * per_day`` + a number of that day.

    Numbers are kept as small as an archive allows, since most of an index is numbers: a word's list of documents holds
    the steps from one to the next. Documents without a date have negative numbers.
    """

    base: int = datetime.date(2000, 1, 1).toordinal()
    per_day: int = 64

    def first_of(self, day: datetime.date) -> int:
        """Return the lowest number of a day; negative, and so of no use, for a day before the base."""
        return (day.toordinal() - self.base) * self.per_day

    def day_of(self, number: int) -> datetime.date | None:
        """Return the day of a document."""
        return None if number < 0 else datetime.date.fromordinal(number // self.per_day + self.base)

    def days_since_1970(self, numbers: numpy.ndarray) -> numpy.ndarray:
        """Return the days of dated documents as numpy counts them."""
        return numbers // self.per_day + (self.base - _EPOCH)

    def between(self, first: datetime.date | None, last: datetime.date | None) -> tuple[int, int]:
        """Return the lowest and the highest number of these days; without any, of all documents, undated ones too."""
        lowest = max(0, self.first_of(first)) if first else 0 if last else EVERYTHING[0]
        highest = self.first_of(last) + self.per_day - 1 if last else EVERYTHING[1]
        return lowest, highest


_EPOCH = datetime.date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Document:
    """One article as search knows it: title, tags, byline, captions and text as plain text, and its marks."""

    number: int
    texts: tuple[str, str, str, str, str]
    marks: tuple[int, ...]

    def packed(self) -> tuple[bytes, bytes]:
        """Return texts and marks as they are stored."""
        return zlib.compress("\0".join(self.texts).encode(_ENCODING)), numpy.array(self.marks, dtype="<i8").tobytes()


@dataclass(frozen=True)
class Reading:
    """An article's text as it is searched, and what this database's index has to know of it.

    Most of the time that indexing takes goes into this; an import has it done in its worker processes.
    """

    text: str
    analysis: Any  # the backend's own: what its ``analysed`` returns


def unpacked(number: int, stored: bytes, marks: bytes) -> Document:
    """Return a document from its row."""
    title, tags, byline, captions, text = zlib.decompress(stored).decode(_ENCODING).split("\0")
    return Document(number, (title, tags, byline, captions, text), tuple(numpy.frombuffer(marks, dtype="<i8").tolist()))
