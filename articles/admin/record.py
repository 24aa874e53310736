"""The record of one article: each correction with its difference, and the way back to any of them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as now
from django.utils.translation import ngettext

from articles import corrections
from articles.changed_lines import changed_lines
from articles.forms import ReasonForm
from articles.models import Article

PAGE = 50


class RecordPage(admin.ModelAdmin):
    """Adds the page of an article's record."""

    def get_urls(self) -> list[Any]:
        """Add its address."""
        view = self.admin_site.admin_view(self.record_view)
        return [path("<int:pk>/record/", view, name="articles_article_record"), *super().get_urls()]

    def record_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show all corrections of an article; restore it to one of them."""
        article = get_object_or_404(Article.objects.defer("html", "imported"), pk=pk)
        may_act = self.has_change_permission(request, article)
        if not self.has_view_permission(request, article) or (request.method == "POST" and not may_act):
            raise PermissionDenied
        form = ReasonForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and (response := self._restore(request, article, form)):
            return response
        page = Paginator(article.corrections.select_related("editor", "bulk"), PAGE).get_page(request.GET.get("p"))
        labels = corrections.labels_of(page)
        rows = [(row, labels[row.pk], changed_lines(row.before, row.after)) for row in page]
        context = {
            **self.admin_site.each_context(request),
            "title": now("Corrections of %(title)s") % {"title": article.title},
            "opts": self.opts,
            "article": article,
            "rows": rows,
            "page": page,
            "form": form,
            "may_act": may_act,
            "chosen": request.POST.get("point", ""),
        }
        return TemplateResponse(request, "admin/articles/article/record.html", context)

    def _restore(self, request: HttpRequest, article: Article, form: ReasonForm) -> HttpResponse | None:
        point = request.POST.get("point", "")
        if not (point.isascii() and point.isdecimal() and len(point) < 19):
            self.message_user(request, now("Choose which state to restore."), messages.ERROR)
            return None
        if not form.is_valid():
            return None
        try:
            rows = corrections.restore(article, int(point), reason=form.cleaned_data["reason"], editor=request.user)
        except corrections.CorrectionError as error:
            self.message_user(request, str(error), messages.ERROR)
            return None
        names = [corrections.label_of(row.field, row.figure_url) for row in rows]
        self.log_change(request, article, [{"changed": {"fields": names}}])
        text = ngettext("%(count)d field was restored.", "%(count)d fields were restored.", len(rows))
        self.message_user(request, text % {"count": len(rows)}, messages.SUCCESS)
        return redirect("admin:articles_article_record", article.pk)
