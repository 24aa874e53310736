"""The page of one article."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Func, JSONField, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from articles import edits, profile
from articles.metadata import memento_links, metadata_of
from articles.models import Article, Author, Byline, Capture, Correction, Tag, TaggedArticle
from articles.search.related import related
from articles.views.citations import citation_of, page_of, written
from articles.views.redirects import published_or_answer

AUTHOR_FIELDS = ("name", "slug", "role", "biography", "avatar_url", "avatar_original_url", "is_generic")
EDITION = ("key", "source_id", "title", "body", "updated_at", "captured_at")


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
    story = published_or_answer(request, _for_reading(source_id).first(), source_id)
    if isinstance(story, HttpResponse):
        return story
    authors, tags = _authors(story), canonical_tags(story)
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


def _for_reading(source_id: str) -> QuerySet[Article]:
    """Select one article with all its page shows."""
    return _all_for_reading().filter(source_id=source_id)


@cache
def _all_for_reading() -> QuerySet[Article]:
    """Select articles with all that their pages show; the authors and neighbours come along in the same query.

    The selection is put together once: that takes a good part of the time that a page takes.
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
    return (
        Article.objects.annotate(
            earlier=Subquery(earlier.values(row=neighbour)[:1]),
            later=Subquery(later.values(row=neighbour)[:1]),
            signed=Subquery(signed.values(rows=JSONRows(author))),
            other_captures=Subquery(others.values(rows=JSONRows(JSONObject(**{name: name for name in EDITION})))),
        )
        .select_related("section", "text_capture")
        .defer(
            "body",
            "imported",
            *(f"text_capture__{name}" for name in ("original", "front_matter", "removed", "bylines", "fingerprint")),
        )
        .prefetch_related(
            "figures",
            Prefetch("tagged", TaggedArticle.objects.select_related("tag__alias_of")),
            Prefetch("corrections", Correction.objects.public().with_fate(), to_attr="public_corrections"),
        )
    )


def _record(story: Article) -> dict[str, Any]:
    """Say in a sentence what the newsroom changed, and count what the article's record holds."""
    found = edits.Edition(**{name: getattr(story.text_capture, name) for name in EDITION}, is_current=True)
    others = [
        edits.Edition(**(row | {name: _time(row[name]) for name in ("updated_at", "captured_at")}))
        for row in story.other_captures or []  # type: ignore[attr-defined]
    ]
    versions = edits.versions_of(edits.in_order([*others, found])) if others else []
    zone = ZoneInfo(profile.current().time_zone)
    return {
        "edits": edits.sentence(versions, None if story.date_inferred else story.published_on, zone),
        "version_count": len(versions),
        "saved_count": len(others) + 1,
    }


def _time(text: str | None) -> datetime | None:
    """Read a time as a database writes it into JSON: SQLite leaves the zone out, which is UTC."""
    if text is None:
        return None
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _authors(story: Article) -> list[Author]:
    """Return the authors in the order in which they signed, each alias as the author that it stands for, each once."""
    rows = sorted(story.signed or [], key=lambda row: row["position"])  # type: ignore[attr-defined]
    signers = {row["pk"]: row for row in (row["stands_for"] if row["stands_for"]["pk"] else row for row in rows)}
    return [Author(pk=pk, **{name: row[name] for name in AUTHOR_FIELDS}) for pk, row in signers.items()]


def canonical_tags(story: Article) -> list[Tag]:
    """Return the article's tags in order, each once; an alias goes with the tag it stands for, in ``also``."""
    tags: dict[Tag, list[str]] = {}
    for tagged in story.tagged.all():
        also = tags.setdefault(tagged.tag.alias_of or tagged.tag, [])
        if tagged.tag.alias_of:
            also.append(tagged.tag.name)
    for tag, also in tags.items():
        tag.also = also
    return list(tags)
