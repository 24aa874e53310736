"""What a newsroom changed in a story while it was live, told in one sentence. Pure.

Captures come in the order in which pages were saved, years later. The order in which the newsroom wrote them is told
by its own times, where a page gave one, and by its numbers: each edit was kept under a higher one.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from articles.comparison import readable
from articles.importer.versions import id_order

_LAST = datetime.datetime.max.replace(tzinfo=datetime.UTC)


@dataclass(frozen=True)
class Edition:
    """What is needed of one capture; ``is_current`` says that it gives the article its text."""

    key: str
    source_id: str
    title: str
    body: str
    updated_at: datetime.datetime | None = None
    captured_at: datetime.datetime | None = None
    is_current: bool = False


@dataclass(frozen=True)
class Version:
    """One version that the newsroom published: captures, one after the other, that a reader cannot tell apart."""

    editions: tuple[Edition, ...]
    new_title: bool
    new_text: bool

    @property
    def first(self) -> Edition:
        """The first of its captures."""
        return self.editions[0]

    @property
    def updated_at(self) -> datetime.datetime | None:
        """When the newsroom had last edited it, if one of its captures says so."""
        return next((edition.updated_at for edition in self.editions if edition.updated_at), None)


def in_order(editions: Sequence[Edition]) -> list[Edition]:
    """Return a story's captures in the order in which the newsroom wrote them; the current text comes last."""
    rest = [edition for edition in editions if not edition.is_current]
    current = [edition for edition in editions if edition.is_current]
    placed = [(id_order(edition.source_id), 0, _saved(edition), edition) for edition in rest if not edition.updated_at]
    timed = sorted((edition for edition in editions if edition.updated_at), key=_written)
    highest = {edition.updated_at: id_order(edition.source_id) for edition in timed}  # the last one of each time
    # the story's first number went on being edited: its time places it among higher numbers
    reached = (-1, 0, "")
    for edition in timed:
        reached = max(reached, highest[edition.updated_at])
        if not edition.is_current:
            placed.append((reached, 1, _written(edition)[0], edition))
    placed.sort(key=lambda place: place[:3])
    return [edition for *_place, edition in placed] + current


def _saved(edition: Edition) -> datetime.datetime:
    return edition.captured_at or _LAST


def _written(edition: Edition) -> tuple[datetime.datetime, tuple[int, int, str], datetime.datetime]:
    return edition.updated_at or _LAST, id_order(edition.source_id), _saved(edition)


def versions_of(editions: Sequence[Edition]) -> list[Version]:
    """Put captures that follow each other and read the same together."""
    versions: list[Version] = []
    title = text = ""
    for number, edition in enumerate(editions):
        before = editions[number - 1] if number else None
        this_title = " ".join(edition.title.split())
        # figures are numbered anew in each capture: that there is one counts
        this_text = text if before and before.body == edition.body else readable(edition.body, lambda _number: "▣")
        new_title, new_text = bool(before) and this_title != title, bool(before) and this_text != text
        if before and not new_title and not new_text:
            last = versions[-1]
            versions[-1] = Version((*last.editions, edition), last.new_title, last.new_text)
        else:
            versions.append(Version((edition,), new_title, new_text))
        title, text = this_title, this_text
    return versions


def sentence(versions: Sequence[Version], published_on: datetime.date | None, zone: datetime.tzinfo) -> str:
    """Say how often the newsroom edited a story, in what time, and how often its headline; nothing if it did not."""
    edits = versions[1:]
    if not edits:
        return ""
    parts = {
        "edited": _edited(len(edits)),
        "time": _time(versions, published_on, zone),
        "headline": _headline(sum(version.new_title for version in edits), any(version.new_text for version in edits)),
    }
    if parts["time"] and parts["headline"]:
        return _("%(edited)s %(time)s; %(headline)s") % parts
    if parts["time"]:
        return _("%(edited)s %(time)s") % parts
    return _("%(edited)s; %(headline)s") % parts if parts["headline"] else parts["edited"]


def _edited(count: int) -> str:
    if count == 2:
        return _("Edited twice")
    return ngettext("Edited once", "Edited %(count)d times", count) % {"count": count}


def _headline(count: int, text_too: bool) -> str:
    if not count:
        return ""
    if not text_too:
        return _("only the headline")
    if count == 2:
        return _("the headline twice")
    return ngettext("the headline once", "the headline %(count)d times", count) % {"count": count}


def _time(versions: Sequence[Version], published_on: datetime.date | None, zone: datetime.tzinfo) -> str:
    """Return the time between the first and the last version, as exactly as the newsroom's own times tell it."""
    first, last = versions[0].first.updated_at, versions[-1].updated_at
    if last is None:
        return ""
    # one time for two versions does not tell the time between them
    if first is None or first >= last:
        days = (last.astimezone(zone).date() - published_on).days if published_on else -1
        if not days:
            return _("on the day it was published")
        return (
            ngettext("within %(count)d day", "within %(count)d days", days + 1) % {"count": days + 1}
            if days > 0
            else ""
        )
    minutes = round((last - first).total_seconds() / 60)
    if minutes < 120:
        return ngettext("in %(count)d minute", "in %(count)d minutes", max(minutes, 1)) % {"count": max(minutes, 1)}
    if (hours := round(minutes / 60)) < 48:
        return ngettext("in %(count)d hour", "in %(count)d hours", hours) % {"count": hours}
    days = round(hours / 24)
    return ngettext("in %(count)d day", "in %(count)d days", days) % {"count": days}
