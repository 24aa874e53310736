"""The records that pass between the importer's rooms: frozen, comparable, and free of any database."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any

# Part of every capture's ``parsed_by``: raise it when the parser reads the same bytes differently.
PARSER_VERSION = "2"


@dataclass(frozen=True)
class Issue:
    """Something that could not be read, or had to be guessed, about one file."""

    path: str
    line: int | None
    kind: str
    message: str


@dataclass(frozen=True)
class SourceFile:
    """One file as it was found: its name inside the source, its bytes and their sha256 (hexadecimal)."""

    path: str
    data: bytes
    sha256: str


@dataclass(frozen=True)
class ParsedFigure:
    """One image or video of a capture."""

    kind: str  # "image" or "video"
    caption: str = ""
    credit: str = ""
    alt: str = ""
    original_url: str = ""
    archived_url: str = ""
    file: str = ""
    host: str = ""

    @property
    def url(self) -> str:
        """What tells this figure from the others, in every version of the story."""
        return self.original_url or self.archived_url


@dataclass(frozen=True)
class ParsedByline:
    """One author of a capture, with what the page said of them."""

    name: str
    credit: str = ""
    generic: bool = False
    role: str = ""
    biography: str = ""
    avatar_url: str = ""  # archived, or the name of our own copy
    avatar_original_url: str = ""


@dataclass(frozen=True)
class ParsedCapture:
    """One file, read: everything that the archive stores of it, except its own bytes."""

    key: str
    source_id: str
    path: str
    kind: str  # "text" or "placeholder"
    placeholder_rule: str
    original_url: str
    wayback_url: str
    captured_at: datetime.datetime | None
    front_matter: dict[str, Any]
    title: str
    published_on: datetime.date | None
    updated_at: datetime.datetime | None
    section: str
    bylines: tuple[ParsedByline, ...]
    tags: tuple[str, ...]
    body: str
    figures: tuple[ParsedFigure, ...]
    removed: tuple[tuple[str, str], ...]
    issues: tuple[Issue, ...] = field(default=())
    draft: bool = False
    linked_id: str = ""
    inferred_on: datetime.date | None = None
    inferred_from: str = ""
    fingerprint: bytes = b""


class UnreadableError(ValueError):
    """A file gives no capture at all. It carries the issue that says why."""

    def __init__(self, issue: Issue) -> None:
        super().__init__(issue.message)
        self.issue = issue
