"""Takes the last import back, without touching what editors have corrected since."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from articles import corrections
from articles.importer import captures, pipeline
from articles.importer.parser import parse
from articles.importer.worker import Outcome
from articles.models import Article, Capture, CaptureChange, Conflict, Correction, ImportRun
from articles.profile import ArchiveProfile
from articles.search import index

BATCH = 250


class UndoError(ValueError):
    """An import that cannot be undone; the message says why."""


@dataclass
class UndoReport:
    """What an undo did."""

    removed: int = 0
    restored: int = 0
    kept: list[str] = field(default_factory=list)  # ids of new articles that editors have worked on since
    conflicts: int = 0
    closed: int = 0  # conflicts that waited about a value which is gone


def undo(run: ImportRun, profile: ArchiveProfile) -> UndoReport:
    """Restore what a run changed, in one transaction.

    Captures that the run made go, those that it changed get their former bytes back, and the stories
    follow from the captures by the same rules as in an import: corrections stay, and where one meets
    another value than the one it was made against, that is a conflict. A new article that has been
    corrected since is kept with its captures, and named. A conflict that waits about a value which the run
    brought is gone with that value; one that was settled stays settled. Raises UndoError for any run but the last.
    """
    with transaction.atomic():
        run = ImportRun.objects.select_for_update().get(pk=run.pk)
        later = ImportRun.objects.filter(pk__gt=run.pk, changes__isnull=False).exclude(state=ImportRun.State.UNDONE)
        if run.state == ImportRun.State.UNDONE:
            raise UndoError(f"Import {run.pk} is undone already.")
        if later.exists():
            number = later.order_by("-pk").values_list("pk", flat=True)[0]
            raise UndoError(f"Only the last import that changed something can be undone; that is {number}.")
        report = UndoReport()
        waiting = list(run.conflict_rows.filter(state=Conflict.State.OPEN).values_list("pk", flat=True))
        _remove(run, report)
        _restore(run, profile, report)
        outcome = pipeline.ImportReport()
        pipeline.restory(run, profile, outcome)
        report.conflicts = outcome.conflicts
        report.closed = _close(waiting)
        run.state = ImportRun.State.UNDONE
        run.finished_at = timezone.now()
        run.save(update_fields=["state", "finished_at"])
    return report


def _remove(run: ImportRun, report: UndoReport) -> None:
    keys = list(CaptureChange.objects.filter(run=run, before=None).values_list("key", flat=True))
    for start in range(0, len(keys), BATCH):
        part = Capture.objects.filter(key__in=keys[start : start + BATCH])
        corrected = set(
            Correction.objects.filter(article__captures__in=part, created_at__gte=run.started_at).values_list(
                "article_id", "article__source_id"
            )
        )
        report.kept += sorted(source_id for _pk, source_id in corrected)
        doomed = list(part.exclude(article__in=[pk for pk, _id in corrected]).values_list("pk", flat=True))
        for article in Article.objects.filter(text_capture__in=doomed).only("pk", "text_capture"):
            other = Capture.objects.filter(article=article, kind="text").exclude(pk__in=doomed).first()
            if other is None:
                Capture.objects.filter(article=article).update(article=None)
                index.forget([article.pk])
                article.delete()
                continue
            Article.objects.filter(pk=article.pk).update(text_capture=other)
            Capture.objects.filter(pk=other.pk).update(pending=True)
        Capture.objects.filter(article__captures__in=doomed, kind="text").update(pending=True)
        report.removed += len(doomed)
        Capture.objects.filter(pk__in=doomed).delete()


def _close(waiting: list[int]) -> int:
    """Remove conflicts whose import's value the files do not have any more; return how many."""
    gone = []
    for row in Conflict.objects.filter(pk__in=waiting).select_related("article__text_capture"):
        try:
            still = corrections.imported_value(row.article, row.field, row.figure_url) == row.theirs
        except corrections.CorrectionError:
            still = False
        if not still:
            gone.append(row.pk)
    Conflict.objects.filter(pk__in=gone).delete()
    return len(gone)


def _restore(run: ImportRun, profile: ArchiveProfile, report: UndoReport) -> None:
    changed = CaptureChange.objects.filter(run=run, before__isnull=False)
    outcomes = []
    for change in changed.iterator(chunk_size=BATCH):
        file = captures.file_before(change)
        compressed = bytes(change.before or b"")
        outcomes.append(Outcome(file.path, file.sha256, parse(file, profile), compressed, len(file.data)))
        if len(outcomes) == BATCH:
            captures.restore_captures(outcomes, profile)
            outcomes = []
        report.restored += 1
    if outcomes:
        captures.restore_captures(outcomes, profile)
