"""Files into captures with their figures: the first step of an import."""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from articles.importer.reader import walk_order
from articles.importer.records import PARSER_VERSION, Issue, ParsedCapture, SourceFile
from articles.importer.rows import insert
from articles.importer.worker import Outcome
from articles.models import Article, Capture, CaptureChange, Figure, ImportIssue, ImportRun
from articles.profile import ArchiveProfile
from articles.search import index

_FIGURE_COLUMNS = "caption credit alt original_url archived_url file host".split()


@dataclass
class Stored:
    """What one batch of files did to the captures; each file is in exactly one of the first four."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    kinds: dict[str, int] = field(default_factory=lambda: {"text": 0, "placeholder": 0})
    issues: list[Issue] = field(default_factory=list)


def parsed_by(profile: ArchiveProfile) -> str:
    """Return what a capture's reading depends on besides its bytes."""
    return f"{PARSER_VERSION}:{profile.digest}"


def store_captures(
    outcomes: Sequence[Outcome], run: ImportRun, profile: ArchiveProfile, met: set[str] | None = None
) -> Stored:
    """Write a batch of parsed files as captures with their figures and issues, in one transaction.

    ``met`` names the stored files that this run has met, and is added to: of two files of one capture in one
    run, one is too many; a file that replaces one of another time is a better rescue.
    """
    met = set() if met is None else met
    stored = Stored()
    mark = parsed_by(profile)
    with transaction.atomic():
        keys = [outcome.capture.key for outcome in outcomes if outcome.capture]
        existing = {
            row.key: row
            for row in Capture.objects.filter(key__in=keys).only(
                "key", "path", "sha256", "parsed_by", "kind", "article"
            )
        }
        chosen: dict[str, Any] = {}
        paths = {key: row.path for key, row in existing.items()}
        hashes = {key: row.sha256 for key, row in existing.items()}
        for outcome in outcomes:
            capture = outcome.capture
            if capture is None:
                continue
            stored_path = paths.get(capture.key)
            if stored_path and hashes[capture.key] == outcome.sha256:
                met.add(stored_path)
            if issue := _refusal(outcome, capture, existing.get(capture.key), stored_path, hashes, met):
                stored.refused += 1
                stored.issues.append(issue)
                continue
            if stored_path in met and hashes[capture.key] != outcome.sha256:
                # two different files of one key in a run: the one that a folder shows first stays, whatever the order
                stored.issues.append(_collision(stored_path, capture))
            if earlier := chosen.get(capture.key):
                if earlier.sha256 == outcome.sha256:
                    stored.unchanged += 1
                    stored.kinds[capture.kind] += 1
                    continue
                stored.refused += 1
                stored.kinds[earlier.capture.kind] -= 1
            stored.kinds[capture.kind] += 1
            chosen[capture.key] = outcome
            paths[capture.key], hashes[capture.key] = capture.path, outcome.sha256
            met.add(capture.path)
        fresh = {}
        for key, outcome in chosen.items():
            row = existing.get(key)
            if row is None:
                stored.created += 1
            elif row.sha256 != outcome.sha256:
                stored.updated += 1
            else:
                stored.unchanged += 1
                if row.parsed_by == mark:
                    continue
            fresh[key] = outcome
        _remember(fresh, existing, run)
        _release_placeholders(fresh, existing)
        ids = _upsert_captures(fresh, mark)
        _replace_figures(fresh, ids, existing)
        for outcome in fresh.values():
            stored.issues += outcome.capture.issues if outcome.capture else ()
        record_issues(run, stored.issues, {outcome.path: ids[key] for key, outcome in fresh.items()})
    return stored


def restore_captures(outcomes: Sequence[Outcome], profile: ArchiveProfile) -> None:
    """Put captures back to what these files say, in the caller's transaction, whatever is stored now."""
    fresh = {outcome.capture.key: outcome for outcome in outcomes if outcome.capture}
    existing = {row.key: row for row in Capture.objects.filter(key__in=list(fresh)).only("key", "kind", "article")}
    _release_placeholders(fresh, existing)
    _replace_figures(fresh, _upsert_captures(fresh, parsed_by(profile)), existing)


def file_before(change: CaptureChange) -> SourceFile:
    """Return the file whose place an import has given to another, as it was."""
    data = zlib.decompress(bytes(change.before or b""))
    return SourceFile(change.path, data, hashlib.sha256(data).hexdigest())


def _remember(fresh: dict[str, Outcome], existing: dict[str, Capture], run: ImportRun) -> None:
    """Keep what undoing this run needs: the bytes that each changed capture had."""
    before = {
        row.key: (row.path, row.original)
        for row in Capture.objects.filter(key__in=[key for key in fresh if key in existing]).only(
            "key", "path", "original"
        )
    }
    rows = [(run.pk, key, *before.get(key, ("", None))) for key in fresh]
    # a key that this run changes twice keeps the state from before the run
    insert(CaptureChange, ["run_id", "key", "path", "before"], rows, "ON CONFLICT (run_id, key) DO NOTHING")


def _refusal(
    outcome: Outcome,
    capture: ParsedCapture,
    row: Capture | None,
    stored_path: str | None,
    hashes: dict[str, str],
    met: set[str],
) -> Issue | None:
    """Return why this file must not take the place of what is stored under its key."""
    if stored_path is None or hashes[capture.key] == outcome.sha256:
        return None
    # the same name in another folder, or at another time, is the same file moved or rescued anew
    another = stored_path in met or os.path.basename(stored_path) != os.path.basename(capture.path)
    if another and walk_order(stored_path) <= walk_order(capture.path):
        return _collision(capture.path, capture, stored_path)
    if row and row.kind == Capture.Kind.TEXT and capture.kind == Capture.Kind.PLACEHOLDER:
        message = "An earlier import of this capture had the story; this file has none. The story was kept."
        return Issue(capture.path, None, "lost-text", message)
    return None


def _collision(path: str, capture: ParsedCapture, kept: str = "") -> Issue:
    message = (
        f"This file and {kept or capture.path} both say they are {capture.key}. That one was kept. Remove one of "
        "them, or give this one an id of its own."
    )
    return Issue(path, None, "id-collision", message)


def _release_placeholders(fresh: dict[str, Outcome], existing: dict[str, Capture]) -> None:
    """Dissolve articles whose text a changed profile calls a placeholder, unless an editor has worked on them."""
    lost = [
        existing[key].pk
        for key, outcome in fresh.items()
        if outcome.capture and outcome.capture.kind == "placeholder" and key in existing and existing[key].article_id
    ]
    if not lost:
        return
    gone = Article.objects.filter(text_capture__in=lost)
    Capture.objects.filter(article__in=gone, kind="text").update(pending=True)
    Capture.objects.filter(pk__in=lost).update(article=None)
    for article in gone:
        Capture.objects.filter(article=article).update(article=None)
    index.forget(article.pk for article in gone)
    gone.delete()


def _upsert_captures(fresh: dict[str, Outcome], mark: str) -> dict[str, int]:
    """Write captures; return their ids by key."""
    brought = [_brought_by(outcome, mark) for outcome in fresh.values()]
    if not brought:
        return {}
    of_the_file = list(brought[0])
    columns = ["key", *of_the_file, "evidence", "pinned_story", "gives_text"]
    rows = [(key, *values.values(), "", "", False) for key, values in zip(fresh, brought, strict=True)]
    news = ", ".join(f"{column} = excluded.{column}" for column in of_the_file)
    insert(Capture, columns, rows, f"ON CONFLICT (key) DO UPDATE SET {news}")
    return dict(Capture.objects.filter(key__in=list(fresh)).values_list("key", "pk"))


def _brought_by(outcome: Outcome, mark: str) -> dict[str, Any]:
    """Return what a parsed file decides of its capture, by column; the rest belongs to editors, or to the story."""
    capture = outcome.capture
    if capture is None:
        raise ValueError(f"{outcome.path} was not parsed.")
    return {
        "source_id": capture.source_id,
        "path": capture.path,
        "sha256": outcome.sha256,
        "original": outcome.original,
        "original_size": outcome.size,
        "parsed_by": mark,
        "kind": capture.kind,
        "placeholder_rule": capture.placeholder_rule,
        "original_url": capture.original_url,
        "wayback_url": capture.wayback_url,
        "captured_at": capture.captured_at,
        "front_matter": capture.front_matter,
        "title": capture.title,
        "published_on": capture.published_on,
        "updated_at": capture.updated_at,
        "section_name": capture.section,
        "bylines": [vars(byline) for byline in capture.bylines],
        "tag_names": list(capture.tags),
        "body": capture.body,
        "removed": [list(pair) for pair in capture.removed],
        "is_draft": capture.draft,
        "pending": capture.kind == "text",
        "linked_id": capture.linked_id,
        "inferred_on": capture.inferred_on,
        "inferred_from": capture.inferred_from,
        "fingerprint": capture.fingerprint,
    }


def _replace_figures(fresh: dict[str, Outcome], ids: dict[str, int], existing: dict[str, Capture]) -> None:
    if changed := [existing[key].pk for key in fresh if key in existing]:
        Figure.objects.filter(capture__in=changed).delete()
    insert(
        Figure,
        ["capture_id", "position", "kind", *_FIGURE_COLUMNS],
        [
            (ids[key], number, figure.kind, *(getattr(figure, name) for name in _FIGURE_COLUMNS))
            for key, outcome in fresh.items()
            if outcome.capture
            for number, figure in enumerate(outcome.capture.figures, 1)
        ],
    )


def record_issues(run: ImportRun, issues: Iterable[Issue], captures: dict[str, int]) -> None:
    """Keep issues, each once however often it is met."""
    rows = []
    for issue in issues:
        identity = "\0".join((issue.path, str(issue.line), issue.kind, issue.message))
        digest = hashlib.sha256(identity.encode()).hexdigest()
        rows.append(
            ImportIssue(
                run=run,
                digest=digest,
                path=issue.path,
                line=issue.line,
                kind=issue.kind,
                message=issue.message,
                capture_id=captures.get(issue.path),
            )
        )
    ImportIssue.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
