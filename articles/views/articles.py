"""The page of one article."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, Func, JSONField, OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from articles import edits, profile
from articles.metadata import memento_links, metadata_of
from articles.models import Article, Author, Byline, Capture, Correction, Section, Tag, TaggedArticle
from articles.search.related import related
from articles.views.citations import citation_of, page_of, written
from articles.views.redirects import published_or_answer

AUTHOR_FIELDS = ("name", "slug", "role", "biography", "avatar_url", "avatar_original_url", "is_generic")
EDITION = ("key", "source_id", "title", "body", "updated_at", "captured_at")
CAPTURE_FIELDS = ("pk", *EDITION, "sha256", "original_url", "wayback_url")
ROWS = ("earlier", "later", "signed", "tag_rows", "other_captures", "capture_row", "section_row")
ASKED = "/"  # stands for the source id in the statement; in no id, since it parts addresses


class JSONRows(Func):
    """The rows of a subquery as one JSON list."""

    function = "JSONB_AGG"
    output_field = JSONField()
    # To the ORM this is an aggregate, though it groups nothing.
    contains_aggregate = False

    def as_sqlite(self, compiler, connection, **extra):  # type: ignore[no-untyped-def]
        """SQLite has the same function under another name."""
        return self.as_sql(compiler, connection, function="JSON_GROUP_ARRAY", **extra)


@require_safe
def article(request: HttpRequest, source_id: str) -> HttpResponse:
    """Show one article, or say what became of it."""
    story = published_or_answer(request, _for_reading(source_id), source_id)
    if isinstance(story, HttpResponse):
        return story
    corrections = story.corrections.public().with_fate() if story.is_corrected else []  # type: ignore[attr-defined]
    story.public_corrections = list(corrections)  # type: ignore[attr-defined]
    authors, tags = _authors(story), _tags(story)
    citation = citation_of(story, authors, tags, story.text_capture)
    context = {
        "article": story,
        "authors": authors,
        "tags": tags,
        **_record(story),
        "related": related(story),
        "canonical_url": citation.here,
        "citation": citation,
        "cited": written(citation),
        "metadata": metadata_of(page_of(story, citation)),
    }
    response = render(request, "articles/article.html", context)
    if links := memento_links(citation):
        response["Link"] = links
    return response


def _for_reading(source_id: str) -> Article | None:
    """Return one article with all that its page shows, if it is there."""
    sql, parameters = _statement()
    rows = Article.objects.raw(sql, [source_id if one == ASKED else one for one in parameters])
    for story in rows.prefetch_related("figures"):
        for name in ROWS:
            value = getattr(story, name)
            setattr(story, name, json.loads(value) if isinstance(value, str) else value)
        story.text_capture = Capture(**_with_times(story.capture_row))  # type: ignore[attr-defined]
        section = story.section_row  # type: ignore[attr-defined]
        story.section = Section(**section) if section["pk"] else None
        return story
    return None


@cache
def _statement() -> tuple[str, tuple[Any, ...]]:
    """Return SQL for one article with its section, capture, authors, tags and neighbours, and its parameters.

    Written once: Django takes several times as long for it as the database takes for its answer.
    """
    in_section = Article.objects.published().filter(section=OuterRef("section"))
    neighbour = JSONObject(source_id="source_id", title="title")
    earlier = in_section.filter(sort_key__lt=OuterRef("sort_key")).order_by("-sort_key")
    later = in_section.filter(sort_key__gt=OuterRef("sort_key")).order_by("sort_key")
    signed = Byline.objects.filter(article=OuterRef("pk")).order_by()
    others = Capture.objects.filter(article=OuterRef("pk")).exclude(pk=OuterRef("text_capture")).order_by()
    stands_for = JSONObject(pk="author__alias_of", **{name: f"author__alias_of__{name}" for name in AUTHOR_FIELDS})
    own = {name: f"author__{name}" for name in AUTHOR_FIELDS}
    author = JSONObject(position="position", pk="author_id", stands_for=stands_for, **own)
    tagged = TaggedArticle.objects.filter(content_object=OuterRef("pk")).order_by()
    stands_for = JSONObject(name="tag__alias_of__name", slug="tag__alias_of__slug")
    tag = JSONObject(position="position", name="tag__name", slug="tag__slug", stands_for=stands_for)
    selected = Article.objects.filter(source_id=ASKED).annotate(
        earlier=Subquery(earlier.values(row=neighbour)[:1]),
        later=Subquery(later.values(row=neighbour)[:1]),
        signed=Subquery(signed.values(rows=JSONRows(author))),
        tag_rows=Subquery(tagged.values(rows=JSONRows(tag))),
        other_captures=Subquery(others.values(rows=JSONRows(JSONObject(**{name: name for name in EDITION})))),
        capture_row=JSONObject(**{name: f"text_capture__{name}" for name in CAPTURE_FIELDS}),
        section_row=JSONObject(**{name: f"section__{name}" for name in ("pk", "name", "slug", "label_en")}),
        is_corrected=Exists(Correction.objects.public().filter(article=OuterRef("pk"))),
    )
    return selected.defer("body", "imported").query.sql_with_params()


def _record(story: Article) -> dict[str, Any]:
    """Say in a sentence what the newsroom changed, and count what the article's record holds."""
    found = edits.Edition(**{name: getattr(story.text_capture, name) for name in EDITION}, is_current=True)
    others = [
        edits.Edition(**_with_times(row))
        for row in story.other_captures or []  # type: ignore[attr-defined]
    ]
    versions = edits.versions_of(edits.in_order([*others, found])) if others else []
    zone = ZoneInfo(profile.current().time_zone)
    return {
        "edits": edits.sentence(versions, None if story.date_inferred else story.published_on, zone),
        "version_count": len(versions),
        "saved_count": len(others) + 1,
    }


def _with_times(row: dict[str, Any]) -> dict[str, Any]:
    """Read the times of a capture as a database writes them into JSON: SQLite leaves the zone out, which is UTC."""
    times = {name: datetime.fromisoformat(row[name]) for name in ("updated_at", "captured_at") if row[name]}
    return row | {name: time if time.tzinfo else time.replace(tzinfo=UTC) for name, time in times.items()}


def _authors(story: Article) -> list[Author]:
    """Return the authors in the order in which they signed, each alias as the author that it stands for, each once."""
    rows = sorted(story.signed or [], key=lambda row: row["position"])  # type: ignore[attr-defined]
    signers = {row["pk"]: row for row in (row["stands_for"] if row["stands_for"]["pk"] else row for row in rows)}
    return [Author(pk=pk, **{name: row[name] for name in AUTHOR_FIELDS}) for pk, row in signers.items()]


def _tags(story: Article) -> list[Tag]:
    """Return the article's tags in order, each once; an alias goes with the tag it stands for, in ``also``."""
    tags: dict[str, Tag] = {}
    for row in sorted(story.tag_rows or [], key=lambda row: row["position"]):  # type: ignore[attr-defined]
        stands_for = row["stands_for"] if row["stands_for"]["slug"] else None
        leader = stands_for or row
        tag = tags.setdefault(leader["slug"], Tag(name=leader["name"], slug=leader["slug"]))
        tag.also = [*getattr(tag, "also", []), *([row["name"]] if stands_for else [])]
    return list(tags.values())
