"""Suggestions: what is only likely, with its evidence, for an editor to accept or dismiss."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from articles import grouping, provenance
from articles.models import Author, Byline, Capture, Suggestion, Tag, TaggedArticle

from .base import ReadOnlyAdmin

AT_ONCE = 20  # decisions in one request; every merge looks at the whole archive
SAMPLES = 3  # titles that show what a name stands for


@dataclass(frozen=True)
class Side:
    """One of the two things that may be one: its name, its page in the admin, and lines that tell what it is."""

    name: str
    url: str = ""
    lines: tuple[str, ...] = ()
    text: str = ""


def sides(rows: Iterable[Suggestion]) -> dict[tuple[str, str], Side]:
    """Return both sides of some suggestions, by kind and name, in a few queries for all of them."""
    names: dict[str, set[str]] = {}
    for row in rows:
        names.setdefault(row.kind, set()).update((row.left, row.right))
    found = _versions(names.get(Suggestion.Kind.VERSIONS, set()))
    for kind, model in grouping.NAMED.items():
        found |= _names(kind, model, names.get(kind, set()))
    return found


def _versions(ids: set[str]) -> dict[tuple[str, str], Side]:
    if not ids:
        return {}
    captures = Capture.objects.filter(source_id__in=ids, kind=Capture.Kind.TEXT).order_by("source_id", "pk")
    found = {}
    for capture in captures.only("source_id", "title", "published_on", "bylines", "article", "body"):
        model, pk = ("article", capture.article_id) if capture.article_id else ("capture", capture.pk)
        url = reverse(f"admin:articles_{model}_change", args=[pk])
        day = capture.published_on.isoformat() if capture.published_on else "–"
        signed = ", ".join(str(byline["name"]) for byline in capture.bylines)
        found["versions", capture.source_id] = Side(
            capture.source_id, url, (capture.title, f"{day} {signed}"), Truncator(capture.body).chars(1500)
        )
    return found


def _names(kind: str, model: type[Tag] | type[Author], names: set[str]) -> dict[tuple[str, str], Side]:
    if not names:
        return {}
    through: Any = TaggedArticle if model is Tag else Byline
    mine, article = ("tag", "content_object") if model is Tag else ("author", "article")
    uses = through._meta.get_field(mine).remote_field.related_name
    rows = {row.pk: row for row in model._default_manager.filter(name__in=names).annotate(used=Count(uses))}
    place = Window(RowNumber(), partition_by=F(mine), order_by=F(article).asc())
    samples = through.objects.filter(**{f"{mine}__in": rows}).annotate(place=place).filter(place__lte=SAMPLES)
    titles: dict[int, list[str]] = {}
    for pk, title in samples.order_by(article).values_list(mine, f"{article}__title"):
        titles.setdefault(pk, []).append(title)
    return {
        (kind, row.name): Side(
            row.name,
            reverse(f"admin:articles_{model._meta.model_name}_change", args=[pk]),
            (
                ngettext("%(count)d article", "%(count)d articles", row.used) % {"count": row.used},
                *titles.get(pk, []),
            ),
        )
        for pk, row in rows.items()
    }


class SuggestionList(ChangeList):
    """A page of suggestions, each with its two sides."""

    def get_results(self, request: HttpRequest) -> None:
        """Fetch the page, then all sides at once."""
        super().get_results(request)
        rows = list(self.result_list)
        known = sides(rows)
        for row in rows:
            row.known = known
        self.result_list = rows


@admin.register(Suggestion)
class SuggestionAdmin(ReadOnlyAdmin):
    """Editors decide, and change nothing else."""

    list_display = ["kind", "left_shown", "right_shown", "why", "state"]
    list_display_links = ["kind"]
    list_filter = ["state", "kind"]
    list_per_page = 50
    sortable_by = []
    ordering = ["kind", "left", "right"]
    search_fields = ["left", "right"]
    search_help_text = _("A source id, or the beginning of a tag's or author's name.")
    actions = ["accept", "dismiss", "reopen"]
    fields = ["kind", "why", "state", "side_by_side"]

    class Media:
        css = {"all": ["articles/admin/desk.css"]}

    def get_urls(self) -> list[Any]:
        """Add the address that decides a suggestion."""
        view = self.admin_site.admin_view(self.decide_view)
        return [path("<int:pk>/decide/", view, name="articles_suggestion_decide"), *super().get_urls()]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Return the list that knows both sides."""
        return SuggestionList

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Whoever may merge stories, tags and authors may accept and dismiss suggestions."""
        return request.user.has_perms([f"articles.merge_{name}" for name in ("article", "tag", "author")])

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Suggestion], search_term: str
    ) -> tuple[QuerySet[Suggestion], bool]:
        """Find by either name."""
        term = search_term.strip()
        if term:
            queryset = queryset.filter(left__startswith=term) | queryset.filter(right__startswith=term)
        return queryset, False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the row, and the buttons to those who may press them."""
        context = {"may_decide": self.has_decide_permission(request), "named": list(grouping.NAMED)}
        return super().change_view(request, object_id, form_url, context)

    @admin.display(description=_("evidence"))
    def why(self, row: Suggestion) -> str:
        """Say why they may be one."""
        return provenance.suggestion_reason(row.evidence)

    @admin.display(description=_("one"))
    def left_shown(self, row: Suggestion) -> SafeString:
        """Link the first, with its title or its articles' titles."""
        return _short(row, row.left)

    @admin.display(description=_("the other"))
    def right_shown(self, row: Suggestion) -> SafeString:
        """Link the second."""
        return _short(row, row.right)

    @admin.display(description=_("side by side"))
    def side_by_side(self, row: Suggestion) -> SafeString:
        """Show both, with the beginnings of their texts."""
        known = sides([row])
        columns = (
            (_short(row, name, known), (side.text if (side := known.get((row.kind, name))) else ""))
            for name in (row.left, row.right)
        )
        cells = format_html_join("", '<td>{}<p class="as-it-came">{}</p></td>', columns)
        return format_html("<table><tr>{}</tr></table>", cells)

    @admin.action(description=_("Accept: these are one"), permissions=["decide"])
    def accept(self, request: HttpRequest, queryset: QuerySet[Suggestion]) -> None:
        """Merge stories; of two names, the one that more articles have stays."""
        self._decide(request, queryset, grouping.accept)

    @admin.action(description=_("Dismiss: these are two"), permissions=["decide"])
    def dismiss(self, request: HttpRequest, queryset: QuerySet[Suggestion]) -> None:
        """Say no, until an editor opens it again."""
        self._decide(request, queryset, grouping.dismiss)

    @admin.action(description=_("Open again what was dismissed"), permissions=["decide"])
    def reopen(self, request: HttpRequest, queryset: QuerySet[Suggestion]) -> None:
        """Take a no back."""
        self._decide(request, queryset, grouping.reopen)

    @method_decorator(require_POST)
    def decide_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Decide the suggestion whose page this came from."""
        if not self.has_decide_permission(request):
            raise PermissionDenied
        row = get_object_or_404(Suggestion, pk=pk)
        accept = functools.partial(grouping.accept, stays=request.POST.get("stays", ""))
        choices: dict[str, Callable[[Suggestion, Any], None]] = {
            "accept": accept,
            "dismiss": grouping.dismiss,
            "reopen": grouping.reopen,
        }
        choice = choices.get("accept" if "stays" in request.POST else request.POST.get("choice", ""))
        if not choice:
            self.message_user(request, now("Choose whether these are one."), messages.ERROR)
            return redirect("admin:articles_suggestion_change", pk)
        decided = self._decide(request, Suggestion.objects.filter(pk=row.pk), choice)
        if not decided or choice is grouping.reopen:
            return redirect("admin:articles_suggestion_change", pk)
        return self._next(row)

    def _next(self, row: Suggestion) -> HttpResponse:
        """Lead to the next open one of the same kind, else of any; else to the front page."""
        waiting = Suggestion.objects.filter(state=Suggestion.State.OPEN)
        same = waiting.filter(kind=row.kind).order_by("left", "right")
        following = (
            same.filter(Q(left__gt=row.left) | Q(left=row.left, right__gt=row.right)).only("pk").first()
            or same.only("pk").first()
            or waiting.only("pk").first()
        )
        if following:
            return redirect("admin:articles_suggestion_change", following.pk)
        return redirect("admin:index")

    def _decide(
        self, request: HttpRequest, queryset: QuerySet[Suggestion], decision: Callable[[Suggestion, Any], None]
    ) -> int:
        rows = list(queryset[: AT_ONCE + 1])
        if len(rows) > AT_ONCE:
            text = now("At most %(most)d can be decided at once.") % {"most": AT_ONCE}
            self.message_user(request, text, messages.ERROR)
            return 0
        done: list[Suggestion] = []
        for row in rows:
            try:
                decision(row, request.user)
            except grouping.GroupingError as error:
                self.message_user(request, f"{row} {error}", messages.ERROR)
                continue
            self.log_change(request, row, [{"changed": {"fields": [row.get_state_display()]}}])
            done.append(row)
        if len(done) == 1:
            (row,) = done
            url = reverse("admin:articles_suggestion_change", args=[row.pk])
            words = row.left, row.right, row.get_state_display()
            self.message_user(request, format_html('<a href="{}">{} = {}</a>: {}', url, *words), messages.SUCCESS)
        elif done:
            text = ngettext("%(count)d suggestion was decided.", "%(count)d suggestions were decided.", len(done))
            self.message_user(request, text % {"count": len(done)}, messages.SUCCESS)
        return len(done)


def _short(row: Any, name: str, known: dict[tuple[str, str], Side] | None = None) -> SafeString:
    side = (row.known if known is None else known).get((row.kind, name)) or Side(name, lines=(now("no longer there"),))
    head = format_html('<a href="{}">{}</a>', side.url, name) if side.url else name
    return format_html(
        "{}{}", head, format_html_join("", "<br>{}", ((Truncator(line).chars(80),) for line in side.lines))
    )
