"""Changes to many articles in one step: planned first, for an editor to look at, then made, and undone, as one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from articles import corrections, publishing, steps
from articles.corrections import Change
from articles.models import Article, BulkChange, Byline, Correction, Figure, StatusChange, TaggedArticle

if TYPE_CHECKING:
    from articles.corrections import Editor

MOST = 500  # articles in one step
MOST_HITS = 2000  # places that an editor can look through
AROUND = 40  # characters shown on either side of a hit
TEXTS = ("title", "body", *corrections.FIGURE_FIELDS)


class BulkError(ValueError):
    """A step that cannot be made as asked; the message is for the editor."""


@dataclass(frozen=True)
class Hit:
    """One place that changes: what stands before it, what goes, what comes, what follows."""

    label: str
    before: str
    old: str
    new: str
    after: str


@dataclass
class Planned:
    """What one article would become."""

    article: Article
    changes: list[Change] = field(default_factory=list)
    hits: list[Hit] = field(default_factory=list)


NAMES = (
    Prefetch("bylines", Byline.objects.select_related("author")),
    Prefetch("tagged", TaggedArticle.objects.select_related("tag")),
)


def chosen(article_ids: Iterable[int] | QuerySet[Any, Any], *related: str | Prefetch[Any]) -> list[Article]:
    """Fetch the articles of a step, with what it looks at: "figures", or NAMES. Raises BulkError for too many."""
    rows = Article.objects.filter(pk__in=article_ids).select_related("section").defer("html", "imported")
    articles = list(rows.prefetch_related(*related)[: MOST + 1])
    if len(articles) > MOST:
        raise BulkError(_("At most %(most)d articles can be changed in one step: narrow the list.") % {"most": MOST})
    return articles


def replace(articles: Sequence[Article], find: str, put: str, fields: Iterable[str]) -> list[Planned]:
    """Plan to replace a text wherever these fields have it, letter by letter.

    Raises BulkError for nothing to find, and for more hits than anyone looks through.
    """
    if not find or find == put:
        raise BulkError(_("Say what to find, and what to put in its place."))
    wanted = [name for name in TEXTS if name in set(fields)]
    found, count = [], 0
    for article in articles:
        planned = Planned(article)
        for name, figure, value in _texts(article, wanted):
            if find not in value:
                continue
            figure_url = corrections.url_of(figure) if figure else ""
            if figure and not figure_url:
                continue  # without an address it cannot be corrected
            label = f"{corrections.label_of(name)} {figure.position}" if figure else corrections.label_of(name)
            hits = _hits(value, find, put, label)
            count += len(hits)
            if count > MOST_HITS:
                text = _("This is found in more than %(most)d places: narrow the list, or find a longer text.")
                raise BulkError(text % {"most": MOST_HITS})
            planned.hits += hits
            change = Change(name, value.replace(find, put), figure_url)
            if change not in planned.changes:  # one picture may be shown twice
                planned.changes.append(change)
        if planned.changes:
            found.append(planned)
    return found


def _texts(article: Article, names: list[str]) -> list[tuple[str, Figure | None, str]]:
    own: list[tuple[str, Figure | None, str]] = [
        (name, None, getattr(article, name)) for name in names if name not in corrections.FIGURE_FIELDS
    ]
    shown = [name for name in names if name in corrections.FIGURE_FIELDS]
    return own + [(name, figure, getattr(figure, name)) for figure in article.figures.all() for name in shown]


def _hits(text: str, find: str, put: str, label: str) -> list[Hit]:
    hits = []
    at = text.find(find)
    while at >= 0:
        end = at + len(find)
        hits.append(Hit(label, text[max(0, at - AROUND) : at], find, put, text[end : end + AROUND]))
        at = text.find(find, end)
    return hits


def file_under(
    articles: Sequence[Article],
    *,
    section: str = "",
    authors: Sequence[str] = (),
    add_tags: Sequence[str] = (),
    remove_tags: Sequence[str] = (),
) -> list[Planned]:
    """Plan to set the section or the authors, and to add or remove tags; what is not given stays.

    Raises BulkError if nothing is asked for, or one tag is to be added and removed.
    """
    if not (section or authors or add_tags or remove_tags):
        raise BulkError(_("Choose what to change."))
    if both := set(add_tags) & set(remove_tags):
        raise BulkError(_("“%(tag)s” is to be added and removed.") % {"tag": sorted(both)[0]})
    found = []
    for article in articles:
        planned = Planned(article)
        if section:
            _plan(planned, "section", article.section.name if article.section else None, section, str)
        if authors:
            _plan(planned, "authors", [row.author.name for row in article.bylines.all()], list(authors), ", ".join)
        tags = [row.tag.name for row in article.tagged.all()]
        kept = [name for name in tags if name not in remove_tags]
        _plan(planned, "tags", tags, kept + [name for name in add_tags if name not in kept], ", ".join)
        if planned.changes:
            found.append(planned)
    return found


def _plan(planned: Planned, name: str, now: object, new: object, shown: Callable[..., str]) -> None:
    if now != new:
        planned.changes.append(Change(name, new))
        planned.hits.append(Hit(corrections.label_of(name), "", shown(now) if now else "–", shown(new), ""))


def digest(plan: Sequence[Planned]) -> str:
    """Return a mark of a plan: what an editor has looked at is what is made, or it is looked at again."""
    seen = [(planned.article.pk, planned.changes, [vars(hit) for hit in planned.hits]) for planned in plan]
    return hashlib.sha256(repr(seen).encode()).hexdigest()


def make(plan: Sequence[Planned], what: steps.Done, *, reason: str, editor: Editor, minor: bool = False) -> BulkChange:
    """Make a planned step, all or nothing.

    Raises CorrectionError for an empty reason or a value that cannot be stored, BulkError for an empty plan.
    """
    if not plan:
        raise BulkError(_("Nothing would change."))
    with transaction.atomic():
        step = BulkChange.objects.create(
            what=what, reason=reason.strip()[:500], editor_id=editor.pk if editor else None
        )
        for planned in sorted(plan, key=lambda planned: planned.article.pk):
            corrections.apply(planned.article, planned.changes, reason=reason, editor=editor, minor=minor, bulk=step)
    return step


def set_status(
    article_ids: Iterable[int], status: str, *, editor: Editor, notice: str = "", reason: str = ""
) -> BulkChange | None:
    """Give articles a status in one step; None if that changes nothing. Raises PublishingError as publishing does."""
    with transaction.atomic():
        step = BulkChange.objects.create(
            what=steps.given(status), reason=reason.strip()[:500], editor_id=editor.pk if editor else None
        )
        if not publishing.set_status(article_ids, status, notice=notice, reason=reason, step=step):
            step.delete()
            return None
    return step


def is_about_withheld(step: BulkChange) -> bool:
    """Whether a step withheld an article or showed one again that was withheld."""
    withheld = str(Article.Status.WITHHELD)
    return step.statuses.filter(Q(before__status=withheld) | Q(after__status=withheld)).exists()


@dataclass
class Undone:
    """What undoing a step did: the step that undid it, and what was left since it has changed by now."""

    step: BulkChange
    restored: int = 0  # fields
    kept: list[Correction] = field(default_factory=list)
    given_back: int = 0  # articles
    kept_statuses: list[StatusChange] = field(default_factory=list)


def undo(step: BulkChange, *, reason: str, editor: Editor) -> Undone:
    """Give everything that a step changed back what stood there before, unless it has changed since.

    It is a step itself, and can be undone. Raises BulkError if the step is undone already.
    """
    with transaction.atomic():
        stored = BulkChange.objects.select_for_update().get(pk=step.pk)
        if stored.undone_at:
            raise BulkError(_("This step is undone already."))
        stored.undone_at = timezone.now()
        stored.save(update_fields=["undone_at"])
        back = BulkChange.objects.create(
            what=steps.undone(stored.what, stored.description),
            reason=reason.strip()[:500],
            editor_id=editor.pk if editor else None,
        )
        report = Undone(back)
        report.given_back, report.kept_statuses = publishing.give_back(stored, back)
        for row in stored.corrections.select_related("article").order_by("article", "pk"):
            try:
                stands = corrections.current_value(row.article, row.field, row.figure_url)
            except corrections.CorrectionError:  # the article has no such figure any more
                stands = None
            if stands != row.after:
                report.kept.append(row)
                continue
            change = Change(row.field, row.before, row.figure_url)
            corrections.apply(row.article, [change], reason=reason, editor=editor, minor=row.is_minor, bulk=back)
            report.restored += 1
    step.undone_at = stored.undone_at
    return report
