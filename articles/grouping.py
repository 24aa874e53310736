"""What editors decide about versions: which captures are one story, which are not, which tags are one.

A decision is a *pin* on captures: the id of the story that they belong to. It stands above all evidence, so
that no import undoes it. Articles follow at once, by the same rules as in an import: corrections stay, and
where one meets another value than the one it was made against, that is a conflict.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from articles import merging, profile, publishing
from articles.importer import pipeline
from articles.importer.lock import one_at_a_time
from articles.importer.versions import id_order
from articles.models import Article, Author, Capture, Correction, ImportRun, Suggestion, Tag

if TYPE_CHECKING:
    from articles.corrections import Editor

MOST = 50  # stories that one decision can merge; more is a slip


class GroupingError(ValueError):
    """A decision that cannot be carried out; the message is for the editor."""


def merge(source_ids: Iterable[str], *, editor: Editor) -> str:
    """Make one story of the articles that these captures belong to; return its id, the lowest of all.

    Raises GroupingError for an unknown id, for fewer than two stories, and for stories of different status.
    """
    with _decision():
        return _merge(source_ids, editor)


def split(source_id: str, *, editor: Editor) -> None:
    """Make a story of its own of one source id's captures.

    Raises GroupingError for an unknown id, and for one that shares its story with no other.
    """
    with _decision():
        article_ids = {article for _source_id, article in _known([source_id])}
        if not Capture.objects.filter(article__in=article_ids).exclude(source_id=source_id).exists():
            raise GroupingError(_("%(id)s is a story of its own already.") % {"id": source_id})
        left = _leave(source_id)
        Capture.objects.filter(source_id=source_id).update(pinned_story=source_id)
        _follow([source_id, *left], f"split {source_id}", editor)


def release(source_id: str, *, editor: Editor) -> None:
    """Take back what editors decided about one source id: the evidence decides again.

    Raises GroupingError for an unknown id, and for one that no editor has decided about.
    """
    with _decision():
        _known([source_id])
        if not Capture.objects.filter(source_id=source_id).exclude(pinned_story="").exists():
            raise GroupingError(_("No editor has decided about %(id)s.") % {"id": source_id})
        left = _leave(source_id)
        Capture.objects.filter(source_id=source_id).update(pinned_story="")
        _follow([source_id, *left], f"release {source_id}", editor)


def choose_text(capture: Capture, *, editor: Editor, chosen: bool = True) -> None:
    """Let one capture give its story the text, whichever is the latest; or, not ``chosen``, let that be decided again.

    Raises GroupingError for a capture that is in no story, or that gives the text for this reason already (or does
    not, if it is not chosen).
    """
    with _decision():
        stored = Capture.objects.only("key", "source_id", "article", "gives_text").get(pk=capture.pk)
        if stored.article_id is None:
            raise GroupingError(_("%(capture)s is in no story.") % {"capture": stored.key})
        if stored.gives_text == chosen:
            raise GroupingError(_("That is so already."))
        Capture.objects.filter(article=stored.article_id, gives_text=True).update(gives_text=False)
        Capture.objects.filter(pk=stored.pk).update(gives_text=chosen)
        _follow([stored.source_id], f"{'text from' if chosen else 'latest text again after'} {stored.key}", editor)


NAMED: dict[str, type[Tag] | type[Author]] = {Suggestion.Kind.TAGS: Tag, Suggestion.Kind.AUTHORS: Author}


def accept(suggestion: Suggestion, editor: Editor, *, stays: str = "") -> None:
    """Do what a suggestion suggests: merge the two stories, or make one tag or author an alias of the other.

    ``stays`` says which of two names it is that stays; else it is the one that more articles have. Raises
    GroupingError if it has been decided before, or can no longer be done.
    """
    with _decision():
        stored = _open(suggestion)
        # first, because the suggestions that are still open are made anew when stories change
        stored.state = Suggestion.State.ACCEPTED
        stored.save(update_fields=["state"])
        if model := NAMED.get(stored.kind):
            stays = stays or _more_used(model, stored)
            if stays not in (stored.left, stored.right):
                raise GroupingError(_("Choose which of the two names stays."))
            goes = stored.left if stays == stored.right else stored.right
            try:
                merging.merge(model, goes, stays, reason=stored.evidence, editor=editor)
            except merging.MergingError as error:
                raise GroupingError(str(error)) from error
        elif len({article for _source_id, article in _known([stored.left, stored.right])}) > 1:
            _merge([stored.left, stored.right], editor)
    suggestion.state = stored.state


def _more_used(model: type[Tag] | type[Author], suggestion: Suggestion) -> str:
    """Return which of two names more articles have; the left, if they have as many."""
    through = "tagged_articles" if model is Tag else "bylines"
    rows = model._default_manager.filter(name__in=[suggestion.left, suggestion.right]).annotate(used=Count(through))
    used = dict(rows.values_list("name", "used"))
    return max((suggestion.left, suggestion.right), key=lambda name: used.get(name, 0))


def dismiss(suggestion: Suggestion, editor: Editor) -> None:
    """Say no to a suggestion: it is never made again.

    Raises GroupingError if it has been decided before.
    """
    with transaction.atomic():
        stored = _open(suggestion)
        stored.state = Suggestion.State.DISMISSED
        stored.save(update_fields=["state"])
    suggestion.state = stored.state


def reopen(suggestion: Suggestion, editor: Editor) -> None:
    """Put a dismissed suggestion back among those that wait.

    Raises GroupingError for any other: what was accepted is taken back where it was done.
    """
    if not Suggestion.objects.filter(pk=suggestion.pk, state=Suggestion.State.DISMISSED).update(
        state=Suggestion.State.OPEN
    ):
        raise GroupingError(_("Only a dismissed suggestion can be opened again."))
    suggestion.state = Suggestion.State.OPEN


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep imports away while stories change; raise GroupingError if one is running, rather than wait for it."""
    if run := ImportRun.objects.filter(state=ImportRun.State.RUNNING).only("pk").first():
        raise GroupingError(
            _("Import %(run)d is running. Try again when it has ended; if it was killed, run it again.")
            % {"run": run.pk}
        )
    with one_at_a_time():
        yield


@contextlib.contextmanager
def _decision() -> Iterator[None]:
    with quiet(), transaction.atomic():
        yield


def _known(source_ids: Iterable[str]) -> set[tuple[str, int | None]]:
    """Return the text captures' source ids with their articles, or refuse ids that have none."""
    ids = set(source_ids)
    found: set[tuple[str, int | None]] = set(
        Capture.objects.filter(source_id__in=ids, kind="text").values_list("source_id", "article")
    )
    if unknown := ids - {source_id for source_id, _article in found}:
        raise GroupingError(
            _("The archive has no text of %(ids)s.") % {"ids": ", ".join(sorted(unknown, key=id_order)[:5])}
        )
    return found


def _merge(source_ids: Iterable[str], editor: Editor) -> str:
    chosen = set(source_ids)
    if len(chosen) > MOST:
        raise GroupingError(_("At most %(most)d stories can be merged at once.") % {"most": MOST})
    articles = {article for _source_id, article in _known(chosen)}
    if len(articles) < 2:
        raise GroupingError(_("Merging takes at least two stories."))
    members = Capture.objects.filter(article__in=articles).values_list("source_id", flat=True)
    ids = sorted(chosen | set(members), key=id_order)
    story = ids[0]
    Capture.objects.filter(source_id__in=ids).update(pinned_story=story)
    _carry_bases(story, ids)
    _follow(ids, f"merge {', '.join(sorted(chosen, key=id_order))}", editor)
    return story


def _leave(source_id: str) -> list[str]:
    """Take a source id out of the story that editors put it into; return the other ids that this touches.

    The others stay together, under the lowest of their ids. One that stays alone has nothing decided about it.
    """
    story = Capture.objects.filter(source_id=source_id).exclude(pinned_story="").values_list("pinned_story", flat=True)
    same = Capture.objects.filter(pinned_story__in=set(story)).exclude(source_id=source_id)
    left = sorted(set(same.values_list("source_id", flat=True)), key=id_order)
    Capture.objects.filter(source_id__in=left).update(pinned_story=left[0] if len(left) > 1 else "")
    return left


def _carry_bases(story: str, source_ids: list[str]) -> None:
    """Let each correction that moves to another article be compared with the value that it was made against.

    The mark makes sure that the article is written, even if the import itself says the same as before.
    """
    articles = {
        a.pk: a for a in Article.objects.filter(captures__source_id__in=source_ids).only("source_id", "imported")
    }
    stays = next((article for article in articles.values() if article.source_id == story), None)
    if stays is None:
        return
    rows = Correction.objects.filter(article__in=articles, is_active=True)
    active = list(rows.values_list("article", "field", "figure_url"))
    order = sorted(articles.values(), key=lambda article: id_order(article.source_id))
    taken = {(field, url) for pk, field, url in active if pk == stays.pk}
    for article in order:
        for pk, field, url in active:
            if pk != article.pk or (field, url) in taken:
                continue
            taken.add((field, url))
            if not url:
                stays.imported[field] = article.imported.get(field)
            elif url in article.imported.get("figures", {}):
                figure = stays.imported.setdefault("figures", {}).setdefault(url, {})
                figure[field] = article.imported["figures"][url].get(field)
    stays.imported["merged"] = True
    stays.save(update_fields=["imported"])


def _follow(source_ids: Iterable[str], what: str, editor: Editor) -> None:
    """Let the articles follow the captures, and put on record who decided what."""
    before = _not_published()
    ids = list(source_ids)
    Capture.objects.filter(source_id__in=ids, kind="text").update(pending=True)
    name = editor.get_username() if editor else ""
    run = ImportRun.objects.create(
        sources=[f"editor {name}: {what}"],
        state=ImportRun.State.DONE,
        finished_at=timezone.now(),
        is_decision=True,
    )
    report = pipeline.ImportReport()
    pipeline.restory(run, profile.current(), report)
    _keep_status(ids, before)
    ImportRun.objects.filter(pk=run.pk).update(report={"conflicts": report.conflicts})


def _not_published() -> dict[int, tuple[str, str, str]]:
    """Return status, notice and internal reason of the article of each capture that readers do not see."""
    rows = Capture.objects.filter(article__isnull=False).exclude(article__status=Article.Status.PUBLISHED).order_by()
    words = rows.values_list("pk", "article__status", "article__notice", "article__status_reason")
    return {pk: (status, notice, reason) for pk, status, notice, reason in words}


def _keep_status(source_ids: list[str], before: dict[int, tuple[str, str, str]]) -> None:
    """Let no regrouping publish what is withheld: a new story is as visible as the one it comes from."""
    articles = {a.pk: a for a in Article.objects.filter(captures__source_id__in=source_ids).only("source_id", "status")}
    published = (str(Article.Status.PUBLISHED), "", "")
    found: dict[int, dict[str, tuple[str, str, str]]] = {}
    for pk, source_id, article in Capture.objects.filter(article__in=articles).values_list(
        "pk", "source_id", "article"
    ):
        status, notice, reason = before.get(pk, published)
        found.setdefault(article, {})[status] = (source_id, notice, reason)
    for article_id, statuses in found.items():
        if len(statuses) > 1:
            labels = dict(Article.Status.choices)
            listed = ", ".join(f"{source_id}: {labels[status]}" for status, (source_id, *_words) in statuses.items())
            raise GroupingError(
                _("These would be one story, but they differ in status (%(list)s). Give them one first.")
                % {"list": listed}
            )
        (status, (_source_id, notice, reason)) = next(iter(statuses.items()))
        if articles[article_id].status != status:
            publishing.set_status([article_id], status, notice=notice, reason=reason or _("As before the split."))


def _open(suggestion: Suggestion) -> Suggestion:
    stored = Suggestion.objects.select_for_update().filter(pk=suggestion.pk).first()
    if stored is None:
        raise GroupingError(_("This suggestion is no longer there: the archive has changed."))
    if stored.state != Suggestion.State.OPEN:
        raise GroupingError(_("This suggestion has already been decided."))
    return stored
