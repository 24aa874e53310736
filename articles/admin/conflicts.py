"""Conflicts: the correction, the new import and the one before side by side; keep, take or write a third."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.forms.widgets import Script
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
from articles.changed_lines import as_lines, changed_lines
from articles.models import Conflict

from .base import VISIBLE
from .corrections import AboutArticleAdmin, FieldFilter

LISTS = ("authors", "tags")


@dataclass(frozen=True)
class Column:
    """One of the three values, and how it differs from the last import's."""

    title: str
    text: str
    change: SafeString | str = ""


class ThirdValueForm(forms.Form):
    """A value that is neither the correction's nor the import's."""

    value = forms.CharField(
        label=_("Neither: this instead"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "class": "vLargeTextField"}),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.TextInput(attrs={"class": "vTextField", "id": "id_third_reason"}),
    )

    def value_for(self, field: str) -> corrections.JsonValue:
        """Return what was typed as the field has it: names one a line, nothing at all for no date or section."""
        typed: str = self.cleaned_data["value"].replace("\r\n", "\n")
        if field in LISTS:
            return [line.strip() for line in typed.split("\n") if line.strip()]
        if field in ("published_on", "section"):
            return typed.strip() or None
        return typed if field == "body" else typed.strip()


@admin.register(Conflict)
class ConflictAdmin(AboutArticleAdmin):
    """Where a new import and a correction disagree."""

    list_display = ["id", "about", "what", "state", "run_number"]
    list_only = ("field", "figure_url", "state", "run_id", "article__title")
    list_select_related = ["article"]
    list_filter = ["state", FieldFilter]
    sortable_by = []
    fields = ["article_link", "what", "state", "run_link"]

    class Media:
        css = {"all": ["articles/admin/desk.css"]}
        js = [Script("articles/admin/conflict.js", type="module")]

    def get_urls(self) -> list[Any]:
        """Add the address that settles a conflict."""
        view = self.admin_site.admin_view(self.resolve_view)
        return [path("<int:pk>/resolve/", view, name="articles_conflict_resolve"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the three values, and what can be done to those who may do it."""
        row = self.get_object(request, object_id)
        context = dict(extra_context or {})
        if isinstance(row, Conflict):
            ours = "\n".join(as_lines(row.ours))
            context["columns"] = [
                Column(now("The import before"), _shown(row.base)),
                Column(now("The correction"), _shown(row.ours), changed_lines(row.base, row.ours)),
                Column(now("The new import"), _shown(row.theirs), changed_lines(row.base, row.theirs)),
            ]
            context["between"] = changed_lines(row.ours, row.theirs)
            context.setdefault("third", ThirdValueForm(initial={"value": ours}))
            context["waiting"] = Conflict.objects.filter(state=Conflict.State.OPEN).exclude(pk=row.pk).count()
        return super().change_view(request, object_id, form_url, context)

    @admin.display(description=_("import run"))
    def run_number(self, row: Conflict) -> int | None:
        """Show the run's number, without fetching its report."""
        return row.run_id

    @admin.display(description=_("import run"))
    def run_link(self, row: Conflict) -> SafeString | str:
        """Lead to the import that brought the new value."""
        if row.run is None:
            return "–"
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:articles_importrun_change", args=[row.run.pk]), row.run
        )

    @method_decorator(require_POST)
    def resolve_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Keep the correction, take the import's value, or store a third; then show the next conflict."""
        if not self.may_act(request):
            raise PermissionDenied
        row = get_object_or_404(Conflict, pk=pk)
        choice = request.POST.get("choice", "")
        third = ThirdValueForm(request.POST)
        try:
            if choice == "edit":
                if not third.is_valid():
                    raise corrections.CorrectionError(now("A reason of at most 500 characters is needed."))
                value = third.value_for(row.field)
                corrections.resolve_with(row, value, reason=third.cleaned_data["reason"], editor=request.user)
            elif choice in ("keep", "take"):
                corrections.resolve(row, choice == "take", request.user)
            else:
                raise corrections.CorrectionError(now("Choose which value is right."))
        except corrections.CorrectionError as error:
            self.message_user(request, str(error), messages.ERROR)
            if choice == "edit":  # what was typed is not lost
                return self.change_view(request_again(request), str(pk), extra_context={"third": third})
            return redirect("admin:articles_conflict_change", pk)
        if choice != "keep":
            self.log_change(request, row.article, [{"changed": {"fields": [self.what(row)]}}])
        done = {
            "keep": now("The correction was kept."),
            "take": now("The import's value was taken."),
            "edit": now("The third value was stored, as a correction."),
        }
        url = reverse("admin:articles_article_change", args=[row.article_id])
        words = row.article.title, self.what(row), done[choice]
        self.message_user(request, format_html('<a href="{}">{}</a>, {}: {}', url, *words), messages.SUCCESS)
        return self._next(pk)

    def _next(self, pk: int) -> HttpResponse:
        waiting = Conflict.objects.filter(state=Conflict.State.OPEN).order_by("-pk").only("pk")
        if following := waiting.filter(pk__lt=pk).first() or waiting.first():
            return redirect("admin:articles_conflict_change", following.pk)
        return redirect("admin:index")


def request_again(request: HttpRequest) -> HttpRequest:
    """Return the request as one that only asks for the page."""
    request.method = "GET"
    return request


def _shown(value: Any) -> str:
    return ("\n".join(as_lines(value)) or "–").translate(VISIBLE)
