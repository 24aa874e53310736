"""Applies a profile's rules to one text, and says what they took out."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from articles.importer.figures import avatar_of
from articles.importer.records import ParsedByline
from articles.profile import ArchiveProfile

_HEADING = re.compile(r"\A\s*#[ \t]+(?P<title>[^\n]*)(?:\n|\Z)")
_RULE = re.compile(r"-{3,}|\*{3,}|_{3,}")
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+\n")
# the newsroom's marks in front of a biography's block are searched for only here, at the end of a text
_BYLINE_WINDOW = 12_000


@dataclass(frozen=True)
class Cleaned:
    """A text without its boilerplate, and what was taken out: pairs of rule and text."""

    body: str
    removed: tuple[tuple[str, str], ...]


def without_title(body: str, title: str) -> tuple[str, str, bool]:
    """Return the text without the heading on top of it, the heading, and whether it differs from the title."""
    match = _HEADING.match(body)
    if not match:
        return body, "", False
    heading = match["title"].rstrip().rstrip("#").strip()
    return body[match.end() :], heading, bool(title) and _squeezed(heading) != _squeezed(title)


def without_boilerplate(body: str, profile: ArchiveProfile) -> Cleaned:
    """Take out what the profile's boilerplate rules find, and the rules drawn above it."""
    removed: list[tuple[str, str]] = []
    for rule in profile.boilerplate:

        def take(match: re.Match[str], name: str = rule.name) -> str:
            removed.append((name, match[0].strip()))
            return ""

        body = rule.pattern.sub(take, body)
    return Cleaned(tidy(body), tuple(removed))


def tidy(body: str) -> str:
    """Return a text without horizontal rules at its end, and with single blank lines."""
    lines = body.rstrip().split("\n")
    while lines and (not (last := lines[-1].strip()) or _RULE.fullmatch(last)):
        lines.pop()
    return _BLANK_LINES.sub("\n\n", "\n".join(lines).rstrip()).strip("\n")


def byline_block(body: str, profile: ArchiveProfile, path: str = "") -> tuple[str, ParsedByline | None, str]:
    """Return the text without the byline block at its end, the author it names, and the block itself."""
    if profile.byline.block is None:
        return body, None, ""
    head, window = body[:-_BYLINE_WINDOW], body[-_BYLINE_WINDOW:]
    match = profile.byline.block.search(window)
    if not match:
        return body, None, ""
    groups = match.groupdict(default="")
    biography = without_boilerplate(groups.get("biography", ""), profile).body
    original, avatar = avatar_of(groups.get("avatar", "").strip(), path)
    byline = ParsedByline(
        name=groups["name"].strip(),
        role=groups.get("role", "").strip(),
        biography=biography.strip(),
        avatar_url=avatar,
        avatar_original_url=original,
    )
    return head + window[: match.start()], byline, match[0].strip()


def bylines(names: list[str], block: ParsedByline | None, profile: ArchiveProfile) -> tuple[ParsedByline, ...]:
    """Return the authors that a byline names, once each; the block adds portrait and biography to its own."""
    rules = profile.byline
    found: dict[str, ParsedByline] = {}
    for printed in names:
        parts = [printed] if printed in rules.generic or not rules.separator else rules.separator.split(printed)
        for part in filter(None, (part.strip() for part in parts)):
            generic = part in rules.generic
            name = part if generic or not rules.titles else rules.titles.sub("", part).strip() or part
            found.setdefault(name, ParsedByline(name, credit=part, generic=generic))
    if block and block.name:
        name = (
            block.name if block.name in rules.generic or not rules.titles else rules.titles.sub("", block.name).strip()
        )
        block = replace(block, name=name or block.name)
        own = found.get(block.name, ParsedByline(block.name, block.name, block.name in rules.generic))
        found[block.name] = ParsedByline(
            own.name,
            own.credit,
            own.generic,
            block.role,
            block.biography,
            block.avatar_url,
            block.avatar_original_url,
        )
    return tuple(found.values())


def placeholder_rule(title: str, body: str, profile: ArchiveProfile) -> str:
    """Return the name of the rule that says this capture caught no story, or an empty string."""
    for rule in profile.placeholders:
        if rule.empty and body.strip():
            continue
        if rule.title is None or rule.title.search(title):
            return rule.name
    return ""


def _squeezed(text: str) -> str:
    return "".join(character for character in text if character.isalnum())
