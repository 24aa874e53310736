"""Articles by words of their titles, for editors: whatever their status, by the index where there is one."""

import pytest
from django.db import connection
from django.test import TestCase

from articles.models import Article, SearchState
from articles.search import index
from articles.search.titles import titled
from articles.search.tokens import canonical
from articles.tests.factories import make_article

TITLES = {
    "1": "渡輪照常開出",
    "2": "Harbour Ferry Stops 渡輪停航",
    "3": "眾人談 BNO簽證：何時？",
    "4": "U.S. Vice President’s ferry",
    "5": "午夜渡輪 照常",
    "6": "100% 渡_輪",
    "7": "",
}


class TitledTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        statuses = ["published", "published", "published", "review", "withheld", "published", "review"]
        for (source_id, title), status in zip(TITLES.items(), statuses, strict=True):
            make_article(source_id, title=title, status=status)
        index.rebuild()

    def found(self, text):
        rows = titled(Article.objects.only("pk"), text)
        return "".join(sorted(row.source_id for row in rows))

    def test_by_words(self):
        for text, expected in {
            "渡輪": "125",
            "渡轮 照常": "15",  # in the other script, in any order
            "輪": "1256",
            "輪照": "1",  # with a gap between it is another word
            "ferry": "24",
            "fer": "24",  # the beginning of a word
            "erry": "",
            "STOPS harbour": "2",
            "bno簽": "3",
            "U.S.": "4",
            "渡輪 沒有": "",
            "？": "3",  # a sign
            "簽證 ？": "3",
            "ferry ’": "4",
            "_": "6",
            "%": "6",
            "": "1234567",
        }.items():
            with self.subTest(text):
                assert self.found(text) == expected

    def test_as_brute_force_finds(self):
        pieces = {
            title[start : start + length] for title in TITLES.values() for start in range(12) for length in (1, 2, 3)
        }
        for text in sorted(piece for piece in pieces if canonical(piece) and len(piece.split()) == 1):
            pattern = canonical(text).removesuffix(" ")
            with self.subTest(text):
                assert self.found(text) == "".join(key for key, title in TITLES.items() if pattern in canonical(title))

    def test_without_an_index_letter_by_letter(self):
        SearchState.objects.update(analyzer="another")
        assert self.found("渡輪 照常") == "15"
        assert self.found("渡轮") == ""
        assert self.found("erry") == "24"

    def test_among_some(self):
        rows = titled(Article.objects.filter(status="withheld"), "渡輪")
        assert [row.source_id for row in rows] == ["5"]

    @pytest.mark.skipif("connection.vendor != 'sqlite'", reason="only SQLite says what it reads to the end")
    def test_no_table_is_read_to_its_end(self):
        Article.objects.filter(status="review").update(title="渡輪")
        for text in ("渡輪", "無人"):
            sql, values = titled(Article.objects.order_by("-sort_key"), text).query.sql_with_params()
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN QUERY PLAN {sql}", values)
                steps = [row[3] for row in cursor.fetchall()]
            assert [step for step in steps if "SCAN articles_article" in step] == []
            assert any("VIRTUAL TABLE INDEX" in step for step in steps)
