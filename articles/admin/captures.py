"""Captures: the imported files as they came, to look at."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from articles import profile
from articles.models import Capture

from .base import ReadOnlyAdmin, as_json, outside_link, preformatted

MOST_SHOWN = 500_000  # characters of one file; the longest honest one has a quarter of that


@admin.register(Capture)
class CaptureAdmin(ReadOnlyAdmin):
    """One imported file, its front matter and its text."""

    list_display = ["key", "title", "kind", "captured_at", "published_on", "path"]
    list_only = ("key", "source_id", "title", "kind", "captured_at", "published_on", "path")
    list_filter = ["kind"]
    list_per_page = 50
    sortable_by = ["key"]
    ordering = ["key"]  # begins with the source id, and is indexed
    search_fields = ["source_id", "key", "sha256"]
    search_help_text = _("A source id, an address, or the file's sha256, in full.")
    fieldsets = [
        (None, {"fields": ["key", "source_id", "article_link", "kind", "placeholder_rule", "title", "published_on"]}),
        (_("Where it comes from"), {"fields": ["path", "original_link", "wayback_link", "captured_at", "updated_at"]}),
        (
            _("As it was read"),
            {"fields": ["section_name", "bylines_shown", "tags_shown", "removed_shown", "parsed_by"]},
        ),
        (
            _("As it came"),
            {"fields": ["sha256", "original_size", "front_matter_shown", "original_shown"]},
        ),
    ]

    class Media:
        css = {"all": ["articles/admin/desk.css"]}

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Capture], search_term: str
    ) -> tuple[QuerySet[Capture], bool]:
        """Find by what is indexed; the rows are too long to be read through."""
        term = search_term.strip()
        if not term:
            return queryset, False
        if len(term) == 64:
            return queryset.filter(sha256=term.lower()), False
        if "@" in term:
            return queryset.filter(key=term), False
        return queryset.filter(source_id=profile.current().source_id_in(term) or term), False

    @admin.display(description=_("article"))
    def article_link(self, capture: Capture) -> SafeString | str:
        """Link the article it belongs to."""
        if capture.article is None:
            return "–"
        url = reverse("admin:articles_article_change", args=[capture.article_id])
        return format_html('<a href="{}">{}</a>', url, capture.article.title)

    @admin.display(description=_("original URL"))
    def original_link(self, capture: Capture) -> SafeString | str:
        """Link the page that was."""
        return outside_link(capture.original_url)

    @admin.display(description=_("Wayback URL"))
    def wayback_link(self, capture: Capture) -> SafeString | str:
        """Link the page as the Wayback Machine has it."""
        return outside_link(capture.wayback_url)

    @admin.display(description=_("bylines"))
    def bylines_shown(self, capture: Capture) -> SafeString:
        """Show the authors as they were read."""
        return as_json(capture.bylines)

    @admin.display(description=_("tags"))
    def tags_shown(self, capture: Capture) -> str:
        """Show the tags as they were read."""
        return ", ".join(str(name) for name in capture.tag_names) or "–"

    @admin.display(description=_("removed by rule"))
    def removed_shown(self, capture: Capture) -> SafeString:
        """Show what cleaning took out."""
        return as_json(capture.removed)

    @admin.display(description=_("front matter"))
    def front_matter_shown(self, capture: Capture) -> SafeString:
        """Show the front matter as it was read."""
        return as_json(capture.front_matter)

    @admin.display(description=_("original text"))
    def original_shown(self, capture: Capture) -> SafeString:
        """Show the file; bytes that are no UTF-8 appear as replacement characters."""
        return preformatted(capture.original_bytes.decode("utf-8", errors="replace")[:MOST_SHOWN])
