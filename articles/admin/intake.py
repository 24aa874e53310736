"""Importing from the admin: upload an archive or name a folder, see the difference, then import."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST
from django_tasks_db.models import DBTaskResult

from articles import corrections, intake, provenance
from articles.changed_lines import changed_lines
from articles.importer.preview import EARLIER, LOST
from articles.models import Article, ImportRequest, ImportRun

from .base import VISIBLE, ReadOnlyAdmin

# The queue only says that there is something to do; what became of it stands in the archive's own rows.
admin.site.unregister(DBTaskResult)
FORM_BYTES = 1_000_000  # what a form may have besides the upload
PATIENCE = 20  # seconds after which a page says that perhaps no worker runs
COUNTS = {
    "files": ngettext_lazy("file", "files"),
    "created": ngettext_lazy("new", "new"),
    "updated": ngettext_lazy("changed", "changed"),
    "unchanged": ngettext_lazy("unchanged", "unchanged"),
    "conflicts": ngettext_lazy("conflict with corrections", "conflicts with corrections"),
}


class SourceForm(forms.Form):
    """Where the articles are: an archive, or a folder that the operator has named."""

    upload = forms.FileField(
        label=_("Upload an archive"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ",".join(intake.ARCHIVES)}),
    )
    folder = forms.ChoiceField(label=_("Or a folder on this machine"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the folders of IMPORT_FOLDERS."""
        super().__init__(*args, **kwargs)
        folders = intake.folders()
        self.fields["upload"].help_text = now("A .zip or .tar with Markdown files, up to %(most)d MB.") % {
            "most": settings.MAX_UPLOAD_MB
        }
        if folders:
            self.fields["folder"].choices = [("", "–"), *((folder, folder) for folder in folders)]  # type: ignore[attr-defined]
        else:
            del self.fields["folder"]

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two."""
        cleaned = super().clean() or {}
        if not self.errors and bool(cleaned.get("upload")) == bool(cleaned.get("folder")):
            raise forms.ValidationError(now("Choose an archive to upload, or a folder: one of the two."))
        return cleaned


def _before_anything_is_read(view: Any) -> Any:
    """Refuse a body that is too large, and keep an upload on disk; both before the form, its token too, is read."""

    @csrf_exempt
    @wraps(view)
    def outer(self: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        # without a length nothing is read at all
        if int(request.headers.get("content-length") or 0) > settings.MAX_UPLOAD_MB * 1_000_000 + FORM_BYTES:
            text = now("This file is larger than %(most)d MB.") % {"most": settings.MAX_UPLOAD_MB}
            return self.asked(request, SourceForm(), text, status=413)
        request.upload_handlers = [TemporaryFileUploadHandler(request)]
        protected: HttpResponse = csrf_protect(lambda request: view(self, request, *args, **kwargs))(request)
        return protected

    return outer


@admin.register(ImportRequest)
class ImportRequestAdmin(ReadOnlyAdmin):
    """Imports that were asked for here: how far they are, and what they would do or did."""

    list_display = ["name", "state", "editor", "created_at", "changed_at"]
    list_only = ("name", "state", "editor", "created_at", "changed_at")
    list_select_related = ["editor"]
    list_filter = ["state"]
    sortable_by = []
    fields = ["name", "state"]

    class Media:
        css = {"all": ["admin/css/forms.css", "articles/admin/desk.css"]}

    def get_urls(self) -> list[Any]:
        """Add the address of the steps."""
        view = self.admin_site.admin_view(self.step_view)
        return [path("<int:pk>/step/", view, name="articles_importrequest_step"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """List them; what was interrupted is said to be so."""
        intake.take_note_of_interruptions()
        return super().changelist_view(request, extra_context)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say who imports."""
        return request.user.has_perm("articles.add_importrequest")

    @_before_anything_is_read
    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Ask for a source, and have it compared."""
        if request.method != "POST":
            return self.asked(request, SourceForm())
        form = SourceForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                asked = intake.ask(
                    request.user,
                    upload=form.cleaned_data.get("upload"),
                    folder=form.cleaned_data.get("folder") or "",
                )
            except intake.IntakeError as error:
                form.add_error(None, str(error))
            else:
                self.log_addition(request, asked, [{"added": {}}])
                return redirect("admin:articles_importrequest_change", asked.pk)
        return self.asked(request, form)

    def asked(self, request: HttpRequest, form: SourceForm, problem: str = "", status: int = 200) -> HttpResponse:
        """Show the form."""
        context = {
            **self.admin_site.each_context(request),
            "title": now("Import articles"),
            "opts": self.opts,
            "form": form,
            "problem": problem,
            "media": form.media,
        }
        return TemplateResponse(request, "admin/articles/importrequest/ask.html", context, status=status)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show how far it is; the page fetches itself again while something moves."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = ImportRequest.objects.select_related("editor", "run")
        asked = get_object_or_404(rows, pk=int(object_id) if object_id.isdecimal() and len(object_id) < 19 else 0)
        intake.take_note_of_interruption(asked)
        counted = [(label, asked.difference.get(name, 0)) for name, label in COUNTS.items()]
        waited = (timezone.now() - asked.changed_at).total_seconds()
        context = {
            **self.admin_site.each_context(request),
            "title": asked.name,
            "opts": self.opts,
            "asked": asked,
            "progress": intake.progress(asked) if asked.is_moving else {},
            "no_worker": asked.state == ImportRequest.State.WAITING and waited > PATIENCE,
            "may_act": self.has_add_permission(request),
            "counts": [(label % count, count) for label, count in counted],
            **_difference(asked.difference),
            "undoable": asked.run is not None
            and asked.run.state == ImportRun.State.DONE
            and asked.run.changes.exists(),
            "interrupted_parts": intake.interrupted_parts(asked),
            "media": self.media,
        }
        return TemplateResponse(request, "admin/articles/importrequest/change.html", context)

    @method_decorator(require_POST)
    def step_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Import, begin again, or give up."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        asked = get_object_or_404(ImportRequest, pk=pk)
        steps = {"start": intake.start, "again": intake.again, "cancel": intake.cancel}
        try:
            if step := steps.get(request.POST.get("step", "")):
                step(asked)
                self.log_change(request, asked, [{"changed": {"fields": [request.POST["step"]]}}])
        except intake.IntakeError as error:
            self.message_user(request, str(error), messages.ERROR)
        return redirect("admin:articles_importrequest_change", pk)


def _difference(noted: dict[str, Any]) -> dict[str, Any]:
    """Return the lines of a comparison, with the address of each article that is there."""
    changes, conflicts = noted.get("changes", []), noted.get("conflict_list", [])
    ids = {_story(line[0]) for line in [*changes, *conflicts]}
    rows = Article.objects.filter(source_id__in=ids).order_by().values_list("source_id", "pk") if ids else ()
    urls = {source_id: reverse("admin:articles_article_change", args=[pk]) for source_id, pk in rows}
    return {
        "issues": [
            (path, line, provenance.kind_in_words(kind), message)
            for path, line, kind, message in noted.get("issues", [])
        ],
        "new": noted.get("new", []),
        "new_in_all": noted.get("new_in_all", 0),
        "changes_in_all": noted.get("changes_in_all", 0),
        "changes": [
            (_page(source_id), urls.get(_story(source_id)), _label_of(field), _shown(before, after))
            for source_id, field, before, after in changes
        ],
        "conflicts": [
            (source_id, urls.get(source_id), _label_of(field), _text(ours), _text(theirs))
            for source_id, field, ours, theirs in conflicts
        ],
    }


def _story(page: str) -> str:
    """Return the id of the article whose form shows a page that a comparison names."""
    return page.partition(EARLIER)[2] or page


def _page(page: str) -> str:
    """Name such a page in the language of the request; the importer writes in English."""
    if EARLIER in page:
        key, _of, story = page.partition(EARLIER)
        return now("%(capture)s, an earlier version of %(story)s") % {"capture": key, "story": story}
    if page.endswith(LOST):
        return now("%(capture)s, a lost page") % {"capture": page.removesuffix(LOST)}
    return page


def _label_of(field: str) -> str:
    """Name what changes: a field, or one of a figure."""
    name, _of, figure_url = field.partition(" of ")
    return corrections.label_of(name, figure_url)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return ("" if value is None else str(value)).translate(VISIBLE)


def _shown(before: Any, after: Any) -> Any:
    return changed_lines(_text(before), _text(after))
