"""Files that an earlier import found in the same sources and that are in them no more: reported once, never deleted."""

from __future__ import annotations

from collections.abc import Set
from pathlib import PurePosixPath as PurePath

from django.db.models import Max

from articles.importer.records import Issue
from articles.models import Capture, CaptureChange, ImportIssue, ImportRun

KIND = "gone"


def gone(run: ImportRun, present: Set[str]) -> list[Issue]:
    """Return an issue for each file that came from this run's sources and is not among the paths ``present``.

    A file belongs to the sources that it came from last; one that has been reported is not reported again.
    """
    earlier = ImportRun.objects.filter(pk__lt=run.pk).exclude(state=ImportRun.State.UNDONE)
    same = {pk for pk, sources in earlier.values_list("pk", "sources") if sources == run.sources}
    if not same:
        return []
    missing = {key: path for key, path in Capture.objects.values_list("key", "path") if path not in present}
    if not missing:
        return []
    told = set(ImportIssue.objects.filter(kind=KIND).values_list("path", flat=True))
    brought = CaptureChange.objects.exclude(run__state=ImportRun.State.UNDONE).order_by().values("key")
    keys = {key for key, last in brought.annotate(last=Max("run")).values_list("key", "last") if last in same}
    message = (
        "An earlier import found this file in the same place; it is gone from there. Nothing was deleted: put it back, "
        "or withhold the article if it should not be read."
    )
    paths = sorted(path for key, path in missing.items() if key in keys and path not in told)
    # a folder that could not be read is an issue under its own name, and says nothing about its files
    return [Issue(path, None, KIND, message) for path in paths if present.isdisjoint(map(str, PurePath(path).parents))]
