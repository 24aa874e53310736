"""What imports noted about pages, dates and files, in words for readers. Pure.

The notes themselves are written for editors and kept as they are; here stands what each kind of them means.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from django.utils.functional import Promise

    Words = str | Promise


def grouping_reason(evidence: str, source_id: str, *, decided: bool = False) -> str:
    """Say why a saved page belongs to its story; nothing for a page that stands alone.

    ``evidence`` is what grouping noted at the page with this number, ``decided`` whether an editor put it there.
    """
    if decided:
        return _("An editor of this archive put it with this story.")
    for pattern, words in _GROUPING:
        if found := pattern.fullmatch(evidence):
            return words(found, source_id)
    return evidence


def _by_link(found: re.Match[str], source_id: str) -> str:
    one, other = found.groups()
    if one == source_id:
        return _("Its address also names number %(number)s.") % {"number": other}
    return _("The address of number %(number)s also names this one.") % {"number": one}


def _by_title(found: re.Match[str], source_id: str) -> str:
    if found[1] == source_id:
        return _("Another page of this story has the same headline and the same day.")
    return _("It has the same headline and the same day as number %(number)s.") % {"number": found[1]}


def _by_text(found: re.Match[str], source_id: str) -> str:
    values = {"share": found[1], "number": found[2]}
    if found[2] == source_id:
        return _("%(share)s of its text stands in another page of this story, of the same day and author.") % values
    return _("%(share)s of its text stands in number %(number)s, of the same day and author.") % values


def _by_title_and_text(found: re.Match[str], source_id: str) -> str:
    values = {"share": found[1], "number": found[2]}
    if found[2] == source_id:
        return _("Another page of this story has the same headline and %(share)s of its text.") % values
    return _("It has the same headline as number %(number)s, and %(share)s of its text.") % values


# How importer/versions.py puts each kind of evidence, and what it means.
_GROUPING: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], str], str]], ...] = (
    (re.compile(r"a URL of (\S+) names (\S+)"), _by_link),
    (re.compile(r"same title and day as (\S+)"), _by_title),
    (re.compile(r"(\d+%) of the text of (\S+), same day and author"), _by_text),
    (re.compile(r"same title and (\d+%) of the text of (\S+)"), _by_title_and_text),
)

# How importer/versions.py and importer/suggestions.py say why two things may be one.
_SUGGESTIONS: tuple[tuple[re.Pattern[str], Words], ...] = (
    (
        re.compile(r"same title and day, (?P<share>\d+%) of the text"),
        gettext_lazy("same headline and day, %(share)s of the text in common"),
    ),
    (re.compile(r"same day, (?P<share>\d+%) of the text"), gettext_lazy("same day, %(share)s of the text in common")),
    (
        re.compile(r"the names differ only by width, case, spacing or script"),
        gettext_lazy("the names differ only by width, case, spacing or script"),
    ),
    (
        re.compile(r"the names differ only by a job, such as reporter or 記者"),
        gettext_lazy("the names differ only by a job, such as reporter or 記者"),
    ),
    (
        re.compile(r"always together, on (?P<count>[\d,]+) articles"),
        gettext_lazy("always together, on %(count)s articles"),
    ),
)


def suggestion_reason(evidence: str) -> str:
    """Say why two captures, tags or authors may be one."""
    return _said(evidence, _SUGGESTIONS)


# How articles/grouping.py puts what an editor decided, as the source of a run.
_DECISIONS: tuple[tuple[re.Pattern[str], Words], ...] = (
    (re.compile(r"editor (?P<name>.*): merge (?P<ids>.+)"), gettext_lazy("%(name)s merged %(ids)s into one story")),
    (re.compile(r"editor (?P<name>.*): split (?P<ids>.+)"), gettext_lazy("%(name)s split %(ids)s off")),
    (
        re.compile(r"editor (?P<name>.*): release (?P<ids>.+)"),
        gettext_lazy("%(name)s let the evidence decide again about %(ids)s"),
    ),
    (
        re.compile(r"editor (?P<name>.*): text from (?P<ids>.+)"),
        gettext_lazy("%(name)s let %(ids)s give its story the text"),
    ),
    (
        re.compile(r"editor (?P<name>.*): latest text again after (?P<ids>.+)"),
        gettext_lazy("%(name)s let the latest capture give the text again, instead of %(ids)s"),
    ),
)


def decision_in_words(source: str) -> str:
    """Say what an editor decided about captures."""
    return _said(source, _DECISIONS)


def _said(noted: str, known: tuple[tuple[re.Pattern[str], Words], ...]) -> str:
    for pattern, words in known:
        if found := pattern.fullmatch(noted):
            return str(words) % found.groupdict()
    return noted


_DATES: tuple[tuple[re.Pattern[str], Words], ...] = (
    (
        re.compile(r"the file name of a picture: (?P<file>.+)"),
        gettext_lazy("from the file name of a picture: %(file)s"),
    ),
    (
        re.compile(r"(?P<one>\S+) and (?P<other>\S+), the ids around it, are of that day"),
        gettext_lazy("the articles before and after it, numbers %(one)s and %(other)s, are of that day"),
    ),
    (
        re.compile(r"version (?P<number>\S+) of this story says so"),
        gettext_lazy("another saved page of this story, number %(number)s, says so"),
    ),
)


def date_reason(evidence: str) -> str:
    """Say from what a date was inferred."""
    return _said(evidence, _DATES)


# The kinds of issues that docs/front-matter.md lists, as far as the file became a page of the archive.
_ISSUES: dict[str, Words] = {
    "id-collision": gettext_lazy("Two different files of this page were found; one was kept."),
    "lost-text": gettext_lazy("When the page was saved again its story was gone; the story saved before was kept."),
    "no-front-matter": gettext_lazy("The file held the text only, and nothing about it."),
    "front-matter": gettext_lazy("The head of the file was damaged and was read line by line."),
    "duplicate-key": gettext_lazy("The head of the file said something twice; the last counts."),
    "wrong-type": gettext_lazy("Something in the head of the file was of the wrong kind; what could be read was."),
    "too-long": gettext_lazy("A headline or a name was too long and was cut."),
    "bad-date": gettext_lazy("A date in the file was none and was left out."),
    "missing-date": gettext_lazy("The page gave no date."),
    "missing-title": gettext_lazy("The page gave no headline; its number stands in for it."),
    "guessed-id": gettext_lazy("The page's number was taken from the name of the file."),
    "other-heading": gettext_lazy("The heading above the text differs from the headline; both were kept."),
    "draft": gettext_lazy("The file called itself a draft."),
    "byte-order-mark": gettext_lazy("A mark at the beginning of the file, no part of the text, was taken off."),
    "line-ends": gettext_lazy("The ends of lines were made uniform."),
    "encoding": gettext_lazy("Some characters could not be read and are shown as �."),
    "control-character": gettext_lazy("Invisible characters that no page can hold were taken out."),
    "wrongly-decoded": gettext_lazy("Characters that had been saved in the wrong encoding were repaired."),
    "maybe-wrongly-decoded": gettext_lazy("Some characters may be in the wrong encoding; they were left as they are."),
    "too-many-figures": gettext_lazy("It has more pictures than can be shown; the rest stayed in the text."),
    "not-rendered": gettext_lazy("Its text could not be set and is shown as plain paragraphs."),
}  # fmt: skip


def issue_in_words(kind: str) -> str:
    """Say what an import met in a file; nothing for a kind that no reader needs to know."""
    return str(_ISSUES.get(kind, ""))


def kind_in_words(kind: str) -> str:
    """Name a kind of issue for a list; by its own name, if there are no words for it."""
    return issue_in_words(kind).rstrip(".。") or kind
