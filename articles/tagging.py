"""Leading one tag to another, and taking that back: recorded, with the old address leading on, and search following.

The articles keep the tags that the newsroom gave them. A merged tag is an *alias*: readers are led to the tag that
it stands for, and no import changes that.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.models import Tag, TaggedArticle, TagMerge
from articles.search import index

if TYPE_CHECKING:
    from articles.corrections import Editor


class TaggingError(ValueError):
    """A merge that cannot be carried out; the message is for the editor."""


def merge(name: str, into: str, *, reason: str = "", editor: Editor) -> TagMerge | None:
    """Lead a tag, and all that lead to it, to another; return the record, or nothing if it leads there already.

    If the other is an alias, the tag that it stands for is meant. Raises TaggingError for names that are not there
    any more, and for a tag that leads elsewhere.
    """
    with transaction.atomic():
        tags = {tag.name: tag for tag in Tag.objects.select_for_update().filter(name__in=[name, into])}
        for wanted in (name, into):
            if wanted not in tags:
                raise TaggingError(_("There is no tag “%(name)s” any more.") % {"name": wanted})
        target, alias = tags[into].leads_to(), tags[name]
        if alias == target or alias.alias_of == target:
            return None
        if alias.alias_of:
            raise TaggingError(
                _("“%(name)s” leads to “%(other)s” already.") % {"name": name, "other": alias.alias_of.name}
            )
        if target.alias_of_id:
            raise TaggingError(_("“%(name)s” is itself an alias of another tag.") % {"name": target.name})
        moved = list(alias.aliases.order_by("name").values_list("name", flat=True))
        Tag.objects.filter(Q(pk=alias.pk) | Q(alias_of=alias)).update(alias_of=target)
        row = TagMerge.objects.create(
            name=name,
            into=target.name,
            moved=moved,
            reason=reason.strip()[:500],
            editor_id=editor.pk if editor else None,
        )
        _follow([target.pk])
    return row


def undo(row: TagMerge) -> None:
    """Let a merged tag stand for itself again, with the aliases that went along.

    Raises TaggingError if that is done already, or if the tags have gone other ways since.
    """
    with transaction.atomic():
        stored = TagMerge.objects.select_for_update().get(pk=row.pk)
        if stored.undone_at:
            raise TaggingError(_("This is undone already."))
        tag = Tag.objects.select_related("alias_of").filter(name=stored.name).first()
        if tag is None or tag.alias_of is None or tag.alias_of.name != stored.into:
            raise TaggingError(
                _("“%(name)s” does not lead to “%(into)s” any more.") % {"name": stored.name, "into": stored.into}
            )
        target = tag.alias_of
        Tag.objects.filter(pk=tag.pk).update(alias_of=None)
        Tag.objects.filter(name__in=stored.moved, alias_of=target).update(alias_of=tag)
        stored.undone_at = row.undone_at = timezone.now()
        stored.save(update_fields=["undone_at"])
        _follow([target.pk, tag.pk])


def release(name: str) -> None:
    """Let an alias stand for itself again, however it became one. Raises TaggingError if it is none."""
    with transaction.atomic():
        tag = Tag.objects.select_for_update().filter(name=name, alias_of__isnull=False).first()
        if tag is None or tag.alias_of is None:
            raise TaggingError(_("“%(name)s” is no alias.") % {"name": name})
        merges = TagMerge.objects.filter(name=name, into=tag.alias_of.name, undone_at=None)
        if recorded := merges.first():
            undo(recorded)
            return
        target = tag.alias_of_id
        Tag.objects.filter(pk=tag.pk).update(alias_of=None)
        _follow([target, tag.pk])


def remove_unused(tag_ids: Iterable[int]) -> int:
    """Remove those of these tags that no article has, and that neither are aliases nor have any; return how many."""
    unused = Tag.objects.filter(pk__in=list(tag_ids), tagged_articles=None, alias_of=None, aliases=None)
    return unused.delete()[1].get(Tag._meta.label, 0)


def _follow(tag_ids: Iterable[int | None]) -> None:
    """Bring search in step with all articles under these tags; the names of all aliases are found there."""
    group = Tag.objects.filter(Q(pk__in=list(tag_ids)) | Q(alias_of__in=list(tag_ids))).values("pk")
    index.update(TaggedArticle.objects.filter(tag__in=group).values_list("content_object", flat=True).distinct())
