"""Search on SQLite: contentless FTS5 tables of overlapping pairs, and of each text's characters."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy
from django.db import connection

from articles.counted import counted
from articles.search import columns
from articles.search.columns import Columns, Days, Found
from articles.search.documents import EVERYTHING, WEIGHTS, Document
from articles.search.syntax import Clause, Query, Term
from articles.search.tokens import (
    ALL,
    BETWEEN,
    IN_TITLE,
    MARK,
    ONLY_CHINESE,
    distinct,
    phrase,
    tokens,
    tokens_and_characters,
)

# The text comes first, because FTS5 writes two bytes less for each word of the first column.
_BM25 = ", ".join(str(WEIGHTS.get(name, 0.0)) for name in ("text", "title", "tags", "byline", "captions", "marks"))
COLUMNS = {"title": "title", "tag": "tags", "author": "byline"}
WORDS, CHARACTERS = "articles_search_words", "articles_search_characters"
GATHERED = 64 * 1024 * 1024  # bytes of one transaction's words that FTS5 keeps in memory; it writes 1 MB at a time else
RANKED = 8_000  # hits that are ranked: BM25 takes a microsecond for each
AUTOMERGE = 4  # as FTS5 has it; in a rebuild all is merged once, at the end
_INSERT = (
    "INSERT INTO articles_search_words(rowid, text, title, tags, byline, captions, marks) "
    "VALUES (%s, %s, %s, %s, %s, %s, %s)",
    "INSERT INTO articles_search_characters(rowid, characters) VALUES (%s, %s)",
)
# A contentless table forgets a row when it is told all that was put in.
_DELETE = (
    "INSERT INTO articles_search_words(articles_search_words, rowid, text, title, tags, byline, captions, marks) "
    "VALUES ('delete', %s, %s, %s, %s, %s, %s, %s)",
    "INSERT INTO articles_search_characters(articles_search_characters, rowid, characters) VALUES ('delete', %s, %s)",
)


def analysed(text: str) -> tuple[str, str]:
    """Return what the index holds of a text: its tokens and its distinct characters."""
    return tokens_and_characters(text)


def write(
    gone: Sequence[Document],
    new: Sequence[Document],
    known: Mapping[str, tuple[str, str]],
    rebuilding: bool = False,
) -> None:
    """Take documents out, as they were put in, and put others in; ``known`` has texts that are analysed already.

    An index that is being built is the same one, seen by readers once it is committed.
    """
    analyses = dict(known)  # a correction takes a text out and mostly puts the same one in
    for (into_words, into_characters), documents in ((_DELETE, gone), (_INSERT, new)):
        if documents:
            words, characters = _rows(documents, analyses)
            with connection.cursor() as cursor:
                cursor.executemany(into_words, words)
                cursor.executemany(into_characters, characters)


def begin_rebuild() -> None:
    """Take everything out, and let a batch of an import gather in memory instead of being written in many pieces."""
    _configure("INSERT INTO {0}({0}, rank) VALUES ('hashsize', %s)", GATHERED)
    _configure("INSERT INTO {0}({0}, rank) VALUES ('automerge', %s)", 0)
    _configure("INSERT INTO {0}({0}) VALUES ('delete-all')")


def end_rebuild() -> None:
    """Merge the index into one piece, after many rows were put in."""
    _configure("INSERT INTO {0}({0}) VALUES ('optimize')")
    _configure("INSERT INTO {0}({0}, rank) VALUES ('automerge', %s)", AUTOMERGE)


def _configure(statement: str, *values: int) -> None:
    with connection.cursor() as cursor:
        for table in (WORDS, CHARACTERS):
            cursor.execute(statement.format(table), values)


def problems() -> list[str]:
    """Return what is wrong with the index's own tables."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM articles_search_words_docsize), "
            "(SELECT count(*) FROM articles_searchdocument WHERE article_id IS NOT NULL)"
        )
        indexed, known = cursor.fetchone()
    return [] if indexed == known else [f"The index holds {counted(indexed, 'text')} for {counted(known, 'document')}."]


Row = tuple[int | str, ...]


def _rows(documents: Sequence[Document], analyses: dict[str, tuple[str, str]]) -> tuple[list[Row], list[Row]]:
    """Return the documents' rows of each table."""
    about = [text for document in documents for text in document.content.texts[:-1]]
    read = map(str.strip, tokens(BETWEEN.join(about)).split(BETWEEN))  # short ones at once: each alone takes as long
    words: list[Row] = []
    characters: list[Row] = []
    for document, title, tags, byline, captions in zip(documents, read, read, read, read, strict=False):
        text = document.content.texts[-1]
        if text not in analyses:
            analyses[text] = analysed(text)
        text_tokens, text_characters = analyses[text]
        marks = f"{ALL} {' '.join(map(_mark, document.content.marks))}"
        words.append((document.number, text_tokens, title, tags, byline, captions, marks))
        in_title = set(ONLY_CHINESE.findall(title + tags))
        others = in_title.union(ONLY_CHINESE.findall(byline + captions)).difference(text_characters)
        marked = [IN_TITLE + character for character in in_title]
        characters.append((document.number, " ".join([text_characters, *others, *marked, marks])))
    return words, characters


def _mark(number: int) -> str:
    return f"{MARK}{number:x}"


@dataclass(frozen=True)
class _Narrowed:
    """The part of the archive that is searched: days, and sections, authors or tags."""

    known: Columns
    start: int  # places
    end: int
    marks: Sequence[int]

    @cached_property
    def _stretch(self) -> tuple[tuple[int, int], bool]:
        return self.known.numbers_between(self.start, self.end)

    @property
    def between(self) -> tuple[int, int]:
        """The lowest and the highest number."""
        return self._stretch[0]

    @property
    def is_exact(self) -> bool:
        """Whether all numbers between those are of these days."""
        return self._stretch[1]

    def places(self, numbers: numpy.ndarray) -> numpy.ndarray:
        """Return the places of those documents that are there and of these days, ascending."""
        found = self.known.places_of(numbers)
        first, last = numpy.searchsorted(found, [self.start, self.end])
        return found[first:last]


def find(
    query: Query,
    marks: Sequence[int],
    days: Days,
    is_ranked: bool,  # noqa: ARG001  ranks are asked for when a page of hits is
) -> Found:
    """Find all documents that match, have these marks and are of these days."""
    known = columns.current()
    narrowed = _Narrowed(known, *known.between(*days), marks)
    if query.clauses or marks:
        places = narrowed.places(_numbers(query, marks, narrowed.between))
    else:
        places = numpy.arange(narrowed.start, narrowed.end)
    return Found(known, places, functools.partial(_best, query, narrowed, places))


def _numbers(query: Query, marks: Sequence[int], between: tuple[int, int]) -> numpy.ndarray:
    """Return the numbers of all documents that match, in ascending order.

    Single characters are asked for in their own table: among the words, one is the beginning of a thousand pairs.
    """
    words, singles, mixed = _parts(query)
    asked = [(WORDS, words)] if words else []
    if singles or not (words or mixed):
        asked.append((CHARACTERS, singles))
    found = [_all(table, _expression(clauses, marks, table), between) for table, clauses in asked]
    for clause in mixed:
        single = Clause(tuple(term for term in clause.terms if term.is_single))
        longer = Clause(tuple(term for term in clause.terms if not term.is_single))
        either = [
            _all(table, _expression([part], marks, table), between)
            for table, part in ((CHARACTERS, single), (WORDS, longer))
        ]
        found.append(distinct(numpy.concatenate(either)))
    first, *others = sorted(found, key=len)
    for other in others:
        first = first[numpy.isin(first, other, assume_unique=True, kind="table")]
    return first


def _best(query: Query, narrowed: _Narrowed, places: numpy.ndarray, start: int, count: int) -> list[int]:
    """Return numbers of the documents at ``places``, the best first, from ``start`` on.

    Of very many, those with a word in title or tags come first, and all others are the newest first.
    """
    if start >= len(places):
        return []  # a page beyond the last; or there is no index that can be read
    numbers = narrowed.known.numbers
    if len(places) <= RANKED and not _is_broad(query):
        return _ranked(query, narrowed, numbers[places], start, count)
    is_first = numpy.zeros(len(numbers), dtype=bool)
    is_first[narrowed.places(_prominent(query, narrowed.between))] = True
    is_first = is_first[places]
    first, others = places[is_first], places[~is_first][::-1]
    if len(first) <= RANKED and not any(term.is_single for term in query.wanted):
        found = _ranked(query, narrowed, numbers[first], start, count, in_title=True)
    else:
        found = numbers[first[::-1][start : start + count]].tolist()
    skipped = max(0, start - len(first))
    return [*found, *numbers[others[skipped : skipped + count - len(found)]].tolist()]


def _prominent(query: Query, between: tuple[int, int]) -> numpy.ndarray:
    """Return the documents whose title or tags have one of the words, whether they match or not; one may come twice."""
    terms = [term for term in query.wanted if term.field in ("", "title", "tag")]
    singles = " OR ".join(f'"{IN_TITLE}{term.pattern}"' for term in terms if term.is_single)
    found = [_all(CHARACTERS, singles, between)] if singles else []
    if titles := _in_title(query):
        found.append(_all(WORDS, titles, between))
    return numpy.concatenate(found) if found else numpy.empty(0, dtype=numpy.int64)


def _in_title(query: Query) -> str:
    return " OR ".join(
        _term(term, "{title tags}")
        for term in query.wanted
        if term.field in ("", "title", "tag") and not term.is_single
    )


def _is_broad(query: Query) -> bool:
    """Tell whether there is nothing to rank by: single characters stand in nearly every text, many times."""
    return all(clause.excluded for clause in _parts(query)[0])


def _ranked(
    query: Query,
    narrowed: _Narrowed,
    among: numpy.ndarray,
    start: int,
    count: int,
    in_title: bool = False,
) -> list[int]:
    """Return the numbers of the best hits, the best first; only of those with a word in title or tags, if asked to.

    ``among`` are the hits to choose from. They are looked at only where there are single characters too, since words
    alone decide, or where not all numbers ``between`` are of the days that are searched.
    """
    words, singles, mixed = _parts(query)
    expression = _expression(words, narrowed.marks, WORDS)
    if in_title:
        expression = f"({expression}) AND ({_in_title(query) or _mark_of_none()})"
    within, numbers = _within(narrowed.between)
    statement = f"SELECT rowid FROM articles_search_words WHERE articles_search_words MATCH %s{within} "  # noqa: S608
    values: list[Any] = [expression, *numbers]
    if singles or mixed or not narrowed.is_exact:
        # the plus keeps SQLite from looking for each number by itself
        statement += "AND +rowid IN (SELECT value FROM json_each(%s)) "
        values.append(json.dumps(among.tolist()))
    statement += f"ORDER BY bm25(articles_search_words, {_BM25}), rowid DESC LIMIT %s OFFSET %s"
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, count, start])
        return [row[0] for row in cursor.fetchall()]


def _all(table: str, expression: str, between: tuple[int, int]) -> numpy.ndarray:
    with connection.cursor() as cursor:
        # one string is far quicker to fetch than as many rows
        within, values = _within(between)
        cursor.execute(f"SELECT group_concat(rowid) FROM {table} WHERE {table} MATCH %s{within}", [expression, *values])  # noqa: S608
        found = cursor.fetchone()[0]
    return numpy.fromstring(found, dtype=numpy.int64, sep=",") if found else numpy.empty(0, dtype=numpy.int64)


def _within(between: tuple[int, int]) -> tuple[str, Sequence[int]]:
    """Return a condition, with its values, that is spared where all numbers fit: it costs as much as a match."""
    return ("", ()) if between == EVERYTHING else (" AND rowid BETWEEN %s AND %s", between)


def _parts(query: Query) -> tuple[list[Clause], list[Clause], list[Clause]]:
    """Return the clauses of words, those of single characters, and those that are either the one or the other."""
    words: list[Clause] = []
    singles: list[Clause] = []
    mixed: list[Clause] = []
    for clause in query.clauses:
        single = [term.is_single for term in clause.terms]
        (singles if all(single) else mixed if any(single) else words).append(clause)
    return words, singles, mixed


def _expression(clauses: Sequence[Clause], marks: Sequence[int], table: str) -> str:
    """Return the FTS5 expression of some clauses for one of the two tables."""
    single = table == CHARACTERS
    wanted = [_clause(clause, single) for clause in clauses if not clause.excluded]
    wanted += [f'"{_mark(number)}"' for number in marks]
    unwanted = [_clause(clause, single) for clause in clauses if clause.excluded]
    expression = " AND ".join(wanted) or f'"{ALL}"'
    if unwanted:
        expression = f"({expression}) NOT ({' OR '.join(unwanted)})"
    return expression


def compiled(query: Query) -> tuple[str, str]:
    """Return one table and one expression for a whole query, where single characters are not mixed with words."""
    words, singles, mixed = _parts(query)
    table = WORDS if words or mixed else CHARACTERS
    return table, _expression([*words, *singles, *mixed], [], table)


def matching(query: Query) -> tuple[str, list[str]]:
    """Return a statement, with its values, that selects the numbers of all documents that match."""
    table, expression = compiled(query)
    return f"SELECT rowid FROM {table} WHERE {table} MATCH %s", [expression]  # noqa: S608


def _clause(clause: Clause, single: bool) -> str:
    return "(" + " OR ".join(f'"{term.pattern}"' if single else _term(term) for term in clause.terms) + ")"


def _mark_of_none() -> str:
    return f'"{MARK}none"'


def _term(term: Term, column: str = "") -> str:
    if term.field == "section":
        return " OR ".join(f'"{_mark(number)}"' for number in term.marks) or _mark_of_none()
    found, is_prefix = phrase(term.pattern)
    column = COLUMNS.get(term.field, column)
    expression = f'"{" ".join(found)}"' + (" *" if is_prefix or term.is_prefix else "")
    return f"{column} : {expression}" if column else expression
