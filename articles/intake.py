"""Imports that editors ask for in the admin, done by a worker outside of any request: `manage.py import_worker`.

Each is compared first (a dry run), and imported once somebody has seen the difference. What is asked for stands in a
row; the queue only says that there is something to do. Whoever works on a row holds a lock on a file beside the
upload, which goes with the process: a row that is in work while nobody holds its lock was interrupted.
"""

from __future__ import annotations

import contextlib
import datetime
import fcntl
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import OperationalError
from django.db.models import F
from django.utils import timezone
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _
from django_tasks import task

from articles.importer.pipeline import ImportReport, run_import
from articles.importer.reader import TAR, ZIP, SourceError
from articles.importer.summary import stopped_by
from articles.models import ImportRequest, ImportRun
from articles.profile import ProfileError, current

ARCHIVES = ZIP + TAR
MOST_SHOWN = 100  # differences, conflicts and issues that are kept to be shown
LONGEST_SHOWN = 4000  # characters of a value
ATTEMPTS = 3  # an import that ends its worker each time is not begun for ever
FORGOTTEN = datetime.timedelta(days=7)  # after which an upload that nobody went on with is removed
JOBS: int | None = None  # processes that read files; None: one a core

State, Step = ImportRequest.State, ImportRequest.Step
OPEN = (State.WAITING, State.WORKING, State.READY, State.FAILED, State.INTERRUPTED)


class IntakeError(ValueError):
    """Something that cannot be done; the message says why."""


def folders() -> list[str]:
    """Return what may be imported from this machine, as the operator has named it."""
    return [str(path) for path in settings.IMPORT_FOLDERS]


def ask(editor: Any, *, upload: UploadedFile | None = None, folder: str = "") -> ImportRequest:
    """Keep an upload, or take note of a folder, and have it compared. Raises IntakeError."""
    if upload is not None:
        name = _name_of(upload)
        request = ImportRequest.objects.create(name=name, is_upload=True, editor=editor, state=State.CANCELLED)
        try:
            place = _place(request)
            place.mkdir(parents=True, exist_ok=True)
            with (place / name).open("wb") as file:
                for chunk in upload.chunks():
                    file.write(chunk)
        except OSError as error:
            _remove_upload(request)
            raise IntakeError(_("The upload cannot be kept: %(why)s.") % {"why": error.strerror or error}) from error
        ImportRequest.objects.filter(pk=request.pk).update(state=State.WAITING)
    elif folder in folders():
        request = ImportRequest.objects.create(name=folder, editor=editor)
    else:
        raise IntakeError(_("This folder is not one that may be imported."))
    work.enqueue(request.pk)
    return request


def _name_of(upload: UploadedFile) -> str:
    name = get_valid_filename(Path(upload.name or "").name)[-150:].lstrip(".")
    if not name.lower().endswith(ARCHIVES):
        kinds = ", ".join(ARCHIVES)
        raise IntakeError(_("This is no archive of a kind that is known: %(kinds)s.") % {"kinds": kinds})
    if not upload.size:
        raise IntakeError(_("This file is empty."))
    if upload.size > settings.MAX_UPLOAD_MB * 1_000_000:
        raise IntakeError(_("This file is larger than %(most)d MB.") % {"most": settings.MAX_UPLOAD_MB})
    return name


def start(request: ImportRequest) -> None:
    """Import what has been compared. Raises IntakeError."""
    _queue(request, (State.READY,), Step.IMPORT)


def again(request: ImportRequest) -> None:
    """Begin a step again that has failed or was interrupted; an import goes on where it was. Raises IntakeError."""
    _queue(request, (State.FAILED, State.INTERRUPTED), Step(request.step))


def _queue(request: ImportRequest, states: tuple[ImportRequest.State, ...], step: ImportRequest.Step) -> None:
    rows = ImportRequest.objects.filter(pk=request.pk, state__in=states)
    changed = {"step": step, "state": State.WAITING, "attempts": 0, "message": "", "changed_at": timezone.now()}
    if not rows.update(**changed):
        raise IntakeError(_("This is no longer possible: look at what has happened meanwhile."))
    work.enqueue(request.pk)


def cancel(request: ImportRequest) -> None:
    """Give up what is not in work, and remove its upload. Raises IntakeError."""
    rows = ImportRequest.objects.filter(pk=request.pk, state__in=[state for state in OPEN if state != State.WORKING])
    if not rows.update(state=State.CANCELLED, changed_at=timezone.now()):
        raise IntakeError(_("This is no longer possible: look at what has happened meanwhile."))
    _remove_upload(request)


def progress(request: ImportRequest) -> dict[str, int]:
    """Return how many files have been read and stories written, as the worker last said."""
    try:
        said = json.loads(_note(request).read_text() or "{}")
    except (OSError, ValueError):  # not begun, or just being written
        return {}
    return {name: int(count) for name, count in said.items()}


def take_note_of_interruption(request: ImportRequest) -> None:
    """Say so if the worker of a row has ended in the midst of it."""
    if request.state != State.WORKING or _is_held(request):
        return
    rows = ImportRequest.objects.filter(pk=request.pk, state=State.WORKING, attempts=request.attempts)
    rows.update(state=State.INTERRUPTED, changed_at=timezone.now())
    request.refresh_from_db()


def take_note_of_interruptions() -> None:
    """Say so of every row whose worker has ended in the midst of it."""
    for request in ImportRequest.objects.filter(state=State.WORKING):
        take_note_of_interruption(request)


def interrupted_parts(request: ImportRequest) -> list[ImportRun]:
    """Return the runs that brought part of a request before they were interrupted, the last one first."""
    if request.run is None:
        return []
    began = ImportRun.objects.filter(state=ImportRun.State.FAILED, started_at__gte=request.created_at)
    return [run for run in began.filter(changes__isnull=False).distinct() if run.sources == request.run.sources]


def take_up_interrupted() -> None:
    """Put what was interrupted, or never reached the queue, back into it; remove uploads that nobody needs."""
    take_note_of_interruptions()
    for request in ImportRequest.objects.filter(state__in=OPEN):
        if request.state == State.INTERRUPTED and request.attempts < ATTEMPTS:
            rows = ImportRequest.objects.filter(pk=request.pk, state=State.INTERRUPTED)
            if rows.update(state=State.WAITING):
                work.enqueue(request.pk)
        elif request.state == State.WAITING:
            work.enqueue(request.pk)  # a second entry does nothing
        elif not request.is_moving and request.changed_at < timezone.now() - FORGOTTEN:
            with contextlib.suppress(IntakeError):  # somebody went on with it just now
                cancel(request)


@task()
def work(pk: int) -> None:
    """Do the next step of a request: compare, or import. A request that is not waiting is left alone."""
    request = ImportRequest.objects.filter(pk=pk, state=State.WAITING).first()
    if request is None:
        return
    with _held(request) as note:
        begun = {"state": State.WORKING, "attempts": F("attempts") + 1, "changed_at": timezone.now()}
        if not ImportRequest.objects.filter(pk=pk, state=State.WAITING).update(**begun):
            return
        request.refresh_from_db()
        counts: dict[str, int] = {}

        def count(step: str, more: int) -> None:
            counts[step] = counts.get(step, 0) + more
            note.seek(0)
            note.write(json.dumps(counts))
            note.truncate()
            note.flush()

        source = _source(request)
        comparing = request.step == Step.COMPARE
        request.message, request.state = "", State.READY if comparing else State.DONE
        try:
            report = run_import([source], current(), dry_run=comparing, jobs=JOBS, progress=count)
        except (SourceError, ProfileError) as error:
            request.message, request.state = str(error).replace(f"{source.parent}/", ""), State.FAILED
        except (OperationalError, OSError) as error:
            request.message, request.state = stopped_by(error), State.FAILED
        else:
            if comparing:
                request.difference = _difference(report)
        if not comparing:
            runs = ImportRun.objects.only("sources")[:20]
            request.run = next((run for run in runs if run.sources == [str(source)]), None)
        request.save()
        if request.state == State.DONE:
            _remove_upload(request)


def _short(value: Any) -> Any:
    if isinstance(value, str) and len(value) > LONGEST_SHOWN:
        return f"{value[:LONGEST_SHOWN]}…"
    return value


def _apart(before: Any, after: Any) -> tuple[Any, Any]:
    """Return two values without the lines that they begin and end with alike: what is cut off is no difference."""
    if not (isinstance(before, str) and isinstance(after, str)):
        return before, after
    old, new = before.split("\n"), after.split("\n")
    while old and new and old[-1] == new[-1]:
        del old[-1], new[-1]
    start = next((n for n, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), None)
    start = min(len(old), len(new)) if start is None else start
    return _short("\n".join(old[start:])), _short("\n".join(new[start:]))


def _difference(report: ImportReport) -> dict[str, Any]:
    new = [change for change in report.changes if change.field == "article"]
    changed = [change for change in report.changes if change.field != "article"]
    counts = {name: value for name, value in report.as_dict().items() if name not in ("issues", "dry_run")}
    shown: dict[str, Any] = json.loads(
        json.dumps(
            counts
            | {
                "new": [[change.source_id, _short(change.after)] for change in new[:MOST_SHOWN]],
                "new_in_all": len(new),
                "changes": [
                    [change.source_id, change.field, *_apart(change.before, change.after)]
                    for change in changed[:MOST_SHOWN]
                ],
                "changes_in_all": len(changed),
                "conflict_list": [
                    [source_id, found.field, *_apart(found.ours, found.theirs)]
                    for source_id, found in report.conflict_list[:MOST_SHOWN]
                ],
                "issues": [[issue.path, issue.line, issue.kind, issue.message] for issue in report.issues[:MOST_SHOWN]],
                "issues_in_all": len(report.issues),
            },
            default=str,
        )
    )
    return shown


def _place(request: ImportRequest) -> Path:
    """Return the folder of a request: its upload, and beside that the note of its progress."""
    return Path(settings.UPLOAD_FOLDER) / str(request.pk)


def _source(request: ImportRequest) -> Path:
    return _place(request) / request.name if request.is_upload else Path(request.name)


def _note(request: ImportRequest) -> Path:
    return Path(settings.UPLOAD_FOLDER) / f"{request.pk}.progress"


def _remove_upload(request: ImportRequest) -> None:
    if request.is_upload:
        shutil.rmtree(_place(request), ignore_errors=True)
    _note(request).unlink(missing_ok=True)


@contextlib.contextmanager
def _held(request: ImportRequest) -> Iterator[Any]:
    """Hold the lock of a request, and give the file to note its progress in."""
    note = _note(request)
    note.parent.mkdir(parents=True, exist_ok=True)
    note.touch()
    with note.open("r+") as file:  # not "a+", which writes at the end, wherever it is told to
        fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        yield file


def _is_held(request: ImportRequest) -> bool:
    try:
        with _note(request).open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
