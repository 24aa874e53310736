"""What waits for an editor: every count in one or two walks along an index, each with the list that it counts."""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import ngettext, ngettext_lazy

from articles import corrections, provenance
from articles.models import Article, Capture, Conflict, Correction, Figure, ImportIssue, ImportRun, Suggestion
from articles.models.figures import WITHOUT_CAPTION, WITHOUT_PICTURE

if TYPE_CHECKING:
    from collections.abc import Iterator

LATEST = 6  # imports and corrections that are shown
WIDTH, HEIGHT = 720, 60
MOST_MONTHS = 360  # a longer archive is drawn by years


@dataclass(frozen=True)
class Task:
    """Something to do: how often, where, and (for issues) of what kind."""

    label: str
    count: int
    url: str
    detail: str = ""


@dataclass(frozen=True)
class Bar:
    """One month or year of the picture of what the archive holds, in the picture's own units."""

    label: str
    count: int
    x: float
    width: float
    height: float
    url: str

    @property
    def top(self) -> float:
        """Where the bar begins, from above."""
        return HEIGHT - self.height


def overview(request: HttpRequest) -> dict[str, Any]:
    """Return what the front page shows to this person: only what they may look at."""

    def may_see(model: type[Model]) -> bool:
        name = model._meta.model_name
        return request.user.has_perm(f"articles.view_{name}") or request.user.has_perm(f"articles.change_{name}")

    context: dict[str, Any] = {"tasks": []}
    if may_see(Conflict):
        count = Conflict.objects.filter(state=Conflict.State.OPEN).count()
        context["tasks"].append(
            Task(
                ngettext("conflict to settle", "conflicts to settle", count),
                count,
                _list("conflict", state__exact="open"),
            )
        )
    if may_see(Suggestion):
        context["tasks"] += _suggestions()
    if may_see(Article):
        statuses, days = _articles()
        context["tasks"] += _missing(statuses, days)
        context |= {"bars": bars(days), "published": statuses[Article.Status.PUBLISHED]}
    if may_see(Capture):
        lost = Capture.objects.lost().order_by().values("source_id").distinct().count()
        context["tasks"].append(
            Task(ngettext("lost article", "lost articles", lost), lost, _list("capture", lost="yes"))
        )
    if may_see(ImportIssue):
        context["issues"] = _issues()
    if may_see(ImportRun):
        # what editors decided about captures has runs as well; they would push the imports out
        runs = ImportRun.objects.filter(is_decision=False).only("started_at", "state", "sources")[:LATEST]
        context["runs"] = [
            (
                run,
                reverse("admin:articles_importrun_change", args=[run.pk]),
                run.source_names,
            )
            for run in runs
        ]
    if may_see(Correction):
        context["corrections"] = list(_corrections())
    context["all_done"] = not any(task.count for task in [*context["tasks"], *context.get("issues", [])])
    return context


def _list(name: str, **query: str | int) -> str:
    address = reverse(f"admin:articles_{name}_changelist")
    return f"{address}?{'&'.join(f'{key}={value}' for key, value in query.items())}"


def _suggestions() -> Iterator[Task]:
    rows = Suggestion.objects.filter(state=Suggestion.State.OPEN).order_by().values_list("kind").annotate(Count("pk"))
    counts = dict(rows)
    labels = {
        Suggestion.Kind.VERSIONS: ngettext_lazy(
            "suggestion that captures are one story", "suggestions that captures are one story"
        ),
        Suggestion.Kind.TAGS: ngettext_lazy("suggestion to merge tags", "suggestions to merge tags"),
        Suggestion.Kind.AUTHORS: ngettext_lazy("suggestion to merge authors", "suggestions to merge authors"),
    }
    for kind, label in labels.items():
        count = counts.get(kind, 0)
        yield Task(label % count, count, _list("suggestion", state__exact="open", kind__exact=str(kind)))


def _articles() -> tuple[Counter[str], Counter[datetime.date | None]]:
    """Return how many articles have each status, and how many published ones each day: one walk along one index."""
    statuses: Counter[str] = Counter()
    days: Counter[datetime.date | None] = Counter()
    for status, day, count in (
        Article.objects.order_by().values_list("status", "published_on").annotate(number=Count("pk"))
    ):
        statuses[status] += count
        if status == Article.Status.PUBLISHED:
            days[day] += count
    return statuses, days


def _missing(statuses: Counter[str], days: Counter[datetime.date | None]) -> Iterator[Task]:
    count = statuses[Article.Status.REVIEW]
    label = ngettext("article that needs review", "articles that need review", count)
    yield Task(label, count, _list("article", status__exact="review"))
    count = statuses[Article.Status.WITHHELD]
    label = ngettext("withheld article", "withheld articles", count)
    yield Task(label, count, _list("article", status__exact="withheld"))
    label = ngettext("article without a date", "articles without a date", days[None])
    yield Task(label, days[None], _list("article", status__exact="published", year="none"))
    count = Figure.objects.filter(WITHOUT_CAPTION).count()
    label = ngettext("image without words", "images without words", count)
    yield Task(label, count, _list("article", missing="caption"))
    count = Figure.objects.filter(WITHOUT_PICTURE).count()
    label = ngettext("image that no archive holds", "images that no archive holds", count)
    yield Task(label, count, _list("article", missing="picture"))


def _issues() -> list[Task]:
    unread = ImportIssue.objects.filter(is_read=False).order_by("kind").values_list("kind").annotate(Count("pk"))
    return [
        Task(provenance.kind_in_words(kind), count, _list("importissue", kind=kind, is_read__exact=0))
        for kind, count in unread
    ]


def _corrections() -> Iterator[dict[str, Any]]:
    rows = Correction.objects.select_related("article", "editor").only(
        "created_at", "field", "reason", "is_active", "article__title", "editor__username"
    )
    for row in rows[:LATEST]:
        yield {
            "row": row,
            "field": corrections.label_of(row.field),
            "url": reverse("admin:articles_correction_change", args=[row.pk]),
        }


def bars(days: Counter[datetime.date | None]) -> list[Bar]:
    """Return what the archive holds as bars, a month each, or a year each if there are very many months."""
    dated = {day: count for day, count in days.items() if day}
    if not dated:
        return []
    first, last = min(dated), max(dated)
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    by_year = months > MOST_MONTHS
    counts: Counter[int] = Counter()
    for day, count in dated.items():
        counts[day.year - first.year if by_year else (day.year - first.year) * 12 + day.month - first.month] += count
    width = WIDTH / max(last.year - first.year + 1 if by_year else months, 12)
    most = max(counts.values())
    drawn = []
    for place, count in sorted(counts.items()):
        year = first.year + (place if by_year else (place + first.month - 1) // 12)
        label = str(year) if by_year else f"{year}-{(place + first.month - 1) % 12 + 1:02}"
        height = round(max(2.0, HEIGHT * count / most), 1)
        url = _list("article", year=year)
        drawn.append(Bar(label, count, round(place * width, 2), round(max(width - 1, 0.5), 2), height, url))
    return drawn
