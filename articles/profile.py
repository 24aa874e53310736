"""The archive profile: what is particular to one newsroom, read from ``archive.toml``.

The format is described in docs/archive-profile.md; every key that is accepted stands in ``KEYS``.
"""

from __future__ import annotations

import functools
import hashlib
import re
import tomllib
import zoneinfo
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KEYS: dict[str, tuple[str, ...]] = {
    "": (
        "publication",
        "hosts",
        "time_zone",
        "language",
        "source_id",
        "version_id",
        "figure_date",
        "url_title",
        "url_tags",
        "sections",
        "placeholders",
        "boilerplate",
        "byline",
        "empty_caption",
        "video_hosts",
    ),
    "sections": ("name", "slug", "label_en"),
    "placeholders": ("name", "title", "empty", "reason", "example"),
    "boilerplate": ("name", "pattern", "reason", "example"),
    "byline": ("block", "roles", "titles", "generic", "separator", "example"),
    "video_hosts": ("name", "pattern", "embed", "player"),
}


class ProfileError(ValueError):
    """``archive.toml`` cannot be used; the message names the file and the key."""


@dataclass(frozen=True)
class SectionLabel:
    """One section as readers see it."""

    name: str
    slug: str
    label_en: str


@dataclass(frozen=True)
class PlaceholderRule:
    """Says of a capture that it caught no story: by its title, or because it is empty."""

    name: str
    title: re.Pattern[str] | None
    empty: bool


@dataclass(frozen=True)
class BoilerplateRule:
    """Text that the newsroom's pages carried and that is no part of a story."""

    name: str
    pattern: re.Pattern[str]
    reason: str


@dataclass(frozen=True)
class VideoHost:
    """A site that videos were embedded from, and how its player is addressed, where that is known."""

    name: str
    pattern: re.Pattern[str]
    embed: re.Pattern[str] | None
    player: str

    def player_of(self, url: str) -> str:
        """Return the address of this site's player for a video's address, or an empty string."""
        match = self.embed.search(url) if self.embed else None
        return self.player.replace("{id}", match["id"]) if match else ""


@dataclass(frozen=True)
class BylineRules:
    """How a byline is read."""

    block: re.Pattern[str] | None  # groups: avatar, role, name, biography
    titles: re.Pattern[str] | None  # a job title in front of a name
    generic: frozenset[str]  # bylines that are no person
    separator: re.Pattern[str] | None  # between several names


@dataclass(frozen=True)
class ArchiveProfile:
    """One newsroom's particulars."""

    publication: dict[str, str]
    hosts: tuple[str, ...]
    time_zone: str
    language: str
    source_id: re.Pattern[str]
    version_id: re.Pattern[str] | None  # another version's id in a URL
    figure_date: re.Pattern[str] | None  # the day in a picture's file name
    url_title: re.Pattern[str] | None
    url_tags: re.Pattern[str] | None
    sections: tuple[SectionLabel, ...]
    placeholders: tuple[PlaceholderRule, ...]
    boilerplate: tuple[BoilerplateRule, ...]
    byline: BylineRules
    empty_caption: re.Pattern[str] | None  # words that the CMS put where a caption should be
    video_hosts: tuple[VideoHost, ...]
    digest: str

    def name_in(self, language_code: str) -> str:
        """Return the publication's name in a language (``zh-hant``, ``en``), or in its own."""
        by_code = {code.lower(): name for code, name in self.publication.items()}
        code = language_code.lower()
        while code and code not in by_code:  # zh-hant-hk, zh-hant, zh
            code = code.rpartition("-")[0]
        return by_code.get(code) or next(iter(self.publication.values()))

    def player_of(self, url: str) -> str:
        """Return the address at which a video may be played inside a page, or an empty string if none is known."""
        return next((player for host in self.video_hosts if (player := host.player_of(url))), "")

    def source_id_in(self, url: str) -> str:
        """Return the newsroom's own id of an article from one of its URLs, or an empty string."""
        match = self.source_id.search(url)
        return match["id"] if match else ""


def load(path: Path) -> ArchiveProfile:
    """Read a profile.

    Raises ProfileError for a file that is missing, is not TOML, or has a key or value that is not understood.
    """
    try:
        source = path.read_bytes()
        data = tomllib.loads(source.decode())
    except OSError as error:
        raise ProfileError(f"{path}: the profile cannot be read ({error.strerror}).") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ProfileError(f"{path}: this is not a TOML file: {error}.") from error
    try:
        return _parse(data, hashlib.sha256(source).hexdigest()[:16])
    except KeyError as error:
        raise ProfileError(f"{path}: the key {error} is missing.") from error
    except (TypeError, AttributeError, ValueError, re.error, zoneinfo.ZoneInfoNotFoundError) as error:
        raise ProfileError(f"{path}: {error}") from error


def _parse(data: dict[str, Any], digest: str) -> ArchiveProfile:
    _refuse_unknown("", data)
    for table in ("sections", "placeholders", "boilerplate", "video_hosts"):
        for row in data.get(table, []):
            _refuse_unknown(table, row)
    _refuse_unknown("byline", data.get("byline", {}))
    byline = data.get("byline", {})
    zoneinfo.ZoneInfo(data["time_zone"])
    if not data["publication"]:
        raise ValueError("publication needs at least one name.")
    hosts = _texts("hosts", data["hosts"])
    if not hosts:
        raise ValueError("hosts needs at least one name.")
    source_id = _pattern(data["source_id"], "id")
    if source_id is None:
        raise ValueError("source_id must not be empty.")
    return ArchiveProfile(
        publication=dict(data["publication"]),
        hosts=tuple(host.lower() for host in hosts),
        time_zone=data["time_zone"],
        language=data["language"],
        source_id=source_id,
        version_id=_pattern(data.get("version_id"), "id"),
        figure_date=_pattern(data.get("figure_date"), "year", "month", "day"),
        url_title=_pattern(data.get("url_title"), "title"),
        url_tags=_pattern(data.get("url_tags"), "tags"),
        sections=tuple(
            SectionLabel(row["name"], row["slug"], row.get("label_en", "")) for row in data.get("sections", [])
        ),
        placeholders=tuple(
            PlaceholderRule(row["name"], _pattern(row.get("title")), bool(row.get("empty", False)))
            for row in data.get("placeholders", [])
        ),
        boilerplate=tuple(_boilerplate(row) for row in data.get("boilerplate", [])),
        byline=BylineRules(
            block=_pattern(byline.get("block"), "name"),
            titles=_pattern(byline.get("titles")),
            generic=frozenset(_texts("generic", byline.get("generic", []))),
            separator=_pattern(byline.get("separator")),
        ),
        empty_caption=_pattern(data.get("empty_caption")),
        video_hosts=tuple(_video_host(row) for row in data.get("video_hosts", [])),
        digest=digest,
    )


def _boilerplate(row: dict[str, Any]) -> BoilerplateRule:
    """Compile a rule, and hold it to its own example."""
    pattern = re.compile(row["pattern"])
    if not pattern.search(row["example"]):
        raise ValueError(f"boilerplate rule {row['name']!r} does not match its own example.")
    return BoilerplateRule(row["name"], pattern, row["reason"])


def _video_host(row: dict[str, Any]) -> VideoHost:
    """Read a row; a player stands at a fixed https address, with the video's id put in."""
    embed, player = _pattern(row.get("embed"), "id"), row.get("player", "")
    if (embed is None) != (not player):
        raise ValueError(f"video host {row['name']!r} needs both embed and player, or neither.")
    if player and not re.match(r"https://[^/{]+/.*\{id\}", player):
        raise ValueError(
            f"the player of video host {row['name']!r} must be an https:// address with {{id}} in its path."
        )
    return VideoHost(row["name"], re.compile(row["pattern"]), embed, player)


def _pattern(source: str | None, *groups: str) -> re.Pattern[str] | None:
    if not source:
        return None
    pattern = re.compile(source)
    for group in groups:
        if group not in pattern.groupindex:
            raise ValueError(f"the pattern {source!r} needs a group named {group!r}.")
    return pattern


def _texts(key: str, found: Any) -> list[str]:
    """Return a list of texts; a text alone would be read as its letters."""
    if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
        raise ValueError(f'{key} must be a list of texts, as in {key} = ["…"].')
    return found


def _refuse_unknown(table: str, row: dict[str, Any]) -> None:
    if unknown := sorted(set(row) - set(KEYS[table])):
        raise ValueError(f"unknown key {unknown[0]!r}{f' in {table}' if table else ''}.")


@functools.cache
def cached(path: Path | str) -> ArchiveProfile:
    """Read a profile once a process."""
    return load(Path(path))


def current() -> ArchiveProfile:
    """Return the profile that the setting ``ARCHIVE_PROFILE`` names."""
    from django.conf import settings

    return cached(settings.ARCHIVE_PROFILE)
