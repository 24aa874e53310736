"""Old addresses and lost captures."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from articles.models import Article, Capture
from articles.views.lost import lost_page, unknown_page


@require_safe
def old_article_path(request: HttpRequest, source_id: str, rest: str) -> HttpResponse:
    """Lead the newsroom's own address, ``/article/<id>/<tags>/<title>``, to the article.

    An address whose number nothing is known of tells its headline still, which the page says that answers it.
    """
    if not Capture.objects.filter(source_id=source_id).exclude(article__status=Article.Status.REVIEW).exists():
        return unknown_page(request)
    return redirect("articles:article", source_id, permanent=True)


def published_or_answer(
    request: HttpRequest, story: Article | None, source_id: str, page: str = "articles:article", *rest: str
) -> Article | HttpResponse:
    """Return the story if readers may see it, else what its page answers.

    Without a story, ``source_id`` may be that of an earlier version: then it is led to the same page of its story, with
    the ``rest`` of its address. Raises Http404 for an article in review, or an id that nothing is known of.
    """
    if story is None:
        return _answer_for_missing(request, source_id, page, rest)
    if story.status == Article.Status.WITHHELD:
        return render(request, "410.html", {"notice": story.notice}, status=410)
    if story.status != Article.Status.PUBLISHED:
        raise Http404(_("This article is not published."))
    return story


def _answer_for_missing(request: HttpRequest, source_id: str, page: str, rest: tuple[str, ...]) -> HttpResponse:
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
        return redirect(page, version, *rest, permanent=True)
    return lost_page(request, source_id)
