"""Finds the files of a source: a folder, a zip, a tar, or one file. Nothing is unpacked to disk."""

from __future__ import annotations

import hashlib
import lzma
import os
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from articles.importer.records import Issue, SourceFile, UnreadableError

MARKDOWN = (".md", ".markdown", ".mdown", ".mkd")
IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif")
ZIP = (".zip",)
TAR = (".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tbz2")
MAX_BYTES = 8 * 1024 * 1024  # the longest honest article of 49,118 has 111,320
MAX_MEMBERS = 1_000_000
# An archive may unpack to this many times its size, and to so much in any case. Text is packed to a third or a
# tenth; a zip bomb is 1,000 times as large inside, a bomb packed by xz 7,000 times.
MAX_RATIO = 250
UNPACKED_ANYWAY = 64 * 1024 * 1024
MAX_TAR_HEADER = 1024 * 1024  # a long name; tarfile keeps it in memory
# What the standard library's readers say of a damaged archive: their own errors, and what they stumble over.
_DAMAGED = (
    zipfile.BadZipFile,
    tarfile.TarError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    OSError,
    struct.error,
    LookupError,
    NotImplementedError,
    TypeError,
    UnicodeDecodeError,
    OverflowError,
)


class SourceError(ValueError):
    """A source as a whole cannot be read: it is missing, or no archive of a kind that is known."""


@dataclass(frozen=True)
class Entry:
    """One file of a source: on disk (``location``), or a member already read (``data``)."""

    path: str
    location: Path | None = None
    data: bytes | None = None
    issue: Issue | None = None

    @property
    def is_image(self) -> bool:
        """Whether this is a picture that an article may refer to."""
        return self.path.lower().endswith(IMAGES)


def entries(source: Path) -> Iterator[Entry]:
    """Yield the articles and images of a source; what cannot be taken comes as an entry with an issue.

    Raises SourceError if the source is missing or damaged as a whole.
    """
    name = source.name.lower()
    expected = (OSError,) if source.is_dir() else _DAMAGED
    try:
        if source.is_dir():
            yield from _folder(source)
        elif not source.exists():
            raise SourceError(f"{source}: there is no such file or folder.")
        elif name.endswith(ZIP):
            yield from _zip(source)
        elif name.endswith(TAR):
            yield from _tar(source)
        else:
            yield Entry(printable(source.name), location=source)
    except expected as error:
        raise SourceError(f"{source}: the source cannot be read ({error}).") from error


def count(source: Path) -> int | None:
    """Return how many articles a source holds, or None where only reading all of it would tell."""
    if source.is_dir():
        return sum(
            name.lower().endswith(MARKDOWN) and not name.lower().startswith(("readme", "."))
            for _folder, _folders, names in os.walk(source)
            for name in names
        )
    if source.name.lower().endswith(ZIP):
        try:
            with zipfile.ZipFile(source) as archive:
                return sum(name.lower().endswith(MARKDOWN) for name in archive.namelist())
        except _DAMAGED:  # entries() says so
            return None
    return None if source.name.lower().endswith(TAR) else 1


def read(entry: Entry) -> SourceFile:
    """Return an entry's bytes. Raises UnreadableError for a file that is gone, too large or may not be read."""
    if entry.issue:
        raise UnreadableError(entry.issue)
    data = entry.data
    if data is None:
        location = entry.location or Path(entry.path)
        try:
            if not stat.S_ISREG(location.stat().st_mode):
                message = "This is no file but a pipe, a socket or a device. It was left out: put a file here."
                raise UnreadableError(Issue(entry.path, None, "unreadable", message))
            with location.open("rb") as stream:
                data = stream.read(MAX_BYTES + 1)
        except OSError as error:
            message = f"The file cannot be read: {error.strerror}. Check that it is there and may be read."
            raise UnreadableError(Issue(entry.path, None, "unreadable", message)) from error
    if len(data) > MAX_BYTES:
        raise UnreadableError(_too_large(entry.path))
    return SourceFile(entry.path, data, hashlib.sha256(data).hexdigest())


def printable(path: str) -> str:
    """Return a file name that a database can hold, whatever bytes it was made of."""
    return path.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\x00").replace(os.sep, "/")


def walk_order(path: str) -> tuple[list[str], str]:
    """Return the order in which a folder's files are met: those of a folder before those of the folders in it."""
    *folders, name = path.split("/")
    return folders, name


def _too_large(path: str) -> Issue:
    limit = MAX_BYTES // 1024 // 1024
    if path.lower().endswith(IMAGES):
        message = f"The picture is larger than {limit} MB. It was left out: put a smaller copy here."
    else:
        message = (
            f"The file is larger than {limit} MB, which no article is. It was left out: check what was saved under "
            "this name."
        )
    return Issue(path, None, "too-large", message)


def _is_wanted(path: str) -> bool:
    """Whether a file is an article or an image; READMEs and hidden files are neither."""
    parts = PurePosixPath(path).parts
    name = parts[-1].lower() if parts else ""
    if any(part.startswith((".", "__MACOSX")) and part not in (".", "..") for part in parts):
        return False
    return name.endswith(MARKDOWN + IMAGES) and not name.startswith("readme")


def _folder(source: Path) -> Iterator[Entry]:
    closed: list[OSError] = []
    for folder, folders, names in os.walk(source, onerror=closed.append):
        folders.sort()
        for name in sorted(names):
            location = Path(folder, name)
            path = printable(os.path.relpath(location, source))
            if not _is_wanted(path):
                continue
            if location.is_symlink():
                yield Entry(path, issue=_link(path))
            else:
                yield Entry(path, location=location)
    for error in closed:
        path = printable(os.path.relpath(error.filename, source))
        if path == ".":
            raise error
        message = f"The folder cannot be read: {error.strerror}. The files in it are missing from this import."
        yield Entry(path, issue=Issue(path, None, "unreadable", message))


def _link(path: str) -> Issue:
    return Issue(path, None, "link", "This is a link, not a file. Links are not followed: put the file itself here.")


def _member(path: str, size: int, stream: IO[bytes] | None) -> Entry:
    """Read one member of an archive, never more of it than an article may have."""
    if ".." in PurePosixPath(path).parts or path.startswith("/"):
        message = (
            "The archive holds a file whose name leads outside the archive. It was left out: if you need it, put it "
            "into the folder and pack that again."
        )
        return Entry(path, issue=Issue(path, None, "unsafe-path", message))
    if stream is None:
        return Entry(path, issue=_link(path))
    if size > MAX_BYTES:
        return Entry(path, issue=_too_large(path))
    return Entry(path, data=stream.read(MAX_BYTES + 1))


def _zip(source: Path) -> Iterator[Entry]:
    with zipfile.ZipFile(source) as archive:
        members = archive.infolist()
        _refuse_too_many(len(members), source)
        # no more than the declared size is ever unpacked of a member, and nothing of one that is too large
        sizes = (member.file_size for member in members if _is_wanted(member.filename))
        _refuse_bomb(sum(size for size in sizes if size <= MAX_BYTES), source)
        for member in sorted(members, key=lambda member: walk_order(member.filename)):
            path = printable(member.filename)
            if member.is_dir() or not _is_wanted(path):
                continue
            try:
                with archive.open(member) as stream:
                    yield _member(path, member.file_size, stream)
            except (*_DAMAGED, RuntimeError) as error:
                message = f"This member of the archive is damaged or encrypted: {error}. Pack it again."
                yield Entry(path, issue=Issue(path, None, "unreadable", message))


def _tar(source: Path) -> Iterator[Entry]:
    # "r|*" reads the archive once from front to back
    with tarfile.open(source, "r|*", tarinfo=_TarMember) as archive:
        for number, member in enumerate(archive, 1):
            _refuse_too_many(number, source)
            _refuse_bomb(member.offset_data + member.size, source)
            archive.members = []  # type: ignore[attr-defined]  # else every header stays in memory
            path = printable(member.name.removeprefix("./"))
            if member.isdir() or not _is_wanted(path):
                continue
            yield _member(path, member.size, archive.extractfile(member) if member.isreg() else None)


_TAR_HEADERS = (
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
)


class _TarMember(tarfile.TarInfo):
    """A member whose header is of a sane size."""

    def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
        if self.type in _TAR_HEADERS and self.size > MAX_TAR_HEADER:
            raise tarfile.ReadError(f"the header of a member has {self.size:,} bytes")
        return super()._proc_member(archive)  # type: ignore[misc]


def _refuse_too_many(count: int, source: Path) -> None:
    if count > MAX_MEMBERS:
        message = f"{source}: more than {MAX_MEMBERS:,} files in one archive. Split it into several."
        raise SourceError(message)


def _refuse_bomb(unpacked: int, source: Path) -> None:
    if unpacked > max(UNPACKED_ANYWAY, MAX_RATIO * source.stat().st_size):
        message = (
            f"{source}: the archive would unpack to more than {MAX_RATIO} times its size, as a zip bomb does. "
            "If you trust it, unpack it yourself and import the folder."
        )
        raise SourceError(message)
