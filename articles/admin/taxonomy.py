"""Sections, authors and tags.

A name and its slug stay as they were made: imports find a row by its name, readers by its slug. Which
names an article carries is corrected at the article.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from taggit.admin import Tag as TaggitTag

from articles.models import Author, Section, Tag
from articles.slugs import slug_of

from .base import ArchiveAdmin
from .merging import AliasFilter, MergeActions, UnusedFilter

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
class AuthorAdmin(MergeActions, NamedAdmin):
    """Those who signed, and which of their names lead to another."""

    list_display = ["name", "alias_of", "role", "is_generic"]
    list_only = ("name", "role", "is_generic", "alias_of__name")
    list_filter = ["is_generic", AliasFilter, UnusedFilter]
    fields = ["name", "slug", "alias_of", "role", "biography", "avatar_url", "avatar_original_url", "is_generic"]
    sortable_by = ["name"]
    uses = "bylines"

    def save_model(self, request: HttpRequest, obj: Author, form: forms.ModelForm, change: bool) -> None:
        """Save; what an editor wrote about an author is not written over by an import."""
        if set(form.changed_data) & {"role", "biography", "avatar_url", "avatar_original_url"}:
            obj.described_as_of = Author.BY_AN_EDITOR
        super().save_model(request, obj, form, change)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Give the two addresses one line each."""
        if db_field.name in ("avatar_url", "avatar_original_url"):
            kwargs["widget"] = forms.TextInput(attrs={"class": "vTextField"})
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(Tag)
class TagAdmin(MergeActions, NamedAdmin):
    """Tags, and which of them lead to another."""

    list_display = ["name", "alias_of", "slug"]
    sortable_by = ["name"]
    fields = ["name", "slug", "alias_of"]
    uses = "tagged_articles"
