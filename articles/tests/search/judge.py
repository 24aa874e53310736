"""Brute force, as the judge of search: every article is read, and a term is there where its canonical form is.

It reads the articles themselves, not what the index keeps of them. A word of Chinese alone is judged a second time
without the analyzer: where it is a part of the folded text.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from articles.models import Article, Tag
from articles.rendering import plain_text
from articles.search.folding import fold
from articles.search.syntax import Query, Term
from articles.search.tokens import canonical

COLUMNS = {"title": 0, "tag": 1, "author": 2}
ONE_RUN = re.compile(r"[\u4e00-\u9fff]+")


@dataclass(frozen=True)
class Judged:
    """One article as it must be found."""

    pk: int
    day: datetime.date | None
    section: str
    texts: tuple[str, ...]
    everything: str
    folded: str
    facets: dict[str, set[str]]


def judged_articles() -> list[Judged]:
    """Read all published articles."""
    tags = Tag.objects.in_bulk()
    aliases: dict[int, list[str]] = {}
    for tag in tags.values():
        aliases.setdefault(tag.alias_of_id, []).append(tag.name)
    found = []
    rows = Article.objects.published().select_related("section")
    for article in rows.prefetch_related("bylines__author", "tagged", "figures").defer("html"):
        tagged = [tags[row.tag_id] for row in article.tagged.all()]
        leading = [tags[tag.alias_of_id] if tag.alias_of_id else tag for tag in tagged]
        names = [tag.name for tag in tagged]
        names += [name for tag in leading for name in [tag.name, *aliases.get(tag.pk, [])]]
        authors = [byline.author for byline in article.bylines.all()]
        captions = [text for figure in article.figures.all() for text in (figure.caption, figure.credit)]
        texts = (
            article.title,
            "\n".join(dict.fromkeys(names)),  # each is said once
            "\n".join(author.name for author in authors),
            "\n".join(captions),
            plain_text(article.body),
        )
        read = tuple(map(canonical, texts))
        section = f"{article.section.name}\n{article.section.label_en}" if article.section else ""
        facets = {
            "year": {str(article.published_on.year)} if article.published_on else set(),
            "section": {article.section.slug} if article.section else set(),
            "author": {author.slug for author in authors},
            "tag": {tag.slug for tag in leading},
        }
        found.append(
            Judged(
                article.pk,
                article.published_on,
                canonical(section),
                read,
                "\n".join(read),
                fold("\n".join(texts)),
                facets,
            )  # fmt: skip
        )
    return found


def has(article: Judged, term: Term) -> bool:
    """Tell whether an article has a term."""
    if term.field == "section":
        return term.pattern in article.section
    if term.field:
        return term.pattern in article.texts[COLUMNS[term.field]]
    is_there = term.pattern in article.everything
    if ONE_RUN.fullmatch(fold(term.text)):
        assert is_there == (fold(term.text) in article.folded), (term, article.pk)
    return is_there


def verdict(query: Query, articles: list[Judged]) -> set[int]:
    """Return the keys of the articles that a query must find."""
    return {
        article.pk
        for article in articles
        if (not query.first or (article.day and article.day >= query.first))
        and (not query.last or (article.day and article.day <= query.last))
        and all(any(has(article, term) for term in clause.terms) != clause.excluded for clause in query.clauses)
    }
