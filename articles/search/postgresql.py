"""Search on PostgreSQL: an array of each text's 1-, 2- and 3-grams under GIN, and LIKE where they prove too little.

What stands in a title, a tag or a byline has n-grams of its own there. So to find, and to rank, is to ask the index;
of the table itself mostly numbers are read, and so its rows hold little else: what is long lies elsewhere.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy
from django.db import connection

from articles.counted import counted
from articles.search import columns
from articles.search.columns import Columns, Days, Found
from articles.search.documents import WEIGHTS, Document
from articles.search.syntax import Query, Term
from articles.search.tokens import BETWEEN, canonical, grams, is_one_word, mark_gram, needed_grams

COLUMNS = {"title": "title", "tag": "tags", "author": "byline"}
PARTS = ("title", "tags", "byline")  # whose n-grams are marked by their place in this row, from 1 on
BETWEEN_TEXTS = "\n"
TABLE, NEXT = "articles_search_grams", "articles_search_grams_next"
_INSERT = "INSERT INTO {} (number, about, words, grams) VALUES (%s, %s, %s, %s::bigint[])"
_REPLACE = " ON CONFLICT (number) DO UPDATE SET about = excluded.about, words = excluded.words, grams = excluded.grams"
RANKING_TERMS = 12  # of a query; the others are found, and count for nothing when hits are ordered
BUILD_MEMORY = "256MB"  # for a GIN index made at once; rows put in one by one cost five times as long
# How the table is kept; migration 0025 says the same of the first one.
KEPT = (
    # to ANALYZE arrays of thousands takes seconds, and the planner is not asked
    "ALTER TABLE {} ALTER COLUMN grams SET STATISTICS 0, ALTER COLUMN words SET STATISTICS 0",
    # GIN notes new rows in a list and files them together; let the daemon do that before a writer has to
    "ALTER TABLE {} SET (autovacuum_analyze_threshold = 20, autovacuum_analyze_scale_factor = 0)",
    # texts go elsewhere, even short ones, but not title, tags and byline: so a page holds many rows
    "ALTER TABLE {} SET (toast_tuple_target = 128)",
    "ALTER TABLE {} ALTER COLUMN about SET STORAGE MAIN",
    # not compressed, since to look through one takes a third of the time then
    "ALTER TABLE {} ALTER COLUMN words SET STORAGE EXTERNAL",
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
        *others, text = content.texts
        text_words, text_grams = known.get(text) or analysed(text)
        *about, captions = canonical(BETWEEN.join(others)).split(BETWEEN)
        found = text_grams | grams(BETWEEN_TEXTS.join([*about, captions])) | set(map(mark_gram, content.marks))
        for part, words in enumerate(about, 1):
            found |= grams(words, part)
        every = [*about, captions, text_words]
        # as text: psycopg looks at every number of a list to find its type
        rows.append((document.number, BETWEEN_TEXTS.join(about), BETWEEN_TEXTS.join(every), _array(found)))
    kept = {document.number for document in new}
    out = [document.number for document in gone if document.number not in kept]
    with connection.cursor() as cursor:
        if out:
            cursor.execute(f"DELETE FROM {TABLE} WHERE number = ANY(%s)", [out])  # noqa: S608
        # the table that is being built has no key yet
        cursor.executemany(_INSERT.format(NEXT) if rebuilding else _INSERT.format(TABLE) + _REPLACE, rows)


def _array(numbers: Iterable[int]) -> str:
    return f"{{{','.join(map(str, numbers))}}}"


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


def find(
    query: Query,
    marks: Sequence[int],
    days: Days,
    is_ranked: bool,
) -> Found:
    """Find all documents that match, have these marks and are of these days; where ``is_ranked``, what each is worth.

    What a term counts for depends on where it is beside the text, so far as its n-grams tell: a long one's may stand
    apart in a title, which is found all the same. Of hits of one worth the newest are the best.
    """
    is_narrowed = bool(query.clauses or marks)
    asked = [_all_of(_wanted(query, marks))] if is_narrowed else []
    if unwanted := [_term(term) for clause in query.clauses if clause.excluded for term in clause.terms]:
        asked.append(_any_of(unwanted))  # by themselves: NOT would read every row's array
    ranks = [
        (WEIGHTS[part], (_has_all(needed_grams(term.pattern, number)), list[Any]()))
        for term in (query.wanted[:RANKING_TERMS] if is_ranked else [])
        for number, part in enumerate(PARTS, 1)
        if COLUMNS.get(term.field, part) == part and term.field != "section"
    ]
    state, found = _all([*asked, *(condition for _weight, condition in ranks)])
    known = columns.current(state)
    start, end = known.between(*days)
    places = numpy.arange(start, end)
    if is_narrowed:
        places = known.places_of(found[0])
        places = places[slice(*numpy.searchsorted(places, [start, end]))]
    if unwanted:
        places = places[~numpy.isin(places, known.places_of(found[1]), kind="table")]
    scores = numpy.zeros(len(known.numbers))
    for (weight, _condition), numbers in zip(ranks, found[len(asked) :], strict=True):
        scores[known.places_of(numbers)] += weight
    return Found(known, places, functools.partial(_best, known, places, scores[places]))


def _best(known: Columns, places: numpy.ndarray, scores: numpy.ndarray, start: int, count: int) -> list[int]:
    """Return numbers of the documents at ``places``, the best first, from ``start`` on."""
    scored = numpy.flatnonzero(scores)
    scored = scored[numpy.lexsort((-scored, -scores[scored]))]
    others = numpy.flatnonzero(scores == 0)[::-1]
    ordered = numpy.concatenate([scored, others])[start : start + count]
    return list(known.numbers[places[ordered]].tolist())


def matching(query: Query) -> tuple[str, list[Any]]:
    """Return a statement, with its values, that selects the numbers of all documents that match."""
    where, values = _all_of(_wanted(query, []))
    for clause in query.clauses:
        if clause.excluded:
            unwanted, found = _any_of([_term(term) for term in clause.terms])
            where += f" AND number NOT IN (SELECT number FROM {TABLE} WHERE {unwanted})"  # noqa: S608
            values += found
    return f"SELECT number FROM {TABLE} WHERE {where}", values  # noqa: S608


Condition = tuple[str, list[Any]]  # with its values


def _all(conditions: Sequence[Condition]) -> tuple[tuple[str, int], list[numpy.ndarray]]:
    """Return the index's state, and the numbers of the documents that meet each condition.

    The table is asked through its index. The planner knows that the table's rows are few bytes, but not that to look
    into one it must fetch an array from elsewhere: for a frequent character it would read all of them, for seconds.
    """
    # four bytes each, in one string: quicker to send and to read than as many rows
    one = f"(SELECT string_agg(int4send(number), '') FROM {TABLE} WHERE {{}})"  # noqa: S608
    asked = ", ".join(one.format(condition) for condition, _values in conditions)
    values = [value for _condition, found in conditions for value in found]
    with connection.cursor() as cursor:
        # sent as one, they are one way there and back, and one transaction, unless in the caller's
        cursor.execute(
            f"{columns.STATE}; SET LOCAL enable_seqscan = off; SELECT {asked}; SET LOCAL enable_seqscan TO DEFAULT",
            values or None,
        )
        state = cursor.fetchone() or columns.NO_INDEX
        cursor.nextset()
        cursor.nextset()
        found = cursor.fetchone()
    return state, [numpy.frombuffer(numbers or b"", dtype=">i4").astype(numpy.int64) for numbers in found]


def _wanted(query: Query, marks: Sequence[int]) -> list[Condition]:
    wanted = [(_has_all(map(mark_gram, marks)), list[Any]())] if marks else []
    wanted += [_any_of([_term(term) for term in clause.terms]) for clause in query.clauses if not clause.excluded]
    return wanted


def _has_all(numbers: Iterable[int]) -> str:
    return f"grams @> '{_array(numbers)}'::bigint[]"


def _all_of(conditions: Sequence[Condition]) -> Condition:
    return _joined(" AND ", conditions) if conditions else ("true", [])


def _any_of(conditions: Sequence[Condition]) -> Condition:
    text, values = _joined(" OR ", conditions)
    return f"({text})", values


def _joined(word: str, conditions: Sequence[Condition]) -> Condition:
    return word.join(text for text, _values in conditions), [value for _text, values in conditions for value in values]


def _term(term: Term) -> Condition:
    if term.field == "section":
        return f"grams && '{_array(map(mark_gram, term.marks))}'::bigint[]", []
    part = PARTS.index(COLUMNS[term.field]) + 1 if term.field else 0
    has_grams = _has_all(needed_grams(term.pattern, part))
    if len(term.pattern) <= 3 or is_one_word(term.pattern):  # which are one number
        return has_grams, []
    words = f"split_part(about, '{BETWEEN_TEXTS}', {part})" if part else "words"
    return f"({has_grams} AND {words} LIKE %s)", [f"%{term.pattern}%"]
