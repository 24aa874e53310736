"""The archive as a whole: its authors, its tags, and what it is."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.conf import settings
from django.core.paginator import InvalidPage, Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from articles import counts, profile
from articles.models import Tag
from articles.name_index import heading_of, index_key
from articles.timeline import timeline

AUTHORS_A_PAGE = 1000
TAGS_A_PAGE = 300


def _page(request: HttpRequest, rows: list[Any], size: int) -> Page[Any]:
    try:
        return Paginator(rows, size).page(request.GET.get("page", 1))
    except InvalidPage as error:
        raise Http404(_("There is no such page.")) from error


@require_safe
def authors(request: HttpRequest, *, by_number: bool = False) -> HttpResponse:
    """List the authors by name, under strokes and letters, or by how much they signed."""
    rows = counts.authors()
    if by_number:
        page = _page(request, sorted(rows, key=lambda author: -author.number), AUTHORS_A_PAGE)
        return render(request, "articles/authors.html", {"page": page, "by_number": True})
    chinese_first = profile.current().language.startswith("zh")
    rows = sorted(rows, key=lambda author: index_key(author.name, chinese_first))
    page = _page(request, rows, AUTHORS_A_PAGE)
    headings = {heading: place for place, heading in reversed([*enumerate(heading_of(row.name) for row in rows)])}
    context = {
        "page": page,
        "groups": [(heading, list(group)) for heading, group in groupby(page, key=lambda row: heading_of(row.name))],
        # where each heading begins, on whichever page
        "headings": [(heading, place // AUTHORS_A_PAGE + 1) for heading, place in reversed(headings.items())],
    }
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
    context = {
        "holdings": counts.holdings(),
        "tag_count": len(counts.tags()),
        "timeline": timeline(counts.days(), lambda month: reverse("articles:month", args=[month.year, month.month])),
        "shows_wayback_pictures": "web.archive.org" in settings.IMAGE_HOSTS,
    }
    return render(request, "articles/about.html", context)
