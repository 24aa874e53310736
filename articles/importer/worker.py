"""What runs in worker processes: reading, parsing and rendering. No database."""

from __future__ import annotations

import os
import signal
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from articles.importer.parser import parse
from articles.importer.reader import Entry, read
from articles.importer.records import Issue, ParsedCapture, UnreadableError
from articles.profile import ArchiveProfile
from articles.rendering import columns, plain_paragraphs
from articles.search.documents import Reading

# Fast: an article of 8 kB takes 0.1 ms and shrinks to half.
COMPRESSION = 1
_state: dict[str, tuple[ArchiveProfile, dict[str, bytes], Callable[[str], Reading]]] = {}


@dataclass(frozen=True)
class Outcome:
    """What became of one file: a capture with its compressed bytes, an issue, or (neither) nothing new."""

    path: str
    sha256: str = ""
    capture: ParsedCapture | None = None
    original: bytes = b""
    size: int = 0
    issue: Issue | None = None


@dataclass(frozen=True)
class Derived:
    """What is computed from an article's text. Without a reading, search reads the text when it is stored."""

    html: str
    excerpt: str
    reading: Reading | None = None


def start(
    profile: ArchiveProfile, known: dict[str, bytes], read_for_search: Callable[[str], Reading], parent: int
) -> None:
    """Prepare a process: what it needs to know, and that it must not outlive its parent."""
    _state["import"] = profile, known, read_for_search
    if parent != os.getpid():
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
        threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()


def _leave_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def take(entries: list[Entry]) -> list[Outcome]:
    """Read and parse some files; one whose bytes are known under its path is not parsed again."""
    profile, known, _read_for_search = _state["import"]
    return [_take_one(entry, profile, known) for entry in entries]


def _take_one(entry: Entry, profile: ArchiveProfile, known: dict[str, bytes]) -> Outcome:
    try:
        file = read(entry)
        if known.get(file.path) == bytes.fromhex(file.sha256):
            return Outcome(file.path, file.sha256)
        capture = parse(file, profile)
    except UnreadableError as error:
        return Outcome(entry.path, issue=error.issue)
    return Outcome(file.path, file.sha256, capture, zlib.compress(file.data, COMPRESSION), len(file.data))


def derive_all(texts: list[tuple[str, str]]) -> list[Derived]:
    """Return HTML, excerpt and reading of each text; each comes with its file's path."""
    _profile, _known, read_for_search = _state["import"]
    return [Derived(*columns(body), read_for_search(body)) for _path, body in texts]


def render_all(texts: list[tuple[str, str]]) -> list[Derived]:
    """Return HTML and excerpt of each text; each comes with its file's path."""
    return [Derived(*columns(body)) for _path, body in texts]


def plain(body: str) -> Derived:
    """Return HTML and excerpt of a text that must not be rendered."""
    return Derived(plain_paragraphs(body), "")
