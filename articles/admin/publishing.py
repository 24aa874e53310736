"""Actions on the list of articles: whether readers see them."""

from __future__ import annotations

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from articles import publishing
from articles.forms import WithholdForm
from articles.models import Article

LISTED = 50  # titles on the page that asks


class StatusActions(admin.ModelAdmin):
    """Publish, send to review, withhold: many articles at once."""

    def has_withhold_permission(self, request: HttpRequest) -> bool:
        """Say who decides whether an article is withheld."""
        return request.user.has_perm("articles.withhold_article")

    @admin.action(description=_("Publish"), permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Article]) -> None:
        """Show articles to readers."""
        self._set(request, queryset, Article.Status.PUBLISHED)

    @admin.action(description=_("Needs review: hide until it is published again"), permissions=["change"])
    def review(self, request: HttpRequest, queryset: QuerySet[Article]) -> None:
        """Hide articles from readers for now."""
        self._set(request, queryset, Article.Status.REVIEW)

    @admin.action(description=_("Withhold…"), permissions=["withhold"])
    def withhold(self, request: HttpRequest, queryset: QuerySet[Article]) -> HttpResponse | None:
        """Ask for notice and reason, then withhold."""
        form = WithholdForm(request.POST if "apply" in request.POST else None)
        if form.is_valid():
            self._set(request, queryset, Article.Status.WITHHELD, **form.cleaned_data)
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": now("Withhold articles"),
            "opts": self.opts,
            "form": form,
            "action": "withhold",
            "keys": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "across": request.POST.get("select_across", ""),
            "count": queryset.order_by().count(),
            "articles": queryset.select_related(None).only("title", "source_id")[:LISTED],
            "submit": now("Withhold"),
            "media": self.media,
        }
        return TemplateResponse(request, "admin/articles/article/withhold.html", context)

    def _set(self, request: HttpRequest, queryset: QuerySet[Article], status: Article.Status, **words: str) -> None:
        rows = list(queryset.order_by().values_list("pk", "status")[: publishing.MOST + 1])
        # an article that is withheld is for those alone who may withhold
        kept = [pk for pk, stands in rows if stands == Article.Status.WITHHELD]
        kept = [] if self.has_withhold_permission(request) else kept
        try:
            changed = publishing.set_status({pk for pk, _status in rows} - set(kept), status, **words)
        except publishing.PublishingError as error:
            self.message_user(request, str(error), messages.ERROR)
            return
        message = [str(status.label), *filter(None, [words.get("reason"), words.get("notice")])]
        for article in Article.objects.filter(pk__in=changed).only("title"):
            self.log_change(request, article, ": ".join(message))
        if changed or not kept:
            text = ngettext("%(count)d article: %(status)s.", "%(count)d articles: %(status)s.", len(changed))
            self.message_user(request, text % {"count": len(changed), "status": status.label}, messages.SUCCESS)
        if kept:
            text = ngettext(
                "%(count)d withheld article stays so: only chief editors publish it again.",
                "%(count)d withheld articles stay so: only chief editors publish them again.",
                len(kept),
            )
            self.message_user(request, text % {"count": len(kept)}, messages.WARNING)
