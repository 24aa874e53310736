"""Changes to many articles in one step: the pages that ask and show, and the record of such steps."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from articles import bulk, corrections, steps
from articles.forms import NamesField, OrderedAutocomplete, ReasonForm
from articles.models import Article, Author, BulkChange, Byline, Section, Tag, TaggedArticle

from .base import ReadOnlyAdmin, with_step

SHOWN = 200  # changes on the page of a step


class WhyForm(forms.Form):
    """The reason of a step."""

    related: tuple[Any, ...] = ()  # what the step looks at beside the articles
    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.TextInput(attrs={"class": "vTextField"}), strip=True
    )
    minor = forms.BooleanField(label=_("Minor"), required=False, help_text=_("Kept off the public list."))

    def planned(self, articles: list[Article]) -> list[bulk.Planned]:
        """Return what the step would do."""
        raise NotImplementedError

    def what(self) -> steps.Done:
        """Return what the step does, for the record."""
        raise NotImplementedError


class ReplaceForm(WhyForm):
    """What to find, what to put in its place, and where."""

    related = ("figures",)
    # Spaces count: they are what is found as well.
    find = forms.CharField(label=_("Find"), max_length=500, strip=False, widget=forms.Textarea(attrs={"rows": 2}))
    put = forms.CharField(
        label=_("Replace by"), max_length=500, strip=False, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    fields_searched = forms.MultipleChoiceField(
        label=_("In"),
        choices=[(name, corrections.FIELDS[name].label) for name in bulk.TEXTS],
        initial=["title", "body"],
        widget=forms.CheckboxSelectMultiple,
    )
    field_order = ["find", "put", "fields_searched", "reason", "minor"]

    def planned(self, articles: list[Article]) -> list[bulk.Planned]:
        """Return what would be replaced."""
        data = self.cleaned_data
        find, put = (data[name].replace("\r\n", "\n") for name in ("find", "put"))
        return bulk.replace(articles, find, put, data["fields_searched"])

    def what(self) -> steps.Done:
        """Return what is replaced by what."""
        return steps.replaced(self.cleaned_data["find"], self.cleaned_data["put"])


class FileUnderForm(WhyForm):
    """Section, authors and tags for many articles."""

    related = bulk.NAMES
    section = forms.ModelChoiceField(Section.objects, label=_("Section"), required=False, empty_label=_("as it is"))
    authors = NamesField(
        Author.objects, label=_("Authors"), required=False, help_text=_("Instead of those that are there now.")
    )
    add_tags = NamesField(Tag.objects, label=_("Add tags"), required=False)
    remove_tags = NamesField(Tag.objects, label=_("Remove tags"), required=False)
    field_order = ["section", "authors", "add_tags", "remove_tags", "reason", "minor"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Let names be found while typing."""
        super().__init__(*args, **kwargs)
        author, tag = Byline._meta.get_field("author"), TaggedArticle._meta.get_field("tag")
        for name, through in (("authors", author), ("add_tags", tag), ("remove_tags", tag)):
            widget = OrderedAutocomplete(through, admin.site, attrs={"class": "ordered-autocomplete"})
            field = self.fields[name]
            widget.choices = field.choices  # type: ignore[attr-defined]
            field.widget = widget

    def planned(self, articles: list[Article]) -> list[bulk.Planned]:
        """Return what would be filed elsewhere."""
        section = self.cleaned_data["section"]
        names = {name: self.cleaned_data[name] for name in ("authors", "add_tags", "remove_tags")}
        return bulk.file_under(articles, section=section.name if section else "", **names)

    def what(self) -> steps.Done:
        """Return what is set, added and removed."""
        section = self.cleaned_data["section"]
        names = {name: self.cleaned_data[name] for name in ("authors", "add_tags", "remove_tags")}
        return steps.filed(section=[section.name] if section else [], **names)


class BulkActions(admin.ModelAdmin):
    """Actions on the list of articles that correct many of them, after showing what would change."""

    @admin.action(description=_("Find and replace…"), permissions=["change"])
    def replace(self, request: HttpRequest, queryset: QuerySet[Article]) -> HttpResponse | None:
        """Replace a text wherever it stands."""
        return self._ask(request, queryset, "replace", ReplaceForm, now("Find and replace"))

    @admin.action(description=_("Change section, authors, tags…"), permissions=["change"])
    def file_under(self, request: HttpRequest, queryset: QuerySet[Article]) -> HttpResponse | None:
        """File articles under other names."""
        return self._ask(request, queryset, "file_under", FileUnderForm, now("Change section, authors, tags"))

    def _ask(
        self, request: HttpRequest, queryset: QuerySet[Article], action: str, kind: type[WhyForm], title: str
    ) -> HttpResponse | None:
        """Ask, show what would change, and make it once that has been looked at."""
        sent = "look" in request.POST or "apply" in request.POST
        form = kind(request.POST if sent else None)
        plan: list[bulk.Planned] = []
        keys = queryset.order_by().values("pk")
        count = 0 if sent else keys[: bulk.MOST + 1].count()
        try:
            if sent:
                count = bulk.MOST + 1  # unless they can be fetched
                articles = bulk.chosen(keys, *kind.related)
                count = len(articles)
            if form.is_valid():
                plan = form.planned(articles)
                if not plan:
                    raise bulk.BulkError(now("Nothing would change."))
                if "apply" in request.POST and request.POST.get("seen") == bulk.digest(plan):
                    return self._make(request, plan, form)
        except (bulk.BulkError, corrections.CorrectionError) as error:
            form.add_error(None, str(error))
            plan = []
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "form": form,
            "action": action,
            "keys": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "across": request.POST.get("select_across", ""),
            "count": count,
            "most": bulk.MOST,
            "plan": plan,
            "hits": sum(len(planned.hits) for planned in plan),
            "seen": bulk.digest(plan) if plan else "",
            "changed_meanwhile": "apply" in request.POST and bool(plan),
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/articles/article/bulk.html", context)

    def _make(self, request: HttpRequest, plan: list[bulk.Planned], form: WhyForm) -> HttpResponse:
        data = form.cleaned_data
        step = bulk.make(plan, form.what(), reason=data["reason"], editor=request.user, minor=data["minor"])
        for planned in plan:
            names = [corrections.label_of(change.field, change.figure_url) for change in planned.changes]
            self.log_change(request, planned.article, [{"changed": {"fields": names}}])
        text = ngettext("%(count)d article was changed.", "%(count)d articles were changed.", len(plan))
        self.message_user(request, with_step(text % {"count": len(plan)}, step), messages.SUCCESS)
        return redirect("admin:articles_article_changelist")


@admin.register(BulkChange)
class BulkChangeAdmin(ReadOnlyAdmin):
    """Steps that changed many articles, to look at and to undo."""

    list_display = ["created_at", "done", "reason", "editor", "number", "undone_at"]
    list_select_related = ["editor"]
    list_display_links = ["done"]
    sortable_by = []
    fields = ["done", "reason", "editor", "created_at", "undone_at", "changes_shown"]

    class Media:
        css = {"all": ["articles/admin/desk.css"]}

    def get_urls(self) -> list[Any]:
        """Add the address that undoes a step."""
        view = self.admin_site.admin_view(self.undo_view)
        return [path("<int:pk>/undo/", view, name="articles_bulkchange_undo"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[BulkChange]:
        """Count what each step changed."""
        # a step has the one or the other: neither is counted once for each of the other
        return super().get_queryset(request).annotate(changed=Count("corrections") + Count("statuses"))

    def may_undo(self, request: HttpRequest, step: BulkChange) -> bool:
        """Whoever may correct articles may take a step back; where one was withheld, whoever may withhold."""
        if not request.user.has_perm("articles.change_article"):
            return False
        return request.user.has_perm("articles.withhold_article") or not bulk.is_about_withheld(step)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: BulkChange | None = None,
    ) -> HttpResponse:
        """Show the step, and the button to those who may press it."""
        context |= {
            "may_undo": obj is not None and self.may_undo(request, obj),
            "undo_url": "admin:articles_bulkchange_undo",
            "reason_form": ReasonForm(),
        }
        return super().render_change_form(request, context, add, change, form_url, obj)

    @admin.display(description=_("what was done"))
    def done(self, step: BulkChange) -> str:
        """Say what was done, in the language of the page."""
        return str(step)

    @admin.display(description=_("changes"))
    def number(self, step: Any) -> int:
        """Show how many fields, or articles, it changed."""
        count: int = step.changed
        return count

    @admin.display(description=_("changes"))
    def changes_shown(self, step: BulkChange) -> SafeString:
        """Link what it changed."""
        labels = dict(Article.Status.choices)
        given = step.statuses.select_related("article").only("before", "after", "step", "article__title")
        statuses = [
            (
                reverse("admin:articles_article_change", args=[row.article_id]),
                f"{row.article.title}: {labels[row.before['status']]} → {labels[row.after['status']]}",
            )
            for row in given[:SHOWN]
        ]
        rows = step.corrections.select_related("article").only("field", "figure_url", "bulk", "article__title")
        corrected = [
            (
                reverse("admin:articles_correction_change", args=[row.pk]),
                f"{row.article.title}, {corrections.label_of(row.field, row.figure_url)}",
            )
            for row in rows.order_by("pk")[:SHOWN]
        ]
        return format_html_join("", '<a class="row" href="{}">{}</a>', statuses + corrected)

    @method_decorator(require_POST)
    def undo_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Give everything back what stood there before."""
        step = get_object_or_404(BulkChange, pk=pk)
        if not self.may_undo(request, step):
            raise PermissionDenied
        form = ReasonForm(request.POST)
        if not form.is_valid():
            self.message_user(request, now("A reason of at most 500 characters is needed."), messages.ERROR)
            return redirect("admin:articles_bulkchange_change", pk)
        try:
            report = bulk.undo(step, reason=form.cleaned_data["reason"], editor=request.user)
        except bulk.BulkError as error:
            self.message_user(request, str(error), messages.ERROR)
            return redirect("admin:articles_bulkchange_change", pk)
        self.log_change(request, step, [{"changed": {"fields": [now("undone")]}}])
        if report.given_back:
            text = ngettext("%(count)d article is as before.", "%(count)d articles are as before.", report.given_back)
            self.message_user(request, text % {"count": report.given_back}, messages.SUCCESS)
        if report.restored or not (report.given_back or report.kept_statuses):
            text = ngettext("%(count)d field is as before.", "%(count)d fields are as before.", report.restored)
            self.message_user(request, text % {"count": report.restored}, messages.SUCCESS)
        if report.kept_statuses:
            text = ngettext(
                "%(count)d article has got another status since and was left as it is: %(list)s.",
                "%(count)d articles have got another status since and were left as they are: %(list)s.",
                len(report.kept_statuses),
            )
            names = ", ".join(row.article.title for row in report.kept_statuses[:20])
            self.message_user(request, text % {"count": len(report.kept_statuses), "list": names}, messages.WARNING)
        if report.kept:
            text = ngettext(
                "%(count)d field has changed since and was left as it is: %(list)s.",
                "%(count)d fields have changed since and were left as they are: %(list)s.",
                len(report.kept),
            )
            names = ", ".join(row.article.title for row in report.kept[:20])
            self.message_user(request, text % {"count": len(report.kept), "list": names}, messages.WARNING)
        return redirect("admin:articles_bulkchange_change", report.step.pk)
