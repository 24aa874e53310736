"""The search page, suggestions while typing, and the description that browsers add to their search bars."""

from __future__ import annotations

import functools
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from articles import profile
from articles.models import Article, Capture
from articles.search import index
from articles.search.queries import PAGE, FacetValue, Order, Search, SearchResult, search
from articles.search.suggestions import did_you_mean, suggestions
from articles.templatetags.archive_links import month_name
from articles.timeline import timeline

ORDERS: tuple[Order, ...] = ("rank", "newest", "oldest")
FACETS = ("year", "section", "author", "tag")


def asked_in(values: QueryDict) -> Search:
    """Read what an address asks for; what makes no sense in it is as if it were not there."""
    year = _number(values.get("year"), 1, 9998)
    return Search(
        text=values.get("q", "")[:10_000],
        section=_slug(values.get("section")),
        author=_slug(values.get("author")),
        tag=_slug(values.get("tag")),
        year=year,
        month=_number(values.get("month"), 1, 12) if year else None,
        order=next((order for order in ORDERS if order == values.get("order")), "rank"),
        page=_number(values.get("page"), 1, 100_000) or 1,
    )


def _slug(text: str | None) -> str:
    return (text or "").replace("\0", "")[:300]


def _number(text: str | None, least: int, most: int) -> int | None:
    if text and text.isascii() and text.isdigit() and len(text) < 7 and least <= int(text) <= most:
        return int(text)
    return None


def address(asked: Search, **changes: Any) -> str:
    """Return the address of a search with something changed, as seen from the page of hits.

    A change goes back to the first page.
    """
    values = {"q": asked.text} | {name: getattr(asked, name) for name in (*FACETS, "month")}
    values |= {"order": "" if asked.order == "rank" else asked.order, "page": None} | changes
    return f"?{'&'.join(_encoded(name, value) for name, value in values.items() if value)}"


@functools.lru_cache(256)  # a page has a hundred addresses, of which most have most in common
def _encoded(name: str, value: str | int) -> str:
    return urlencode({name: value})


@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """Show what a search finds, with facets and a picture of when; lead the old address of an article to it."""
    asked = asked_in(request.GET)
    if source_id := _addressed(asked.text):
        return redirect("articles:article", source_id)
    is_asked = bool(asked.text.strip() or asked.section or asked.author or asked.tag or asked.year)
    result = search(asked) if is_asked else None
    context: dict[str, Any] = {"asked": asked, "result": result}
    if result:
        context |= {
            "facets": _facets(asked, result),
            "orders": _orders(asked, result),
            "without": _without(asked, result),
            "pages": _pages(asked, result),
            "first_page": address(asked),
            "suggestion": did_you_mean(asked.text) if not result.total else "",
        }
        chosen = date(asked.year, asked.month, 1) if asked.year and asked.month else None
        context["timeline"] = timeline(
            dict(result.months),
            lambda month: address(asked, year=month.year, month=None if month == chosen else month.month),
            result.axis,
            chosen,
        )
        if context["suggestion"]:
            context["suggestion_url"] = address(asked, q=context["suggestion"])
    # after an update, until the index has been built anew
    unready = result and not result.total and not index.is_current() and Article.objects.published().exists()
    if unready:
        context["unready"] = True
    response = render(request, "articles/search.html", context, status=503 if unready else 200)
    if unready:
        response["Retry-After"] = "300"
    return response


def _addressed(text: str) -> str:
    """Return the id of the article whose old address was typed, and nothing else; nothing if that is not known here."""
    source_id = profile.current().source_id_in(text.strip()) if "/" in text and len(text.split()) == 1 else ""
    if not source_id:
        return ""
    known = Capture.objects.filter(source_id=source_id).exclude(article__status=Article.Status.REVIEW)
    return source_id if known.exists() else ""


_ORDER_NAMES = {
    "rank": lambda: _("Best match first"),
    "newest": lambda: _("Newest first"),
    "oldest": lambda: _("Oldest first"),
}


def _orders(asked: Search, result: SearchResult) -> list[tuple[str, str, bool]]:
    """Return name and address of each order, and whether it is this one.

    Where one hit is as good as another, they are not ordered by that.
    """
    orders = ORDERS if result.query.is_ranked else ORDERS[1:]
    chosen = asked.order if asked.order in orders else orders[0]
    return [(_ORDER_NAMES[order](), address(asked, order=order), order == chosen) for order in orders]


def _facets(asked: Search, result: SearchResult) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """Return each facet's name, heading and values, with the address that narrows to one or takes that back."""
    headings = {"year": _("Year"), "section": _("Section"), "author": _("Author"), "tag": _("Tag")}
    return [
        (
            name,
            headings[name],
            [
                {
                    "value": value,
                    "url": address(
                        asked,
                        **({"month": None} if name == "year" else {}),
                        **{name: None if value.is_chosen else value.slug},
                    ),
                }
                for value in result.facets.get(name, [])
            ],
        )
        for name in FACETS
    ]


def _without(asked: Search, result: SearchResult) -> list[tuple[FacetValue, str]]:
    """Return what the search is narrowed to, with the address that takes it back."""
    found = []
    for name in FACETS:
        if slug := getattr(asked, name):
            chosen = (value for value in result.facets.get(name, []) if value.is_chosen)
            changes = {"year": None, "month": None} if name == "year" else {name: None}
            found.append((next(chosen, FacetValue(str(slug), str(slug), 0)), address(asked, **changes)))
        if name == "year" and asked.year and asked.month:
            month = month_name(date(asked.year, asked.month, 1))
            found.append((FacetValue("", month, 0), address(asked, month=None)))
    return found


def _pages(asked: Search, result: SearchResult) -> dict[str, Any]:
    number = asked.page
    paginator = Paginator(range(result.total), PAGE)
    shown = paginator.get_elided_page_range(min(number, result.pages), on_each_side=1, on_ends=1)
    return {
        "numbers": [
            (one, address(asked, page=one if one != 1 else None) if isinstance(one, int) else "") for one in shown
        ],
        "number": number,
        "last": result.pages,
        "earlier": address(asked, page=number - 1 if number > 2 else None) if 1 < number <= result.pages + 1 else "",
        "later": address(asked, page=number + 1) if number < result.pages else "",
        "first": (number - 1) * PAGE + 1,
    }


@require_safe
def suggest(request: HttpRequest) -> JsonResponse:
    """Answer with titles, tags and authors that begin like what is typed, as OpenSearch suggestions.

    Format: https://github.com/dewitt/opensearch, extension "Suggestions".
    """
    typed = request.GET.get("q", "")[:200].replace("\0", "")
    found = suggestions(typed)
    return JsonResponse(
        [
            typed,
            [name for name, _kind, _url in found],
            [kind for _name, kind, _url in found],
            [u for _n, _k, u in found],
        ],
        safe=False,
        json_dumps_params={"ensure_ascii": False},
    )


@require_safe
def description(request: HttpRequest) -> HttpResponse:
    """Return the OpenSearch description."""
    response = render(request, "articles/opensearch.xml", {"site": settings.SITE_URL})
    response["Content-Type"] = "application/opensearchdescription+xml; charset=utf-8"
    return response
