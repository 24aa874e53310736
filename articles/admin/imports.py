"""Import runs and what they had to say, to look at; the last one can be undone."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.timezone import localtime
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from articles import corrections, grouping, profile, provenance
from articles.importer.undo import UndoError, undo
from articles.models import Conflict, ImportIssue, ImportRun

from .base import ReadOnlyAdmin

# The sums of a report that are shown, in this order.
SUMS = {
    "files": _("files that were read"),
    "created": _("of them new"),
    "updated": _("of them changed"),
    "unchanged": _("of them unchanged"),
    "captures_text": _("with the text of a story"),
    "captures_placeholder": _("without a story: the site was down, or said farewell"),
    "captures_unreadable": _("unreadable"),
    "conflicts": _("new conflicts with corrections"),
    "issues": _("import issues"),
    "articles": _("articles in the archive afterwards"),
    "figures": _("figures in the archive afterwards"),
    "tags": _("tags in the archive afterwards"),
    "seconds": _("seconds"),
}
GIVEN_UP = 50  # corrections that are named before an import is undone


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    """One run and its report."""

    list_display = ["id", "started_at", "finished_at", "state", "what"]
    list_only = ("started_at", "finished_at", "state", "sources", "is_decision")
    list_filter = ["state", "is_decision"]
    sortable_by = ["id"]
    fields = ["started_at", "finished_at", "state", "what", "issues_link", "report_shown"]

    class Media:
        css = {"all": ["articles/admin/desk.css"]}

    def get_urls(self) -> list[Any]:
        """Add the address that undoes an import."""
        view = self.admin_site.admin_view(self.undo_view)
        return [path("<int:pk>/undo/", view, name="articles_importrun_undo"), *super().get_urls()]

    def may_undo(self, request: HttpRequest) -> bool:
        """Say who may take an import back."""
        return request.user.has_perm("articles.undo_importrun")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the run, and the button to those who may press it, if there is anything to undo."""
        # one that was interrupted has changed something too
        ended = ImportRun.objects.filter(state__in=[ImportRun.State.DONE, ImportRun.State.FAILED])
        changed = ended.filter(changes__isnull=False)
        may_undo = object_id.isdecimal() and self.may_undo(request) and changed.filter(pk=int(object_id)).exists()
        context: dict[str, Any] = {"may_undo": may_undo}
        if object_id.isdecimal() and (run := ImportRun.objects.defer("report").filter(pk=int(object_id)).first()):
            context["subtitle"] = f"{run.pk}: {self.what(run)}"
        return super().change_view(request, object_id, form_url, context)

    def undo_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask, then undo."""
        if not self.may_undo(request):
            raise PermissionDenied
        run = get_object_or_404(ImportRun.objects.only("sources", "state", "is_decision"), pk=pk)
        if request.method != "POST":
            context = {
                **self.admin_site.each_context(request),
                "title": now("Undo this import"),
                "opts": self.opts,
                "run": run,
                "sources": self.what(run),
                "made": run.changes.filter(before=None).count(),
                "changed": run.changes.filter(before__isnull=False).count(),
                **_conflicts_of(run),
            }
            return TemplateResponse(request, "admin/articles/importrun/undo.html", context)
        try:
            if not run.changes.exists():
                raise UndoError(now("This run changed no capture: there is nothing to undo."))
            with grouping.quiet():
                report = undo(run, profile.current())
        except (UndoError, grouping.GroupingError) as error:
            self.message_user(request, str(error), messages.ERROR)
            return redirect("admin:articles_importrun_change", pk)
        self.log_change(request, run, [{"changed": {"fields": [now("state")]}}])
        counts = {"removed": report.removed, "restored": report.restored, "closed": report.closed}
        text = now("Undone. Captures removed: %(removed)d; restored: %(restored)d; conflicts closed: %(closed)d.")
        self.message_user(request, text % counts, messages.SUCCESS)
        if report.conflicts:
            text = ngettext("%(count)d new conflict.", "%(count)d new conflicts.", report.conflicts)
            url = f"{reverse('admin:articles_conflict_changelist')}?state__exact=open"
            link = format_html('<a href="{}">{}</a>', url, text % {"count": report.conflicts})
            self.message_user(request, link, messages.WARNING)
        if report.kept:
            text = now("Kept, since they have been corrected: %(ids)s.") % {"ids": ", ".join(report.kept[:50])}
            self.message_user(request, text, messages.WARNING)
        return redirect("admin:articles_importrun_change", pk)

    @admin.display(description=_("issues"))
    def issues_link(self, run: ImportRun) -> SafeString:
        """Lead to the issues that this run was the first to find."""
        url = f"{reverse('admin:articles_importissue_changelist')}?run={run.pk}"
        return format_html('<a href="{}">{}</a>', url, _("The issues first found by this run"))

    @admin.display(description=_("what was imported"))
    def what(self, run: ImportRun) -> str:
        """Name the sources; of what an editor decided, say it in words."""
        if run.is_decision:
            return " ".join(provenance.decision_in_words(str(source)) for source in run.sources)
        return run.source_names or "–"

    @admin.display(description=_("report"))
    def report_shown(self, run: ImportRun) -> SafeString | str:
        """Show the report's sums as a table; its issues have a list of their own."""
        flat = {name: value for name, value in run.report.items() if isinstance(value, int | float)}
        flat |= {f"captures_{name}": value for name, value in run.report.get("captures", {}).items()}
        rows = (
            (label, number_format(round(flat[name], 1), force_grouping=True))
            for name, label in SUMS.items()
            if name in flat
        )
        lines = format_html_join("", '<tr><th scope="row">{}</th><td>{}</td></tr>', rows)
        return format_html('<table class="sums">{}</table>', lines) if lines else "–"


def _conflicts_of(run: ImportRun) -> dict[str, Any]:
    """Return what undoing a run means for the conflicts that it brought: how many wait, what was given up for it."""
    rows = run.conflict_rows.order_by()
    given_up = rows.filter(state=Conflict.State.TAKEN).select_related("article").order_by("article", "field")
    return {
        "waiting": rows.filter(state=Conflict.State.OPEN).count(),
        "given_up_in_all": given_up.count(),
        "given_up": [
            (row.article, corrections.label_of(row.field, row.figure_url))
            for row in given_up.only("field", "figure_url", "article__title")[:GIVEN_UP]
        ],
    }


class RunFilter(admin.SimpleListFilter):
    """The latest runs; an older one is reached from its own page."""

    title = _("import run")
    parameter_name = "run"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the latest runs."""
        runs = ImportRun.objects.only("started_at")[:15]
        return [(str(run.pk), f"{run.pk}: {localtime(run.started_at):%Y-%m-%d %H:%M}") for run in runs]

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
        return [(kind, provenance.kind_in_words(kind)) for kind in kinds[:100]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the issues of one kind."""
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(ImportIssue)
class ImportIssueAdmin(ReadOnlyAdmin):
    """What an import could not read, or had to guess."""

    list_display = ["kind", "said", "path", "line", "run_number", "is_read"]
    list_filter = ["is_read", KindFilter, RunFilter]
    list_only = ("kind", "message", "path", "line", "run_id", "is_read")
    actions = ["mark_read", "mark_unread"]
    sortable_by = []
    ordering = ["-id"]
    fields = ["kind", "in_words", "message", "path", "line", "run", "capture_link", "is_read"]

    class Media:
        css = {"all": ["articles/admin/desk.css"]}

    def has_mark_permission(self, request: HttpRequest) -> bool:
        """Whoever may change issues may say that they are seen to."""
        return request.user.has_perm("articles.change_importissue")

    @admin.action(description=_("Mark as read"), permissions=["mark"])
    def mark_read(self, request: HttpRequest, queryset: QuerySet[ImportIssue]) -> None:
        """Take issues off the front page's list."""
        self._mark(request, queryset, True)

    @admin.action(description=_("Mark as not read"), permissions=["mark"])
    def mark_unread(self, request: HttpRequest, queryset: QuerySet[ImportIssue]) -> None:
        """Put issues back on the front page's list."""
        self._mark(request, queryset, False)

    def _mark(self, request: HttpRequest, queryset: QuerySet[ImportIssue], is_read: bool) -> None:
        count = queryset.order_by().update(is_read=is_read)
        text = ngettext("%(count)d issue was marked.", "%(count)d issues were marked.", count) % {"count": count}
        self.message_user(request, text, messages.SUCCESS)

    @admin.display(description=_("message"))
    def said(self, issue: ImportIssue) -> SafeString:
        """Say what happened in the language of the page, and then as the import put it, in English."""
        words = "" if (get_language() or "en").startswith("en") else provenance.issue_in_words(issue.kind)
        message = Truncator(issue.message).chars(160)
        if not words:
            return format_html("{}", message)
        return format_html('{}<br><span class="quiet">{}</span>', words, message)

    @admin.display(description=_("in words"))
    def in_words(self, issue: ImportIssue) -> str:
        """Say what happened."""
        return provenance.issue_in_words(issue.kind) or "–"

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
