"""Which captures tell the same story, which of them gives it its text, and on what evidence.

A newsroom's CMS saved every edit as a new page under an id of its own. Captures are put together on
three kinds of evidence, in this order of weight:

- *link*: the URL of one names the id of the other, and their title, their date or their text agrees;
- *title*: the same normalised title, date and byline (or, where a byline changed, the same text);
- *text*: nearly the same clauses on the same day by the same author: a version under a new title.

What is only likely becomes a suggestion. An editor's decision (a *pin*) stands above all evidence. The
result depends on the set of captures alone, not on the order in which they came. docs/design-notes.md
draws a picture of it.
"""

from __future__ import annotations

import bisect
import datetime
import itertools
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from articles.importer.fingerprints import bands, likeness

SAME_TEXT = 0.8  # share of common clauses that makes a retitled version
LIKELY_TEXT = 0.5  # from here on it is suggested; with another agreement, it is enough
OTHER_TEXT = 0.05  # below this, one title on one day stands over two stories
NEAR_IDS = 500  # how far apart the ids of two versions under different titles may be
NEIGHBOURS = 25  # how far apart the ids are whose days tell the day between them
COMPARED = 20  # how many texts of one bucket each text is compared with


@dataclass(frozen=True)
class Version:
    """What grouping needs to know of one text capture."""

    capture_id: int
    source_id: str
    title: str = ""
    published_on: datetime.date | None = None
    byline: tuple[str, ...] = ()
    linked_id: str = ""
    updated_at: datetime.datetime | None = None
    captured_at: datetime.datetime | None = None
    fingerprint: bytes = b""
    pinned_story: str = ""
    gives_text: bool = False  # an editor's decision


@dataclass
class Grouping:
    """The stories of an archive: ids that belong together, and why."""

    story_of: dict[str, str] = field(default_factory=dict)
    evidence: dict[str, str] = field(default_factory=dict)
    suggestions: dict[tuple[str, str], str] = field(default_factory=dict)
    neighbour_dates: dict[str, tuple[datetime.date, str]] = field(default_factory=dict)


def id_order(source_id: str) -> tuple[int, int, str]:
    """Return the order of source ids: numbers by value, before anything else."""
    return (0, int(source_id), source_id) if source_id.isascii() and source_id.isdigit() else (1, 0, source_id)


def normalised(title: str) -> str:
    """Return what two spellings of one title share: letters and digits, width and case aside."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", title).casefold()))


def text_order(version: Version) -> tuple[bool, float, tuple[int, int, str], float, int]:
    """Return the order of a story's versions; the last gives the text: as an editor chose, by last update, by id."""
    return (
        version.gives_text,
        version.updated_at.timestamp() if version.updated_at else 0.0,
        id_order(version.source_id),
        version.captured_at.timestamp() if version.captured_at else 0.0,
        version.capture_id,
    )


def group(versions: Iterable[Version]) -> Grouping:
    """Put captures together into stories.

    ``versions`` must come sorted by date, undated ones in a run of their own: one day at a time is kept,
    so that memory holds ids, not texts, and the work grows with the number of captures.
    """
    return _Grouper().run(versions)


@dataclass(frozen=True)
class _Known:
    """What is kept of a capture beyond its day, because a link may lead to it."""

    title: int
    published_on: datetime.date | None
    fingerprint: bytes


class _Grouper:
    def __init__(self) -> None:
        self.parent: dict[str, str] = {}
        self.pins: dict[str, str] = {}
        self.links: list[Version] = []
        self.undated: list[Version] = []
        # an id that was captured at several moments may be several texts
        self.known: dict[str, tuple[_Known, ...]] = {}
        self.best: dict[str, tuple[int, tuple[int, int, str], str]] = {}
        self.suggested: dict[tuple[str, str], str] = {}
        self.days: list[tuple[int, datetime.date]] = []

    def run(self, versions: Iterable[Version]) -> Grouping:
        for day, found in itertools.groupby(versions, key=lambda version: version.published_on):
            bucket = sorted(found, key=lambda version: (id_order(version.source_id), text_order(version)))
            for version in bucket:
                self._meet(version)
            if day is None:
                self.undated += bucket
            else:
                self._same_title(bucket)
                self._same_text(bucket)
        self._undated_versions()
        self._linked_versions()
        for source_id, story in self.pins.items():
            if story in self.parent:
                self._join(source_id, story)
        result = Grouping()
        for source_id in self.parent:
            result.story_of[source_id] = self._root(source_id)
        result.evidence = {source_id: text for source_id, (_rank, _other, text) in self.best.items()}
        result.suggestions = {
            pair: text
            for pair, text in self.suggested.items()
            if result.story_of[pair[0]] != result.story_of[pair[1]] and not self.pins.keys() & set(pair)
        }
        result.neighbour_dates = self._neighbours()
        return result

    def _meet(self, version: Version) -> None:
        self.parent.setdefault(version.source_id, version.source_id)
        if version.pinned_story:
            self.pins[version.source_id] = version.pinned_story
        if version.linked_id:
            self.links.append(version)
        # a link may lead to any capture: what it is checked against is kept, in 100 bytes and the fingerprint
        title = hash_of(normalised(version.title))
        known = _Known(title, version.published_on, version.fingerprint)
        self.known[version.source_id] = (*self.known.get(version.source_id, ()), known)
        if version.published_on and version.source_id.isdigit():
            self.days.append((int(version.source_id), version.published_on))

    def _same_title(self, bucket: list[Version]) -> None:
        titles: dict[str, list[Version]] = {}
        for version in bucket:
            title = normalised(version.title)
            if len(title) > 1:
                titles.setdefault(title, []).append(version)
        for found in titles.values():
            for place, version in enumerate(found):
                for other in found[max(0, place - COMPARED) : place]:
                    alike = likeness(version.fingerprint, other.fingerprint)
                    known = bool(version.fingerprint and other.fingerprint)
                    if alike >= LIKELY_TEXT or (version.byline == other.byline and (alike >= OTHER_TEXT or not known)):
                        self._unite(version, other, 1, f"same title and day as {other.source_id}")
                    else:
                        self._suggest(version, other, f"same title and day, {alike:.0%} of the text")

    def _same_text(self, bucket: list[Version]) -> None:
        candidates: dict[bytes, list[Version]] = {}
        for version in bucket:
            shared = bands(version.fingerprint)
            others = {other.capture_id: other for band in shared for other in candidates.get(band, [])[-COMPARED:]}
            for other in others.values():
                if self._root(version.source_id) == self._root(other.source_id):
                    continue
                alike = likeness(version.fingerprint, other.fingerprint)
                if alike < LIKELY_TEXT:
                    continue
                near = _distance(version.source_id, other.source_id) <= NEAR_IDS
                if alike >= SAME_TEXT and near and version.byline == other.byline:
                    self._unite(version, other, 2, f"{alike:.0%} of the text of {other.source_id}, same day and author")
                else:
                    self._suggest(version, other, f"same day, {alike:.0%} of the text")
            for band in shared:
                candidates.setdefault(band, []).append(version)

    def _undated_versions(self) -> None:
        """An undated capture belongs to the one of the same title whose text it has."""
        by_title: dict[int, dict[str, list[bytes]]] = {}
        for source_id, found in self.known.items():
            for known in found:
                by_title.setdefault(known.title, {}).setdefault(source_id, []).append(known.fingerprint)
        for version in self.undated:
            title = normalised(version.title)
            if len(title) < 2:
                continue
            same = by_title[hash_of(title)]
            near = sorted(
                same,
                key=lambda other: (_distance(version.source_id, other), id_order(other)),  # noqa: B023  # used at once
            )
            for other in near[: COMPARED + 1]:
                alike = max(likeness(version.fingerprint, fingerprint) for fingerprint in same[other])
                if other != version.source_id and alike >= LIKELY_TEXT:
                    self._unite_ids(version.source_id, other, 1, f"same title and {alike:.0%} of the text of {other}")

    def _linked_versions(self) -> None:
        for version in sorted(self.links, key=lambda version: id_order(version.source_id)):
            if version.source_id == version.linked_id:
                continue
            if any(_agree(version, other) for other in self.known.get(version.linked_id, ())):
                self._unite_ids(
                    version.source_id, version.linked_id, 0, f"a URL of {version.source_id} names {version.linked_id}"
                )

    def _unite(self, one: Version, other: Version, rank: int, text: str) -> None:
        if one.source_id != other.source_id:
            self._unite_ids(one.source_id, other.source_id, rank, text)

    def _unite_ids(self, one: str, other: str, rank: int, text: str) -> None:
        if one in self.pins or other in self.pins:
            return
        self._join(one, other)
        for source_id, partner in ((one, other), (other, one)):
            found = (rank, id_order(partner), text)
            self.best[source_id] = min(found, self.best.get(source_id, found))

    def _suggest(self, one: Version, other: Version, text: str) -> None:
        left, right = sorted((one.source_id, other.source_id), key=id_order)
        if left != right:
            self.suggested[left, right] = min(text, self.suggested.get((left, right), text))

    def _join(self, one: str, other: str) -> None:
        low, high = sorted((self._root(one), self._root(other)), key=id_order)
        self.parent[high] = low

    def _root(self, source_id: str) -> str:
        while (parent := self.parent[source_id]) != source_id:
            self.parent[source_id] = self.parent[parent]
            source_id = parent
        return source_id

    def _neighbours(self) -> dict[str, tuple[datetime.date, str]]:
        """Return the days of undated captures that stand between two ids of one day."""
        self.days.sort()
        found = {}
        for version in self.undated:
            if not version.source_id.isdigit():
                continue
            number = int(version.source_id)
            place = bisect.bisect(self.days, (number, datetime.date.min))
            if not 0 < place < len(self.days):
                continue
            before, after = self.days[place - 1], self.days[place]
            if before[1] == after[1] and number - before[0] <= NEIGHBOURS and after[0] - number <= NEIGHBOURS:
                found[version.source_id] = (
                    before[1],
                    f"{before[0]} and {after[0]}, the ids around it, are of that day",
                )
        return found


def _agree(version: Version, other: _Known) -> bool:
    """Whether a link between two captures is borne out by their title, their day or their text."""
    same_day = version.published_on == other.published_on and version.published_on is not None
    return (
        same_day
        or hash_of(normalised(version.title)) == other.title
        or likeness(version.fingerprint, other.fingerprint) >= LIKELY_TEXT
    )


def hash_of(title: str) -> int:
    """Return a title's hash, to compare titles without keeping them."""
    return hash(title)


def _distance(one: str, other: str) -> int:
    """Return how far apart two ids are; ids that are no numbers are never near."""
    first, second = id_order(one), id_order(other)
    return abs(first[1] - second[1]) if first[0] == second[0] == 0 else NEAR_IDS + 1
