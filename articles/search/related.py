"""Articles on the same matter: those that share the rarest tags, and words of the title."""

from __future__ import annotations

import functools
import math

import numpy

from articles.derived import sort_key_of
from articles.models import Article
from articles.search import columns
from articles.search.documents import KIND, TAG
from articles.search.index import backend
from articles.search.syntax import Clause, Query, Term
from articles.search.tokens import canonical, runs

SHOWN = 6
CANDIDATES = 60
MOST_WORDS = 12
FIELDS = ("pk", "title", "source_id", "published_on", "date_inferred")
TITLE_WEIGHT = 6.0  # of titles that are the same, beside the rarity (in bits) of one shared tag


def related(article: Article) -> list[Article]:
    """Return a few published articles on the same matter, the nearest first, with title and date.

    What the index says may be half a minute old: one that was withheld since leaves its place empty. The versions of
    an article are one article, and so never related.
    """
    known = columns.recent()
    (place,) = numpy.flatnonzero(known.articles == article.pk)[:1].tolist() or [None]
    scores: dict[int, float] = {}
    if place is not None:
        for tag in known.marks_of(place):
            if tag >> KIND != TAG:
                continue
            owners = known.owners_of(tag)
            rarity = math.log2(len(known.numbers) / len(owners))
            # of a tag that hundreds have, the articles next in time are the nearest
            near = owners[numpy.argsort(numpy.abs(owners - place), kind="stable")[:CANDIDATES]]
            for key in known.articles[near].tolist():
                scores[key] = scores.get(key, 0.0) + rarity
    others = (key for key in scores if key != article.pk)
    best = sorted(others, key=lambda key: (-scores[key], abs(key - article.pk)))[:CANDIDATES]
    if len(best) < SHOWN:
        best += [key for key in _by_title(article, known) if key != article.pk]
    else:
        # the same title would not bring any further one among the first
        least = scores[best[SHOWN - 1]] - TITLE_WEIGHT
        best = [key for key in best if scores[key] >= least]
    if not best:
        return []
    words = _words(article.title)

    def nearness(key: int, title: str) -> float:
        other = _words(title)
        return scores.get(key, 0.0) + TITLE_WEIGHT * len(words & other) / max(len(words | other), 1)

    # Only what stands before the long texts in a row; whether it is published stands behind them, and in an index.
    rows = list(Article.objects.filter(pk__in=best).order_by().values_list(*FIELDS))
    rows.sort(key=lambda row: (-nearness(row[0], row[1]), abs(row[0] - article.pk)))
    nearest = [Article(**dict(zip(FIELDS, row, strict=True))) for row in rows[:SHOWN]]
    for other in nearest:
        other.sort_key = sort_key_of(other.published_on, other.source_id)
    keys = Article.objects.published().filter(sort_key__in=[other.sort_key for other in nearest])
    published = set(keys.order_by().values_list("sort_key", flat=True))
    return [other for other in nearest if other.sort_key in published]


@functools.lru_cache(4096)  # the next page asks for many of the same titles
def _words(title: str) -> frozenset[str]:
    """Return the pairs of Chinese characters and the words of a title."""
    words: set[str] = set()
    for is_chinese, run in runs(title):
        words |= {run[place : place + 2] for place in range(len(run) - 1)} if is_chinese else {run}
    return frozenset(words)


def _by_title(article: Article, known: columns.Columns) -> list[int]:
    """Return articles with words of the same title, for one with few tags."""
    words = sorted(word for word in _words(article.title) if len(word) > 1)[:MOST_WORDS]
    if not words:
        return []
    terms = tuple(Term(canonical(word), word, "title") for word in words)
    query = Query((Clause(terms),))
    best = backend().find(query, [], columns.EVER, is_ranked=True).best(0, SHOWN + 1)
    numbers = numpy.array(best, dtype=numpy.int64)
    places = map(known.places_of, numbers.reshape(-1, 1))  # one by one, since they are in order of worth
    return [int(known.articles[place[0]]) for place in places if len(place)]
