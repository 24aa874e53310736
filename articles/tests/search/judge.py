"""Brute force, as the judge of search: every text is read, and a term is there where its canonical form is."""

from __future__ import annotations

from dataclasses import dataclass

from articles.models import Article
from articles.search.documents import day_of, unpacked
from articles.search.syntax import Query, Term
from articles.search.tokens import canonical

COLUMNS = {"title": 0, "tag": 1, "author": 2}


@dataclass(frozen=True)
class Judged:
    """One article as it must be found."""

    pk: int
    day: object
    section: str
    texts: tuple[str, ...]
    everything: str


def judged_articles() -> list[Judged]:
    """Read all published articles."""
    found = []
    rows = Article.objects.published().select_related("section", "search_document")
    for article in rows.defer("body", "html", "imported"):
        row = article.search_document
        texts = unpacked(row.number, bytes(row.stored), bytes(row.marks)).texts
        section = f"{article.section.name}\n{article.section.label_en}" if article.section else ""
        read = tuple(canonical(text) for text in texts)
        found.append(Judged(article.pk, article.published_on, canonical(section), read, "\n".join(read)))
        assert day_of(row.number) == article.published_on
    return found


def has(article: Judged, term: Term) -> bool:
    """Tell whether an article has a term."""
    if term.field == "section":
        return term.pattern in article.section
    if term.field:
        return term.pattern in article.texts[COLUMNS[term.field]]
    return term.pattern in article.everything


def verdict(query: Query, articles: list[Judged]) -> set[int]:
    """Return the keys of the articles that a query must find."""
    return {
        article.pk
        for article in articles
        if (not query.first or (article.day and article.day >= query.first))
        and (not query.last or (article.day and article.day <= query.last))
        and all(any(has(article, term) for term in clause.terms) != clause.excluded for clause in query.clauses)
    }
