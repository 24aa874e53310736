"""Corrections: to look at and to undo."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from articles import corrections
from articles.changed_lines import changed_lines
from articles.forms import ReasonForm
from articles.models import Conflict, Correction

from .base import ReadOnlyAdmin


class FieldFilter(admin.SimpleListFilter):
    """The correctable fields, from their one table."""

    title = _("field")
    parameter_name = "field"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the fields."""
        return [(name, field.label) for name, field in corrections.FIELDS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows about one field."""
        return queryset.filter(field=self.value()) if self.value() else queryset


class LabelledList(ChangeList):
    """A page of rows, each with the name of what it is about."""

    def get_results(self, request: HttpRequest) -> None:
        """Fetch the page, then all names at once."""
        super().get_results(request)
        rows = list(self.result_list)
        labels = corrections.labels_of(rows)
        for row in rows:
            row.label = labels[row.pk]
        self.result_list = rows


class AboutArticleAdmin(ReadOnlyAdmin):
    """A row about one field of one article, that an editor can act on."""

    class Media:
        css = {"all": ["articles/admin/desk.css"]}

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Return the list that knows what its rows are about."""
        return LabelledList

    def may_act(self, request: HttpRequest) -> bool:
        """Whoever may change articles may undo and settle."""
        return request.user.has_perm("articles.change_article")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the row, and the buttons to those who may press them."""
        context = {"may_act": self.may_act(request), "reason_form": ReasonForm()} | (extra_context or {})
        return super().change_view(request, object_id, form_url, context)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        """Name the field in the language of the page."""
        if obj is not None:
            context["subtitle"] = self.what(obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    @admin.display(description=_("field"))
    def what(self, row: Correction | Conflict) -> str:
        """Name the field, and the figure it belongs to."""
        label: str = getattr(row, "label", "") or corrections.labels_of([row])[row.pk]
        return label

    @admin.display(description=_("article"))
    def about(self, row: Correction | Conflict) -> str:
        """Name the article."""
        return row.article.title

    @admin.display(description=_("article"))
    def article_link(self, row: Correction | Conflict) -> SafeString:
        """Link the article."""
        url = reverse("admin:articles_article_change", args=[row.article_id])
        return format_html('<a href="{}">{}</a>', url, row.article.title)

    def _done(self, request: HttpRequest, row: Model, message: str, level: int) -> HttpResponse:
        self.message_user(request, message, level)
        return redirect(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", row.pk)


@admin.register(Correction)
class CorrectionAdmin(AboutArticleAdmin):
    """What editors changed, and why."""

    list_display = ["created_at", "about", "what", "reason", "editor", "is_active"]
    list_only = (
        *("created_at", "field", "figure_url", "reason", "is_active"),
        *("article__title", "editor__username"),
    )
    list_select_related = ["article", "editor"]
    list_filter = ["is_active", "is_minor", FieldFilter]
    sortable_by = []
    ordering = ["-created_at", "-id"]
    fields = ["article_link", "what", "changed", "reason", "editor", "created_at", "bulk", "is_active", "is_minor"]

    def get_urls(self) -> list[Any]:
        """Add the address that undoes a correction."""
        view = self.admin_site.admin_view(self.revert_view)
        return [path("<int:pk>/revert/", view, name="articles_correction_revert"), *super().get_urls()]

    @admin.display(description=_("change"))
    def changed(self, row: Correction) -> SafeString:
        """Show the difference."""
        return changed_lines(row.before, row.after)

    @method_decorator(require_POST)
    def revert_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Give the field back what the last import brought."""
        if not self.may_act(request):
            raise PermissionDenied
        row = get_object_or_404(Correction, pk=pk)
        form = ReasonForm(request.POST)
        if not form.is_valid():
            return self._done(request, row, now("A reason of at most 500 characters is needed."), messages.ERROR)
        try:
            made = corrections.revert(row, reason=form.cleaned_data["reason"], editor=request.user)
        except corrections.CorrectionError as error:
            return self._done(request, row, str(error), messages.ERROR)
        self.log_change(request, row.article, [{"changed": {"fields": [self.what(row)]}}])
        return self._done(request, made, now("The value of the last import is back."), messages.SUCCESS)
