"""Import runs and what they had to say, to look at."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from articles.models import ImportIssue, ImportRun

from .base import ReadOnlyAdmin, as_json


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    """One run and its report."""

    list_display = ["id", "started_at", "finished_at", "state", "sources"]
    list_only = ("started_at", "finished_at", "state", "sources")
    list_filter = ["state"]
    sortable_by = ["id"]
    fields = ["started_at", "finished_at", "state", "sources", "issues_link", "report_shown"]

    class Media:
        css = {"all": ["articles/admin/desk.css"]}

    @admin.display(description=_("issues"))
    def issues_link(self, run: ImportRun) -> SafeString:
        """Lead to the issues that this run was the first to find."""
        url = f"{reverse('admin:articles_importissue_changelist')}?run={run.pk}"
        return format_html('<a href="{}">{}</a>', url, _("The issues first found by this run"))

    @admin.display(description=_("report"))
    def report_shown(self, run: ImportRun) -> SafeString:
        """Show the report's sums; its issues have a list of their own."""
        return as_json({key: value for key, value in run.report.items() if key != "issues"})


class RunFilter(admin.SimpleListFilter):
    """The latest runs; an older one is reached from its own page."""

    title = _("import run")
    parameter_name = "run"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the latest runs."""
        runs = ImportRun.objects.only("started_at")[:15]
        return [(str(run.pk), f"{run.pk}: {run.started_at:%Y-%m-%d %H:%M}") for run in runs]

    def has_output(self) -> bool:
        """Stay in force for an older run too."""
        return True

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows of one run."""
        run = self.value() or ""
        return queryset.filter(run_id=int(run)) if run.isdecimal() else queryset


class KindFilter(admin.SimpleListFilter):
    """The kinds of issue there are: a dozen or two, read from their index alone."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the kinds."""
        kinds = ImportIssue.objects.order_by("kind").values_list("kind", flat=True).distinct()
        return [(kind, kind) for kind in kinds[:100]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the issues of one kind."""
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(ImportIssue)
class ImportIssueAdmin(ReadOnlyAdmin):
    """What an import could not read, or had to guess."""

    list_display = ["kind", "short_message", "path", "line", "run_number"]
    list_filter = [KindFilter, RunFilter]
    list_only = ("kind", "message", "path", "line", "run_id")
    sortable_by = []
    ordering = ["-id"]
    fields = ["kind", "message", "path", "line", "run", "capture_link"]

    class Media:
        css = {"all": ["articles/admin/desk.css"]}

    @admin.display(description=_("message"))
    def short_message(self, issue: ImportIssue) -> str:
        """Show the beginning of the message."""
        return Truncator(issue.message).chars(160)

    @admin.display(description=_("import run"))
    def run_number(self, issue: ImportIssue) -> int:
        """Show the run's number, without fetching its report."""
        return issue.run_id

    @admin.display(description=_("capture"))
    def capture_link(self, issue: ImportIssue) -> SafeString | str:
        """Link the file it is about."""
        if issue.capture_id is None:
            return "–"
        url = reverse("admin:articles_capture_change", args=[issue.capture_id])
        return format_html('<a href="{}">{}</a>', url, issue.path)
