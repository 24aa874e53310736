"""Search on PostgreSQL: an array of each text's 1-, 2- and 3-grams under GIN, and LIKE where they prove too little."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy
from django.db import connection

from articles.counted import counted
from articles.search.documents import EVERYTHING, WEIGHTS, Document
from articles.search.syntax import Query, Term
from articles.search.tokens import BETWEEN, canonical, grams, is_one_word, mark_gram, needed_grams

COLUMNS = {"title": "title", "tag": "tags", "author": "byline"}
RANKED = ("title", "tags", "byline")  # columns of their own; in the text, a hit is a hit
BETWEEN_TEXTS = "\n"
TABLE, NEXT = "articles_search_grams", "articles_search_grams_next"
_INSERT = (
    "INSERT INTO {} (number, day, title, tags, byline, words, grams) VALUES (%s, %s, %s, %s, %s, %s, %s::bigint[])"
)
_REPLACE = (
    " ON CONFLICT (number) DO UPDATE SET day = excluded.day, title = excluded.title, tags = excluded.tags, "
    "byline = excluded.byline, words = excluded.words, grams = excluded.grams"
)
FEW = 500  # hits that are found by their keys sooner than verified once more
BUILD_MEMORY = "256MB"  # for a GIN index made at once; rows put in one by one cost five times as long
# How the table is kept; migration 0020 says the same of the first one.
KEPT = (
    # to ANALYZE arrays of thousands takes seconds, and the planner is not asked
    "ALTER TABLE {} ALTER COLUMN grams SET STATISTICS 0, ALTER COLUMN words SET STATISTICS 0",
    # GIN notes new rows in a list and files them together; let the daemon do that before a writer has to
    "ALTER TABLE {} SET (autovacuum_analyze_threshold = 20, autovacuum_analyze_scale_factor = 0)",
)


def analysed(text: str) -> tuple[str, set[int]]:
    """Return what the index holds of a text: its canonical form and that form's n-grams."""
    words = canonical(text)
    return words, grams(words)


def write(
    gone: Sequence[Document],
    new: Sequence[Document],
    known: Mapping[str, tuple[str, set[int]]],
    rebuilding: bool = False,
) -> None:
    """Take documents out and put others in, or into the index that is being built.

    ``known`` has texts that are analysed already.
    """
    rows = []
    for document in new:
        content = document.content
        *about, text = content.texts
        text_words, text_grams = known.get(text) or analysed(text)
        title, tags, byline, captions = canonical(BETWEEN.join(about)).split(BETWEEN)
        words = BETWEEN_TEXTS.join((title, tags, byline, captions))
        found = text_grams | grams(words) | set(map(mark_gram, content.marks))
        # as text: psycopg looks at every number of a list to find its type
        gram_text = f"{{{','.join(map(str, found))}}}"
        rows.append(
            (document.number, content.day, title, tags, byline, f"{words}{BETWEEN_TEXTS}{text_words}", gram_text)
        )
    kept = {document.number for document in new}
    out = [document.number for document in gone if document.number not in kept]
    with connection.cursor() as cursor:
        if out:
            cursor.execute(f"DELETE FROM {TABLE} WHERE number = ANY(%s)", [out])  # noqa: S608
        # the table that is being built has no key yet
        cursor.executemany(_INSERT.format(NEXT) if rebuilding else _INSERT.format(TABLE) + _REPLACE, rows)


def begin_rebuild() -> None:
    """Make the table that will take the place of the index: readers search the old one until then."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {NEXT}")
        cursor.execute(f"CREATE TABLE {NEXT} (LIKE {TABLE} INCLUDING DEFAULTS)")
        for statement in KEPT:
            cursor.execute(statement.format(NEXT))


def end_rebuild() -> None:
    """Index the new table and put it in the old one's place."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL maintenance_work_mem = '{BUILD_MEMORY}'")
        cursor.execute(f"ALTER TABLE {NEXT} ADD PRIMARY KEY (number)")
        cursor.execute(f"CREATE INDEX {NEXT}_gin ON {NEXT} USING gin (grams)")
        cursor.execute(f"ANALYZE {NEXT}")
        cursor.execute(f"DROP TABLE {TABLE}")
        cursor.execute(f"ALTER TABLE {NEXT} RENAME TO {TABLE}")
        cursor.execute(f"ALTER INDEX {NEXT}_gin RENAME TO {TABLE}_gin")
        cursor.execute(f"ALTER INDEX {NEXT}_pkey RENAME TO {TABLE}_pkey")


def problems() -> list[str]:
    """Return what is wrong with the index's own table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM articles_search_grams FULL JOIN "
            "(SELECT number FROM articles_searchdocument WHERE article_id IS NOT NULL) known USING (number) "
            "WHERE known.number IS NULL OR articles_search_grams.number IS NULL"
        )
        count = cursor.fetchone()[0]
    return [f"articles_search_grams and the documents differ by {counted(count, 'row')}."] if count else []


def numbers(query: Query, marks: Sequence[Sequence[int]], between: tuple[int, int]) -> numpy.ndarray:
    """Return the numbers of all documents that match, in ascending order."""
    where, values = _where(query, marks, between)
    return _all(where, values)


def prominent(query: Query, marks: Sequence[Sequence[int]], between: tuple[int, int]) -> numpy.ndarray:
    """Return those among them whose title or tags have one of the words."""
    where, values = _where(query, marks, between)
    either, patterns = _in_title(query)
    return _all(f"{where} AND {either}", [*values, *patterns])


def _in_title(query: Query) -> tuple[str, list[str]]:
    columns = [
        (column, f"%{term.pattern}%")
        for term in query.wanted
        for column in ("title", "tags")
        if term.field in ("", {"title": "title", "tags": "tag"}[column])
    ]
    either = " OR ".join(f"{column} LIKE %s" for column, _pattern in columns)
    return f"({either or 'false'})", [pattern for _column, pattern in columns]


def is_broad(query: Query) -> bool:
    """Tell whether ranking would read too much: single characters stand in nearly every text, many times."""
    terms = [term for clause in query.clauses for term in clause.terms]
    return all(term.is_single for term in terms)


def ranked(
    query: Query,
    marks: Sequence[Sequence[int]],
    between: tuple[int, int],
    limit: int,
    offset: int,
    among: numpy.ndarray | None,
    is_exact: bool,
    in_title: bool = False,
) -> list[int]:
    """Return the numbers of the best hits, the best first; only of those with a word in title or tags, if asked to.

    ``among`` are the hits to choose from; None: all that match. A few are asked for by their keys where they were
    verified one by one, which is not done twice; many, only where not all numbers ``between`` are of the days that are
    searched.
    """
    is_proven = not in_title and all(
        not clause.excluded and all(map(_is_proven, clause.terms)) for clause in query.clauses
    )
    if among is not None and (not is_exact or (not is_proven and len(among) <= FEW)):
        where, values = "number = ANY(%s::bigint[])", list[Any]([f"{{{','.join(map(str, among.tolist()))}}}"])
    else:
        where, values = _where(query, marks, between)
        if in_title:
            either, patterns = _in_title(query)
            where, values = f"{where} AND {either}", [*values, *patterns]
    scores = [
        # not numeric, PostgreSQL's type for 10.0, which takes longer to add up than to find
        (f"{WEIGHTS[column]}::float8 * (({column} LIKE %s)::int)", f"%{term.pattern}%")
        for term in query.wanted
        for column in RANKED
    ]
    score = " + ".join(text for text, _value in scores) or "0"
    rows = _rows(
        f"SELECT number FROM articles_search_grams WHERE {where} "  # noqa: S608
        f"ORDER BY {score} DESC, day DESC, number DESC LIMIT %s OFFSET %s",
        [*values, *(value for _text, value in scores), limit, offset],
    )
    return [row[0] for row in rows]


def matching(query: Query) -> tuple[str, list[Any]]:
    """Return a statement, with its values, that selects the numbers of all documents that match."""
    where, values = _where(query, [], EVERYTHING)
    return f"SELECT number FROM {TABLE} WHERE {where}", values  # noqa: S608


def _all(where: str, values: list[Any]) -> numpy.ndarray:
    rows = _rows(f"SELECT string_agg(number::text, ',') FROM articles_search_grams WHERE {where}", values)  # noqa: S608
    found = rows[0][0]
    array = numpy.fromstring(found, dtype=numpy.int64, sep=",") if found else numpy.empty(0, dtype=numpy.int64)
    return numpy.sort(array)


def _rows(statement: str, values: list[Any]) -> list[tuple[Any, ...]]:
    """Ask the table through its index.

    The planner knows that the table's rows are few bytes, but not that to look into one it must fetch an array from
    elsewhere: for a frequent character it would read all of them, which takes seconds.
    """
    with connection.cursor() as cursor:
        # sent as one, they are one transaction, unless in the caller's
        cursor.execute(f"SET LOCAL enable_seqscan = off; {statement}; SET LOCAL enable_seqscan TO DEFAULT", values)
        cursor.nextset()
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _where(query: Query, marks: Sequence[Sequence[int]], between: tuple[int, int]) -> tuple[str, list[Any]]:
    # a sum, so that the key's index is not what finds the rows
    conditions, values = ["number + 0 BETWEEN %s AND %s"], list[Any](between)
    for found in marks:
        conditions.append("grams && %s::bigint[]")
        values.append([mark_gram(number) for number in found])
    for clause in query.clauses:
        terms = [_term(term) for term in clause.terms]
        either = " OR ".join(condition for condition, _values in terms)
        # the plain form of NOT would read every row's array
        outside = f"number NOT IN (SELECT number FROM articles_search_grams WHERE {either})"  # noqa: S608
        conditions.append(outside if clause.excluded else f"({either})")
        values += [value for _condition, found in terms for value in found]
    return " AND ".join(conditions), values


def _is_proven(term: Term) -> bool:
    """Tell whether to have a term's numbers is to match: up to three characters, or one whole word, are one number."""
    is_one_number = len(term.pattern) <= 3 or is_one_word(term.pattern)
    return term.field == "section" or (not term.field and is_one_number)


def _term(term: Term) -> tuple[str, list[Any]]:
    if term.field == "section":
        return "grams && %s::bigint[]", [[mark_gram(number) for number in term.marks]]
    condition, values = "grams @> %s::bigint[]", list[Any]([needed_grams(term.pattern)])
    if column := COLUMNS.get(term.field):
        # the shorter of both first, for a statement of others that reads every row
        return f"({column} LIKE %s AND {condition})", [f"%{term.pattern}%", *values]
    if _is_proven(term):
        return condition, values
    return f"({condition} AND words LIKE %s)", [*values, f"%{term.pattern}%"]
