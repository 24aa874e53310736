"""Search on the real sample: every query of all kinds finds exactly what brute force finds, on both databases.

One file in eight, so that it takes a part of a minute; ``SAMPLE_STEP=1`` reads all of them.
"""

from __future__ import annotations

import os
import random
import re
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from articles.importer.pipeline import run_import
from articles.models import Article, Author, Figure, Section, Tag, TaggedArticle
from articles.profile import load
from articles.rendering import plain_text
from articles.search import index
from articles.search.folding import fold
from articles.search.queries import FACET_VALUES, KINDS, Search, search
from articles.search.syntax import parse
from articles.tests.search.judge import Judged, judged_articles, verdict

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.django_db  # not marked corpus: it is for both databases

EACH = 12  # queries of a kind
NAMED = (
    "BNO簽證", "bno 签证", "BNO簽", "ＢＮＯ", "7.21", "831 太子站", "831", "2019年", "2019年底", "covid-19",
    "香港", "香港人", "疫情", "人", "港", "Carrie Lam", "carrie lam", "林鄭月娥", "林郑月娥", "习近平", "習近平",
    "苹果日报", "蘋果日報", "台灣", "臺湾", "Tele*", "hong*", '"立法會 選舉"', "「一國兩制」", "https://www.hkcnews.com",
    "section:眾聞", "section:opinion 香港", "section:nothing", "from:2019-06 to:2019-07-01", "to:2017-03",
    "from:2019-06-12 to:2019-06-12", "-香港", "香港 -香港人", "-香港 -中國", "港 -人", "警察 OR 示威 OR 遊行",
    "title:香港 tag:政治", "沒有這回事的一句話",
)  # fmt: skip
MIXED = re.compile(r"[A-Za-z0-9]+[\u4e00-\u9fff]{1,2}|[\u4e00-\u9fff]{1,2}[A-Za-z0-9]+")
WORD = re.compile(r"[A-Za-z]{4,}")


def import_part(folder: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Import every so many-th file of the sample, and let some tags be aliases of others, as editors do.

    On SQLite the index is what that has made of it. PostgreSQL's is built at the end: row by row it takes a minute.
    """
    for path in sorted(folder.rglob("*.md"))[:: int(os.environ.get("SAMPLE_STEP", "8"))]:
        shutil.copyfile(path, target / path.name)
    is_built_at_once = connection.vendor == "postgresql"
    with monkeypatch.context() as patched:
        if is_built_at_once:
            patched.setattr(index, "update", lambda *_arguments: 0)
        run_import([target], load(ROOT / "seeds" / "archive.toml"), jobs=1)
    counts = Counter(TaggedArticle.objects.values_list("tag", flat=True))
    frequent = [Tag.objects.get(pk=pk) for pk, _count in counts.most_common(60)]
    for tag, alias in zip(frequent[:20], frequent[40:], strict=True):
        Tag.objects.filter(pk=alias.pk).update(alias_of=tag)
    Tag.objects.create(name="特別的別名", slug="x", alias_of=frequent[0])
    if is_built_at_once:
        index.rebuild()
    else:
        merged = frequent[:20] + frequent[40:]
        index.update(TaggedArticle.objects.filter(tag__in=merged).values_list("content_object", flat=True))


def queries_of_all_kinds(chance: random.Random) -> list[str]:
    """Return queries of words that are there, in every form that readers can type."""
    articles = list(Article.objects.published().order_by("pk"))
    texts = [f"{a.title}。{plain_text(a.body)}" for a in chance.sample(articles, 300)]
    captions = list(Figure.objects.exclude(caption="").values_list("caption", flat=True)[:400])
    tags = list(Tag.objects.order_by("name").values_list("name", flat=True))
    authors = list(Author.objects.order_by("name").values_list("name", flat=True))
    days = [day for day in Article.objects.order_by("pk").values_list("published_on", flat=True) if day]
    mixed = [word for text in texts for word in MIXED.findall(text)]
    latin = [word for text in texts for word in WORD.findall(text)]

    def piece(length: int, source: list[str] = texts) -> str:
        while True:
            text = chance.choice(source)
            start = chance.randrange(max(1, len(text) - length))
            found = text[start : start + length]
            if len(found) == length and all("\u4e00" <= character <= "\u9fff" for character in found):
                return found

    def passage(length: int) -> str:
        text = chance.choice(texts)
        start = chance.randrange(max(1, len(text) - length))
        return text[start : start + length].replace('"', "").replace("\n", " ")

    def month() -> str:
        return f"{chance.choice(days):%Y-%m}"

    pick = chance.choice
    kinds: list[Callable[[], str]] = [
        lambda: piece(1),
        lambda: f"{piece(1)} {piece(1)}",
        lambda: piece(2),
        lambda: piece(3),
        lambda: piece(4),
        lambda: piece(7),
        lambda: fold(piece(3)),  # as it is typed in simplified characters
        lambda: piece(2, captions),
        lambda: pick(latin).upper(),
        lambda: f"{pick(latin)[:3]}*",
        lambda: pick(mixed),
        lambda: f"{pick(latin)} {piece(2)}",
        lambda: f"{piece(2)} {piece(2)}",
        lambda: f"{piece(2)} {piece(1)} {piece(2)}",
        lambda: f'"{passage(9)}"',
        lambda: f"{piece(2)} -{piece(2)}",
        lambda: f"{piece(1)} -{piece(1)}",
        lambda: f'-"{passage(5)}" {piece(2)}',
        lambda: f"{piece(2)} OR {piece(3)}",
        lambda: f"{piece(2)} OR {piece(1)} {piece(2)}",
        lambda: f"title:{piece(2)}",
        lambda: f"-title:{piece(1)} {piece(2)}",
        lambda: f'tag:"{pick(tags)}"',
        lambda: f"tag:{piece(2)} {piece(2)}",
        lambda: f'author:"{pick(authors)}"',
        lambda: f"author:{piece(1, authors)} {piece(2)}",
        lambda: f"section:{pick(['眾', '聞', 'data', 'x'])} {piece(2)}",
        lambda: f"{piece(2)} from:{month()}",
        lambda: f"to:{pick(days)} {piece(2)}",
        lambda: f"from:{pick(days)} to:{pick(days)} -{piece(1)}",
    ]
    typed = [*NAMED, "特別的別名", "tag:特別的別名"]
    return list(dict.fromkeys([*typed, *(kind() for kind in kinds for _ in range(EACH))]))


def keys_found(text: str) -> set[int]:
    """Return the keys of all articles that a query finds, of which a page shows twenty."""
    query = parse(text)
    assert all(term.field != "section" for clause in query.clauses for term in clause.terms)
    found = index.backend().find(query, [], (query.first, query.last), is_ranked=False)
    return set(found.known.articles[found.places].tolist())


def wrong_facets(text: str, expected: list[Judged]) -> list[str]:
    """Return the facets that do not count what brute force counts."""
    shown = search(Search(text)).facets
    wrong = []
    for name in ("year", *KINDS):
        counts = Counter(value for article in expected for value in article.facets[name])
        ours = [value.count for value in shown[name]]
        best = sorted(counts.values(), reverse=True)[: FACET_VALUES if name in KINDS else None]
        if any(counts[value.slug] != value.count for value in shown[name]) or sorted(ours, reverse=True) != best:
            wrong.append(f"{text}: {name}")
    return wrong


def wrong_page(text: str, expected: list[Judged]) -> str:
    """Return what a page of hits has that it must not have, or lacks; nothing if it is right."""
    keys = {article.pk for article in expected}
    result = search(Search(text))
    found = {hit.article.pk for hit in result.hits}
    is_right = result.total == len(keys) and found <= keys and len(found) == min(20, len(keys))
    return "" if is_right else f"{text}: {len(found)} of {result.total} shown, {len(keys)} there are"


def test_recall_and_precision_are_one(corpus, tmp_path, monkeypatch):
    import_part(corpus, tmp_path, monkeypatch)
    judged = judged_articles()
    by_key = {article.pk: article for article in judged}
    assert len(judged) > 700
    assert Section.objects.count() > 3
    typed = queries_of_all_kinds(random.Random(11))  # noqa: S311
    assert len(typed) >= 400
    differ, wrong = [], []
    hits = 0
    for number, text in enumerate(typed):
        expected = verdict(parse(text), judged)
        hits += bool(expected)
        if "section:" not in text and (found := keys_found(text)) != expected:
            differ.append((text, len(found), len(expected)))
        # EACH is a multiple of both: of every kind some pages, and of these some facets
        shown = [by_key[key] for key in expected]
        if number % 3 == 0 or "section:" in text:
            wrong += filter(None, [wrong_page(text, shown)])
        if number % 6 == 0:
            wrong += wrong_facets(text, shown)
    assert differ == []
    assert wrong == []
    assert hits > 300  # most queries find something


def test_orders_by_date(corpus, tmp_path, monkeypatch):
    monkeypatch.setenv("SAMPLE_STEP", "60")
    import_part(corpus, tmp_path, monkeypatch)
    for order, sign in (("newest", -1), ("oldest", 1)):
        days = []
        for page in range(1, 9):
            days += [hit.article.published_on for hit in search(Search("香港", order=order, page=page)).hits]
        dated = [day.toordinal() * sign for day in days if day]
        assert len(dated) > 60
        assert dated == sorted(dated)
        assert None not in days[: len(dated)]  # the undated come last, either way
