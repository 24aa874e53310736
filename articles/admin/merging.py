"""Merging tags, and authors: the action that asks which one stays, what is unused, and the record of it all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from articles import merging, provenance
from articles.models import AuthorMerge, TagMerge

from .base import ReadOnlyAdmin

AT_ONCE = 50  # names in one merge


class AliasFilter(admin.SimpleListFilter):
    """Names that lead to another."""

    title = _("alias")
    parameter_name = "alias"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the one choice."""
        return [("yes", _("leads to another"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Return the aliases, through the index of the relation."""
        return queryset.filter(alias_of__isnull=False) if self.value() == "yes" else queryset


class UnusedFilter(admin.SimpleListFilter):
    """Names that no article has."""

    title = _("use")
    parameter_name = "use"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the one choice."""
        return [("none", _("no article has it"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Return the unused names that are no part of a merge."""
        if self.value() != "none":
            return queryset
        return queryset.filter(pk__in=merging.unused(queryset.model).values("pk"))


class MergeForm(forms.Form):
    """Which of some names stays."""

    stays = forms.ChoiceField(label=_("The one that stays"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"), max_length=500, required=False, widget=forms.TextInput(attrs={"class": "vTextField"})
    )

    def __init__(self, *args: Any, rows: list[Any], **kwargs: Any) -> None:
        """Offer the names with the numbers of their articles; the most used one first."""
        super().__init__(*args, **kwargs)
        stays = cast(forms.ChoiceField, self.fields["stays"])
        stays.choices = [
            (
                row.name,
                ngettext("%(name)s (%(count)d article)", "%(name)s (%(count)d articles)", row.used)
                % {"name": row.name, "count": row.used},
            )
            for row in rows
        ]
        stays.initial = rows[0].name


class AliasForm(forms.ModelForm):
    """One tag or author; an alias leads to one in one step."""

    def clean_alias_of(self) -> Any:
        """Refuse chains and circles of aliases."""
        target = self.cleaned_data["alias_of"]
        if target is None:
            return None
        if target.pk == self.instance.pk:
            raise forms.ValidationError(gettext("It cannot be an alias of itself."))
        if target.alias_of_id:
            raise forms.ValidationError(
                gettext("“%(name)s” is itself an alias: choose the one that it leads to.") % {"name": target}
            )
        return target


class MergeActions(admin.ModelAdmin):
    """What a list and a form of names need to be merged; ``uses`` is the relation to what has them."""

    form = AliasForm
    uses: str
    actions: Sequence[str] | None = ["merge", "remove_unused"]
    list_filter = [AliasFilter, UnusedFilter]
    list_select_related = ["alias_of"]
    autocomplete_fields = ["alias_of"]

    def has_merge_permission(self, request: HttpRequest) -> bool:
        """Say who decides which names are one."""
        return request.user.has_perm(f"articles.merge_{self.opts.model_name}")

    def has_remove_permission(self, request: HttpRequest) -> bool:
        """Say who removes unused names."""
        return request.user.has_perm(f"articles.delete_{self.opts.model_name}")

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Leave out Django's own deletion, which would take names from articles."""
        return {name: action for name, action in super().get_actions(request).items() if name != "delete_selected"}

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """Leave the decision which names are one to those who may merge."""
        names = super().get_readonly_fields(request, obj)
        return names if self.has_merge_permission(request) else [*names, "alias_of"]

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        """Save what is the row's own; lead a name elsewhere by way of the record."""
        target = obj.alias_of
        obj.alias_of_id = form.initial.get("alias_of")
        super().save_model(request, obj, form, change)
        if "alias_of" in form.changed_data:
            if obj.alias_of_id:
                merging.release(type(obj), obj.name)
            if target is not None:
                merging.merge(type(obj), obj.name, target.name, editor=request.user)

    @admin.action(description=_("Merge into one…"), permissions=["merge"])
    def merge(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Ask which of the names stays, then lead the others to it."""
        rows = list(
            queryset.select_related(None).annotate(used=Count(self.uses)).order_by("-used", "name")[: AT_ONCE + 1]
        )
        if not 1 < len(rows) <= AT_ONCE:
            text = gettext("Choose two or more, and at most %(most)d.") % {"most": AT_ONCE}
            self.message_user(request, text, messages.ERROR)
            return None
        form = MergeForm(request.POST if "apply" in request.POST else None, rows=rows)
        if form.is_valid():
            stays, reason = form.cleaned_data["stays"], form.cleaned_data["reason"]
            try:
                with transaction.atomic():
                    for row in rows:
                        if row.name != stays:
                            merging.merge(self.model, row.name, stays, reason=reason, editor=request.user)
                            self.log_change(request, row, [{"changed": {"fields": [gettext("alias of")]}}])
            except merging.MergingError as error:
                form.add_error(None, str(error))
            else:
                record = merging.RECORDS[self.model]._meta
                text = gettext("These lead to “%(name)s” now. Under “%(record)s” it can be undone.") % {
                    "name": stays,
                    "record": record.verbose_name_plural,
                }
                url = reverse(f"admin:articles_{record.model_name}_changelist")
                self.message_user(request, format_html('<a href="{}">{}</a>', url, text), messages.SUCCESS)
                return None
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Merge into one"),
            "opts": self.opts,
            "form": form,
            "action": "merge",
            "keys": [row.pk for row in rows],
            "submit": gettext("Merge"),
            "media": self.media,
        }
        return TemplateResponse(request, "admin/articles/merge_names.html", context)

    @admin.action(description=_("Remove those that no article has"), permissions=["remove"])
    def remove_unused(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Remove unused names; the others stay."""
        count = merging.remove_unused(self.model, queryset.order_by().values_list("pk", flat=True))
        text = ngettext("%(count)d unused name was removed.", "%(count)d unused names were removed.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)


@admin.register(TagMerge, AuthorMerge)
class MergeAdmin(ReadOnlyAdmin):
    """Which names were led to which others, to look at and to undo."""

    list_display = ["name", "into", "why", "editor", "created_at", "undone_at"]
    list_select_related = ["editor"]
    sortable_by = []
    search_fields = ["name", "into"]
    fields = ["name", "into", "moved_shown", "why", "editor", "created_at", "undone_at"]
    change_form_template = "admin/articles/merge.html"

    class Media:
        css = {"all": ["articles/admin/desk.css"]}

    def get_urls(self) -> list[Any]:
        """Add the address that undoes a merge."""
        view = self.admin_site.admin_view(self.undo_view)
        return [path("<int:pk>/undo/", view, name=f"articles_{self.opts.model_name}_undo"), *super().get_urls()]

    @admin.display(description=_("reason"))
    def why(self, row: TagMerge | AuthorMerge) -> str:
        """Say why; the reason of an accepted suggestion is its evidence."""
        return provenance.suggestion_reason(row.reason) or "–"

    @admin.display(description=_("aliases that went along"))
    def moved_shown(self, row: TagMerge | AuthorMerge) -> str:
        """Name the aliases that went along."""
        return ", ".join(map(str, row.moved)) or "–"

    def may_undo(self, request: HttpRequest) -> bool:
        """Say who decides which names are one."""
        return request.user.has_perm(f"articles.merge_{merging.MODELS[self.model]._meta.model_name}")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the merge, and the button to those who may press it."""
        context = {"may_undo": self.may_undo(request), "undo_url": f"admin:articles_{self.opts.model_name}_undo"}
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    @method_decorator(require_POST)
    def undo_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let the name stand for itself again."""
        if not self.may_undo(request):
            raise PermissionDenied
        row = get_object_or_404(self.model, pk=pk)
        try:
            merging.undo(row)
        except merging.MergingError as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.log_change(request, row, [{"changed": {"fields": [gettext("undone")]}}])
            text = gettext("“%(name)s” stands for itself again.") % {"name": row.name}
            self.message_user(request, text, messages.SUCCESS)
        return redirect(f"admin:articles_{self.opts.model_name}_change", pk)
