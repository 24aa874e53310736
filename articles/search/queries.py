"""``search(Search(…)) -> SearchResult``: the one call behind the page, whatever the database."""

from __future__ import annotations

import dataclasses
import datetime
import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

import numpy
from django.db import connection

from articles import profile
from articles.models import Article, Author, Section, Tag
from articles.search import stored_texts
from articles.search.columns import Columns
from articles.search.contents import placeholders
from articles.search.documents import AUTHOR, KIND, SECTION, TAG, mark
from articles.search.index import backend
from articles.search.job_titles import without_title
from articles.search.snippets import Piece, expression, marked, snippet
from articles.search.syntax import Clause, Query, Term, parse
from articles.search.tokens import BETWEEN, canonical

PAGE = 20
FACET_VALUES = 12
KINDS = {"section": SECTION, "author": AUTHOR, "tag": TAG}
_MODELS: dict[str, Any] = {"section": Section, "author": Author, "tag": Tag}

Order = Literal["rank", "newest", "oldest"]


@dataclass(frozen=True)
class Search:
    """What is asked for: a query as typed, and what it was narrowed to."""

    text: str = ""
    section: str = ""  # slugs
    author: str = ""
    tag: str = ""
    year: int | None = None
    month: int | None = None  # of that year
    order: Order = "rank"
    page: int = 1


@dataclass(frozen=True)
class FacetValue:
    """One section, author, tag or year, and how many hits have it."""

    slug: str
    name: str
    count: int
    is_chosen: bool = False
    gloss: str = ""  # of a section, its name in English


@dataclass(frozen=True)
class Hit:
    """One article found, with the passages that match."""

    article: Article
    title: list[Piece]
    passages: list[Piece]
    byline: list[Piece]
    is_caption: bool = False  # the passages are of the captions
    tags: list[list[Piece]] = field(default_factory=list)  # those that alone have one of the words


@dataclass(frozen=True)
class SearchResult:
    """What was found."""

    asked: Search
    query: Query
    total: int = 0
    hits: list[Hit] = field(default_factory=list)
    facets: dict[str, list[FacetValue]] = field(default_factory=dict)
    # of the hits with a date, gaps left out; narrowed to one month, those of all its year
    months: list[tuple[datetime.date, int]] = field(default_factory=list)
    undated: int = 0
    axis: tuple[datetime.date, datetime.date] | None = None  # first and last day of the archive, or of the year chosen

    @property
    def pages(self) -> int:
        """How many pages the hits fill."""
        return max(1, -(-self.total // PAGE))


def search(asked: Search) -> SearchResult:
    """Find articles. Nothing that can be typed is an error; a page beyond the last is empty."""
    query = _as_stored(parse(asked.text))
    marks = _chosen(asked)
    if marks is None:  # narrowed to what does not exist
        return SearchResult(asked, query)
    if asked.text.strip() and not query:
        return SearchResult(asked, query)  # nothing but signs
    chosen = [*marks.values()]
    is_ranked = asked.order == "rank" and query.is_ranked
    found = backend().find(query, chosen, _days(query, asked), is_ranked)
    known, places = found.known, found.places
    months = around = known.counted_months(places)
    if asked.month:  # the other months of the year are shown too
        year = dataclasses.replace(asked, month=None)
        wider = backend().find(query, chosen, _days(query, year), is_ranked=False)
        around = wider.known.counted_months(wider.places)
    numbers = found.best((asked.page - 1) * PAGE, PAGE) if is_ranked else _by_day(asked, known, places)
    sections = known.sections_of(numbers)
    counts = known.counted(places)
    best = _most_frequent(known, counts, marks)
    read, named = _answers(_hits_asked(numbers), _names_asked({*itertools.chain(sections.values(), *best.values())}))
    names = {mark(kind, key): (name, slug, label) for kind, key, name, slug, label in named}
    shown = {number: _section(names, number) for number in {*sections.values()}}
    return SearchResult(
        asked,
        query,
        len(places),
        _hits(numbers, read, query, {number: shown[key] for number, key in sections.items()}),
        {"year": _years(months, asked), **_facets(best, names, marks)},
        around,
        int(numpy.searchsorted(places, known.undated)),
        _axis(known, asked.year),
    )


def _as_stored(query: Query) -> Query:
    """Let ``author:`` terms go without a job title, and ``section:`` terms name the sections that have the word."""
    fields = {term.field for clause in query.clauses for term in clause.terms}
    if not fields & {"author", "section"}:
        return query
    sections = Section.objects.values_list("pk", "name", "label_en") if "section" in fields else ()
    names = [(mark(SECTION, pk), canonical(f"{name}\n{label}")) for pk, name, label in sections]
    titles = profile.current().byline.titles

    @cache
    def authors() -> str:
        names = Author.objects.order_by().values_list("name", flat=True)
        return canonical(BETWEEN.join(name.replace(BETWEEN, " ") for name in names))

    def stored(term: Term) -> Term:
        if term.field == "author" and titles:
            # an import takes it off a byline: 記者陳大文 is 陳大文; unless an author is called so
            name = without_title(term.text, titles)
            if name != term.text and term.pattern not in authors():
                pattern = canonical(name.rstrip("*＊"))
                return dataclasses.replace(
                    term, pattern=(pattern.removesuffix(" ") if term.is_prefix else pattern) or term.pattern
                )
        if term.field == "section":
            found = tuple(number for number, name in names if term.pattern in name)
            return dataclasses.replace(term, marks=found)
        return term

    clauses = tuple(Clause(tuple(map(stored, clause.terms)), clause.excluded) for clause in query.clauses)
    return dataclasses.replace(query, clauses=clauses)


def _chosen(asked: Search) -> dict[str, int] | None:
    """Return the marks that the search is narrowed to; None if one of them is nothing's."""
    marks = {}
    for name, model in _MODELS.items():
        if slug := getattr(asked, name):
            chosen = model.objects.filter(slug=slug)
            key = chosen.values_list("pk" if name == "section" else "alias_of", "pk").first()
            if key is None:
                return None
            marks[name] = mark(KINDS[name], key[0] or key[1])
    return marks


def _days(query: Query, asked: Search) -> tuple[datetime.date | None, datetime.date | None]:
    first, last = query.first, query.last
    if asked.year:
        month_first, month_last = asked.month or 1, asked.month or 12
        start = datetime.date(asked.year, month_first, 1)
        after = datetime.date(asked.year + month_last // 12, month_last % 12 + 1, 1)
        end = after - datetime.timedelta(days=1)
        first, last = max(first or start, start), min(last or end, end)
    return first, last


def _by_day(asked: Search, known: Columns, places: numpy.ndarray) -> list[int]:
    """Return the numbers of one page's hits, the newest first, or the oldest; those without a day last."""
    if asked.order == "oldest":
        undated = numpy.searchsorted(places, known.undated)
        places = numpy.concatenate([places[undated:], places[:undated]])
    else:
        places = places[::-1]
    start = (asked.page - 1) * PAGE
    return list(known.numbers[places[start : start + PAGE]].tolist())


# The block as a question of its own: PostgreSQL would join by reading all of their table.
_HITS = (
    "SELECT document.number, "
    "(SELECT substr(content, document.start, document.length) FROM articles_searchblock WHERE id = document.block_id), "
    "article.id, article.source_id, article.title, article.published_on, article.date_inferred, article.date_evidence "
    "FROM articles_searchdocument document "
    "JOIN articles_article article ON article.id = document.article_id WHERE document.number IN ({})"
)

_ARTICLE = ("id", "source_id", "title", "published_on", "date_inferred", "date_evidence")


Asked = tuple[str, Sequence[int]]  # a statement with its values


def _answers(*asked: Asked) -> list[list[tuple[Any, ...]]]:
    """Return the rows of some statements; PostgreSQL is sent them as one, which spares the way there and back."""
    with connection.cursor() as cursor:
        answers = []
        if connection.vendor == "postgresql":
            # all values are numbers; psycopg would look at each
            cursor.execute("; ".join(text % tuple(keys) for text, keys in asked))
        for number, one in enumerate(asked):
            if connection.vendor != "postgresql":
                cursor.execute(*one)
            elif number:
                cursor.nextset()
            answers.append(cursor.fetchall())
        return answers


def _hits_asked(numbers: list[int]) -> Asked:
    return _HITS.format(placeholders(numbers)), numbers


def _hits(
    numbers: list[int], read: Iterable[Sequence[Any]], query: Query, sections: dict[int, Section | None]
) -> list[Hit]:
    """Return the hits of a page. Only what stands before the long texts in an article's row is read of it."""
    rows = {number: row for number, *row in read}
    wanted = query.wanted
    in_text = expression(term for term in wanted if not term.field)
    in_title = expression(term for term in wanted if term.field in ("", "title"))
    in_byline = expression(term for term in wanted if term.field in ("", "author"))
    anywhere = [found for term in wanted if not term.field and (found := expression([term]))]
    hits = []
    for number in numbers:
        if number not in rows or rows[number][0] is None:  # gone between two questions
            continue
        stored, pk, source_id, headline, day, is_inferred, evidence = rows[number]
        try:
            title, tags, byline, captions, text = stored_texts.expanded(bytes(stored))
        except stored_texts.UnreadableTextError:
            continue  # the index was built anew between two questions
        published_on = datetime.date.fromisoformat(day) if isinstance(day, str) else day
        values = (pk, source_id, headline, published_on, bool(is_inferred), evidence)
        article = Article.from_db(connection.alias, _ARTICLE, values)
        article.section = sections.get(number)
        is_caption = bool(in_text and not in_text.search(text) and in_text.search(captions))
        passages = snippet(captions if is_caption else text, in_text)
        signed = byline.partition("\n\n")[0].replace("\n", "、")  # what follows are the names of aliases
        # a word that is in a tag, and not in headline or text, would leave open why this was found
        alone = [word for word in anywhere if word.search(tags) and not any(map(word.search, (title, captions, text)))]
        hits.append(
            Hit(
                article,
                marked(title, in_title),
                passages,
                marked(signed, in_byline),
                is_caption,
                [marked(name, in_text) for name in _telling(tags.split("\n"), alone)],
            )
        )
    return hits


def _telling(names: list[str], words: list[re.Pattern[str]]) -> list[str]:
    """Return as few of these names as have all the words, so far as any have them."""
    if not words:
        return []
    found = []
    for name in sorted(names, key=lambda name: -sum(bool(word.search(name)) for word in words)):
        left = [word for word in words if not word.search(name)]
        if len(left) < len(words):
            found.append(name)
            words = left
    return found


def _most_frequent(known: Columns, counts: numpy.ndarray, chosen: dict[str, int]) -> dict[str, dict[int, int]]:
    """Return the most frequent marks of each kind, and what was chosen, each with how many hits have it."""
    best: dict[str, dict[int, int]] = {}
    for name, kind in KINDS.items():
        first, last = numpy.searchsorted(known.marks, [mark(kind, 0), mark(kind + 1, 0)])
        there = first + numpy.flatnonzero(counts[first:last])
        most = there[numpy.argsort(-counts[there], kind="stable")[:FACET_VALUES]]
        best[name] = dict(zip(known.marks[most].tolist(), counts[most].tolist(), strict=True))
    for name, number in chosen.items():
        if number not in best[name]:
            place = int(numpy.searchsorted(known.marks, number))
            is_owned = place < len(counts) and known.marks[place] == number
            best[name][number] = int(counts[place]) if is_owned else 0
    return best


def _facets(
    best: dict[str, dict[int, int]], names: dict[int, tuple[str, str, str]], chosen: dict[str, int]
) -> dict[str, list[FacetValue]]:
    """Return the most frequent values of each kind, by their names."""
    return {
        name: [
            FacetValue(names[number][1], names[number][0], count, chosen.get(name) == number, names[number][2])
            for number, count in found.items()
            if number in names
        ]
        for name, found in best.items()
    }


def _section(names: dict[int, tuple[str, str, str]], number: int) -> Section | None:
    """Return the section of a mark; None if it went between two questions."""
    if number not in names:
        return None
    name, slug, label = names[number]
    return Section(pk=number & _KEY, name=name, slug=slug, label_en=label)


_KEY = (1 << KIND) - 1


def _names_asked(marks: set[int]) -> Asked:
    """Ask for kind, key, name, slug and English label of sections, authors and tags."""
    parts, values = [], list[int]()
    for name, model in _MODELS.items():
        keys = [number & _KEY for number in marks if number >> KIND == KINDS[name]]
        label = "label_en" if model is Section else "''"
        table = model._meta.db_table
        parts.append(f"SELECT {KINDS[name]}, id, name, slug, {label} FROM {table} WHERE id IN ({placeholders(keys)})")  # noqa: S608
        values += keys
    return " UNION ALL ".join(parts), values


def _years(months: list[tuple[datetime.date, int]], asked: Search) -> list[FacetValue]:
    years: dict[int, int] = {}
    for month, count in months:
        years[month.year] = years.get(month.year, 0) + count
    return [
        FacetValue(str(year), str(year), count, asked.year == year)
        for year, count in sorted(years.items(), reverse=True)
    ]


def _axis(known: Columns, year: int | None) -> tuple[datetime.date, datetime.date] | None:
    if year:
        return datetime.date(year, 1, 1), datetime.date(year, 12, 31)
    dated = known.days[known.undated :]
    if not len(dated):
        return None
    return datetime.date.fromordinal(int(dated[0])), datetime.date.fromordinal(int(dated[-1]))
