"""Captures: the imported files as they came, to look at and to put into the right story."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from articles import grouping, profile, provenance
from articles.models import Article, Capture

from .base import ReadOnlyAdmin, as_json, links_to, outside_link, preformatted

MOST_SHOWN = 500_000  # characters of one file; the longest honest one has a quarter of that
AT_ONCE = 20  # source ids in one request; every decision looks at the whole archive


class LostFilter(admin.SimpleListFilter):
    """Pages of which no capture caught the text."""

    title = _("lost")
    parameter_name = "lost"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the one choice."""
        return [("yes", _("no capture has the text"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Capture]) -> QuerySet[Capture]:
        """Return the captures of such pages."""
        return queryset.filter(pk__in=Capture.objects.lost()) if self.value() == "yes" else queryset


@admin.register(Capture)
class CaptureAdmin(ReadOnlyAdmin):
    """One imported file, its front matter and its text."""

    list_display = ["name", "title", "kind", "captured_at", "published_on"]
    list_only = ("key", "source_id", "title", "kind", "captured_at", "published_on")
    list_filter = ["kind", LostFilter]
    list_per_page = 50
    sortable_by = ["name"]
    ordering = ["key"]  # begins with the source id, and is indexed
    search_fields = ["source_id", "key", "sha256"]
    search_help_text = _("A source id, an address, or the file's sha256, in full.")
    actions = ["split", "release"]
    fieldsets = [
        (None, {"fields": ["name", "source_id", "kind", "placeholder_rule", "title", "published_on"]}),
        (
            _("Which story this belongs to"),
            {"fields": ["article_link", "evidence_shown", "pinned_story", "text_given"]},
        ),
        (_("Where it comes from"), {"fields": ["path", "original_link", "wayback_link", "captured_at", "updated_at"]}),
        (
            _("As it was read"),
            {"fields": ["section_name", "bylines_shown", "tags_shown", "removed_shown", "reader"]},
        ),
        (
            _("As it came"),
            {"fields": ["sha256", "original_size", "front_matter_shown", "original_shown"]},
        ),
    ]

    class Media:
        css = {"all": ["articles/admin/desk.css"]}

    def get_urls(self) -> list[Any]:
        """Add the address that decides which story a capture belongs to."""
        view = self.admin_site.admin_view(self.group_view)
        return [path("<int:pk>/group/", view, name="articles_capture_group"), *super().get_urls()]

    def has_group_permission(self, request: HttpRequest) -> bool:
        """Say who decides which captures are one story."""
        return request.user.has_perm("articles.merge_article")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the file, and the buttons to those who may press them."""
        return super().change_view(request, object_id, form_url, {"may_group": self.has_group_permission(request)})

    @admin.action(description=_("Split off as a story of its own"), permissions=["group"])
    def split(self, request: HttpRequest, queryset: QuerySet[Capture]) -> None:
        """Make a story of each source id."""
        self._group(request, queryset, grouping.split, now("Split off. These are stories of their own now:"))

    @admin.action(description=_("Undo an editor's grouping"), permissions=["group"])
    def release(self, request: HttpRequest, queryset: QuerySet[Capture]) -> None:
        """Let the evidence decide again."""
        self._group(request, queryset, grouping.release, now("The evidence has decided again:"))

    @method_decorator(require_POST)
    def group_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Decide about the capture whose page this came from."""
        if not self.has_group_permission(request):
            raise PermissionDenied
        capture = get_object_or_404(Capture.objects.only("pk"), pk=pk)
        choices = {"split": self.split, "release": self.release}
        wanted = request.POST.get("choice", "")
        if choice := choices.get(wanted):
            choice(request, Capture.objects.filter(pk=capture.pk))
        elif wanted in ("text", "latest"):
            self._choose_text(request, capture, wanted == "text")
        else:
            self.message_user(request, now("Choose what to do with this capture."), messages.ERROR)
        return redirect("admin:articles_capture_change", capture.pk)

    def _choose_text(self, request: HttpRequest, capture: Capture, chosen: bool) -> None:
        try:
            grouping.choose_text(capture, editor=request.user, chosen=chosen)
        except grouping.GroupingError as error:
            self.message_user(request, str(error), messages.ERROR)
            return
        self.log_change(request, capture, [{"changed": {"fields": [now("gives the text")]}}])
        done = now("This capture gives the text now.") if chosen else now("The latest capture gives the text again.")
        self.message_user(request, done, messages.SUCCESS)

    def _group(
        self, request: HttpRequest, queryset: QuerySet[Capture], decision: Callable[..., None], said: str
    ) -> None:
        ids = list(queryset.order_by("source_id").values_list("source_id", flat=True).distinct()[: AT_ONCE + 1])
        if len(ids) > AT_ONCE:
            text = now("At most %(most)d can be decided at once.") % {"most": AT_ONCE}
            self.message_user(request, text, messages.ERROR)
            return
        touched = set(Capture.objects.filter(source_id__in=ids).values_list("article", flat=True))
        done = []
        for source_id in ids:
            try:
                decision(source_id, editor=request.user)
                done.append(source_id)
            except grouping.GroupingError as error:
                self.message_user(request, str(error), messages.ERROR)
        if done:
            touched |= set(Capture.objects.filter(source_id__in=done).values_list("article", flat=True))
            rows = Article.objects.filter(pk__in=touched - {None}).only("source_id", "title")
            self.message_user(request, format_html("{} {}", said, links_to(rows)), messages.SUCCESS)

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

    @admin.display(description=_("capture"), ordering="key")
    def name(self, capture: Capture) -> str:
        """Show its key: the source id, and when it was saved."""
        return capture.key

    @admin.display(description=_("article"))
    def article_link(self, capture: Capture) -> SafeString | str:
        """Link the article it belongs to."""
        if capture.article is None:
            return "–"
        url = reverse("admin:articles_article_change", args=[capture.article_id])
        return format_html('<a href="{}">{}</a>', url, capture.article.title)

    @admin.display(description=_("evidence"))
    def evidence_shown(self, capture: Capture) -> str:
        """Say why it belongs to its story."""
        words = provenance.grouping_reason(capture.evidence, capture.source_id, decided=bool(capture.pinned_story))
        return words or now("It stands alone: no other capture tells this story.")

    @admin.display(description=_("gives the text"))
    def text_given(self, capture: Capture) -> str:
        """Say whether readers read this capture, and why."""
        if capture.article is None or capture.article.text_capture_id != capture.pk:
            return now("no")
        return now("yes, by an editor's decision") if capture.gives_text else now("yes, as the latest")

    @admin.display(description=_("original URL"))
    def original_link(self, capture: Capture) -> SafeString | str:
        """Link the page that was."""
        return outside_link(capture.original_url)

    @admin.display(description=_("Wayback URL"))
    def wayback_link(self, capture: Capture) -> SafeString | str:
        """Link the page as the Wayback Machine has it."""
        return outside_link(capture.wayback_url)

    @admin.display(description=_("bylines"))
    def bylines_shown(self, capture: Capture) -> SafeString | str:
        """Show the authors as they were read, with what was printed if that is more."""
        rows = (
            (
                byline["name"],
                ", ".join(words for words in (byline["credit"], byline["role"]) if words != byline["name"]),
            )
            for byline in capture.bylines
        )
        return format_html_join("", '<div>{} <span class="quiet">{}</span></div>', rows) or "–"

    @admin.display(description=_("tags"))
    def tags_shown(self, capture: Capture) -> str:
        """Show the tags as they were read."""
        return ", ".join(str(name) for name in capture.tag_names) or "–"

    @admin.display(description=_("removed by rule"))
    def removed_shown(self, capture: Capture) -> SafeString | str:
        """Show what cleaning took out, each by its rule."""
        rows = ((rule, preformatted(text)) for rule, text in capture.removed)
        return format_html_join("", "<div><b>{}</b>{}</div>", rows) or "–"

    @admin.display(description=_("version of the reader"))
    def reader(self, capture: Capture) -> str:
        """Show which version of the parser, with which profile, read it."""
        return capture.parsed_by

    @admin.display(description=_("front matter"))
    def front_matter_shown(self, capture: Capture) -> SafeString:
        """Show the front matter as it was read."""
        return as_json(capture.front_matter)

    @admin.display(description=_("original text"))
    def original_shown(self, capture: Capture) -> SafeString:
        """Show the file; bytes that are no UTF-8 appear as replacement characters."""
        return preformatted(capture.original_bytes.decode("utf-8", errors="replace")[:MOST_SHOWN])
