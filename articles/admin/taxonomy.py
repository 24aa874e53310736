"""Sections, authors and tags.

A name and its slug stay as they were made: imports find a row by its name, readers by its slug. Which
names an article carries is corrected at the article.
"""

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
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from taggit.admin import Tag as TaggitTag

from articles import tagging
from articles.forms import TagForm
from articles.models import Author, Section, Tag, TagMerge
from articles.slugs import slug_of

from .base import ArchiveAdmin, ReadOnlyAdmin

# The archive has tags of its own; taggit's table stays empty and would only be taken for them.
admin.site.unregister(TaggitTag)


class NamedAdmin(ArchiveAdmin):
    """A row that articles are filed under."""

    search_fields = ["name"]
    actions: Sequence[str] | None = None
    uses: str  # the relation that says whether articles are filed under it

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """Return the name and the slug, once they are in the world."""
        return ["name", "slug"] if obj else ["slug"]

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        """Save; a new row's slug is made from its name."""
        obj.slug = obj.slug or slug_of(obj.name)
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow it only while no article is filed under it: else articles would change without a correction."""
        return obj is not None and super().has_delete_permission(request, obj) and not getattr(obj, self.uses).exists()

    def view_on_site(self, obj: Any) -> str:
        """Return the public page."""
        return obj.get_absolute_url()


@admin.register(Section)
class SectionAdmin(NamedAdmin):
    """The parts of the newspaper."""

    list_display = ["name", "label_en", "position", "slug"]
    fields = ["name", "slug", "label_en", "position"]
    uses = "articles"


@admin.register(Author)
class AuthorAdmin(NamedAdmin):
    """Those who signed."""

    list_display = ["name", "role", "is_generic"]
    list_only = ("name", "role", "is_generic")
    list_filter = ["is_generic"]
    fields = ["name", "slug", "role", "biography", "avatar_url", "avatar_original_url", "is_generic"]
    sortable_by = ["name"]
    uses = "bylines"

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Give the two addresses one line each."""
        if db_field.name in ("avatar_url", "avatar_original_url"):
            kwargs["widget"] = forms.TextInput(attrs={"class": "vTextField"})
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class AliasFilter(admin.SimpleListFilter):
    """Tags that lead to another."""

    title = _("alias")
    parameter_name = "alias"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the two kinds."""
        return [("yes", _("leads to another tag"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Return the aliases, through the index of the relation."""
        return queryset.filter(alias_of__isnull=False) if self.value() == "yes" else queryset


class UnusedFilter(admin.SimpleListFilter):
    """Tags that no article has."""

    title = _("use")
    parameter_name = "use"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the one choice."""
        return [("none", _("no article has it"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Return the unused tags that are no part of a merge."""
        if self.value() != "none":
            return queryset
        return queryset.filter(tagged_articles=None, alias_of=None, aliases=None)


class MergeTagsForm(forms.Form):
    """Which of some tags stays."""

    stays = forms.ChoiceField(label=_("The tag that stays"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"), max_length=500, required=False, widget=forms.TextInput(attrs={"class": "vTextField"})
    )

    def __init__(self, *args: Any, tags: list[Any], **kwargs: Any) -> None:
        """Offer the tags with the numbers of their articles; the most used one first."""
        super().__init__(*args, **kwargs)
        choices = [
            (tag.name, ngettext("%(tag)s (%(count)d article)", "%(tag)s (%(count)d articles)", tag.used))
            for tag in tags
        ]
        counted = {tag.name: {"tag": tag.name, "count": tag.used} for tag in tags}
        stays = cast(forms.ChoiceField, self.fields["stays"])
        stays.choices = [(name, text % counted[name]) for name, text in choices]
        stays.initial = tags[0].name


@admin.register(Tag)
class TagAdmin(NamedAdmin):
    """Tags, and which of them lead to another."""

    form = TagForm
    list_display = ["name", "alias_of", "slug"]
    list_select_related = ["alias_of"]
    list_filter = [AliasFilter, UnusedFilter]
    sortable_by = ["name"]
    fields = ["name", "slug", "alias_of"]
    autocomplete_fields = ["alias_of"]
    actions = ["merge", "remove_unused"]
    uses = "tagged_articles"

    def has_merge_permission(self, request: HttpRequest) -> bool:
        """Say who decides which tags are one."""
        return request.user.has_perm("articles.merge_tag")

    def has_remove_permission(self, request: HttpRequest) -> bool:
        """Say who removes unused tags."""
        return request.user.has_perm("articles.delete_tag")

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Leave out Django's own deletion, which would take tags from articles."""
        return {name: action for name, action in super().get_actions(request).items() if name != "delete_selected"}

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """Leave the decision which tags are one to those who may merge."""
        names = super().get_readonly_fields(request, obj)
        return names if self.has_merge_permission(request) else [*names, "alias_of"]

    def save_model(self, request: HttpRequest, obj: Tag, form: forms.ModelForm, change: bool) -> None:
        """Save a new tag; lead a tag elsewhere by way of the record."""
        target, obj.alias_of = obj.alias_of, None
        if not change:
            super().save_model(request, obj, form, change)
        elif "alias_of" in form.changed_data and form.initial.get("alias_of"):
            tagging.release(obj.name)
        if "alias_of" in form.changed_data and target is not None:
            tagging.merge(obj.name, target.name, editor=request.user)

    @admin.action(description=_("Merge into one tag…"), permissions=["merge"])
    def merge(self, request: HttpRequest, queryset: QuerySet[Tag]) -> HttpResponse | None:
        """Ask which of the tags stays, then lead the others to it."""
        tags = list(
            queryset.select_related(None).annotate(used=Count("tagged_articles")).order_by("-used", "name")[:51]
        )
        if not 1 < len(tags) <= 50:
            self.message_user(request, gettext("Choose two tags or more, and at most fifty."), messages.ERROR)
            return None
        form = MergeTagsForm(request.POST if "apply" in request.POST else None, tags=tags)
        if form.is_valid():
            stays, reason = form.cleaned_data["stays"], form.cleaned_data["reason"]
            try:
                with transaction.atomic():
                    for tag in tags:
                        if tag.name != stays:
                            tagging.merge(tag.name, stays, reason=reason, editor=request.user)
                            self.log_change(request, tag, [{"changed": {"fields": [gettext("alias of")]}}])
            except tagging.TaggingError as error:
                form.add_error(None, str(error))
            else:
                text = gettext("These lead to “%(tag)s” now. Under merged tags it can be undone.") % {"tag": stays}
                self.message_user(request, text, messages.SUCCESS)
                return None
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Merge into one tag"),
            "opts": self.opts,
            "form": form,
            "action": "merge",
            "keys": [tag.pk for tag in tags],
            "submit": gettext("Merge"),
            "media": self.media,
        }
        return TemplateResponse(request, "admin/articles/ask.html", context)

    @admin.action(description=_("Remove those that no article has"), permissions=["remove"])
    def remove_unused(self, request: HttpRequest, queryset: QuerySet[Tag]) -> None:
        """Remove unused tags; the others stay."""
        count = tagging.remove_unused(queryset.order_by().values_list("pk", flat=True))
        text = ngettext("%(count)d unused tag was removed.", "%(count)d unused tags were removed.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)


@admin.register(TagMerge)
class TagMergeAdmin(ReadOnlyAdmin):
    """Which tags were led to which others, to look at and to undo."""

    list_display = ["name", "into", "reason", "editor", "created_at", "undone_at"]
    list_select_related = ["editor"]
    sortable_by = []
    search_fields = ["name", "into"]
    fields = ["name", "into", "moved", "reason", "editor", "created_at", "undone_at"]

    class Media:
        css = {"all": ["articles/admin/desk.css"]}

    def get_urls(self) -> list[Any]:
        """Add the address that undoes a merge."""
        view = self.admin_site.admin_view(self.undo_view)
        return [path("<int:pk>/undo/", view, name="articles_tagmerge_undo"), *super().get_urls()]

    def may_undo(self, request: HttpRequest) -> bool:
        """Say who decides which tags are one."""
        return request.user.has_perm("articles.merge_tag")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the merge, and the button to those who may press it."""
        return super().change_view(request, object_id, form_url, {"may_undo": self.may_undo(request)})

    @method_decorator(require_POST)
    def undo_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let the tag stand for itself again."""
        if not self.may_undo(request):
            raise PermissionDenied
        row = get_object_or_404(TagMerge, pk=pk)
        try:
            tagging.undo(row)
        except tagging.TaggingError as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.log_change(request, row, [{"changed": {"fields": [gettext("undone")]}}])
            text = gettext("“%(tag)s” stands for itself again.") % {"tag": row.name}
            self.message_user(request, text, messages.SUCCESS)
        return redirect("admin:articles_tagmerge_change", pk)
