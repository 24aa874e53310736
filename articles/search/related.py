"""Articles on the same matter: those that share the rarest tags, and words of the title."""

from __future__ import annotations

import math

import numpy

from articles.models import Article
from articles.search import columns
from articles.search.documents import EVERYTHING, TAG
from articles.search.index import backend
from articles.search.syntax import Clause, Query, Term
from articles.search.tokens import canonical, runs

SHOWN = 6
CANDIDATES = 60
MOST_WORDS = 12
TITLE_WEIGHT = 6.0  # of titles that are the same, beside the rarity (in bits) of one shared tag


def related(article: Article) -> list[Article]:
    """Return a few published articles on the same matter, the nearest first, with title, date and section.

    What the index says may be half a minute old. The versions of an article are one article, and so never related.
    """
    known = columns.recent()
    (place,) = numpy.flatnonzero(known.articles == article.pk)[:1].tolist() or [None]
    scores: dict[int, float] = {}
    if place is not None:
        marks = known.marks[known.starts[place] : known.starts[place] + known.counts[place]]
        for tag in marks[marks >> 40 == TAG].tolist():
            owners = known.owners_of(tag)
            rarity = math.log2(len(known.numbers) / len(owners))
            # of a tag that hundreds have, the articles next in time are the nearest
            near = owners[numpy.argsort(numpy.abs(owners - place), kind="stable")[:CANDIDATES]]
            for key in known.articles[near].tolist():
                scores[key] = scores.get(key, 0.0) + rarity
    best = sorted(scores, key=lambda key: (-scores[key], abs(key - article.pk)))[:CANDIDATES]
    if len(best) <= SHOWN:
        best += _by_title(article, known)
    best = [key for key in best if key != article.pk]
    if not best:
        return []
    words = _words(article.title)
    rows = Article.objects.published().filter(pk__in=best).select_related("section")
    found = list(rows.only("source_id", "title", "published_on", "date_inferred", "section", "sort_key"))
    nearness = {
        row.pk: scores.get(row.pk, 0.0)
        + TITLE_WEIGHT * len(words & _words(row.title)) / max(len(words | _words(row.title)), 1)
        for row in found
    }
    found.sort(key=lambda row: (-nearness[row.pk], row.sort_key))
    return found[:SHOWN]


def _words(title: str) -> set[str]:
    """Return the pairs of Chinese characters and the words of a title."""
    words: set[str] = set()
    for is_chinese, run in runs(title):
        words |= {run[place : place + 2] for place in range(len(run) - 1)} if is_chinese else {run}
    return words


def _by_title(article: Article, known: columns.Columns) -> list[int]:
    """Return articles with words of the same title, for one with few tags."""
    words = sorted(word for word in _words(article.title) if len(word) > 1)[:MOST_WORDS]
    if not words:
        return []
    terms = tuple(Term(canonical(word), word, "title") for word in words)
    numbers = backend().ranked(Query((Clause(terms),)), [], EVERYTHING, SHOWN + 1, 0)
    places = numpy.searchsorted(known.numbers, numbers)
    return [int(known.articles[place]) for place in places if place < len(known.articles)]
