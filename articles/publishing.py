"""Whether readers see an article: the one way its status changes, with search following in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from articles import derived
from articles.models import Article

MOST = 1000  # articles at once
Status = Article.Status


class PublishingError(ValueError):
    """A status that cannot be given as asked; the message is for the editor."""


def set_status(article_ids: Iterable[int], status: str, *, notice: str = "", reason: str = "") -> list[int]:
    """Give articles a status, all or none; return the ids of those that changed.

    ``notice`` is for readers and kept only while an article is withheld, which needs a ``reason``; the reason is
    for editors. Raises PublishingError for an unknown status, a missing reason, and too many articles.
    """
    ids = set(article_ids)
    notice, reason = notice.strip(), reason.strip()
    if status not in Status.values:
        raise PublishingError(_("There is no such status: %(status)s.") % {"status": status})
    if status == Status.WITHHELD and not reason:
        raise PublishingError(_("Say why it is withheld; readers do not see the reason."))
    if len(ids) > MOST:
        raise PublishingError(_("At most %(most)d articles can be changed at once.") % {"most": MOST})
    wanted = {
        "status": status,
        "notice": notice if status == Status.WITHHELD else "",
        "status_reason": "" if status == Status.PUBLISHED else reason,
    }
    with transaction.atomic():
        # one after the other in one order, so that two editors wait for each other instead of blocking
        rows = Article.objects.select_for_update().filter(pk__in=ids).order_by("pk")
        changed = [
            article for article in rows if any(getattr(article, name) != value for name, value in wanted.items())
        ]
        Article.objects.filter(pk__in=[article.pk for article in changed]).update(**wanted)
        derived.rebuild(changed)
    return [article.pk for article in changed]
