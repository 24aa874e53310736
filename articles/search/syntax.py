"""What a reader types, as a query tree: nothing typed is an error; what cannot be understood is plain words."""

from __future__ import annotations

import calendar
import datetime
import re
from dataclasses import dataclass
from typing import Literal

from articles.search.folding import ANY_INVISIBLE
from articles.search.tokens import canonical

MOST_CHARACTERS = 600  # of a query that are read: in an address they take nine times as many, and servers stop at 8,190
MOST_CLAUSES = 40
MOST_IN_TERM = 100  # characters

Field = Literal["", "title", "tag", "author", "section"]
FIELDS: tuple[Field, ...] = ("title", "tag", "author", "section")
OPENING, CLOSING = '"“”＂「『', '"“”＂」』'
# A field's name and a colon; a phrase in quotation marks, perhaps never closed; or what stands up to the next space.
PART = re.compile(
    rf"(?P<minus>[-－−])?(?:(?P<field>[A-Za-z]+)[:：](?=\S))?"
    rf"(?:[{OPENING}](?P<phrase>[^{CLOSING}]*)(?:[{CLOSING}]|$)|(?P<word>[^\s{OPENING}]+))"
)
# Copied from elsewhere, a word may bring such with it: in front of a minus or a field, nobody would see why that fails.
INVISIBLE = re.compile(f"[{ANY_INVISIBLE}]+")
DATE = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2}))?)?[年月日]?")
DATE_IN_A_ROW = re.compile(r"(\d{4})(\d{2})(\d{2})?")


@dataclass(frozen=True)
class Term:
    """One word or phrase: ``pattern`` must be a substring of a text's canonical form."""

    pattern: str
    text: str  # as typed
    field: Field = ""
    is_prefix: bool = False
    marks: tuple[int, ...] = ()  # of ``section:``, the sections that it names

    @property
    def is_single(self) -> bool:
        """Tell whether it is one Chinese character, anywhere: such stand in nearly every text, many times."""
        return not self.field and len(self.pattern) == 1


@dataclass(frozen=True)
class Clause:
    """One of these terms must be there; or, excluded, must not."""

    terms: tuple[Term, ...]
    excluded: bool = False


@dataclass(frozen=True)
class Query:
    """All of these clauses, between these days."""

    clauses: tuple[Clause, ...] = ()
    first: datetime.date | None = None
    last: datetime.date | None = None
    is_cut: bool = False  # more was typed than is read

    def __bool__(self) -> bool:
        return bool(self.clauses or self.first or self.last)

    @property
    def is_ranked(self) -> bool:
        """Tell whether one hit can be better than another: what has a tag, an author or a section has it, or not."""
        return any(term.field in ("", "title") for term in self.wanted)

    @property
    def wanted(self) -> list[Term]:
        """The terms that a hit has, for highlighting."""
        return [term for clause in self.clauses if not clause.excluded for term in clause.terms]


def parse(text: str) -> Query:
    """Read a query.

    ``words "exact phrase" -without one OR other title:… tag:… author:… section:… from:2019-06 to:2019-07-01``;
    of nothing but ``OR``, that is the word. ``AND`` between words says nothing more.
    """
    clauses: list[Clause] = []
    first = last = None
    either = False
    is_cut = len(text) > MOST_CHARACTERS
    typed = INVISIBLE.sub("", text[:MOST_CHARACTERS]).replace("\0", " ")
    for match in PART.finditer(typed):
        whole, name = match.group(), (match["field"] or "").lower()
        if whole == "OR":
            either = bool(clauses) and not clauses[-1].excluded
            continue
        if whole == "AND" and (clauses or first or last):  # as other archives want it between words
            continue
        if name in ("from", "to") and not match["minus"] and (days := days_of(match["word"] or match["phrase"] or "")):
            if name == "from":
                first = max(first, days[0]) if first else days[0]
            else:
                last = min(last, days[1]) if last else days[1]
            either = False
            continue
        term = _term(match, name)
        if term is None:
            continue
        if match["minus"]:
            clauses.append(Clause((term,), excluded=True))
        elif either:
            clauses[-1] = Clause((*clauses[-1].terms, term))
        else:
            clauses.append(Clause((term,)))
        either = False
        if len(clauses) == MOST_CLAUSES:
            is_cut = is_cut or bool(typed[match.end() :].strip())
            break
    if not clauses and not first and not last and "OR" in typed:
        return parse(typed.replace("OR", "or"))
    return Query(tuple(dict.fromkeys(clauses)), first, last, is_cut)


def _term(match: re.Match[str], name: str) -> Term | None:
    words = match["word"] if match["phrase"] is None else match["phrase"]
    field: Field = next((known for known in FIELDS if known == name), "")
    if name and not field:  # a colon, but no field: 12:30, https://…
        words = f"{match['field']}:{words}"
    words = words[:MOST_IN_TERM]
    is_prefix = match["phrase"] is None and words.endswith(("*", "＊"))
    pattern = canonical(words)
    if not pattern:
        return None
    return Term(pattern.removesuffix(" ") if is_prefix else pattern, words, field, is_prefix)


def days_of(text: str) -> tuple[datetime.date, datetime.date] | None:
    """Return the first and the last day that ``2019``, ``2019-06`` or ``2019-06-12`` names; None if there is none.

    They may be written ``2019/6/12``, ``2019.6.12``, ``20190612`` and ``2019年6月12日`` too.
    """
    found = DATE.fullmatch(text) or DATE_IN_A_ROW.fullmatch(text)
    if not found:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    try:
        last_month = month or 12
        last_day = day or calendar.monthrange(year or 0, last_month)[1]
        return datetime.date(year or 0, month or 1, day or 1), datetime.date(year or 0, last_month, last_day)
    except ValueError:
        return None
