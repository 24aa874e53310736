"""Decides what a new import changes: parsed against stored against corrections. Touches nothing.

Three values meet in every field: *base*, what the last import brought; *theirs*, what this one brings;
*ours*, what stands. An untouched field follows the source. A corrected one stays as corrected; if the
source has changed as well, that is a conflict, and both values are kept for an editor to decide. A source that
comes back to the very value that was corrected, as after an undo, is none: that has been decided.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

# The merge policy of each field. docs/design-notes.md says the same in words; a test holds them together.
FOLLOW_UNLESS_CORRECTED = "follows the source unless corrected"
FOLLOW = "follows the source"
NEVER = "never touched by an import"
POLICY = {
    "title": FOLLOW_UNLESS_CORRECTED,
    "published_on": FOLLOW_UNLESS_CORRECTED,
    "section": FOLLOW_UNLESS_CORRECTED,
    "authors": FOLLOW_UNLESS_CORRECTED,
    "tags": FOLLOW_UNLESS_CORRECTED,
    "body": FOLLOW_UNLESS_CORRECTED,
    "caption": FOLLOW_UNLESS_CORRECTED,
    "credit": FOLLOW_UNLESS_CORRECTED,
    "alt": FOLLOW_UNLESS_CORRECTED,
    "updated_at": FOLLOW,
    "text_capture": FOLLOW,
    "status": NEVER,
    "notice": NEVER,
}
ARTICLE_FIELDS = ("title", "published_on", "section", "authors", "tags", "body")
FIGURE_FIELDS = ("caption", "credit", "alt")

Key = tuple[str, str]  # field, URL of the figure or ""


@dataclass(frozen=True)
class ParsedArticle:
    """One story as this import brings it. Values are JSON's: dates are ISO strings, names are lists."""

    source_id: str
    text_capture_id: int
    values: dict[str, Any]  # by ARTICLE_FIELDS
    figures: dict[str, dict[str, str]]  # by URL, then by FIGURE_FIELDS
    updated_at: str | None = None
    date_evidence: str = ""  # why this date, if the text's own capture does not say it


@dataclass(frozen=True)
class StoredArticle:
    """One story as it stands."""

    imported: dict[str, Any]
    text_capture_id: int
    corrected: dict[Key, tuple[Any, Any]]  # by the corrections in force: base (of the text), value
    put_right: dict[Key, tuple[Any, ...]] = field(default_factory=dict)  # the values that those were made against


@dataclass(frozen=True)
class ConflictFound:
    """A field that changed on both sides."""

    field: str
    figure_url: str
    base: Any
    theirs: Any
    ours: Any

    @property
    def digest(self) -> str:
        """What makes the same disagreement one conflict, however often it is met."""
        return digest_of([self.field, self.figure_url, self.theirs, self.ours])


@dataclass(frozen=True)
class Plan:
    """What to do about one story."""

    action: str  # "create", "update" or "unchanged"
    source_id: str
    values: dict[str, Any] = field(default_factory=dict)  # the fields to write
    figures: dict[Key, str] = field(default_factory=dict)  # corrected captions, to be kept on new rows
    conflicts: tuple[ConflictFound, ...] = ()
    imported: dict[str, Any] = field(default_factory=dict)


def digest_of(value: Any) -> str:
    """Return a sha256 of a JSON value."""
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def imported_of(parsed: ParsedArticle) -> dict[str, Any]:
    """Return what is remembered of an import, to be the base of the next; of the text, only its digest."""
    values = {name: parsed.values[name] for name in ARTICLE_FIELDS if name != "body"}
    return values | {
        "body": digest_of(parsed.values["body"]),
        "figures": parsed.figures,
        "updated_at": parsed.updated_at,
        "date_evidence": parsed.date_evidence,
    }


def reconcile(parsed: ParsedArticle, stored: StoredArticle | None) -> Plan:
    """Return what this import does to one story."""
    imported = imported_of(parsed)
    if stored is None:
        return Plan("create", parsed.source_id, dict(parsed.values), imported=imported)
    if stored.imported == imported and stored.text_capture_id == parsed.text_capture_id:
        return Plan("unchanged", parsed.source_id, imported=imported)
    values: dict[str, Any] = {}
    conflicts: list[ConflictFound] = []
    for name in ARTICLE_FIELDS:
        theirs = parsed.values[name]
        if (name, "") not in stored.corrected:
            values[name] = theirs
            continue
        before, ours = stored.corrected[name, ""]
        values[name] = ours
        decided = theirs == ours or theirs in stored.put_right.get((name, ""), ())
        if imported[name] != stored.imported.get(name) and not decided:
            base = before if name == "body" else stored.imported.get(name)
            conflicts.append(ConflictFound(name, "", base, theirs, ours))
    figures: dict[Key, str] = {}
    for (name, url), (_before, ours) in stored.corrected.items():
        if name not in FIGURE_FIELDS or url not in parsed.figures:
            continue
        figures[name, url] = ours
        base = stored.imported.get("figures", {}).get(url, {}).get(name)
        theirs = parsed.figures[url][name]
        if theirs not in (base, ours, *stored.put_right.get((name, url), ())):
            conflicts.append(ConflictFound(name, url, base, theirs, ours))
    return Plan("update", parsed.source_id, values, figures, tuple(conflicts), imported)
