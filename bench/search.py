"""Measures search on one database: ``python -m bench.search COUNT`` fills an empty one with invented articles first.

Prints JSON, times in milliseconds. The queries are those that readers type, of all kinds, drawn from the texts.
``--as-it-is`` leaves the index as it was built before: for a very large archive that is measured a second time.
``make bench`` has it and its database run on one core, as ``taskset -c 0`` does.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import random
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import urlencode

QUERIES = 240
FEW = 12  # repeats of what takes seconds


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
        lambda: f"{piece(2)} {piece(1)}",
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
    parser = argparse.ArgumentParser(prog="python -m bench.search", description=__doc__)
    parser.add_argument("count", type=int, help="invented articles for an empty database; 0: what is there")
    parser.add_argument("--as-it-is", action="store_true", help="do not rebuild the index")
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsarchive.settings")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from articles import corrections
    from articles.models import Article
    from articles.search import index, sqlite
    from articles.search.queries import Search, search
    from articles.search.syntax import parse
    from bench import invented

    said: dict[str, Any] = {"vendor": connection.vendor}
    call_command("migrate", verbosity=0)
    if asked.count and not Article.objects.exists():
        invented.fill(asked.count)
    if not asked.as_it_is:
        started = time.perf_counter()
        index.rebuild()
        said["rebuild_seconds"] = round(time.perf_counter() - started, 1)
    if connection.vendor == "postgresql":  # what its own daemon does in the minute after so many rows
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    said["articles"] = Article.objects.count()
    said["text_mb"] = round(_text_bytes() / 1e6, 1)
    said["index_mb"] = round(_index_bytes() / 1e6, 1)
    chance = random.Random(2)  # noqa: S311
    keys = list(Article.objects.order_by("pk").values_list("pk", flat=True))
    sample = Article.objects.filter(pk__in=chance.sample(keys, min(400, len(keys)))).order_by("pk")
    typed = queries([(f"{a.title}。{a.body}", list(a.tags.names())) for a in sample], chance)
    for text in typed:
        search(Search(text))  # warm
    times = {text: timed(search, Search(text)) for text in dict.fromkeys(typed)}
    said["engine"] = spread(times.values())
    said["slowest"] = sorted(((round(ms, 1), text) for text, ms in times.items()), reverse=True)[:8]
    with _served() as get:
        for text in times:
            get(f"{text} ")  # warm; another address, since a page is kept
        said["http"] = spread(timed(get, text) for text in times)
    if connection.vendor == "sqlite":
        said["floor"] = spread(timed(_bare, sqlite, parse(text)) for text in times)
    words = [text for text in times if text.isalnum() and len(text) > 1][:FEW]
    said["icontains"] = spread(timed(_icontains, text) for text in words)
    said["of_these"] = spread(times[text] for text in words)
    articles = list(Article.objects.filter(pk__in=chance.sample(keys, min(200, len(keys)))))
    shares: list[float] = []
    with _timing(index, "update", shares):
        said["correction"] = spread(timed(_correct, corrections, a) for a in articles)
    said["update"] = spread(shares)
    sys.stdout.write(json.dumps(said, ensure_ascii=False) + "\n")


@contextlib.contextmanager
def _timing(module: Any, name: str, times: list[float]) -> Iterator[None]:
    """Note how long each call of a function takes."""
    whole = getattr(module, name)
    setattr(module, name, lambda *arguments: times.append(timed(whole, *arguments)))
    yield
    setattr(module, name, whole)


@contextlib.contextmanager
def _served() -> Iterator[Callable[[str], None]]:
    """Serve the site from a thread of this process; give what gets a page of hits, over one kept connection."""
    from django.conf import settings
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application
    from django.test import override_settings

    class Quiet(WSGIRequestHandler):
        disable_nagle_algorithm = True  # as real servers do; else each page waits 40 ms for nothing

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    # the files of a public site need collectstatic; their names in a page are as long without it
    plain_files = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    with override_settings(
        ALLOWED_HOSTS=["127.0.0.1"], SECURE_SSL_REDIRECT=False, STORAGES=settings.STORAGES | plain_files
    ):
        server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
        server.set_app(get_wsgi_application())
        threading.Thread(target=server.serve_forever, daemon=True).start()
        there = http.client.HTTPConnection("127.0.0.1", server.server_port)

        def get(text: str) -> None:
            there.request("GET", f"/search/?{urlencode({'q': text})}")
            answer = there.getresponse()
            answer.read()
            if answer.status != 200:
                raise SystemExit(f"/search/ answers {answer.status} to {text}")

        try:
            yield get
        finally:
            there.close()
            server.shutdown()


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

    table, expression = sqlite.compiled(query)
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
            cursor.execute("SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'articles_search%'")
        else:
            cursor.execute(
                "SELECT pg_total_relation_size('articles_search_grams') + "
                "pg_total_relation_size('articles_searchdocument') + pg_total_relation_size('articles_searchblock')"
            )
        return int(cursor.fetchone()[0] or 0)


if __name__ == "__main__":
    main()
