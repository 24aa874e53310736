"""The front page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.core.paginator import Page
from django.db.models import Exists, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from articles import counts
from articles.heatmap import YearMap, year_maps
from articles.models import Article, Section
from articles.views.archives import article_page

HEADLINES_BESIDE_THE_LEAD = 6  # as high as the lead with what earlier years published below it
HEADLINES_BESIDE_THE_LEAD_ALONE = 5
HEADLINES_A_SECTION = 4
HEADLINES_A_YEAR = 2
HEADLINE = ("source_id", "title", "published_on", "date_inferred", "sort_key")
# Where no story is of today's date, those of the days around it stand in, the nearest first.
AROUND_TODAY = (0, -1, 1, -2, 2, -3, 3)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show a lead story, the latest, some of every section, and ways into the past; further pages list all articles."""
    page = article_page(request, Article.objects.published())
    if page.number > 1:
        return render(request, "articles/latest.html", {"page": page})
    latest = list(page)
    lead = next((article for article in latest if getattr(article, "images", None)), next(iter(latest), None))
    others = [article for article in latest if article != lead]
    sections = _sections(page)
    today = on_this_day(timezone.localdate())
    beside = HEADLINES_BESIDE_THE_LEAD if today else HEADLINES_BESIDE_THE_LEAD_ALONE
    context: dict[str, Any] = {
        "page": page,
        "lead": lead,
        "beside": others[:beside],
        "more": others[beside:],
        "nav_sections": sections,  # those of every page, read along with their stories
        "blocks": _section_blocks(sections),
        "today": today,
        "most_covered": counts.most_covered(),
        "year_maps": _year_maps,
    }
    return render(request, "articles/home.html", context)


def _year_maps() -> list[YearMap]:
    """Draw the years; the template calls this only when it has not kept the pictures."""
    return year_maps(counts.days())


def _sections(page: Page[Article]) -> list[Section]:
    """Return the sections that have articles, each with the keys of its newest that the page does not hold already."""
    # Each slot is one step into the index by section; a window function would read every article.
    published = Article.objects.published().filter(section=OuterRef("pk"))
    newest = published.exclude(pk__in=[article.pk for article in page]).order_by("-sort_key").values("pk")
    slots = {f"slot_{n}": Subquery(newest[n : n + 1]) for n in range(HEADLINES_A_SECTION)}
    sections = list(Section.objects.filter(Exists(published)).annotate(**slots))
    for section in sections:
        section.newest = [key for slot in slots if (key := getattr(section, slot))]  # type: ignore[attr-defined]
    return sections


def _section_blocks(sections: list[Section]) -> list[tuple[Section, list[Article]]]:
    """Return the newest articles of every section that has some."""
    keys = {section.pk: section.newest for section in sections}  # type: ignore[attr-defined]
    rows = Article.objects.only(*HEADLINE).in_bulk([key for newest in keys.values() for key in newest])
    blocks = [(section, [rows[key] for key in keys[section.pk] if key in rows]) for section in sections]
    return [(section, articles) for section, articles in blocks if articles]


@dataclass(frozen=True)
class Day:
    """One day of the past: how many stories it has, and the first of them."""

    day: date
    number: int
    articles: list[Article]


@dataclass(frozen=True)
class OnThisDay:
    """A day of the year through the years, newest first."""

    day: date
    is_today: bool
    days: list[Day]


def on_this_day(today: date) -> OnThisDay | None:
    """Return what earlier years published on this day of the year, or on the nearest that has anything."""
    counted = counts.days()
    for offset in AROUND_TODAY:
        near = today + timedelta(days=offset)
        found = {day for day in counted if (day.month, day.day) == (near.month, near.day) and day.year < near.year}
        if found:
            # Sorted here: a database that is asked to sort may walk all articles in their order to find these few.
            rows = Article.objects.published().filter(published_on__in=found).only(*HEADLINE).order_by()
            newest_first = sorted(rows, key=lambda article: article.sort_key, reverse=True)
            by_day = groupby(newest_first, key=lambda article: article.published_on)
            days = [Day(day, counted[day], list(articles)[:HEADLINES_A_YEAR]) for day, articles in by_day if day]
            return OnThisDay(near, offset == 0, days)
    return None
