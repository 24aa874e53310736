"""Leading one tag or author to another, and taking that back: recorded, the old address leading on, search following.

The articles keep the names that the newsroom gave them. A merged name is an *alias*: readers are led to the tag or
author that it stands for, and no import changes that.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.models import Author, AuthorMerge, Byline, Tag, TaggedArticle, TagMerge
from articles.search import index

if TYPE_CHECKING:
    from articles.corrections import Editor

    Named = type[Tag] | type[Author]

RECORDS: dict[Named, type[TagMerge] | type[AuthorMerge]] = {Tag: TagMerge, Author: AuthorMerge}
MODELS: dict[type[TagMerge] | type[AuthorMerge], Named] = {record: model for model, record in RECORDS.items()}


class MergingError(ValueError):
    """A merge that cannot be carried out; the message is for the editor."""


def merge(model: Named, name: str, into: str, *, reason: str = "", editor: Editor) -> TagMerge | AuthorMerge | None:
    """Lead a tag or author, and all that lead to it, to another; return the record, or None if it leads there already.

    If the other is an alias, what it stands for is meant. Raises MergingError for names that are not there any more,
    and for a name that leads elsewhere.
    """
    with transaction.atomic():
        rows = {row.name: row for row in model._default_manager.select_for_update().filter(name__in=[name, into])}
        for wanted in (name, into):
            if wanted not in rows:
                raise MergingError(_("“%(name)s” is not there any more.") % {"name": wanted})
        target, alias = rows[into].leads_to(), rows[name]
        if alias == target or alias.alias_of == target:
            return None
        if alias.alias_of:
            raise MergingError(
                _("“%(name)s” leads to “%(other)s” already.") % {"name": name, "other": alias.alias_of.name}
            )
        if target.alias_of_id:
            raise MergingError(_("“%(name)s” is itself an alias of another.") % {"name": target.name})
        moved = list(alias.aliases.order_by("name").values_list("name", flat=True))
        model._default_manager.filter(Q(pk=alias.pk) | Q(alias_of=alias)).update(alias_of=target)
        record: TagMerge | AuthorMerge = RECORDS[model]._default_manager.create(
            name=name,
            into=target.name,
            moved=moved,
            reason=reason.strip()[:500],
            editor_id=editor.pk if editor else None,
        )
        _follow(model, [target.pk])
    return record


def undo(record: TagMerge | AuthorMerge) -> None:
    """Let a merged name stand for itself again, with the aliases that went along.

    Raises MergingError if that is done already, or if the names have gone other ways since.
    """
    model = MODELS[type(record)]
    with transaction.atomic():
        stored = type(record)._default_manager.select_for_update().get(pk=record.pk)
        if stored.undone_at:
            raise MergingError(_("This is undone already."))
        alias = model._default_manager.select_related("alias_of").filter(name=stored.name).first()
        if alias is None or alias.alias_of is None or alias.alias_of.name != stored.into:
            raise MergingError(
                _("“%(name)s” does not lead to “%(into)s” any more.") % {"name": stored.name, "into": stored.into}
            )
        target = alias.alias_of
        model._default_manager.filter(pk=alias.pk).update(alias_of=None)
        model._default_manager.filter(name__in=stored.moved, alias_of=target.pk).update(alias_of=alias.pk)
        stored.undone_at = record.undone_at = timezone.now()
        stored.save(update_fields=["undone_at"])
        _follow(model, [target.pk, alias.pk])


def release(model: Named, name: str) -> None:
    """Let an alias stand for itself again, however it became one. Raises MergingError if it is none."""
    with transaction.atomic():
        alias = model._default_manager.select_for_update().filter(name=name, alias_of__isnull=False).first()
        if alias is None or alias.alias_of is None:
            raise MergingError(_("“%(name)s” is no alias.") % {"name": name})
        merges = RECORDS[model]._default_manager.filter(name=name, into=alias.alias_of.name, undone_at=None)
        if recorded := merges.first():
            undo(recorded)
            return
        target = alias.alias_of_id
        model._default_manager.filter(pk=alias.pk).update(alias_of=None)
        _follow(model, [target, alias.pk])


def unused(model: Named) -> Any:
    """Return the tags or authors that no article has, and that neither are aliases nor have any."""
    through = "tagged_articles" if model is Tag else "bylines"
    return model._default_manager.filter(**{through: None}, alias_of=None, aliases=None)


def remove_unused(model: Named, keys: Iterable[int]) -> int:
    """Remove those of these tags or authors that are unused; return how many."""
    count: int = unused(model).filter(pk__in=list(keys)).delete()[1].get(model._meta.label, 0)
    return count


def _follow(model: Named, keys: Iterable[int | None]) -> None:
    """Bring search in step with all articles under these names; the names of all aliases are found there."""
    same = model._default_manager.filter(Q(pk__in=list(keys)) | Q(alias_of__in=list(keys)))
    group = list(same.values_list("pk", flat=True))
    if model is Tag:
        articles = TaggedArticle.objects.filter(tag__in=group).values_list("content_object", flat=True)
    else:
        articles = Byline.objects.filter(author__in=group).values_list("article", flat=True)
    index.update(articles.order_by().distinct())
