"""Measures search on one database: ``python -m bench.search COUNT`` fills an empty one with invented articles first.

Prints JSON, times in milliseconds. The queries are those that readers type, of all kinds, drawn from the texts.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

QUERIES = 240
FEW = 12  # repeats of what takes seconds
HOT = 3


def timed(call: Callable[..., Any], *arguments: Any) -> float:
    """Return how long a call takes, in milliseconds."""
    started = time.perf_counter()
    call(*arguments)
    return (time.perf_counter() - started) * 1000


def spread(times: Iterable[float]) -> dict[str, float]:
    """Return median, 95th percentile and worst."""
    ordered = sorted(times)
    return {
        "p50": round(statistics.median(ordered), 2),
        "p95": round(ordered[int(len(ordered) * 0.95)], 2),
        "worst": round(ordered[-1], 2),
    }


def queries(texts: list[tuple[str, list[str]]], chance: random.Random) -> list[str]:
    """Return queries of all kinds, of words that are there."""

    def piece(length: int) -> str:
        while True:
            text, _tags = chance.choice(texts)
            start = chance.randrange(max(1, len(text) - length))
            found = text[start : start + length]
            if len(found) == length and found.isalnum():
                return found

    def tag() -> str:
        return next((tags[0] for _text, tags in chance.sample(texts, len(texts)) if tags), "x")

    kinds: list[Callable[[], str]] = [
        lambda: piece(2),
        lambda: piece(2),
        lambda: piece(3),
        lambda: piece(4),
        lambda: piece(1),
        lambda: f"{piece(2)} {piece(2)}",
        lambda: f"{piece(2)} -{piece(2)}",
        lambda: f"{piece(2)} OR {piece(3)}",
        lambda: f'"{piece(6)}"',
        lambda: f"title:{piece(2)}",
        lambda: f'tag:"{tag()}"',
        lambda: f"{piece(2)} from:2019-03 to:2020-02",
        lambda: chance.choice(["BNO", "tele*", "telegram", f"BNO {piece(2)}"]),
    ]
    return [kinds[number % len(kinds)]() for number in range(QUERIES)]


def main() -> None:
    """Measure, and print."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsarchive.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.test import Client, override_settings

    from articles import corrections
    from articles.models import Article
    from articles.search import index, sqlite
    from articles.search.queries import Search, search
    from articles.search.syntax import parse
    from bench import invented

    count = int(sys.argv[1])
    said: dict[str, Any] = {}
    if count and not Article.objects.exists():
        invented.fill(count)
    started = time.perf_counter()
    said["articles"] = index.rebuild()
    said["rebuild_seconds"] = round(time.perf_counter() - started, 1)
    said["text_mb"] = round(_text_bytes() / 1e6, 1)
    said["index_mb"] = round(_index_bytes() / 1e6, 1)
    chance = random.Random(2)  # noqa: S311
    sample = Article.objects.order_by("?")[:400]
    typed = queries([(f"{a.title}。{a.body}", list(a.tags.names())) for a in sample], chance)
    for text in typed:
        search(Search(text))  # warm
    times = {text: timed(search, Search(text)) for text in dict.fromkeys(typed)}
    said["engine"] = spread(times.values())
    said["slowest"] = sorted(((round(ms, 1), text) for text, ms in times.items()), reverse=True)[:8]
    plain_files = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    with override_settings(ALLOWED_HOSTS=["testserver"], STORAGES=settings.STORAGES | plain_files):
        client = Client()
        said["http"] = spread(timed(client.get, "/search/", {"q": text}) for text in typed)
    if connection.vendor == "sqlite":
        said["floor"] = spread(timed(_bare, sqlite, parse(text)) for text in typed)
    words = [text for text in typed if text.isalnum() and len(text) > 1][:FEW]
    said["icontains"] = spread(timed(_icontains, text) for text in words)
    articles = list(Article.objects.order_by("?")[:200])
    said["correction"] = spread(timed(_correct, corrections, a) for a in articles)
    sys.stdout.write(json.dumps(said, ensure_ascii=False) + "\n")


def _correct(corrections: Any, article: Any) -> None:
    corrections.apply(
        article, [corrections.Change("title", f"{article.title}。")], reason="A measurement.", editor=None
    )


def _icontains(text: str) -> None:
    """Do what Django gives: read the first 20 hits and count all."""
    from articles.models import Article

    found = Article.objects.filter(body__icontains=text)
    list(found.values_list("pk", flat=True)[:20])
    found.count()


def _bare(sqlite: Any, query: Any) -> None:
    """Ask FTS5 for 20 numbers, and nothing else."""
    from django.db import connection

    table, expression = sqlite.compiled(query, [])
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT rowid FROM {table} WHERE {table} MATCH %s LIMIT 20", [expression])  # noqa: S608
        cursor.fetchall()


def _text_bytes() -> int:
    from django.db import connection

    octets = "octet_length(title) + octet_length(body)"
    if connection.vendor == "sqlite":
        octets = "length(CAST(title AS BLOB)) + length(CAST(body AS BLOB))"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT sum({octets}) FROM articles_article")  # noqa: S608
        return int(cursor.fetchone()[0] or 0)


def _index_bytes() -> int:
    """Return the size of the index with its stored texts."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'articles_search%' OR name = 'articles_searchdocument'"
            )
        else:
            cursor.execute(
                "SELECT pg_total_relation_size('articles_search_grams') + "
                "pg_total_relation_size('articles_searchdocument')"
            )
        return int(cursor.fetchone()[0] or 0)


if __name__ == "__main__":
    main()
