"""What the whole archive holds, counted: by day, by tag, by author.

Counting reads every row, so that each answer is kept in Django's cache for some minutes. An import or a correction may
therefore show in a number here a little later than on its own page.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import TypeVar, cast

from django.core.cache import cache
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce

from articles.models import Article, Byline, Capture, Correction, Figure, Tag, TaggedArticle

MINUTES = 10
# Raised when the shape of a cached answer changes: servers of two versions may share one cache.
VERSION = 1
MOST_COVERED = 30
TAGS_AMONG = 15

Answer = TypeVar("Answer")


def _kept(count: Callable[[], Answer]) -> Callable[[], Answer]:
    """Keep what a function without arguments returns."""

    @wraps(count)
    def kept() -> Answer:
        answer = cache.get_or_set(f"counts:{count.__name__}", count, MINUTES * 60, version=VERSION)
        return cast("Answer", answer)

    return kept


@dataclass(frozen=True)
class TagCount:
    """One tag, and how many articles it and its aliases have."""

    name: str
    slug: str
    number: int


@dataclass(frozen=True)
class AuthorCount:
    """One author, how many articles they signed, and in which years."""

    name: str
    slug: str
    number: int
    years: tuple[int, ...]

    @property
    def spans(self) -> list[tuple[int, int]]:
        """The years as spans: 2017, 2019, 2020, 2021 are (2017, 2017) and (2019, 2021)."""
        spans: list[tuple[int, int]] = []
        for year in self.years:
            if spans and spans[-1][1] == year - 1:
                spans[-1] = (spans[-1][0], year)
            else:
                spans.append((year, year))
        return spans


@_kept
def days() -> dict[date, int]:
    """Count the published articles of each day that has any, oldest first."""
    counted = Article.objects.published().exclude(published_on=None).order_by("published_on")
    return {day: number for day, number in counted.values_list("published_on").annotate(Count("pk")) if day}


@_kept
def tags() -> list[TagCount]:
    """Count the published articles of each tag, an alias's with its tag's, most first; an article counts once."""
    tagged = TaggedArticle.objects.filter(content_object__status=Article.Status.PUBLISHED).values_list(
        Coalesce("tag__alias_of__name", "tag__name"), Coalesce("tag__alias_of__slug", "tag__slug")
    )
    counted = tagged.annotate(number=Count("content_object", distinct=True)).order_by()
    return sorted((TagCount(*row) for row in counted), key=lambda tag: (-tag.number, tag.name))


@_kept
def most_covered() -> list[TagCount]:
    """Return the tags with most articles: few enough to read from the cache with every front page."""
    return tags()[:MOST_COVERED]


def tags_among(key: str, articles: QuerySet[Article], *, but: QuerySet[Tag] | None = None) -> list[TagCount]:
    """Return the tags that these articles have most often, most first; ``key`` names the selection in the cache."""

    def count() -> list[TagCount]:
        tagged = TaggedArticle.objects.filter(content_object__in=articles.order_by().values("pk"))
        if but is not None:
            tagged = tagged.exclude(tag__in=but.order_by().values("pk"))
        names = tagged.values_list(
            Coalesce("tag__alias_of__name", "tag__name"), Coalesce("tag__alias_of__slug", "tag__slug")
        )
        most = names.annotate(number=Count("content_object", distinct=True)).order_by("-number")[: TAGS_AMONG * 2]
        return sorted((TagCount(*row) for row in most), key=lambda tag: (-tag.number, tag.name))[:TAGS_AMONG]

    answer = cache.get_or_set(f"counts:tags-among:{key}", count, MINUTES * 60, version=VERSION)
    return cast("list[TagCount]", answer)


def keys_and_days(articles: QuerySet[Article]) -> tuple[list[int], dict[date, int]]:
    """Return the keys of some thousand articles at most, newest first, and how many are of each day that is known."""
    rows = list(articles.order_by("-sort_key").values_list("pk", "published_on"))
    return [key for key, _day in rows], Counter(day for _key, day in rows if day)


@_kept
def authors() -> list[AuthorCount]:
    """Count the published articles of each author and their aliases, with the years they are of, by name."""
    counted = (
        Byline.objects.filter(article__status=Article.Status.PUBLISHED)
        .values_list(
            Coalesce("author__alias_of__name", "author__name"),
            Coalesce("author__alias_of__slug", "author__slug"),
            "article__published_on__year",
        )
        .annotate(Count("article", distinct=True))
        .order_by()
    )
    numbers: dict[tuple[str, str], int] = defaultdict(int)
    years: dict[tuple[str, str], set[int]] = defaultdict(set)
    for name, slug, year, number in counted:
        numbers[name, slug] += number
        years[name, slug] |= {year} if year else set()
    return [AuthorCount(*key, number, tuple(sorted(years[key]))) for key, number in sorted(numbers.items())]


@dataclass(frozen=True)
class Holdings:
    """What the archive has, and what it lacks."""

    articles: int
    undated: int
    inferred: int
    captures: int
    lost: int
    authors: int
    pictures: int
    pictures_elsewhere: int
    corrections: int


@_kept
def holdings() -> Holdings:
    """Count what the page about the archive tells."""
    articles = Article.objects.published().aggregate(
        articles=Count("pk"),
        undated=Count("pk", filter=Q(published_on=None)),
        inferred=Count("pk", filter=Q(date_inferred=True)),
    )
    of_published = Figure.objects.filter(kind=Figure.Kind.IMAGE, article__status=Article.Status.PUBLISHED)
    pictures = of_published.aggregate(
        pictures=Count("pk"), pictures_elsewhere=Count("pk", filter=Q(file="") & ~Q(archived_url=""))
    )
    lost = Q(pk__in=Capture.objects.lost().values("pk"))
    captures = Capture.objects.aggregate(captures=Count("pk"), lost=Count("source_id", filter=lost, distinct=True))
    return Holdings(
        **articles,
        **pictures,
        **captures,
        authors=len(authors()),
        corrections=Correction.objects.public().count(),
    )
