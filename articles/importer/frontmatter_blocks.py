"""Front matter: YAML, TOML or JSON on top of a Markdown file, read by python-frontmatter's handlers.

What reaches a library here is bounded first. PyYAML's C loader segfaults on 25,000 nested ``[`` and a
handful of aliases can stand for gigabytes; neither can be caught. A block that is refused, or that its
language refuses, is read line by line instead, so that one stray character does not cost the article.
"""

from __future__ import annotations

import datetime
import json
import re
import tomllib
from typing import Any

import yaml
from frontmatter.default_handlers import BaseHandler, JSONHandler, YAMLHandler

from articles.importer.records import Issue

MAX_BLOCK = 256 * 1024  # characters; the longest honest one of 49,118 has 6,171
MAX_OPENINGS = 200  # flow collections, or levels of block nesting
MAX_JSON_DEPTH = 20

_NESTED = re.compile(rf"(?m)^[ \t]*(?:[-?:][ \t]+){{{MAX_OPENINGS // 10}}}|^[ \t]{{{MAX_OPENINGS}}}")
_ALIAS = re.compile(r"(?m)(?:^|[\s\[{,:-])\*[^\s\]},*]+[ \t]*(?:$|[\]},])")
_ANCHOR = re.compile(r"(?m)(?:^|[\s\[{,:-])&[^\s\]},&]+")
# a.b.c…, which the TOML parser takes the square of the time for
_DOTTED = re.compile(r"""(?:(?:[\w-]{1,60}|"[^"\n]{0,60}"|'[^'\n]{0,60}')[ \t]{0,9}\.[ \t]{0,9}){100}""")
# What escapes such as \u0000 bring in: no feed takes the ones, no database the others.
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_KEY_LINES = {
    "---": re.compile(r"^([A-Za-z_][\w -]{0,40}):(?:[ \t]+(.*))?$"),
    "+++": re.compile(r"^([A-Za-z_][\w-]{0,40})[ \t]*=[ \t]*(.*)$"),
    "{": re.compile(r'^[ \t]*"([A-Za-z_][\w -]{0,40})"[ \t]*:[ \t]*(.*?),?$'),
}
_ITEM_LINE = re.compile(r"^[ \t]*-[ \t]+(.*)$")


class TOMLHandler(BaseHandler):
    """TOML between ``+++`` lines, by the standard library."""

    FM_BOUNDARY = re.compile(r"^\+{3,}\s*$", re.MULTILINE)
    START_DELIMITER = END_DELIMITER = "+++"

    def load(self, fm: str) -> dict[str, Any]:
        """Parse TOML front matter."""
        return tomllib.loads(fm)


_HANDLERS = (YAMLHandler(), TOMLHandler(), JSONHandler())


def split(text: str, path: str) -> tuple[dict[str, Any], str, int, list[Issue]]:
    """Return a file's metadata, its body, the line the body starts on, and what went wrong."""
    handler = next((handler for handler in _HANDLERS if handler.detect(text)), None)
    if handler is None:
        message = "The file has no front matter. Its text was taken; put a block with title and date on top."
        return {}, text, 1, [Issue(path, 1, "no-front-matter", message)]
    key_line = _KEY_LINES[text[:3] if text[0] in "-+" else "{"]
    try:
        block, body = handler.split(text)
    except ValueError:
        return _never_closed(text, path, key_line)
    first_line = 1 + text.count("\n", 0, len(text) - len(body))
    if problem := _out_of_proportion(block, handler):
        metadata = _storable(_line_by_line(block[:MAX_BLOCK], key_line))
        message = f"{problem} As much as that was read line by line instead; shorten it to have all."
        return metadata, body, first_line, [Issue(path, 1, "front-matter", message)]
    issues = []
    try:
        metadata = handler.load(block)
    # besides its own errors, a loader passes on what int() and date() say of 4,300 digits or 9999-99-99,
    # and PyYAML whatever `!!int ""`, `!!bool x` and `!!timestamp x` make it stumble over
    except (
        yaml.YAMLError,
        ValueError,
        TypeError,
        OverflowError,
        RecursionError,
        LookupError,
        AttributeError,
    ) as error:
        line, what = _where(error)
        message = (
            f"The front matter is not valid ({what}). It was read line by line instead; mend this line to have all."
        )
        issues.append(Issue(path, line, "front-matter", message))
        metadata = _line_by_line(block, key_line)
    if metadata is None:
        metadata = {}
    if not isinstance(metadata, dict):
        issues.append(Issue(path, 1, "front-matter", "The front matter is no list of keys and values."))
        metadata = {}
    issues += _duplicate_keys(block, path)
    plain = plain_value(metadata)
    if (storable := _storable(plain)) != plain:
        message = "Control characters, or halves of characters, that were written as escapes were removed."
        issues.append(Issue(path, 1, "control-character", message))
    return storable, body, first_line, issues


def plain_value(value: Any, depth: int = 0) -> Any:
    """Return a value as JSON can hold it: dates as ISO strings, what is too deep as text."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else f"{value:#x}"
    if isinstance(value, float):
        return value if value - value == 0 else str(value)  # neither infinite nor NaN
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if depth >= MAX_JSON_DEPTH:
        return "…"
    if isinstance(value, dict):
        return {str(key): plain_value(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain_value(item, depth + 1) for item in value]
    return str(value)


def _storable(value: Any) -> Any:
    """Return a plain value with only the characters that every database and feed can hold."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("", value)
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(item) for key, item in value.items()}
    return value


def _never_closed(text: str, path: str, key_line: re.Pattern[str]) -> tuple[dict[str, Any], str, int, list[Issue]]:
    """Read the keys of a block that has a beginning and no end; what follows them is the body."""
    lines = text.split("\n")
    end = 1
    while end < len(lines) and (key_line.match(lines[end]) or _ITEM_LINE.match(lines[end])):
        end += 1
    message = (
        "The front matter is never closed. The lines that look like keys were taken as such; mark its end as its "
        "beginning is marked."
    )
    issue = Issue(path, 1, "front-matter", message)
    return _storable(_line_by_line("\n".join(lines[1:end]), key_line)), "\n".join(lines[end:]), end + 1, [issue]


def _out_of_proportion(block: str, handler: BaseHandler) -> str:
    if len(block) > MAX_BLOCK:
        return f"The front matter has {len(block):,} characters, more than {MAX_BLOCK:,}."
    dotted = isinstance(handler, TOMLHandler) and _DOTTED.search(block)
    if block.count("[") + block.count("{") > MAX_OPENINGS or _NESTED.search(block) or dotted:
        return "The front matter is nested too deeply."
    if "&" in block and _ANCHOR.search(block) and _ALIAS.search(block):
        return "The front matter repeats itself by aliases, which are not expanded."
    return ""


def _where(error: Exception) -> tuple[int | None, str]:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error).split("\n")[0] or type(error).__name__
    return (mark.line + 1 if mark else 1), str(problem)[:200]


def _duplicate_keys(block: str, path: str) -> list[Issue]:
    seen: set[str] = set()
    issues = []
    for number, line in enumerate(block.split("\n"), 1):
        key = line.partition(":")[0]
        if not key or key[0] in " \t-#[]{}\"'" or key == line:
            continue
        if key in seen:
            message = f"The key {key[:40]!r} stands twice. The last one counts; remove the other."
            issues.append(Issue(path, number, "duplicate-key", message))
        seen.add(key)
    return issues


def _line_by_line(block: str, key_line: re.Pattern[str]) -> dict[str, Any]:
    """Recover lines of one key and ``- item`` lists; values are texts, or lists of texts."""
    found: dict[str, Any] = {}
    last = ""
    for line in block.split("\n"):
        if match := key_line.match(line):
            last = match[1]
            found[last] = _unquoted(match[2] or "")
        elif last and (match := _ITEM_LINE.match(line)):
            if not isinstance(found[last], list):
                found[last] = [found[last]] if found[last] else []
            found[last].append(_unquoted(match[1]))
    return found


def _unquoted(value: str) -> Any:
    value = value.strip()
    if value[:1] == value[-1:] == '"' and len(value) > 1:
        try:
            return str(json.loads(value))
        except ValueError:
            return value[1:-1]
    if value[:1] == value[-1:] == "'" and len(value) > 1:
        return value[1:-1].replace("''", "'")
    if value[:1] == "[" and value[-1:] == "]":
        try:
            items = json.loads(value)
        except (ValueError, RecursionError):
            return value[1:-1].strip()
        return items if all(isinstance(item, str) for item in items) else value
    return value
