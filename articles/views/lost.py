"""Pages that were saved when they no longer showed their stories."""

from __future__ import annotations

from urllib.parse import quote

from django.core.paginator import InvalidPage, Paginator
from django.db.models import Max
from django.db.models.functions import Length
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from articles import profile
from articles.importer.parser import told_by_url
from articles.importer.versions import normalised
from articles.models import Article, Capture
from articles.search import index
from articles.search.queries import Search, search

PAGE_SIZE = 50
LEAST_OF_A_HEADLINE = 8  # letters and digits
MOST_LIKELY = 3
HEAVY = ("original", "front_matter", "body", "removed", "bylines", "fingerprint")


@require_safe
def lost(request: HttpRequest, *, by_time: bool = False) -> HttpResponse:
    """List the numbers whose stories are lost, with what their addresses tell, by number or the last saved first."""
    numbers = Capture.objects.lost().order_by().values("source_id").annotate(saved=Max("captured_at"))
    order = ("-saved", "source_id") if by_time else (Length("source_id"), "source_id")
    paginator = Paginator(numbers.order_by(*order), PAGE_SIZE)
    try:
        page = paginator.page(request.GET.get("page", 1))
    except InvalidPage as error:
        raise Http404(_("There is no such page.")) from error
    captures: dict[str, Capture] = {}
    found = Capture.objects.lost().defer(*HEAVY).filter(source_id__in=[row["source_id"] for row in page])
    for capture in found.order_by("captured_at"):
        # saved several times: the newest, unless an earlier address tells more
        if capture.title or capture.source_id not in captures or not captures[capture.source_id].title:
            captures[capture.source_id] = capture
    context = {"page": page, "captures": [captures[row["source_id"]] for row in page], "by_time": by_time}
    return render(request, "articles/lost_list.html", context)


def lost_page(request: HttpRequest, source_id: str) -> HttpResponse:
    """Say what is known of a story whose page was saved too late.

    Raises Http404 for an id that is not of such a page.
    """
    captures = list(
        Capture.objects.lost()
        .filter(source_id=source_id)
        .defer(*(name for name in HEAVY if name != "front_matter"))
        .order_by("-captured_at", "-pk")
    )
    if not captures:
        raise Http404(_("The archive has no such article."))
    told = next((capture for capture in captures if capture.title), captures[0])
    context = {
        "capture": told,
        "others": [capture for capture in captures if capture is not told],
        "shown_instead": sorted({str(capture.front_matter.get("title") or "") for capture in captures} - {""}),
        "likely": _of_that_headline(told.title),
        "nearest": [found for earlier in (True, False) if (found := _nearest(source_id, earlier=earlier))],
    }
    return render(request, "articles/lost.html", context, status=404)


def unknown_page(request: HttpRequest) -> HttpResponse:
    """Answer an old address of which nothing was saved: its words lead to a search, and to the Wayback Machine."""
    newsroom = profile.current()
    title, _tags = told_by_url(quote(request.path), "", [], newsroom)
    context = {
        "title": title,
        "likely": _of_that_headline(title),
        "wayback_url": f"https://web.archive.org/web/*/{newsroom.hosts[0]}{quote(request.path)}",
    }
    return render(request, "articles/unknown.html", context, status=404)


def _of_that_headline(title: str) -> list[Article]:
    """Return published articles whose headline holds this one: the story may have been saved under another number.

    An address leaves punctuation out, and is cut where it is too long; a few words alone may stand in any headline.
    """
    if len(normalised(title)) < LEAST_OF_A_HEADLINE or not index.is_current():
        return []
    found = search(Search(text='title:"{}"'.format(title.replace('"', " "))))
    return [hit.article for hit in found.hits if normalised(title) in normalised(hit.article.title)][:MOST_LIKELY]


def _nearest(source_id: str, *, earlier: bool) -> Article | None:
    """Return the published article with the next lower or higher number."""
    if not (source_id.isascii() and source_id.isdigit()):
        return None
    # numbers of equal length sort as texts do, so that the index of ids is walked from this one on
    same_length = Article.objects.published().alias(digits=Length("source_id")).filter(digits=len(source_id))
    same_length = same_length.filter(source_id__regex=r"^[0-9]+$").only("source_id", "title", "published_on")
    if earlier:
        return same_length.filter(source_id__lt=source_id).order_by("-source_id").first()
    return same_length.filter(source_id__gt=source_id).order_by("source_id").first()
