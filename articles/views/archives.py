"""Lists of articles: by section, author, tag and date."""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast
from urllib.parse import urlencode

from django.core.paginator import InvalidPage, Page, PageNotAnInteger, Paginator
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Value
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from articles import counts
from articles.models import Article, Author, Byline, Section, Tag, TaggedArticle
from articles.timeline import timeline
from articles.views.articles import JSONRows

PAGE_SIZE = 24


class ArticlePaginator(Paginator):
    """Pages of articles, quick at any depth: the index is walked for the page's keys, then only its rows are read."""

    def page(self, number: Any) -> Page[Article]:
        """Return one page; its rows are those of ``for_list()``.

        A list holds the keys of all, in order. Of a query that is not counted yet, the number comes with the keys.

        The keys are asked for apart: as a subquery, PostgreSQL looks for them anew for every row, while it has no
        statistics of a new archive.
        """
        ordered: Any = self.object_list
        if not isinstance(ordered, list):
            ordered = cast("QuerySet[Article]", ordered).order_by("-sort_key").values_list("pk", flat=True)
        if isinstance(ordered, list) or "count" in vars(self):
            keys = list(ordered[self._slice(self.validate_number(number))])
        else:
            counted = ordered.values_list("pk", _count_of(ordered))
            rows = list(counted[self._slice(_number(number))])
            keys = [key for key, _count in rows]
            if rows:
                self.count = rows[0][1]
        return Page(list(Article.objects.for_list().filter(pk__in=keys)), self.validate_number(number), self)

    def _slice(self, number: int) -> slice:
        return slice((number - 1) * self.per_page, number * self.per_page)


def _number(asked: Any) -> int:
    """Read a page's number as far as a database can; whether there is such a page is for the paginator to say."""
    try:
        return min(max(1, int(asked)), 1_000_000)
    except (TypeError, ValueError) as error:
        raise PageNotAnInteger("That page number is not an integer") from error


def _count_of(articles: QuerySet[Article]) -> Subquery:
    """Return the number of all these articles, for a query of some."""
    return Subquery(articles.order_by().values(together=Value(1)).annotate(number=Count("pk")).values("number"))


def article_page(
    request: HttpRequest, articles: QuerySet[Article] | list[int], count: int | None = None
) -> Page[Article]:
    """Return the page of the articles (or of all their keys, in order) that the request asks for; 404 if there is none.

    Give ``count`` where it is known already, and nothing is counted again.
    """
    paginator = ArticlePaginator(articles, PAGE_SIZE)
    if count is not None:
        paginator.count = count
    try:
        return paginator.page(request.GET.get("page", 1))
    except InvalidPage as error:
        raise Http404(_("There is no such page.")) from error


@require_safe
def section(request: HttpRequest, slug: str) -> HttpResponse:
    """List the articles of one section."""
    found = get_object_or_404(Section, slug=slug)
    page = article_page(request, Article.objects.published().filter(section=found))
    return render(request, "articles/section.html", {"section": found, "page": page})


@require_safe
def author(request: HttpRequest, slug: str) -> HttpResponse:
    """List the articles that one author signed, under any of their names, with when they wrote and on what.

    An alias leads to its author.
    """
    aliases = Author.objects.filter(alias_of=OuterRef("pk")).order_by().values(rows=JSONRows("name"))
    found: Any = get_object_or_404(
        Author.objects.select_related("alias_of").annotate(also=Subquery(aliases)), slug=slug
    )
    if (target := found.leads_to()) != found:
        return redirect(target, permanent=True)
    signed = Byline.objects.filter(Q(author=found) | Q(author__alias_of=found)).values("article")
    articles = Article.objects.published().filter(pk__in=signed)
    keys, days = counts.keys_and_days(articles)
    context = {
        "author": found,
        "also": sorted(found.also or []),
        "page": article_page(request, keys),
        "timeline": timeline(days, _search_for("author", slug)),
        "tags": counts.tags_among(f"author:{found.pk}", articles),
    }
    return render(request, "articles/author.html", context)


@require_safe
def tag(request: HttpRequest, slug: str) -> HttpResponse:
    """List the articles under one tag and its aliases, with when they were and what else they are about.

    An alias leads to its tag.
    """
    aliases = Tag.objects.filter(alias_of=OuterRef("pk")).order_by().values(rows=JSONRows("name"))
    found: Any = get_object_or_404(Tag.objects.select_related("alias_of").annotate(also=Subquery(aliases)), slug=slug)
    if (target := found.leads_to()) != found:
        return redirect(target, permanent=True)
    # An article may hold a tag and its alias: a subquery lists it once.
    same = Tag.objects.filter(Q(pk=found.pk) | Q(alias_of=found))
    tagged = TaggedArticle.objects.filter(tag__in=same.values("pk")).values("content_object")
    articles = Article.objects.published().filter(pk__in=tagged)
    keys, days = counts.keys_and_days(articles)
    context = {
        "tag": found,
        "aliases": sorted(found.also or []),
        "page": article_page(request, keys),
        "timeline": timeline(days, _search_for("tag", slug)),
        "beside": counts.tags_among(f"tag:{found.pk}", articles, but=same),
    }
    return render(request, "articles/tag.html", context)


def _search_for(facet: str, slug: str) -> Callable[[date], str]:
    """Return what gives the address of the search for this facet's articles of a month."""

    def address(month: date) -> str:
        asked = {facet: slug, "year": month.year, "month": month.month, "order": "oldest"}
        return f"{reverse('articles:search')}?{urlencode(asked)}"

    return address


@dataclass(frozen=True)
class Month:
    """One month of the archive: its articles counted, and its days in weeks for a calendar."""

    first: date
    days: Counter[date]

    @property
    def count(self) -> int:
        """How many articles the month has."""
        return self.days.total()

    @property
    def weeks(self) -> list[list[tuple[date | None, int]]]:
        """Each week from Sunday on: a day and its number of articles, or nothing where the month has no day."""
        weeks = calendar.Calendar(calendar.SUNDAY).monthdayscalendar(self.first.year, self.first.month)
        return [[self._cell(day) for day in week] for week in weeks]

    def _cell(self, number: int) -> tuple[date | None, int]:
        if not number:
            return None, 0
        day = self.first.replace(day=number)
        return day, self.days[day]


@dataclass(frozen=True)
class Year:
    """One year of the archive."""

    number: int
    months: list[Month]

    @property
    def count(self) -> int:
        """How many articles the year has."""
        return sum(month.count for month in self.months)


def _years(dated: QuerySet[Article]) -> list[Year]:
    """Return the years of the articles, newest first, from one walk along the index of days."""
    counted = dated.order_by().values_list("published_on").annotate(Count("pk"))
    days = Counter({day: number for day, number in counted if day})
    by_month: dict[date, Counter[date]] = {}
    for day, number in days.items():
        by_month.setdefault(day.replace(day=1), Counter())[day] = number
    return [
        Year(year, [Month(first, by_month.get(first, Counter())) for first in _firsts(year)])
        for year in sorted({day.year for day in days}, reverse=True)
    ]


def _firsts(year: int) -> list[date]:
    return [date(year, month, 1) for month in range(1, 13)]


def _date_of(year: int, month: int = 1, day: int = 1) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise Http404(_("There is no such day.")) from error


@require_safe
def archive(request: HttpRequest) -> HttpResponse:
    """Count the articles of every month."""
    published = Article.objects.published()
    context = {"years": _years(published), "undated": published.filter(published_on=None).count()}
    return render(request, "articles/archive.html", context)


@require_safe
def year(request: HttpRequest, year: int) -> HttpResponse:
    """Show a year as twelve calendars."""
    first, last = _date_of(year), _date_of(year, 12, 31)
    published = Article.objects.published()
    years = _years(published.filter(published_on__range=(first, last)))
    if not years:
        raise Http404(_("The archive has no article of this year."))
    return render(request, "articles/year.html", {"year": years[0], **_neighbours(first, last)})


@require_safe
def month(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """Show a month as a calendar, and list its articles."""
    first = _date_of(year, month)
    last = first.replace(day=calendar.monthrange(year, month)[1])
    articles = Article.objects.published().filter(published_on__range=(first, last))
    years = _years(articles)
    if not years:
        raise Http404(_("The archive has no article of this month."))
    shown = years[0].months[month - 1]
    context = {"month": shown, "page": article_page(request, articles, shown.count), **_neighbours(first, last)}
    return render(request, "articles/month.html", context)


@require_safe
def day(request: HttpRequest, year: int, month: int, day: int) -> HttpResponse:
    """List the articles of one day."""
    shown = _date_of(year, month, day)
    articles = Article.objects.published().filter(published_on=shown, sort_key__gte=shown.isoformat())
    if shown < date.max:
        # The sort key begins with the date: a database reads these keys only, and not all that are newer.
        articles = articles.filter(sort_key__lt=(shown + timedelta(days=1)).isoformat())
    page = article_page(request, articles)
    if not page.object_list:
        raise Http404(_("The archive has no article of this day."))
    return render(request, "articles/day.html", {"day": shown, "page": page, **_neighbours(shown, shown)})


@require_safe
def undated(request: HttpRequest) -> HttpResponse:
    """List the articles whose date is not known."""
    page = article_page(request, Article.objects.published().filter(published_on=None))
    return render(request, "articles/undated.html", {"page": page})


def _neighbours(first: date, last: date) -> dict[str, date | None]:
    """Return the nearest days with articles before and after a stretch of time."""
    days = Article.objects.published().values("published_on")
    # Two steps into the index of days, in one query of any one article.
    one = Article.objects.published().order_by()
    found = one.values_list(
        Subquery(days.filter(published_on__lt=first).order_by("-published_on")[:1]),
        Subquery(days.filter(published_on__gt=last).order_by("published_on")[:1]),
    ).first()
    earlier, later = found or (None, None)
    return {"earlier": earlier, "later": later}
