"""Old addresses, lost captures, and what robots are told."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from articles.models import Article, Capture


@require_safe
def old_article_path(request: HttpRequest, source_id: str, rest: str) -> HttpResponse:
    """Lead the newsroom's own address, ``/article/<id>/<tags>/<title>``, to the article."""
    return redirect("articles:article", source_id, permanent=True)


def answer_for_missing(request: HttpRequest, source_id: str) -> HttpResponse:
    """Answer for an id that no article has: it may be that of an earlier version, or of a capture that failed."""
    captures = Capture.objects.filter(source_id=source_id)
    # a lost page's URL may name another version of its story, whose text was saved
    named = captures.exclude(linked_id="").values_list("linked_id", flat=True)
    version = (
        Capture.objects.filter(source_id__in=[source_id, *named], article__isnull=False)
        .exclude(article__status=Article.Status.REVIEW)
        .order_by("-article__sort_key")
        .values_list("article__source_id", flat=True)
        .first()
    )
    if version:
        return redirect("articles:article", version, permanent=True)
    lost = (
        captures.filter(kind=Capture.Kind.PLACEHOLDER)
        .defer("original", "front_matter", "body", "removed", "bylines")
        .order_by("-captured_at")
        .first()
    )
    if lost is None:
        raise Http404(_("The archive has no such article."))
    return render(request, "articles/lost.html", {"capture": lost}, status=404)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Welcome robots everywhere but in the admin."""
    lines = ["User-agent: *", "Disallow: /admin/", "", f"Sitemap: {settings.SITE_URL}{reverse('sitemap-index')}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
