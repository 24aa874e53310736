"""The archive as a whole: its authors, its tags, and what it is."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.paginator import InvalidPage, Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from articles import counts
from articles.models import Tag

AUTHORS_A_PAGE = 300
TAGS_A_PAGE = 300
CHART_WIDTH, CHART_HEIGHT = 720, 120


def _page(request: HttpRequest, rows: list[Any], size: int) -> Page[Any]:
    try:
        return Paginator(rows, size).page(request.GET.get("page", 1))
    except InvalidPage as error:
        raise Http404(_("There is no such page.")) from error


@require_safe
def authors(request: HttpRequest, *, by_number: bool = False) -> HttpResponse:
    """List the authors by name, or by how much they signed."""
    rows = counts.authors()
    if by_number:
        rows = sorted(rows, key=lambda author: -author.number)
    context = {"page": _page(request, rows, AUTHORS_A_PAGE), "by_number": by_number}
    return render(request, "articles/authors.html", context)


@require_safe
def tags(request: HttpRequest) -> HttpResponse:
    """List the tags by how many articles they have, each with its aliases."""
    page = _page(request, counts.tags(), TAGS_A_PAGE)
    aliases: dict[str, list[str]] = {}
    of_page = Tag.objects.filter(alias_of__slug__in=[tag.slug for tag in page]).order_by("name")
    for slug, name in of_page.values_list("alias_of__slug", "name"):
        aliases.setdefault(slug, []).append(name)
    rows = [(tag, aliases.get(tag.slug, [])) for tag in page]
    return render(request, "articles/tags.html", {"page": page, "rows": rows})


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Say what this archive is, what it covers, and what is missing."""
    months = _months(counts.days())
    most = max((number for _month, number in months), default=0)
    context = {
        "holdings": counts.holdings(),
        "tag_count": len(counts.tags()),
        "bars": _bars(months, most),
        "most": most,
        "empty_months": [month for month, number in months if not number],
        "width": CHART_WIDTH,
        "height": CHART_HEIGHT,
    }
    return render(request, "articles/about.html", context)


def _months(days: dict[date, int]) -> list[tuple[date, int]]:
    """Count every month from the first to the last that has articles, those without any too."""
    counted: dict[date, int] = {}
    for day, number in days.items():
        month = day.replace(day=1)
        counted[month] = counted.get(month, 0) + number
    if not counted:
        return []
    first, last = min(counted), max(counted)
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    months = [date(number // 12, number % 12 + 1, 1) for number in numbers]
    return [(month, counted.get(month, 0)) for month in months]


def _bars(months: list[tuple[date, int]], most: int) -> list[dict[str, Any]]:
    """Return the picture's bars, in its own units; a month without articles has none."""
    width = CHART_WIDTH / max(len(months), 12)
    bars = []
    for place, (month, number) in enumerate(months):
        if number:
            height = max(2.0, CHART_HEIGHT * number / most)
            bars.append(
                {
                    "month": month,
                    "number": number,
                    "x": f"{place * width:.2f}",
                    "y": f"{CHART_HEIGHT - height:.1f}",
                    "width": f"{max(width - 1, 0.5):.2f}",
                    "height": f"{height:.1f}",
                }
            )
    return bars
