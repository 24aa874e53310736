"""What the archive's admin pages share: lists that stay quick at any size, pages that only show."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from articles.models import Article, BulkChange

# Control characters occur in rescued text; shown, they are visible and do no harm.
VISIBLE = {code: 0x2400 + code for code in range(32) if code not in (9, 10)} | {127: 0x2421}


class BoundedPaginator(Paginator):
    """Counts no further than anyone turns pages: a list of millions opens as quickly as one of thousands."""

    LIMIT = 10_000

    @cached_property
    def count(self) -> int:
        """Return the number of rows, at most one more than LIMIT."""
        rows = self.object_list
        if not isinstance(rows, QuerySet):
            return len(rows)
        return rows.order_by().values("pk")[: self.LIMIT + 1].count()


class ArchiveAdmin(admin.ModelAdmin):
    """A list that asks the database for what it shows and no more."""

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_max_show_all = 0
    list_only: tuple[str, ...] = ()  # the columns that the list reads

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows; in the list and in autocompletion, without the long columns."""
        rows = super().get_queryset(request)
        match = request.resolver_match
        if self.list_only and match and (match.url_name or "").endswith("_changelist"):
            rows = rows.only(*self.list_only)
        return rows


class ReadOnlyAdmin(ArchiveAdmin):
    """Rows that editors look at and never touch."""

    actions: Sequence[str] | None = None

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody adds one."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody changes one."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody deletes one."""
        return False


def once(request: HttpRequest, name: str, find: Callable[[], Any]) -> Any:
    """Return what one request asks for more than once: Django makes a list anew before it calls an action."""
    known: dict[str, Any] = request.__dict__.setdefault("_found_once", {})
    if name not in known:
        known[name] = find()
    return known[name]


def links_to(articles: Iterable[Article]) -> SafeString:
    """Link some articles by id and title."""
    rows = (
        (reverse("admin:articles_article_change", args=[article.pk]), article.source_id, article.title)
        for article in articles
    )
    return format_html_join(" · ", '<a href="{}">{} {}</a>', rows)


def with_step(text: str, step: BulkChange) -> SafeString:
    """Say what a step did, with a link to it."""
    url = reverse("admin:articles_bulkchange_change", args=[step.pk])
    return format_html('{} <a href="{}">{}</a>', text, url, gettext("Look at this step, or undo it"))


def preformatted(text: str) -> SafeString:
    """Show a text as it is, escaped, with its control characters made visible."""
    return format_html('<pre class="as-it-came">{}</pre>', text.translate(VISIBLE))


def as_json(value: Any) -> SafeString:
    """Show what a JSON column holds."""
    return preformatted(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def outside_link(url: str, text: str = "") -> SafeString | str:
    """Link a page elsewhere, if the address is one of the web; it may be anything."""
    if not url.lower().startswith(("https://", "http://")):
        return text or url
    return format_html('<a href="{}" rel="noopener noreferrer" target="_blank">{}</a>', url, text or url)
