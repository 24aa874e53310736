"""A small archive with every kind of page in it, for tests that go through all of them and for the screenshots.

It is that of ``seeds/``, with what editors do to an archive: a correction, an alias, an article withheld.
"""

from __future__ import annotations

import sqlite3
from io import StringIO

from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from articles import corrections, merging, publishing
from articles.models import Article, Author, Capture, Tag

ALIASES = {
    "陳海晴": ("海晴", "Chan Hoi-ching"),
    "南灣港鐵": ("灣鐵", "South Bay Metro"),
    "颱風白鷺": ("白鷺", "Typhoon Egret"),
}
# What these pages answer with.
ERROR_PAGES = {"lost": 404, "not-found": 404, "old-address": 404, "withheld": 410}


def fill() -> None:
    """Fill an empty archive. It is made once in a process, and copied from then on: tests leave nothing behind."""
    connection.ensure_connection()
    if connection.vendor != "sqlite":
        _make()
    elif _made:
        _made[0].backup(connection.connection)
    else:
        _make()
        copy = sqlite3.connect(":memory:", check_same_thread=False)
        connection.connection.backup(copy)
        _made.append(copy)


_made: list[sqlite3.Connection] = []


def _make() -> None:
    """Import the seeds, and be their editors."""
    call_command("import_seeds", jobs=1, no_progress=True, stdout=StringIO())
    ferry = Article.objects.get(source_id="900157")
    corrections.apply(
        ferry,
        [corrections.Change("title", "七年渡輪數據：少了的乘客去了哪裡？")],
        reason="與南灣新聞二〇二一年年刊所載一致。",
        editor=None,
    )
    withheld = Article.objects.get(source_id="900164")
    publishing.set_status([withheld.pk], Article.Status.WITHHELD, notice="作者要求撤下。", reason="來信")
    for tag, aliases in ALIASES.items():
        for alias in aliases:
            merging.merge(Tag, alias, tag, editor=None)


def pages() -> dict[str, str]:
    """Return the address of one page of each kind, by its name; those of lists are ones with several articles."""
    lost = Capture.objects.lost().exclude(title="").first()
    assert lost is not None
    tag = Tag.objects.get(name="颱風白鷺").get_absolute_url()
    author = Author.objects.get(name="林岸").get_absolute_url()

    def article(source_id: str) -> str:
        return reverse("articles:article", args=[source_id])

    return {
        "home": reverse("articles:home"),
        "latest": f"{reverse('articles:home')}?page=2",
        "article": article("900183"),
        "article-versions": article("900101"),
        "article-table": article("900157"),
        "article-videos": article("900155"),
        "article-pictures": article("900160"),
        "article-long": article("900159"),
        "article-long-title": article("900166"),
        "article-english": article("900174"),
        "record": reverse("articles:record", args=["900101"]),
        "compare": reverse("articles:compare", args=["900101", "900102", "900103"]),
        "cite": reverse("articles:cite", args=["900183"]),
        "corrections": reverse("articles:corrections"),
        "lost-list": reverse("articles:lost"),
        "lost": article(lost.source_id),
        "withheld": article("900164"),
        "not-found": "/no/such/page/",
        "old-address": "/article/900999/望潮角-渡輪-900999/望潮角燈塔-今晚重新亮燈",
        "section": reverse("articles:section", args=["top-stories"]),
        "author": author,
        "authors": reverse("articles:authors"),
        "authors-by-number": reverse("articles:authors-by-number"),
        "tag": tag,
        "tags": reverse("articles:tags"),
        "archive": reverse("articles:archive"),
        "undated": reverse("articles:undated"),
        "year": reverse("articles:year", args=[2019]),
        "month": reverse("articles:month", args=[2019, 8]),
        "day": reverse("articles:day", args=[2019, 8, 24]),
        "about": reverse("articles:about"),
        "search": reverse("articles:search"),
        "search-hits": f"{reverse('articles:search')}?q=渡輪",
        "search-nothing": f"{reverse('articles:search')}?q=電車站長",
    }
