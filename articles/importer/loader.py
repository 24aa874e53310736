"""The only writer of imported rows: captures first, then the stories they make, in bulk."""

from __future__ import annotations

import datetime
import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import BinaryField, DateField, JSONField, Model

from articles.derived import sort_key_of
from articles.importer import reconcile
from articles.importer.reader import walk_order
from articles.importer.records import PARSER_VERSION, Issue, ParsedCapture
from articles.importer.worker import Derived, Outcome
from articles.models import (
    Article,
    Author,
    Byline,
    Capture,
    CaptureChange,
    Conflict,
    Figure,
    ImportIssue,
    ImportRun,
    Section,
    Tag,
    TaggedArticle,
)
from articles.profile import ArchiveProfile
from articles.rendering import RENDERER_VERSION
from articles.search import index
from articles.slugs import slug_of

# What a file decides of its capture; the rest belongs to editors, or to the story.
_CAPTURE_COLUMNS = (
    "source_id path sha256 original original_size parsed_by kind placeholder_rule original_url wayback_url captured_at "
    "front_matter title published_on updated_at section_name bylines tag_names body removed is_draft pending "
    "linked_id inferred_on inferred_from fingerprint"
).split()
_ARTICLE_COLUMNS = (
    "text_capture_id title published_on date_inferred date_evidence updated_at section_id body html excerpt rendered_by "
    "imported sort_key"
).split()
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
    _insert(CaptureChange, ["run_id", "key", "path", "before"], rows, "ON CONFLICT (run_id, key) DO NOTHING")


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
    columns = ["key", *_CAPTURE_COLUMNS, "evidence", "pinned_story", "gives_text"]
    rows = [(key, *_capture_values(outcome, mark), "", "", False) for key, outcome in fresh.items()]
    news = ", ".join(f"{column} = excluded.{column}" for column in _CAPTURE_COLUMNS)
    _insert(Capture, columns, rows, f"ON CONFLICT (key) DO UPDATE SET {news}")
    return dict(Capture.objects.filter(key__in=list(fresh)).values_list("key", "pk"))


def _capture_values(outcome: Outcome, mark: str) -> tuple[Any, ...]:
    """Return what a parsed file brings, in the order of ``_CAPTURE_COLUMNS``."""
    capture = outcome.capture
    if capture is None:
        raise ValueError(f"{outcome.path} was not parsed.")
    return (
        capture.source_id,
        capture.path,
        outcome.sha256,
        outcome.original,
        outcome.size,
        mark,
        capture.kind,
        capture.placeholder_rule,
        capture.original_url,
        capture.wayback_url,
        capture.captured_at,
        capture.front_matter,
        capture.title,
        capture.published_on,
        capture.updated_at,
        capture.section,
        [vars(byline) for byline in capture.bylines],
        list(capture.tags),
        capture.body,
        [list(pair) for pair in capture.removed],
        capture.draft,
        capture.kind == "text",
        capture.linked_id,
        capture.inferred_on,
        capture.inferred_from,
        capture.fingerprint,
    )


def _replace_figures(fresh: dict[str, Outcome], ids: dict[str, int], existing: dict[str, Capture]) -> None:
    if changed := [existing[key].pk for key in fresh if key in existing]:
        Figure.objects.filter(capture__in=changed).delete()
    _insert(
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


@dataclass(frozen=True)
class FieldChange:
    """One field that an import changes, or a new article, for a dry run's difference."""

    source_id: str
    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Story:
    """The captures of one story, the last of which gives the text, and what is decided about it."""

    captures: tuple[Capture, ...]
    evidence: tuple[str, ...]
    plan: reconcile.Plan
    article_id: int | None
    changes: tuple[FieldChange, ...] = ()

    @property
    def text(self) -> Capture:
        """The capture that gives the text."""
        return self.captures[-1]

    @property
    def new_body(self) -> str | None:
        """The Markdown that must be rendered, or None where the stored HTML stands."""
        return self.plan.values.get("body")


class Taxonomy:
    """Ids of sections, authors and tags by name; missing ones are made."""

    def __init__(self, profile: ArchiveProfile) -> None:
        self.labels = {label.name: (position, label) for position, label in enumerate(profile.sections, 1)}
        self.sections: dict[str, int] = dict(Section.objects.values_list("name", "pk"))
        self.tags: dict[str, int] = dict(Tag.objects.values_list("name", "pk"))
        self.authors: dict[str, int] = dict(Author.objects.values_list("name", "pk"))

    def ensure(self, stories: Sequence[Story]) -> None:
        """Make what the stories name and the archive does not have yet."""
        names = {name: dict.fromkeys(_names(stories, name)) for name in ("section", "authors", "tags")}
        # of all versions, so that sections, authors and what is known of them do not depend on which one came first
        filed = [capture.section_name for story in stories for capture in story.captures if capture.section_name]
        self._make(Section, self.sections, dict.fromkeys([*names["section"], *filed]), self._section)
        signed = [byline["name"] for story in stories for capture in story.captures for byline in capture.bylines]
        self._make(Author, self.authors, dict.fromkeys([*names["authors"], *signed]), self._plain)
        self._make(Tag, self.tags, names["tags"], self._tag)

    def _make(self, model: type[Model], ids: dict[str, int], names: Iterable[str], values: Any) -> None:
        missing = [name for name in names if name not in ids]
        if missing:
            model._default_manager.bulk_create([model(name=name, **values(name)) for name in missing])
            ids.update(model._default_manager.filter(name__in=missing).values_list("name", "pk"))

    @staticmethod
    def _plain(name: str) -> dict[str, Any]:
        return {"slug": slug_of(name)}

    @staticmethod
    def _tag(name: str) -> dict[str, Any]:
        return {"slug": slug_of(name), "is_imported": True}

    def _section(self, name: str) -> dict[str, Any]:
        if name not in self.labels:
            return {"slug": slug_of(name)}
        position, label = self.labels[name]
        return {"slug": label.slug, "label_en": label.label_en, "position": position}


def _names(stories: Sequence[Story], name: str) -> Iterable[str]:
    for story in stories:
        value = story.plan.values.get(name)
        yield from [value] if isinstance(value, str) else value or []


def write_stories(
    stories: Sequence[Story], rendered: Sequence[Derived | None], run: ImportRun, taxonomy: Taxonomy
) -> int:
    """Write a batch of decided stories in one transaction; return how many conflicts are new."""
    with transaction.atomic():
        taxonomy.ensure(stories)
        changed = [
            (story, derived)
            for story, derived in zip(stories, rendered, strict=True)
            if story.plan.action != "unchanged"
        ]
        ids = _write_articles(changed, taxonomy)
        _write_lists([story for story, _derived in changed], ids, taxonomy)
        ids |= {story.plan.source_id: story.article_id for story in stories if story.article_id}
        _link_captures(stories, ids)
        _link_figures([story for story, _derived in changed], ids)
        _describe_authors(stories)
        conflicts = _write_conflicts([story for story, _derived in changed], ids, run)
        # last: from here on, other writers wait for this transaction
        readings = {
            ids[story.plan.source_id]: derived.reading for story, derived in changed if derived and derived.reading
        }
        index.update((ids[story.plan.source_id] for story, _derived in changed), readings)
        return conflicts


def _write_articles(changed: Sequence[tuple[Story, Derived | None]], taxonomy: Taxonomy) -> dict[str, int]:
    created: list[Article] = []
    updated: list[Article] = []
    existing = {
        article.pk: article
        for article in Article.objects.filter(
            pk__in=[story.article_id for story, _derived in changed if story.article_id]
        )
    }
    for story, derived in changed:
        plan, capture = story.plan, story.text
        article = existing.get(story.article_id or 0) or Article(
            source_id=plan.source_id, status=Article.Status.REVIEW if capture.is_draft else Article.Status.PUBLISHED
        )
        article.text_capture_id = capture.pk
        article.updated_at = capture.updated_at
        article.imported = plan.imported
        if "title" in plan.values:
            article.title = plan.values["title"]
        if "published_on" in plan.values:
            day = plan.values["published_on"]
            article.published_on = datetime.date.fromisoformat(day) if day else None
            article.date_evidence = plan.imported["date_evidence"] if day == plan.imported["published_on"] else ""
            article.date_inferred = bool(article.date_evidence)
        if "section" in plan.values:
            article.section_id = taxonomy.sections.get(plan.values["section"] or "")
        if derived is not None:
            article.body = plan.values["body"]
            article.html, article.excerpt = derived.html, derived.excerpt
            article.rendered_by = RENDERER_VERSION
        article.sort_key = sort_key_of(article.published_on, plan.source_id)
        (updated if article.pk else created).append(article)
    columns = ["source_id", *_ARTICLE_COLUMNS, "status", "notice", "status_reason"]
    _insert(Article, columns, [tuple(getattr(article, column) for column in columns) for article in created])
    Article.objects.bulk_update(updated, [column.removesuffix("_id") for column in _ARTICLE_COLUMNS], batch_size=100)
    named = [article.source_id for article in created]
    ids = dict(Article.objects.filter(source_id__in=named).values_list("source_id", "pk"))
    return ids | {article.source_id: article.pk for article in updated}


def _write_lists(changed: Sequence[Story], ids: dict[str, int], taxonomy: Taxonomy) -> None:
    """Write bylines and tags, replacing those of articles that were there before."""
    bylines, tagged = [], []
    stale: dict[type[Model], list[int]] = {Byline: [], TaggedArticle: []}
    for story in changed:
        article_id = ids[story.plan.source_id]
        if "authors" in story.plan.values:
            if story.article_id:
                stale[Byline].append(article_id)
            credits = {byline["name"]: byline["credit"] for byline in story.text.bylines}
            bylines += [
                (article_id, taxonomy.authors[name], position, credits.get(name, ""))
                for position, name in enumerate(story.plan.values["authors"])
            ]
        if "tags" in story.plan.values:
            if story.article_id:
                stale[TaggedArticle].append(article_id)
            tagged += [
                (article_id, taxonomy.tags[name], position) for position, name in enumerate(story.plan.values["tags"])
            ]
    if stale[Byline]:
        Byline.objects.filter(article__in=stale[Byline]).delete()
    if stale[TaggedArticle]:
        TaggedArticle.objects.filter(content_object__in=stale[TaggedArticle]).delete()
    _insert(Byline, ["article_id", "author_id", "position", "credit"], bylines)
    _insert(TaggedArticle, ["content_object_id", "tag_id", "position"], tagged)


def _link_captures(stories: Sequence[Story], ids: dict[str, int]) -> None:
    _execute_many(
        "UPDATE articles_capture SET article_id = %s, evidence = %s, pending = %s WHERE id = %s",
        [
            (ids[story.plan.source_id], evidence, False, capture.pk)
            for story in stories
            for capture, evidence in zip(story.captures, story.evidence, strict=True)
        ],
    )


def _link_figures(changed: Sequence[Story], ids: dict[str, int]) -> None:
    """Make the text capture's figures the article's, with the captions that editors corrected."""
    if before := [story.article_id for story in changed if story.article_id]:
        Figure.objects.filter(article__in=before).update(article=None)
    _execute_many(
        "UPDATE articles_figure SET article_id = %s WHERE capture_id = %s",
        [(ids[story.plan.source_id], story.text.pk) for story in changed],
    )
    corrected = []
    for story in changed:
        if not story.plan.figures:
            continue
        for figure in story.text.figures.all():
            url = figure.original_url or figure.archived_url
            for name in reconcile.FIGURE_FIELDS:
                if (name, url) in story.plan.figures:
                    setattr(figure, name, story.plan.figures[name, url])
                    corrected.append(figure)
    Figure.objects.bulk_update(corrected, reconcile.FIGURE_FIELDS, batch_size=100)


def _insert(model: type[Model], columns: Sequence[str], rows: list[tuple[Any, ...]], on_conflict: str = "") -> None:
    """Insert rows of plain values: bulk_create of as many takes four times as long."""
    fields = {field.column: field for field in model._meta.concrete_fields}
    # of the others, a database takes Python's own values
    prepared = [
        (place, fields[column])
        for place, column in enumerate(columns)
        if isinstance(fields[column], JSONField | DateField | BinaryField)
    ]
    if prepared:
        lists = [list(row) for row in rows]
        for row in lists:
            for place, column in prepared:
                row[place] = column.get_db_prep_save(row[place], connection)
        rows = [tuple(row) for row in lists]
    places = ", ".join(["%s"] * len(columns))
    table = model._meta.db_table
    _execute_many(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places}) {on_conflict}", rows)  # noqa: S608


def _execute_many(statement: str, rows: list[tuple[Any, ...]]) -> None:
    """Run one statement for many rows: Django's bulk_update would build a CASE of as many branches."""
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(statement, rows)


def _describe_authors(stories: Sequence[Story]) -> None:
    """Take role, biography and portrait from the latest capture that has them, in whatever order captures come."""
    latest: dict[str, tuple[str, dict[str, Any]]] = {}
    generic = set()
    for story in stories:
        for capture in story.captures:
            moment = capture.key.partition("@")[2]
            as_of = f"{sort_key_of(capture.published_on, capture.source_id)}@{moment}"[:120]
            for byline in capture.bylines:
                if byline["generic"]:
                    generic.add(byline["name"])
                described = byline["role"] or byline["biography"] or byline["avatar_url"]
                if described and as_of > latest.get(byline["name"], ("", {}))[0]:
                    latest[byline["name"]] = (as_of, byline)
    if not latest and not generic:
        return
    Author.objects.filter(name__in=generic, is_generic=False).update(is_generic=True)
    stored = Author.objects.filter(name__in=list(latest)).values_list("pk", "name", "described_as_of")
    _execute_many(
        "UPDATE articles_author SET described_as_of = %s, role = %s, biography = %s, avatar_url = %s, "
        "avatar_original_url = %s WHERE id = %s",
        [
            (as_of, byline["role"][:50], byline["biography"], byline["avatar_url"], byline["avatar_original_url"], pk)
            for pk, name, described_as_of in stored
            for as_of, byline in [latest[name]]
            if as_of > described_as_of
        ],
    )


def refresh_statistics() -> None:
    """Have PostgreSQL look at the tables now: until its daemon does, it plans as if they were as empty as before."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def remove_unused_tags() -> None:
    """Remove imported tags that no article has any more: those of a text that another version has replaced."""
    Tag.objects.filter(is_imported=True, tagged_articles=None, alias_of=None, aliases=None).delete()


def _write_conflicts(changed: Sequence[Story], ids: dict[str, int], run: ImportRun) -> int:
    rows = [
        Conflict(
            article_id=ids[story.plan.source_id],
            field=found.field,
            figure_url=found.figure_url,
            digest=found.digest,
            base=found.base,
            theirs=found.theirs,
            ours=found.ours,
            run=run,
        )
        for story in changed
        for found in story.plan.conflicts
    ]
    if not rows:
        return 0
    before = Conflict.objects.count()
    Conflict.objects.bulk_create(rows, ignore_conflicts=True)
    return Conflict.objects.count() - before
