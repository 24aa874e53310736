"""What the archive's editors corrected, newest first."""

from __future__ import annotations

from django.core.paginator import InvalidPage, Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from articles.models import Correction
from articles.readable_corrections import readable_corrections

PAGE_SIZE = 30


@require_safe
def corrections(request: HttpRequest) -> HttpResponse:
    """List the public corrections of all published articles."""
    page: Page[Correction]
    try:
        page = Paginator(Correction.objects.for_list(), PAGE_SIZE).page(request.GET.get("page", 1))
    except InvalidPage as error:
        raise Http404(_("There is no such page.")) from error
    context = {"page": page, "rows": readable_corrections(page.object_list)}
    return render(request, "articles/corrections.html", context)
