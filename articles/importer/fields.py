"""Values out of front matter: whatever was written, typed as the archive needs it, or an issue that says why not."""

from __future__ import annotations

import datetime
import email.utils
import re
import zoneinfo
from collections.abc import Callable
from typing import Any

# The first of these keys that is there counts. docs/front-matter.md lists them.
KEYS: dict[str, tuple[str, ...]] = {
    "title": ("title", "headline"),
    "date": ("date", "published", "publishdate", "published_at", "created", "pubdate"),
    "last_updated": ("last_updated", "lastmod", "modified", "updated", "last_modified_at"),
    "author": ("author", "authors", "byline"),
    "section": ("category", "categories", "section"),
    "tags": ("tags", "tag", "keywords"),
    "url": ("url", "wayback_url", "archive_url", "permalink"),
    "original_url": ("original_url", "source_url", "canonical_url", "canonicalurl", "link"),
    "id": ("source_id", "article_id", "id"),
    "draft": ("draft",),
    "status": ("status",),
}
MAX_TITLE = 500
MAX_NAME = 200

Report = Callable[[str, str], None]  # kind, message
_DATE = re.compile(r"^\s*(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?!\d)")


def first_of(metadata: dict[str, Any], field: str) -> Any:
    """Return the value of the first of a field's keys that is there and not empty."""
    for key in KEYS[field]:
        if (value := metadata.get(key)) not in (None, "", []):
            return value
    return None


def text_in(metadata: dict[str, Any], field: str, report: Report, limit: int = MAX_TITLE) -> str:
    """Return a one-line text."""
    value = first_of(metadata, field)
    if value is None:
        return ""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, str):
        report("wrong-type", f"{field} is no text; it was read as {str(value)[:80]!r}.")
    text = " ".join(str(value).split("\n")).strip()
    if len(text) > limit:
        report("too-long", f"{field} has {len(text):,} characters; the first {limit} were kept.")
        text = text[:limit]
    return text


def names_in(metadata: dict[str, Any], field: str, report: Report) -> list[str]:
    """Return a list of names, each once, in order. A text with commas is taken for a list, and reported."""
    value = first_of(metadata, field)
    if value is None:
        return []
    if isinstance(value, str) and field == "tags":
        report(
            "wrong-type", f"{field} is a text, not a list; it was split at its commas. Write [a, b], or a line each."
        )
        value = re.split(r"[,，、;；\n]", value)
    elif not isinstance(value, list):
        value = [value]
    names: list[str] = []
    for item in value:
        if isinstance(item, dict) and "name" in item:  # authors as Jekyll and Hugo themes write them
            item = item["name"]
        if not isinstance(item, str | int | float):
            report("wrong-type", f"{field} holds something that is no name: {str(item)[:80]!r}. It was left out.")
            continue
        name = " ".join(str(item).split("\n")).strip()
        if len(name) > MAX_NAME:
            report("too-long", f"{field} holds a name of {len(name):,} characters; the first {MAX_NAME} were kept.")
            name = name[:MAX_NAME]
        if name and name not in names:
            names.append(name)
    return names


def date_in(metadata: dict[str, Any], report: Report) -> datetime.date | None:
    """Return the date of publication, in the newsroom's own time zone as written."""
    value = first_of(metadata, "date")
    if value is None:
        return None
    try:
        moment = _moment(str(value))
    except ValueError:
        message = (
            f"date is {str(value)[:80]!r}, which is no date. The article is undated; correct that, or in the admin."
        )
        report("bad-date", message)
        return None
    return moment.date()


def moment_in(metadata: dict[str, Any], zone: zoneinfo.ZoneInfo, report: Report) -> datetime.datetime | None:
    """Return the time of the last update, in UTC; one without a zone is in the newsroom's."""
    value = first_of(metadata, "last_updated")
    if value is None:
        return None
    try:
        moment = _moment(str(value))
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        report("bad-date", f"last_updated is {str(value)[:80]!r}, which is no time. It was left out.")
        return None


def _moment(text: str) -> datetime.datetime:
    text = text.strip()
    try:
        return datetime.datetime.fromisoformat(text)
    except ValueError:
        if match := _DATE.match(text):
            year, month, day = map(int, match.groups())
            return datetime.datetime(year, month, day)  # noqa: DTZ001  # a date has no zone
        try:
            return email.utils.parsedate_to_datetime(text[:60])
        except (OverflowError, LookupError, TypeError) as error:  # a year or zone of twenty digits
            raise ValueError(str(error)) from error


def is_draft(metadata: dict[str, Any]) -> bool:
    """Whether the file says of itself that it was never published."""
    return first_of(metadata, "draft") in (True, "true", "True") or str(first_of(metadata, "status")).lower() in (
        "draft",
        "hidden",
    )
