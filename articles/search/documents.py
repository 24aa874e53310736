"""What of an article is searched, as one record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy

SECTION, AUTHOR, TAG = 1, 2, 3
KIND = 40  # bits below the kind of a mark
# What a word counts for in each part of an article: the one place that says what counts more, on both databases.
WEIGHTS = {"title": 10.0, "tags": 6.0, "byline": 2.0, "captions": 1.5, "text": 1.0}
EVERYTHING = (1, 1 << 62)  # the lowest and the highest number
UNDATED = 0

Texts = tuple[str, str, str, str, str]  # title, tags, byline, captions and text


def mark(kind: int, key: int) -> int:
    """Return the number that stands for a section, an author or a tag."""
    return kind << KIND | key


def packed_marks(marks: tuple[int, ...]) -> bytes:
    """Return marks as they are stored."""
    return numpy.array(marks, dtype="<i8").tobytes()


def unpacked_marks(stored: bytes) -> tuple[int, ...]:
    """Return marks from how they are stored."""
    return tuple(numpy.frombuffer(stored, dtype="<i8").tolist())


@dataclass(frozen=True)
class Content:
    """What search needs to know of an article: its day as an ordinal, its texts as plain text, and its marks."""

    day: int
    texts: Texts
    marks: tuple[int, ...]


@dataclass(frozen=True)
class Document:
    """An article in the index."""

    number: int
    content: Content


@dataclass(frozen=True)
class Reading:
    """An article's text as it is searched, and what this database's index has to know of it.

    Most of the time that indexing takes goes into this; an import has it done in its worker processes.
    """

    text: str
    analysis: Any  # the backend's own: what its ``analysed`` returns
