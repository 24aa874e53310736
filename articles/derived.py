"""What is computed from an article: HTML, excerpt, sort key, search. One function recomputes all of it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from articles.models import Article
from articles.rendering import RENDERER_VERSION, columns
from articles.search import index

BATCH = 500


def sort_key_of(published_on: datetime.date | None, source_id: str) -> str:
    """Return what articles are sorted by: date, then id, numbers by value; undated articles come last."""
    date = published_on.isoformat() if published_on else "0000-00-00"
    return f"{date}/{source_id.zfill(12)}"


def fill(article: Article) -> None:
    """Compute an article's derived columns, without saving."""
    article.html, article.excerpt = columns(article.body)
    article.rendered_by = RENDERER_VERSION
    article.sort_key = sort_key_of(article.published_on, article.source_id)


def rebuild(articles: Iterable[Article]) -> int:
    """Recompute and store what is derived from these articles, search included; return how many there were.

    Call it in the transaction of the change.
    """
    batch: list[Article] = []
    for article in articles:
        fill(article)
        batch.append(article)
    Article.objects.bulk_update(batch, ["html", "excerpt", "rendered_by", "sort_key"], batch_size=BATCH)
    index.update(article.pk for article in batch)
    return len(batch)
