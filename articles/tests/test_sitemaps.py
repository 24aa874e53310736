"""The sitemap and robots.txt."""

import pytest
from django.test import Client

from articles.models import Article
from articles.sitemaps import ArticleSitemap
from articles.tests.factories import make_article, make_tag

pytestmark = pytest.mark.django_db


def test_the_index_names_every_file(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ArticleSitemap, "limit", 2)
    for _ in range(5):
        make_article()
    xml = client.get("/sitemap.xml").content.decode()
    assert xml.count("sitemap-articles.xml") == 3
    assert "sitemap-articles.xml?p=3" in xml
    assert client.get("/sitemap-articles.xml?p=3").content.decode().count("<url>") == 1
    assert client.get("/sitemap-articles.xml?p=4").status_code == 404


def test_files_have_at_most_ten_thousand_addresses() -> None:
    assert ArticleSitemap.limit == 10_000


def test_lists_what_is_published(client: Client) -> None:
    canonical = make_tag("渡海小輪")
    make_article("1", tags=[canonical, make_tag("Ferry", alias_of=canonical)], authors=["林小鷗"])
    make_article("2", status=Article.Status.WITHHELD)
    xml = client.get("/sitemap-articles.xml").content.decode()
    assert "<loc>http://127.0.0.1:8000/article/1/</loc><lastmod>2021-12-28</lastmod>" in xml
    assert "/article/2/" not in xml
    assert "Ferry" not in client.get("/sitemap-tags.xml").content.decode()
    assert client.get("/sitemap-tags.xml").content.decode().count("<url>") == 1
    assert client.get("/sitemap-authors.xml").content.decode().count("<url>") == 1
    assert client.get("/sitemap-sections.xml").content.decode().count("<url>") == 1


def test_reads_only_what_it_shows(client: Client, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    for _ in range(5):
        make_article()
    with django_assert_num_queries(3) as asked:  # the archive's stamp comes first
        client.get("/sitemap-articles.xml")
    assert '"title"' not in asked[2]["sql"]
    with django_assert_num_queries(5) as asked:  # one count for each kind
        client.get("/sitemap.xml")
    assert all("COUNT" in query["sql"] for query in asked.captured_queries[1:])


def test_robots_find_the_sitemap(client: Client) -> None:
    response = client.get("/robots.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    text = response.content.decode()
    assert "Sitemap: http://127.0.0.1:8000/sitemap.xml\n" in text
    assert "Disallow: /admin/\n" in text
