"""An import's report in words."""

from __future__ import annotations

import errno
from collections import Counter
from collections.abc import Iterator
from difflib import unified_diff

from django.db import OperationalError

from articles.counted import counted
from articles.importer.loader import FieldChange
from articles.importer.pipeline import ImportReport

SHOWN = 10  # issues, and new articles of a dry run, that are printed
LINES = 20  # of a text's difference


SPACE = "Free some space on the database's disk"
WAIT = "Another program holds the database: wait for it, or end it"
MIGRATE = "Run manage.py migrate"
BACKUP = "Restore the database from a backup"
SERVER = "Check that the server runs, and DATABASE_URL"
WRITE = "Let this account write the database and its folder"
DISK = "Check the database's disk: it may be full, or broken"

SQLITE = {  # by the name of SQLite's result code: SQLITE_IOERR_WRITE is an IOERR
    "BUSY": WAIT,
    "CANTOPEN": "Let this account into the folder that DATABASE_URL names",
    "CORRUPT": BACKUP,
    "FULL": SPACE,
    "IOERR": DISK,
    "LOCKED": WAIT,
    "NOTADB": "Check the file that DATABASE_URL names",
    "READONLY": WRITE,
}
NOT_MIGRATED = ("no such table: ", "no such column: ", " has no column named ")  # SQLite has no code for these
POSTGRESQL = {  # by SQLSTATE, or what it begins with
    "08": SERVER,
    "28": SERVER,
    "3D": SERVER,
    "57P": SERVER,
    "25006": WRITE,
    "42501": WRITE,
    "42703": MIGRATE,
    "42P01": MIGRATE,
    "40P01": WAIT,
    "55P03": WAIT,
    "53100": SPACE,
    "58030": DISK,
    "XX001": BACKUP,
    "XX002": BACKUP,
}


def advice_on(error: Exception) -> str:
    """Return what helps where a database refuses: by the code of the driver's own error, which Django's comes from."""
    cause = error.__cause__
    if name := getattr(cause, "sqlite_errorname", ""):
        known = SQLITE.get(name.split("_")[1], "")
        if not known and any(words in str(cause) for words in NOT_MIGRATED):
            known = MIGRATE
    elif state := getattr(cause, "sqlstate", ""):
        known = next((help for code, help in POSTGRESQL.items() if state.startswith(code)), "")
    else:  # psycopg has no SQLSTATE where there is no server to give one
        known = SERVER if isinstance(error, OperationalError) and hasattr(cause, "sqlstate") else ""
    return known or "Check the database"


def stopped_by(error: Exception) -> str:
    """Return in a sentence or two what stopped an import from outside, and what to do about it."""
    said = str(error).split("\n")[0]
    if isinstance(error, OSError):
        said = f"{error.filename or 'a file'} cannot be written: {error.strerror or said}"
        advice = "Free some space on that disk" if error.errno == errno.ENOSPC else "Check disk and permissions"
    else:
        advice = advice_on(error)
    return f"The import was stopped: {said}. {advice}, then import again: it goes on where it stopped."


def summary_lines(report: ImportReport, verbosity: int = 1) -> Iterator[str]:
    """Yield the lines that tell a person what became of every file."""
    if verbosity == 0:
        return
    if report.dry_run:
        yield "Dry run: nothing was written. This is what an import would do."
    yield (
        f"{counted(report.files, 'file')}: {report.created:,} created, {report.updated:,} updated, "
        f"{report.unchanged:,} unchanged, {report.unreadable:,} unreadable; {counted(report.conflicts, 'conflict')}."
    )
    placeholders = counted(report.placeholder, "placeholder")
    yield f"Captures: {report.text:,} with text, {placeholders}, {report.unreadable:,} unreadable."
    has = ", ".join(
        [counted(report.articles, "article"), counted(report.figures, "figure"), counted(report.tags, "tag")]
    )
    yield f"The archive now has {has}."
    new = [change for change in report.changes if change.field == "article"]
    for change in new if verbosity > 1 else new[:SHOWN]:
        yield f"  {change.source_id} is a new article: {change.after!r}"
    if verbosity == 1 and len(new) > SHOWN:
        yield f"  … and {counted(len(new) - SHOWN, 'more new article')} (-v 2 prints all)."
    for change in report.changes:
        if change.field != "article":
            yield from _difference(change)
    for source_id, found in report.conflict_list:
        ours, theirs = (repr(value)[:200] for value in (found.ours, found.theirs))
        yield f"  Conflict in {source_id}, {found.field}: the correction {ours} stays; the source has {theirs}."
    kinds = Counter(issue.kind for issue in report.issues)
    if kinds:
        counts = ", ".join(f"{count:,} {kind}" for kind, count in kinds.most_common())
        where = "This is what it would report:" if report.dry_run else "All are in the admin, under import issues:"
        yield f"{counted(len(report.issues), 'issue')} ({counts}). {where}"
        shown = report.issues if verbosity > 1 else report.issues[:SHOWN]
        for issue in shown:
            place = f"{issue.path}:{issue.line}" if issue.line else issue.path
            yield f"  {place}: {issue.message}"
        if len(shown) < len(report.issues):
            yield f"  … and {len(report.issues) - len(shown):,} more (-v 2 prints all)."
    rate = report.files / report.seconds if report.seconds else 0
    yield f"Done in {report.seconds:.1f} s ({counted(round(rate), 'file')} a second)."


def _difference(change: FieldChange) -> Iterator[str]:
    """Yield one field's change: short values in one line, texts as the lines that differ."""
    if change.field != "body":
        yield f"  {change.source_id}, {change.field}: {change.before!r} becomes {change.after!r}"
        return
    yield f"  {change.source_id}, text:"
    lines = list(unified_diff(change.before.split("\n"), change.after.split("\n"), n=0, lineterm=""))[2:]
    for line in lines[:LINES]:
        if not line.startswith("@@"):
            yield f"    {line[:200]}"
    if len(lines) > LINES:
        yield f"    … and {counted(len(lines) - LINES, 'line')} more"
