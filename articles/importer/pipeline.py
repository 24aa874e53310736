"""One import, from sources to rows: parse in worker processes, write in one, account for every file.

It has two steps, each in transactions of a few hundred rows. First every file becomes a capture, marked
*pending*. Then pending captures become stories. A run that is killed leaves nothing half done: the next
one finds the captures it has already, and the mark on those whose story is not written.
"""

from __future__ import annotations

import collections
import contextlib
import errno
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, reset_queries, transaction
from django.utils import timezone

from articles import write_ahead
from articles.counted import counted
from articles.importer import captures, loader, preview, stories, suggestions, vanished, worker
from articles.importer.interrupting import ctrl_c_held_back
from articles.importer.lock import one_at_a_time
from articles.importer.reader import Entry, SourceError, entries, read
from articles.importer.reconcile import ConflictFound
from articles.importer.records import Issue, UnreadableError
from articles.importer.rows import refresh_statistics
from articles.models import Article, Capture, Figure, ImportRun, Tag
from articles.profile import ArchiveProfile
from articles.rendering import RENDERER_VERSION
from articles.search import index

CHUNK = 32  # files a worker takes at a time
BATCH = 500  # files or stories a transaction writes
SIGNATURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"\x00\x00\x00")

Item = TypeVar("Item")
Result = TypeVar("Result")
Progress = Callable[[str, int], None]  # step ("files", "stories" or "articles"), how many more are done


@dataclass
class ImportReport:
    """What one import did. Every file is created, updated, unchanged or unreadable, and counted once."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    conflicts: int = 0
    text: int = 0
    placeholder: int = 0
    unreadable: int = 0
    articles: int = 0
    figures: int = 0
    tags: int = 0
    issues: list[Issue] = field(default_factory=list)
    changes: list[loader.FieldChange] = field(default_factory=list)
    conflict_list: list[tuple[str, ConflictFound]] = field(default_factory=list)
    seconds: float = 0.0
    dry_run: bool = False

    @property
    def files(self) -> int:
        """How many files were met."""
        return self.created + self.updated + self.unchanged + self.unreadable

    def as_dict(self) -> dict[str, Any]:
        """Return the report as ``--report`` writes it; docs/operators.md explains the keys."""
        return {
            "files": self.files,
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "conflicts": self.conflicts,
            "captures": {"text": self.text, "placeholder": self.placeholder, "unreadable": self.unreadable},
            "articles": self.articles,
            "figures": self.figures,
            "tags": self.tags,
            "issues": [vars(issue) for issue in self.issues],
            "seconds": round(self.seconds, 3),
            "dry_run": self.dry_run,
        }


class _Rollback(Exception):  # noqa: N818  # not an error: it ends a dry run's transaction
    pass


def run_import(
    sources: Sequence[Path],
    profile: ArchiveProfile,
    *,
    dry_run: bool = False,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Import folders, archives or files. Raises SourceError if one of them is missing, or damaged as a whole.

    What could be read of a damaged one, and of the others, is imported before that is raised. ``jobs`` is the
    number of worker processes: by default one a core, at 1 everything runs in this process. A dry run does
    the same work in one transaction and takes it back.
    """
    for source in sources:
        if not source.exists():
            raise SourceError(f"{source}: there is no such file or folder.")
    report = ImportReport(dry_run=dry_run)
    started = time.monotonic()
    run = ImportRun(sources=[str(source) for source in sources])
    importer = _Import(run, profile, report, jobs or os.cpu_count() or 1, progress or (lambda step, count: None))
    with one_at_a_time(), ctrl_c_held_back() as importer.answer_ctrl_c:
        if dry_run:
            with contextlib.suppress(_Rollback), transaction.atomic():
                importer.everything(sources)
                raise _Rollback
        else:
            importer.everything(sources)
        report.seconds = time.monotonic() - started
        if not dry_run:
            run.report = report.as_dict() | {"issues": len(report.issues)}
            run.finished_at = timezone.now()
            run.state = ImportRun.State.FAILED if importer.damaged else ImportRun.State.DONE
            run.save()
            write_ahead.empty_log()
    if importer.damaged:
        rest = "" if dry_run else f" The rest was imported: {counted(report.files, 'file')}."
        raise SourceError("\n".join(importer.damaged) + rest)
    return report


def restory(run: ImportRun, profile: ArchiveProfile, report: ImportReport, jobs: int | None = None) -> None:
    """Make the stories of captures that something other than an import has changed."""
    importer = _Import(run, profile, report, jobs or 1, lambda step, count: None)
    with _Workers(importer.jobs, profile, {}) as workers:
        importer.write_stories(workers)


class _Import:
    """The state of one run."""

    def __init__(
        self, run: ImportRun, profile: ArchiveProfile, report: ImportReport, jobs: int, progress: Progress
    ) -> None:
        self.run, self.profile, self.report, self.jobs, self.progress = run, profile, report, jobs, progress
        self.answer_ctrl_c: Callable[[], None] = lambda: None
        self.known: dict[str, bytes] = {}
        self.known_kinds: dict[str, str] = {}
        self.met: set[str] = set()  # the stored files that this run has met
        self.present: set[str] = set()  # every file that was there, whatever became of it
        self.not_rendered: list[Issue] = []
        self.damaged: list[str] = []  # what is wrong with whole sources

    def everything(self, sources: Sequence[Path]) -> None:
        self.run.save()
        index.ensure()
        mark = captures.parsed_by(self.profile)
        stored = Capture.objects.filter(parsed_by=mark).order_by().values_list("path", "sha256", "kind")
        for path, sha256, kind in stored.iterator():
            self.known[path] = bytes.fromhex(sha256)
            self.known_kinds[path] = kind
        with _Workers(self.jobs, self.profile, self.known) as workers:
            for source in sources:
                self._captures(source, workers)
            self.known = {}
            self._report_gone()
            self.answer_ctrl_c()
            self.write_stories(workers)
            if not self.report.dry_run:
                self._render_anew(workers)
        if self.report.dry_run:
            self.report.changes += preview.changes_of_other_pages(self.run, self.profile)
        if self.report.created or self.report.updated:
            refresh_statistics()
        self.report.articles = Article.objects.count()
        self.report.figures = Figure.objects.count()
        self.report.tags = Tag.objects.count()

    def _captures(self, source: Path, workers: _Workers) -> None:
        pictures: list[Issue] = []
        chunks = _chunks(self._without_images(self._entries(source), pictures), CHUNK)
        outcomes = (outcome for part in workers.map(worker.take, chunks, _crashed) for outcome in part)
        waiting: list[worker.Outcome] = []
        for outcome in outcomes:
            self.answer_ctrl_c()
            self.progress("files", 1)
            self.present.add(outcome.path)
            if outcome.capture is None and outcome.issue is None:
                self.report.unchanged += 1
                self.met.add(outcome.path)
                self._count(self.known_kinds[outcome.path], 1)
                continue
            waiting.append(outcome)
            if len(waiting) == BATCH:
                self._store(waiting)
                waiting = []
        if waiting:
            self._store(waiting)
        captures.record_issues(self.run, pictures, {})
        self.report.issues += pictures

    def _report_gone(self) -> None:
        if self.damaged:  # then nobody knows what is still there
            return
        found = vanished.gone(self.run, self.present)
        ids = dict(Capture.objects.filter(path__in=[issue.path for issue in found]).values_list("path", "pk"))
        captures.record_issues(self.run, found, ids)
        self.report.issues += found

    def _entries(self, source: Path) -> Iterator[Entry]:
        """Yield what can be had of a source; a damaged one ends early."""
        try:
            yield from entries(source)
        except SourceError as error:
            self.damaged.append(str(error))

    def _without_images(self, found: Iterable[Entry], issues: list[Issue]) -> Iterator[Entry]:
        """Keep the images that lie beside the articles; pass the articles on."""
        for entry in found:
            if not entry.is_image:
                yield entry
                continue
            try:
                _keep_image(entry, dry_run=self.report.dry_run)
            except UnreadableError as error:
                issues.append(error.issue)

    def _store(self, outcomes: list[worker.Outcome]) -> None:
        unreadable = [outcome.issue for outcome in outcomes if outcome.issue]
        stored = captures.store_captures(outcomes, self.run, self.profile, self.met)
        captures.record_issues(self.run, unreadable, {})
        self.report.created += stored.created
        self.report.updated += stored.updated
        self.report.unchanged += stored.unchanged
        self.report.unreadable += stored.refused + len(unreadable)
        self.report.issues += unreadable + stored.issues
        for kind, count in stored.kinds.items():
            self._count(kind, count)
        reset_queries()

    def _count(self, kind: str, count: int) -> None:
        setattr(self.report, kind, getattr(self.report, kind) + count)

    def write_stories(self, workers: _Workers) -> None:
        """Make stories of all captures that are pending, from this run or from one that was killed."""
        killed = ImportRun.objects.filter(state=ImportRun.State.RUNNING).exclude(pk=self.run.pk)
        if not (Capture.objects.filter(pending=True).exists() or killed.exists()):
            return
        grouping, touched = stories.group_all()
        self.answer_ctrl_c()
        taxonomy = loader.Taxonomy(self.profile)

        def planned() -> Iterator[list[loader.Story]]:
            for part in _chunks(touched, BATCH):
                yield stories.plan(part, grouping, explain=self.report.dry_run)

        for batch, rendered in self._rendered(planned(), workers):
            self.report.conflicts += loader.write_stories(batch, rendered, self.run, taxonomy)
            self.report.changes += [change for story in batch for change in story.changes]
            self.report.conflict_list += [
                (story.plan.source_id, found) for story in batch for found in story.plan.conflicts
            ]
            self.answer_ctrl_c()
            self.progress("stories", len(batch))
            reset_queries()  # with DEBUG on, Django keeps every statement, and these are long
        self._record_not_rendered()
        with transaction.atomic():
            loader.remove_unused_tags()
            suggestions.renew(grouping)
            killed.update(state=ImportRun.State.FAILED)

    def _render_anew(self, workers: _Workers) -> None:
        """Render what a renderer of an earlier version has rendered, as after an update of this program."""
        outdated = Article.objects.exclude(rendered_by=RENDERER_VERSION).order_by("pk")
        for keys in _chunks(list(outdated.values_list("pk", flat=True)), BATCH):
            rows = Article.objects.filter(pk__in=keys).select_related("text_capture")
            articles = list(rows.only("body", "text_capture__path"))
            texts = [(article.text_capture.path, article.body) for article in articles]
            parts = workers.map(worker.render_all, _chunks(texts, CHUNK), self._crashed_text)
            loader.write_rendered(articles, [derived for part in parts for derived in part])
            self.answer_ctrl_c()
            self.progress("articles", len(articles))
            reset_queries()
        self._record_not_rendered()

    def _record_not_rendered(self) -> None:
        captures.record_issues(self.run, self.not_rendered, {})
        self.report.issues += self.not_rendered
        self.not_rendered = []

    def _rendered(
        self, batches: Iterator[list[loader.Story]], workers: _Workers
    ) -> Iterator[tuple[list[loader.Story], list[worker.Derived | None]]]:
        """Render the texts of batches in the workers, one batch ahead of the one that is being written."""
        ahead: collections.deque[tuple[list[loader.Story], Iterator[list[worker.Derived]]]] = collections.deque()
        for batch in batches:
            texts = [(story.text.path, story.new_body) for story in batch if story.new_body is not None]
            ahead.append((batch, workers.start_all(worker.derive_all, _chunks(texts, CHUNK), self._crashed_text)))
            if len(ahead) > 1:
                yield _joined(*ahead.popleft())
        while ahead:
            yield _joined(*ahead.popleft())

    def _crashed_text(self, text: tuple[str, str]) -> worker.Derived:
        path, body = text
        message = "Rendering this text made the process crash. It is shown as plain paragraphs; look at its markup."
        self.not_rendered.append(Issue(path, None, "not-rendered", message))
        return worker.plain(body)


def _joined(
    batch: list[loader.Story], results: Iterator[list[worker.Derived]]
) -> tuple[list[loader.Story], list[worker.Derived | None]]:
    rendered = (result for part in results for result in part)
    return batch, [next(rendered) if story.new_body is not None else None for story in batch]


def _chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def _crashed(entry: Entry) -> worker.Outcome:
    message = "Reading this file made the process crash. It was left out; its bytes are worth a look."
    return worker.Outcome(entry.path, issue=Issue(entry.path, None, "crashed", message))


def _keep_image(entry: Entry, dry_run: bool) -> None:
    """Copy an image into the media storage, unless it is there. Only what a browser shows as a picture.

    Raises UnreadableError for what cannot be kept under its name.
    """
    file = read(entry)
    if not file.data.startswith(SIGNATURES):
        message = "This has the name of a picture and is none. It was left out: check what was saved under this name."
        raise UnreadableError(Issue(file.path, None, "not-a-picture", message))
    if dry_run:
        return
    name = f"rescued/{file.path}"
    try:
        if default_storage.exists(name):
            if default_storage.size(name) == len(file.data):
                return
            default_storage.delete(name)
        default_storage.save(name, ContentFile(file.data))
    except OSError as error:
        in_the_way = FileExistsError | NotADirectoryError | IsADirectoryError
        if not isinstance(error, in_the_way) and error.errno not in (errno.ENOTEMPTY, errno.ENAMETOOLONG):
            raise
        reason = error.strerror or "a file has the name of its folder"
        message = f"The picture cannot be kept under its name: {reason}. Give it another."
        raise UnreadableError(Issue(file.path, None, "unreadable", message)) from error


class _Workers:
    """Worker processes, or none at all with one job; a file that kills its process costs only itself."""

    def __init__(self, jobs: int, profile: ArchiveProfile, known: dict[str, bytes]) -> None:
        self.jobs, self.arguments = jobs, (profile, known, index.read, os.getpid())
        self.pool: Executor | None = None

    def __enter__(self) -> _Workers:
        if self.jobs == 1:
            worker.start(*self.arguments)
        return self

    def __exit__(self, *_exception: object) -> None:
        if self.pool:
            self.pool.shutdown(cancel_futures=True)

    def submit(self, function: Callable[[Any], Result], argument: Any) -> Future[Result]:
        """Do one piece of work, at once or in a process."""
        if self.jobs == 1:
            future: Future[Result] = Future()
            future.set_result(function(argument))
            return future
        if self.pool is None:
            # a forked process must not share the connection; in a dry run's transaction it only inherits it unused
            if not connection.in_atomic_block:
                connection.close()
            self.pool = ProcessPoolExecutor(self.jobs, initializer=worker.start, initargs=self.arguments)
        return self.pool.submit(function, argument)

    def map(
        self,
        function: Callable[[list[Item]], list[Result]],
        chunks: Iterable[list[Item]],
        crashed: Callable[[Item], Result],
    ) -> Iterator[list[Result]]:
        """Yield the results of chunks in order, a few chunks ahead; a chunk whose process died is done item by item."""
        ahead: collections.deque[tuple[list[Item], Future[list[Result]]]] = collections.deque()
        for chunk in chunks:
            ahead.append((chunk, self._submit_again(function, chunk)))
            if len(ahead) > 4 * self.jobs:
                yield self._result(function, *ahead.popleft(), crashed)
        while ahead:
            yield self._result(function, *ahead.popleft(), crashed)

    def start_all(
        self,
        function: Callable[[list[Item]], list[Result]],
        chunks: Iterable[list[Item]],
        crashed: Callable[[Item], Result],
    ) -> Iterator[list[Result]]:
        """Begin with all chunks at once; return an iterator that waits for their results, as ``map`` does."""
        begun = [(chunk, self._submit_again(function, chunk)) for chunk in chunks]
        return (self._result(function, chunk, future, crashed) for chunk, future in begun)

    def _submit_again(self, function: Callable[[list[Item]], list[Result]], chunk: list[Item]) -> Future[list[Result]]:
        try:
            return self.submit(function, chunk)
        except BrokenProcessPool:
            self.pool = None
            return self.submit(function, chunk)

    def _result(
        self,
        function: Callable[[list[Item]], list[Result]],
        chunk: list[Item],
        future: Future[list[Result]],
        crashed: Callable[[Item], Result],
    ) -> list[Result]:
        try:
            return future.result()
        except BrokenProcessPool:
            results = []
            for item in chunk:
                self.pool = None
                try:
                    results += self.submit(function, [item]).result()
                except BrokenProcessPool:
                    results.append(crashed(item))
            self.pool = None
            return results
