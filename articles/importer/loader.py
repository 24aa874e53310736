"""Decided stories into articles, in bulk: the second step of an import."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Model

from articles.derived import sort_key_of
from articles.importer import reconcile
from articles.importer.rows import execute_many, insert
from articles.importer.worker import Derived
from articles.models import (
    Article,
    Author,
    Byline,
    Capture,
    Conflict,
    Figure,
    ImportRun,
    Section,
    Tag,
    TaggedArticle,
)
from articles.profile import ArchiveProfile
from articles.rendering import RENDERER_VERSION
from articles.search import index
from articles.slugs import slug_of

_ARTICLE_COLUMNS = (
    "text_capture_id title published_on date_inferred date_evidence updated_at section_id body html excerpt "
    "rendered_by imported sort_key"
).split()


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


def write_rendered(articles: Sequence[Article], rendered: Sequence[Derived]) -> None:
    """Write what an earlier renderer had rendered and this one has rendered anew; corrected meanwhile, it is not."""
    with transaction.atomic():
        rows = Article.objects.select_for_update().filter(pk__in=[article.pk for article in articles])
        bodies = dict(rows.values_list("pk", "body"))
        same = [
            (article, derived)
            for article, derived in zip(articles, rendered, strict=True)
            if bodies.get(article.pk) == article.body
        ]
        for article, derived in same:
            article.html, article.excerpt = derived.html, derived.excerpt
            article.rendered_by = RENDERER_VERSION
        columns = ["html", "excerpt", "rendered_by"]
        Article.objects.bulk_update([article for article, _derived in same], columns, batch_size=100)


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
    insert(Article, columns, [tuple(getattr(article, column) for column in columns) for article in created])
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
    insert(Byline, ["article_id", "author_id", "position", "credit"], bylines)
    insert(TaggedArticle, ["content_object_id", "tag_id", "position"], tagged)


def _link_captures(stories: Sequence[Story], ids: dict[str, int]) -> None:
    execute_many(
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
    execute_many(
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
    execute_many(
        "UPDATE articles_author SET described_as_of = %s, role = %s, biography = %s, avatar_url = %s, "
        "avatar_original_url = %s WHERE id = %s",
        [
            (as_of, byline["role"][:50], byline["biography"], byline["avatar_url"], byline["avatar_original_url"], pk)
            for pk, name, described_as_of in stored
            for as_of, byline in [latest[name]]
            if as_of > described_as_of
        ],
    )


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
