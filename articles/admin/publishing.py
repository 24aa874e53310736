"""Actions on the list of articles: whether readers see them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from articles import bulk, publishing
from articles.forms import HideForm, WithholdForm
from articles.models import Article

from .base import with_step

LISTED = 50  # titles on the page that asks


class StatusActions(admin.ModelAdmin):
    """Publish, send to review, withhold: many articles at once, in a step that can be undone."""

    def has_withhold_permission(self, request: HttpRequest) -> bool:
        """Say who decides whether an article is withheld."""
        return request.user.has_perm("articles.withhold_article")

    @admin.action(description=_("Publish"), permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Article]) -> None:
        """Show articles to readers."""
        self._set(request, queryset, Article.Status.PUBLISHED)

    @admin.action(description=_("Needs review: hide until it is published again…"), permissions=["change"])
    def review(self, request: HttpRequest, queryset: QuerySet[Article]) -> HttpResponse | None:
        """Ask for the reason, then hide articles from readers for now."""
        # those in review already keep the reason that they have
        rest = queryset.exclude(status=Article.Status.REVIEW)
        words = {"action": "review", "title": now("Send articles to review"), "submit": now("Send to review")}
        return self._ask_first(request, rest, Article.Status.REVIEW, HideForm, words)

    @admin.action(description=_("Withhold…"), permissions=["withhold"])
    def withhold(self, request: HttpRequest, queryset: QuerySet[Article]) -> HttpResponse | None:
        """Ask for notice and reason, then withhold."""
        words = {"action": "withhold", "title": now("Withhold articles"), "submit": now("Withhold")}
        return self._ask_first(request, queryset, Article.Status.WITHHELD, WithholdForm, words)

    def _ask_first(
        self,
        request: HttpRequest,
        queryset: QuerySet[Article],
        status: Article.Status,
        kind: type[HideForm],
        words: dict[str, Any],
    ) -> HttpResponse | None:
        form = kind(request.POST if "apply" in request.POST else None)
        if form.is_valid():
            self._set(request, queryset, status, **form.cleaned_data)
            return None
        articles = self._decided_by(request, queryset)
        count = articles.order_by().count()
        if not 0 < count <= publishing.MOST:  # nothing to ask: setting it says why
            self._set(request, queryset, status)
            return None
        context = {
            **self.admin_site.each_context(request),
            **words,
            "opts": self.opts,
            "form": form,
            "keys": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "across": request.POST.get("select_across", ""),
            "count": count,
            "articles": articles.select_related(None).only("title", "source_id")[:LISTED],
            "media": self.media,
        }
        return TemplateResponse(request, "admin/articles/article/hide.html", context)

    def _decided_by(self, request: HttpRequest, queryset: QuerySet[Article]) -> QuerySet[Article]:
        """Return those whose status is this editor's to decide: one that is withheld is for chief editors."""
        return queryset if self.has_withhold_permission(request) else queryset.exclude(status=Article.Status.WITHHELD)

    def _set(self, request: HttpRequest, queryset: QuerySet[Article], status: Article.Status, **words: str) -> None:
        articles = self._decided_by(request, queryset).order_by()
        kept = 0 if self.has_withhold_permission(request) else queryset.filter(status=Article.Status.WITHHELD).count()
        try:
            keys = articles.values_list("pk", flat=True)[: publishing.MOST + 1]
            step = bulk.set_status(keys, status, editor=request.user, **words)
        except publishing.PublishingError as error:
            self.message_user(request, str(error), messages.ERROR)
            return
        changed = list(Article.objects.filter(pk__in=step.statuses.values("article")).only("title")) if step else []
        message = [str(status.label), *filter(None, [words.get("reason"), words.get("notice")])]
        for article in changed:
            self.log_change(request, article, ": ".join(message))
        if changed or not kept:
            text = ngettext("%(count)d article: %(status)s.", "%(count)d articles: %(status)s.", len(changed))
            text %= {"count": len(changed), "status": status.label}
            self.message_user(request, with_step(text, step) if step else text, messages.SUCCESS)
        if kept:
            text = ngettext(
                "%(count)d withheld article stays so: only chief editors publish it again.",
                "%(count)d withheld articles stay so: only chief editors publish them again.",
                kept,
            )
            self.message_user(request, text % {"count": kept}, messages.WARNING)
