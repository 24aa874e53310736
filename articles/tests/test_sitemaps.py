"""The sitemap, robots.txt and the web manifest."""

import re
from datetime import UTC, date, datetime

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from PIL import Image

from articles.models import Article
from articles.sitemaps import ArticleSitemap
from articles.tests.factories import make_article, make_figure, make_tag

pytestmark = pytest.mark.django_db


def test_the_index_names_every_file(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ArticleSitemap, "limit", 2)
    for _ in range(5):
        make_article()
    xml = client.get("/sitemap.xml").content.decode()
    assert xml.count("http://127.0.0.1:8000/sitemap-articles.xml") == 3
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
    with django_assert_num_queries(4) as asked:  # the archive's stamp comes first
        client.get("/sitemap-articles.xml")
    assert '"title"' not in asked[2]["sql"]
    assert '"caption"' not in asked[3]["sql"]
    with django_assert_num_queries(6):  # the stamp; articles, days, sections, authors, tags
        client.get("/sitemap.xml")


def test_names_pictures(client: Client) -> None:
    story = make_article("1")
    make_figure(story, 2, archived_url="https://web.archive.org/web/1im_/https://x.example/a b&c.jpg")
    make_figure(story, 1, file="rescued/a.jpg")
    make_figure(story, 3, kind="video")
    make_figure(story, 4, archived_url="javascript:alert(1)")
    xml = client.get("/sitemap-articles.xml").content.decode()
    assert re.findall("<image:loc>(.*?)</image:loc>", xml) == [
        "http://127.0.0.1:8000/media/rescued/a.jpg",
        "https://web.archive.org/web/1im_/https://x.example/a%20b&amp;c.jpg",
    ]


def test_days_with_and_without_a_time_stand_together(client: Client) -> None:
    make_article("1", updated_at=datetime(2021, 12, 29, 23, 0, tzinfo=UTC))
    make_article("2")
    make_article("3", published_on=None)
    xml = client.get("/sitemap-articles.xml").content.decode()
    assert re.findall("<lastmod>(.*?)</lastmod>", xml) == ["2021-12-30", "2021-12-28"]


def test_days_and_overviews(client: Client) -> None:
    make_article("1", published_on=date(2021, 12, 28))
    make_article("2", published_on=date(2020, 2, 3))
    locations = re.findall("<loc>http://127.0.0.1:8000(.*?)</loc>", client.get("/sitemap-days.xml").content.decode())
    assert locations == ["/archive/2020/02/03/", "/archive/2021/12/28/"]
    pages = client.get("/sitemap-pages.xml").content.decode()
    for path in ("/", "/about/", "/corrections/", "/lost/", "/archive/2020/", "/archive/2021/12/"):
        assert f"<loc>http://127.0.0.1:8000{path}</loc>" in pages


def test_every_address_answers(client: Client) -> None:
    make_article("1", tags=["渡 輪/甲"], authors=["林小鷗"], section="本地")
    found = []
    for file in re.findall("<loc>http://127.0.0.1:8000(.*?)</loc>", client.get("/sitemap.xml").content.decode()):
        found += re.findall("<loc>http://127.0.0.1:8000(.*?)</loc>", client.get(file).content.decode())
    assert len(found) == 14
    assert {client.get(path).status_code for path in found} == {200}


def test_the_manifest_names_icons_that_are_there(client: Client) -> None:
    response = client.get("/manifest.webmanifest")
    assert response["Content-Type"] == "application/manifest+json"
    manifest = response.json()
    assert (manifest["name"], manifest["start_url"]) == ("Citizen News", "/")
    for icon in manifest["icons"]:
        file = finders.find(icon["src"].removeprefix("/static/"))
        with Image.open(file) as picture:
            assert icon["sizes"] == f"{picture.width}x{picture.height}"
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}


def test_robots_find_the_sitemap(client: Client) -> None:
    response = client.get("/robots.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    text = response.content.decode()
    assert "Sitemap: http://127.0.0.1:8000/sitemap.xml\n" in text
    assert "Disallow: /admin/\n" in text
