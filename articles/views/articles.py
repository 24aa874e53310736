"""The page of one article."""

from __future__ import annotations

from django.db.models import Func, JSONField, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from articles.metadata import memento_links, metadata_of
from articles.models import Article, Author, Byline, Correction, Tag, TaggedArticle
from articles.search.related import related
from articles.views.citations import citation_of, page_of, written
from articles.views.redirects import answer_for_missing

AUTHOR_FIELDS = ("name", "slug", "role", "biography", "avatar_url", "avatar_original_url", "is_generic")


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
    story = _for_reading(source_id).first()
    if story is None:
        return answer_for_missing(request, source_id)
    if story.status == Article.Status.WITHHELD:
        return render(request, "410.html", {"notice": story.notice}, status=410)
    if story.status != Article.Status.PUBLISHED:
        raise Http404(_("This article is not published."))
    authors, tags = _authors(story), canonical_tags(story)
    citation = citation_of(story, authors, tags, story.text_capture)
    context = {
        "article": story,
        "authors": authors,
        "tags": tags,
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
    """Select one article with all its page shows; the authors and neighbours come along in its own query."""
    in_section = Article.objects.published().filter(section=OuterRef("section"))
    neighbour = JSONObject(source_id="source_id", title="title")
    earlier = in_section.filter(sort_key__lt=OuterRef("sort_key")).order_by("-sort_key")
    later = in_section.filter(sort_key__gt=OuterRef("sort_key")).order_by("sort_key")
    signed = Byline.objects.filter(article=OuterRef("pk")).order_by()
    author = JSONObject(position="position", pk="author_id", **{name: f"author__{name}" for name in AUTHOR_FIELDS})
    return (
        Article.objects.filter(source_id=source_id)
        .annotate(
            earlier=Subquery(earlier.values(row=neighbour)[:1]),
            later=Subquery(later.values(row=neighbour)[:1]),
            signed=Subquery(signed.values(rows=JSONRows(author))),
        )
        .select_related("section", "text_capture")
        .defer(
            "body",
            "imported",
            *(f"text_capture__{name}" for name in ("original", "front_matter", "body", "removed", "bylines")),
        )
        .prefetch_related(
            "figures",
            Prefetch("tagged", TaggedArticle.objects.select_related("tag__alias_of")),
            Prefetch("corrections", Correction.objects.filter(is_minor=False), to_attr="public_corrections"),
        )
    )


def _authors(story: Article) -> list[Author]:
    rows = sorted(story.signed or [], key=lambda row: row["position"])  # type: ignore[attr-defined]
    return [Author(pk=row["pk"], **{name: row[name] for name in AUTHOR_FIELDS}) for row in rows]


def canonical_tags(story: Article) -> list[Tag]:
    """Return the article's tags in order, each alias under the tag that it stands for, each tag once."""
    return list(dict.fromkeys(tagged.tag.alias_of or tagged.tag for tagged in story.tagged.all()))
