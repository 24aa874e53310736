"""Whether readers see an article: the one way its status changes, with search following in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from articles import derived
from articles.models import Article, BulkChange, StatusChange

MOST = 1000  # articles at once
Status = Article.Status
State = dict[str, str]
STATE = ("status", "notice", "status_reason")


class PublishingError(ValueError):
    """A status that cannot be given as asked; the message is for the editor."""


def set_status(
    article_ids: Iterable[int], status: str, *, notice: str = "", reason: str = "", step: BulkChange | None = None
) -> list[int]:
    """Give articles a status, all or none; return the ids of those that changed.

    ``notice`` is for readers and kept only while an article is withheld, which needs a ``reason``; the reason is
    for editors. A ``step`` keeps what stood before. Raises PublishingError for an unknown status, a missing reason,
    and too many articles.
    """
    ids = set(article_ids)
    notice, reason = notice.strip(), reason.strip()
    if status not in Status.values:
        raise PublishingError(_("There is no such status: %(status)s.") % {"status": status})
    if len(ids) > MOST:
        raise PublishingError(_("At most %(most)d articles can be changed at once.") % {"most": MOST})
    if status == Status.WITHHELD and not reason:
        raise PublishingError(_("Say why it is withheld; readers do not see the reason."))
    wanted = {
        "status": str(status),
        "notice": notice if status == Status.WITHHELD else "",
        "status_reason": "" if status == Status.PUBLISHED else reason,
    }
    with transaction.atomic():
        return _give(ids, wanted, step)


def give_back(step: BulkChange, back: BulkChange) -> tuple[int, list[StatusChange]]:
    """Give the articles of a step the status they had before, in another step.

    Return how many there were, and those that were left since they have changed by now.
    """
    with transaction.atomic():
        rows = list(step.statuses.select_related("article"))
        ids = [row.article_id for row in rows]
        stands = {article.pk: _state(article) for article in _locked(ids).only(*STATE)}
        kept: list[StatusChange] = []
        alike: dict[tuple[str, ...], list[int]] = {}
        for row in rows:
            if stands[row.article_id] == row.after:
                alike.setdefault(tuple(row.before[name] for name in STATE), []).append(row.article_id)
            else:
                kept.append(row)
        for values, article_ids in alike.items():
            _give(article_ids, dict(zip(STATE, values, strict=True)), back)
    return len(rows) - len(kept), kept


def _state(article: Article) -> State:
    return {name: getattr(article, name) for name in STATE}


def _locked(ids: Iterable[int]) -> QuerySet[Article]:
    # one after the other in one order, so that two editors wait for each other instead of blocking
    return Article.objects.select_for_update().filter(pk__in=ids).order_by("pk")


def _give(ids: Iterable[int], wanted: State, step: BulkChange | None) -> list[int]:
    changed = [article for article in _locked(ids) if _state(article) != wanted]
    if step:
        rows = [StatusChange(step=step, article=one, before=_state(one), after=wanted) for one in changed]
        StatusChange.objects.bulk_create(rows)
    Article.objects.filter(pk__in=[article.pk for article in changed]).update(**wanted)
    derived.rebuild(changed)
    return [article.pk for article in changed]
