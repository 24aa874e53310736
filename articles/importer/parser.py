"""Reads one file: front matter and body, tolerant of nearly everything, naming what it lost."""

from __future__ import annotations

import codecs
import datetime
import hashlib
import re
import zoneinfo
from typing import Any
from urllib.parse import unquote

from articles.counted import counted
from articles.importer import cleaning, decoding, fields, frontmatter_blocks
from articles.importer.figures import WAYBACK, extract, original_of
from articles.importer.fingerprints import fingerprint_of
from articles.importer.records import Issue, ParsedCapture, ParsedFigure, SourceFile, UnreadableError
from articles.profile import ArchiveProfile
from articles.rendering import problem_with
from articles.slugs import slug_of

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# one byte of nine in a picture or another compressed file, none in a text
_CONTROL_BYTES = bytes({*range(32)} - {*b"\t\n\f\r"})
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
MAX_ID = 100
_ID_IN_NAME = re.compile(r"^(?:article|post|story)?[-_]?(\d+)(?:[-_.].*)?$")


def parse(file: SourceFile, profile: ArchiveProfile) -> ParsedCapture:
    """Return what one file holds. Raises UnreadableError where it holds no article at all."""
    issues: list[Issue] = []
    text = _decode(file, issues)
    text = _without_control_characters(text, file.path, issues)
    text = _rightly_decoded(text, file.path, issues)
    metadata, body, body_line, found = frontmatter_blocks.split(text, file.path)
    issues += found
    metadata = {key.lower(): value for key, value in metadata.items()}

    def report(kind: str, message: str) -> None:
        issues.append(Issue(file.path, _line_of(text, message, body_line), kind, message))

    title = fields.text_in(metadata, "title", report)
    original_url, wayback_url, captured_at = _urls(metadata, report)
    source_id = _source_id(metadata, original_url or wayback_url, file.path, profile, report)
    body, heading, differs = cleaning.without_title(body, title)
    if differs:
        body = f"## {heading}\n\n{body}"
        report(
            "other-heading", f"The text begins with another heading than its title: {heading[:120]!r}. Both were kept."
        )
    title = title or heading[: fields.MAX_TITLE]

    body, block_byline, block = cleaning.byline_block(body, profile, file.path)
    cleaned = cleaning.without_boilerplate(body, profile)
    removed = cleaned.removed + ((("byline", block),) if block else ())
    body, figures, cut = extract(cleaned.body, profile, file.path)
    if cut:
        report("too-many-figures", "The text has more than 1,000 figures; the rest stayed in the text.")
    body = cleaning.tidy(body)
    tags = fields.names_in(metadata, "tags", report)
    rule = cleaning.placeholder_rule(title, body, profile)
    published_on = fields.date_in(metadata, report)
    if rule:
        title, tags = told_by_url(original_url, title, tags, profile)
        body, figures = "", ()
    else:
        if published_on is None and fields.first_of(metadata, "date") is None:
            report("missing-date", "The article has no date. Add a date line, or date it in the admin.")
        if not title:
            title = f"[{source_id}]"
            report("missing-title", "The article has no title; its id stands in for it.")
        if problem := problem_with(body):
            report("not-rendered", f"The text is shown as plain paragraphs, because {problem}.")
    inferred_on, inferred_from = (None, "") if published_on else _date_in_figures(figures, profile)
    sections = fields.names_in(metadata, "section", report)
    draft = fields.is_draft(metadata)
    if draft:
        report("draft", "The file calls itself a draft. It was imported as needing review, not published.")
    return ParsedCapture(
        key=_key(source_id, captured_at),
        source_id=source_id,
        path=file.path,
        kind="placeholder" if rule else "text",
        placeholder_rule=rule,
        original_url=original_url,
        wayback_url=wayback_url,
        captured_at=captured_at,
        front_matter=metadata,
        title=title,
        published_on=published_on,
        updated_at=fields.moment_in(metadata, zoneinfo.ZoneInfo(profile.time_zone), report),
        section=sections[0][:100] if sections else "",
        bylines=cleaning.bylines(fields.names_in(metadata, "author", report), block_byline, profile),
        tags=tuple(tags),
        body=body,
        figures=figures,
        removed=removed,
        issues=tuple(issues),
        draft=draft,
        linked_id=_linked_id(original_url, source_id, profile),
        inferred_on=inferred_on,
        inferred_from=inferred_from,
        fingerprint=b"" if rule else fingerprint_of(body),
    )


def _key(source_id: str, captured_at: datetime.datetime | None) -> str:
    return f"{source_id}@{captured_at:%Y%m%d%H%M%S}" if captured_at else source_id


def _decode(file: SourceFile, issues: list[Issue]) -> str:
    """Return the file's text with Unix line ends."""
    data = file.data
    if not data.strip():
        message = "The file is empty. Rescue the page again, or remove the file."
        raise UnreadableError(Issue(file.path, None, "empty", message))
    bom, encoding = next(((bom, name) for bom, name in _BOMS if data.startswith(bom)), (b"", "utf-8"))
    if not bom and len(data) - len(data.translate(None, _CONTROL_BYTES)) > len(data) // 20 + 8:
        message = "The file is binary, not text. Check what was saved under this name."
        raise UnreadableError(Issue(file.path, None, "binary", message))
    if bom:
        issues.append(Issue(file.path, 1, "byte-order-mark", f"The file starts with a byte-order mark ({encoding})."))
    try:
        text = data[len(bom) :].decode() if encoding == "utf-8" else data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = (
            f"Bytes that are not {encoding.upper()} were shown as \ufffd; the original is kept as it came. Save the "
            "file as UTF-8 to have them right."
        )
        issues.append(Issue(file.path, line, "encoding", message))
        text = data[len(bom) :].decode("utf-8", "replace") if encoding == "utf-8" else data.decode(encoding, "replace")
    if "\r" in text:
        issues.append(Issue(file.path, 1, "line-ends", "The line ends were not those of Unix; they were made so."))
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text


def _without_control_characters(text: str, path: str, issues: list[Issue]) -> str:
    found = _CONTROL.search(text)
    if not found:
        return text
    count = len(_CONTROL.findall(text))
    names = ", ".join(sorted({f"U+{ord(character):04X}" for character in _CONTROL.findall(text)}))
    line = text.count("\n", 0, found.start()) + 1
    removed = counted(count, "control character was", "control characters were")
    issues.append(Issue(path, line, "control-character", f"{removed} removed ({names})."))
    return _CONTROL.sub("", text)


def _rightly_decoded(text: str, path: str, issues: list[Issue]) -> str:
    repaired, findings = decoding.repaired(text)
    for finding in findings:
        line = text.count("\n", 0, finding.position) + 1
        if finding.after:
            message = (
                f"{finding.before[:60]!r} was UTF-8 read as {finding.codec}; it was repaired to {finding.after[:60]!r}."
            )
            issues.append(Issue(path, line, "wrongly-decoded", message))
        else:
            message = f"{finding.before[:60]!r} looks wrongly decoded. No repair was sure, so it was left as it is."
            issues.append(Issue(path, line, "maybe-wrongly-decoded", message))
    return repaired


def _line_of(text: str, message: str, body_line: int) -> int | None:
    """Return the line of the front matter that a message about a field speaks of: it begins with the field."""
    field = message.split(" ", 1)[0]
    if field not in fields.KEYS:
        return body_line
    pattern = rf"(?im)^[\"']?(?:{'|'.join(fields.KEYS[field])})\b"
    match = re.compile(pattern).search(text)
    return text.count("\n", 0, match.start()) + 1 if match else None


def _urls(metadata: dict[str, Any], report: fields.Report) -> tuple[str, str, datetime.datetime | None]:
    url = fields.text_in(metadata, "url", report, limit=10_000)
    original = fields.text_in(metadata, "original_url", report, limit=10_000)
    if not WAYBACK.match(url):
        return original or (url if url.startswith("http") else ""), "", None
    inner, archived = original_of(url)
    stamp = WAYBACK.match(url)[1]  # type: ignore[index]  # it matched above
    try:
        moment = datetime.datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=datetime.UTC)
    except ValueError:
        report("bad-date", f"url names the moment {stamp}, which is no time. The capture is undated.")
        moment = None
    return original or inner, archived, moment


def _source_id(metadata: dict[str, Any], url: str, path: str, profile: ArchiveProfile, report: fields.Report) -> str:
    if found := profile.source_id_in(url):
        return _short(found)
    given = fields.first_of(metadata, "id")
    if isinstance(given, str | int) and str(given).strip():
        return _short(slug_of(str(given).strip()))
    name = path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    match = _ID_IN_NAME.match(name)
    source_id = _short(match[1] if match else slug_of(name))
    report("guessed-id", f"No id was found in the URL; {source_id!r} was taken from the file's name.")
    return source_id


def _short(source_id: str) -> str:
    """Return an id that fits its column; two long names with the same beginning stay two."""
    if len(source_id) <= MAX_ID:
        return source_id
    return f"{source_id[: MAX_ID - 9]}-{hashlib.sha256(source_id.encode()).hexdigest()[:8]}"


def told_by_url(url: str, title: str, tags: list[str], profile: ArchiveProfile) -> tuple[str, list[str]]:
    """Return a lost story's title and tags as far as its URL tells them readably."""
    found_title, found_tags = "", list(tags)
    if profile.url_title and (match := profile.url_title.search(url)):
        found_title = unquote(match["title"]).replace("-", " ").strip()
    if not tags and profile.url_tags and (match := profile.url_tags.search(url)):
        found_tags = [tag for tag in unquote(match["tags"]).split("-") if tag and not tag.isdigit()]
    readable = "\ufffd" not in found_title and "." not in found_title[-5:]
    return (found_title[: fields.MAX_TITLE] if readable else ""), [
        tag[: fields.MAX_NAME] for tag in found_tags if "\ufffd" not in tag
    ]


def _linked_id(url: str, source_id: str, profile: ArchiveProfile) -> str:
    """Return the id of another version that a URL names, or an empty string."""
    match = profile.version_id.search(url) if profile.version_id else None
    linked_id = _short(match["id"]) if match else ""
    return linked_id if linked_id != source_id else ""


def _date_in_figures(figures: tuple[ParsedFigure, ...], profile: ArchiveProfile) -> tuple[datetime.date | None, str]:
    """Return the day on which the latest picture was uploaded, and the file name that says so."""
    found = []
    for figure in figures:
        match = profile.figure_date.search(figure.url) if profile.figure_date else None
        if not match:
            continue
        try:
            day = datetime.date(int(match["year"]), int(match["month"]), int(match["day"]))
        except ValueError:
            continue
        found.append((day, unquote(figure.url).rsplit("/", 1)[-1]))
    if not found:
        return None, ""
    # pictures are reused from older stories, never from later ones
    day, name = max(found)
    return day, f"the file name of a picture: {name}"[:300]
