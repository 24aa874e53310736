"""Articles by words of their titles, for editors: readers find only what is published."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from articles.models import Article, SearchDocument
from articles.search.index import backend, is_current
from articles.search.syntax import Clause, Query, Term
from articles.search.tokens import canonical

MOST_WORDS = 5
HIDDEN = (Article.Status.REVIEW, Article.Status.WITHHELD)


def titled(articles: QuerySet[Article], text: str) -> QuerySet[Article]:
    """Return those of ``articles`` whose titles have all these words, or words that begin with them, in either script.

    The index knows the titles that are published; of the few others each is read. Signs, which the index leaves out,
    and everything while there is no index, are looked for letter by letter.
    """
    words = text.split()[:MOST_WORDS]
    patterns = {word: canonical(word).removesuffix(" ") for word in words} if words and is_current() else {}
    for word in words:
        if not patterns.get(word):
            articles = articles.filter(title__icontains=word)
    terms = [Term(pattern, word, "title", is_prefix=True) for word, pattern in patterns.items() if pattern]
    if not terms:
        return articles
    sql, values = backend().matching(Query(tuple(Clause((term,)) for term in terms)))
    found = Q(pk__in=SearchDocument.objects.filter(number__in=RawSQL(sql, values)).values("article"))  # noqa: S611
    titles = Article.objects.filter(status__in=HIDDEN).order_by().values_list("pk", "title")
    hidden = [pk for pk, title in titles if all(term.pattern in canonical(title) for term in terms)]
    return articles.filter(found | Q(pk__in=hidden) if hidden else found)
