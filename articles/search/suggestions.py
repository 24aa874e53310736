"""Names and titles for what a reader has begun to type; and what a search that found nothing may have meant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy
from django.core.cache import cache
from django.urls import reverse
from django.utils.translation import gettext as _
from rapidfuzz.distance import Indel

from articles.models import Author, SearchDocument, Tag
from articles.search import columns
from articles.search.columns import EVER
from articles.search.documents import AUTHOR, TAG, mark
from articles.search.folding import fold
from articles.search.index import backend
from articles.search.queries import Search, search
from articles.search.syntax import Clause, Query, Term, days_of, parse
from articles.search.tokens import BETWEEN, ONLY_CHINESE, canonical

EACH = 4
SECONDS = 60  # that names are kept: thousands, and asked for at every key
LEAST = 3  # characters of a name that another may be mistaken for
MOST = 60
ALIKE = 0.8  # of the letters of two Latin names, in order
MOST_WORDS = 5
LEAST_OF_A_PART, MOST_IN_PARTS = 2, 12  # characters of a row of Chinese that is taken apart


class Name(NamedTuple):
    """A tag or an author, and how many articles have it."""

    pattern: str  # canonical
    folded: str
    name: str
    kind: int
    slug: str
    articles: int


def names() -> list[Name]:
    """Return all tags and authors that an article has, aliases too."""
    found: list[Name] | None = cache.get("search:names")
    if found is None:
        known = columns.current()
        counts = known.counted(numpy.arange(len(known.numbers)))
        count = dict(zip(known.marks.tolist(), counts.tolist(), strict=True))
        rows = [
            (name, TAG, slug, count.get(mark(TAG, alias_of or pk), 0))
            for pk, name, slug, alias_of in Tag.objects.values_list("pk", "name", "slug", "alias_of")
        ]
        rows += [
            (name, AUTHOR, slug, count.get(mark(AUTHOR, alias_of or pk), 0))
            for pk, name, slug, alias_of in Author.objects.values_list("pk", "name", "slug", "alias_of")
        ]
        rows = [row for row in rows if row[3]]
        patterns = canonical(BETWEEN.join(row[0].replace(BETWEEN, " ") for row in rows)).split(BETWEEN)
        found = [Name(pattern, fold(row[0]), *row) for pattern, row in zip(patterns, rows, strict=False)]
        cache.set("search:names", found, SECONDS)
    return found


def suggestions(typed: str) -> list[tuple[str, str, str]]:
    """Return name, kind and address of tags, authors and titles that have what is typed.

    Names that begin so come first, then those of most articles; of titles, the newest.
    """
    pattern = canonical(typed[:50]).removesuffix(" ")
    if not pattern.strip():
        return []
    found: list[tuple[str, str, str]] = []
    fitting = [name for name in names() if pattern in name.pattern]
    for kind, label, view in ((TAG, _("tag"), "articles:tag"), (AUTHOR, _("author"), "articles:author")):
        ordered = sorted(
            (name for name in fitting if name.kind == kind),
            key=lambda name: (not name.pattern.startswith(pattern), -name.articles, len(name.name), name.name),
        )
        found += [(name.name, label, reverse(view, args=[name.slug])) for name in ordered[:EACH]]
    query = Query((Clause((Term(pattern, typed, "title", is_prefix=True),)),))
    titled = backend().find(query, [], EVER, is_ranked=False)
    numbers = titled.known.numbers[titled.places[-EACH:]].tolist()
    rows = SearchDocument.objects.filter(number__in=numbers, article__isnull=False).order_by("-day", "-number")
    for source_id, title in rows.values_list("article__source_id", "article__title"):
        found.append((title, _("article"), reverse("articles:article", args=[source_id])))
    return found


def did_you_mean(text: str) -> str:
    """Return what a query that finds nothing may have meant, if that is found; else nothing.

    That is names of tags and authors for what differs little from them; a date as one; and of a long row of Chinese,
    which nobody wrote so, its parts.
    """
    typed = text.strip()
    if not typed or len(typed) > MOST:
        return ""
    meant = _name_like(typed)
    words = typed.split()
    if not meant and len(words) <= MOST_WORDS:
        longest = words.index(max(words, key=len))  # it alone is taken apart: each way to do that is asked for
        meant = " ".join(
            word
            if len(words) > 1 and _count(word)
            else _name_like(word) or _as_day(word) or (_in_parts(word) if number == longest else "") or word
            for number, word in enumerate(words)
        )
    return meant if meant and meant != typed and _count(meant) else ""


def _count(text: str) -> int:
    """Return how many articles a query finds."""
    return search(Search(text)).total


def _as_day(word: str) -> str:
    days = days_of(word)
    return f"from:{days[0]} to:{days[1]}" if days and days[0] == days[1] else ""


def _in_parts(word: str) -> str:
    """Return the two parts of a row of Chinese that most articles have both of, or else the three."""
    if len(word) > MOST_IN_PARTS or len(ONLY_CHINESE.findall(word)) < len(word):
        return ""
    for parts in (2, 3):
        parted = list(_ways_to_part(word, parts))
        counts = [len(backend().find(parse(query), [], EVER, is_ranked=False).places) for query in parted]
        if any(counts):
            return parted[counts.index(max(counts))]
    return ""


def _ways_to_part(word: str, parts: int) -> Iterator[str]:
    if parts == 1:
        yield word
        return
    for at in range(LEAST_OF_A_PART, len(word) - LEAST_OF_A_PART * (parts - 1) + 1):
        yield from (f"{word[:at]} {rest}" for rest in _ways_to_part(word[at:], parts - 1))


def _name_like(typed: str) -> str:
    """Return the name that was mistyped: of Chinese, with one other character; of Latin, with nearly the same letters.

    Of several, the one that most articles have.
    """
    folded = fold(typed)
    if len(folded) < LEAST:
        return ""
    is_chinese = len(ONLY_CHINESE.findall(folded)) == len(folded)
    best = (0.0, 0, "")
    for name in names():
        other = name.folded
        if other == folded or abs(len(other) - len(folded)) > (0 if is_chinese else 2):
            continue
        if is_chinese:
            alike = sum(map(str.__eq__, folded, other)) / len(folded)
            fits = alike >= (len(folded) - 1) / len(folded)
        else:
            alike = Indel.normalized_similarity(folded, other, score_cutoff=ALIKE)
            fits = alike > 0
        if fits:
            best = max(best, (round(alike, 2), name.articles, name.name))
    return best[2]
