"""Names and titles for what a reader has begun to type; and what a search that found nothing may have meant."""

from __future__ import annotations

import difflib

from django.urls import reverse
from django.utils.translation import gettext as _

from articles.models import Author, SearchDocument, Tag
from articles.search.index import backend
from articles.search.queries import Search, search
from articles.search.syntax import Clause, Query, Term
from articles.search.tokens import canonical

EACH = 4
LEAST = 3  # characters of a name that another may be mistaken for


def suggestions(typed: str) -> list[tuple[str, str, str]]:
    """Return name, kind and address of tags, authors and titles that have what is typed."""
    pattern = canonical(typed[:50]).removesuffix(" ")
    if not pattern.strip():
        return []
    found: list[tuple[str, str, str]] = []
    for model, kind in ((Tag, _("tag")), (Author, _("author"))):
        names = [
            (canonical(name).find(pattern), len(name), name, slug)
            for name, slug in model.objects.values_list("name", "slug")
            if pattern in canonical(name)
        ]
        view = "articles:tag" if model is Tag else "articles:author"
        found += [(name, kind, reverse(view, args=[slug])) for _at, _length, name, slug in sorted(names)[:EACH]]
    query = Query((Clause((Term(pattern, typed, "title", is_prefix=True),)),))
    numbers = backend().numbers(query, [], (0, 1 << 62))[-EACH:].tolist()
    rows = SearchDocument.objects.filter(number__in=numbers, article__isnull=False).order_by("-number")
    for source_id, title in rows.values_list("article__source_id", "article__title"):
        found.append((title, _("article"), reverse("articles:article", args=[source_id])))
    return found


def did_you_mean(text: str) -> str:
    """Return a tag's or an author's name that differs little from what was typed and is found; else nothing."""
    typed = text.strip()
    if len(typed) < LEAST or len(typed) > 60:
        return ""
    letters = set(typed)
    names = {
        name
        for model in (Tag, Author)
        for name in model._default_manager.values_list("name", flat=True)
        if abs(len(name) - len(typed)) <= 1 and 2 * len(letters & set(name)) >= len(letters)
    }
    close = difflib.get_close_matches(typed, sorted(names - {typed}), n=1, cutoff=0.65)
    return close[0] if close and search(Search(close[0])).total else ""
