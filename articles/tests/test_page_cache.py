"""What is kept of pages, and that nothing outdated is ever shown."""

from __future__ import annotations

import gzip
import re
from datetime import date
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import Client, RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

import articles
from articles import corrections, page_cache, publishing
from articles import urls as articles_urls
from articles.languages import READ
from articles.models import Article
from articles.search import index
from articles.tests.factories import make_article, make_author
from articles.views.search import FACETS
from newsarchive import urls

pytestmark = pytest.mark.django_db
PAGES = ("/", "/article/501/", "/section/本地/", "/tag/渡輪/", "/archive/", "/search/?q=渡輪", "/feed/", "/sitemap.xml")


@pytest.fixture
def story() -> Article:
    made = make_article("501", title="渡輪照常開出", authors=["林小鷗"], tags=["渡輪"])
    index.rebuild()
    return made


def queries_of(client: Client, path: str, **headers: str) -> int:
    with CaptureQueriesContext(connection) as context:
        assert client.get(path, headers=headers).status_code == 200
    return len(context)


@pytest.mark.parametrize("path", PAGES)
def test_the_second_reader_costs_one_query(client, story, path):
    first = client.get(path)
    assert queries_of(Client(), path) == 1
    second = Client().get(path)
    assert second.content == first.content
    assert {name: second[name] for name in first.headers} == dict(first.headers)


@pytest.mark.parametrize("path", PAGES)
def test_who_has_the_page_gets_304(client, story, path):
    etag = client.get(path)["ETag"]
    for _fresh_then_kept in range(2):
        for asked in (f'"another", {etag}', etag):
            answer = client.get(path, headers={"if-none-match": asked})
            assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", etag)
            assert answer["Cache-Control"] == "no-cache"
            assert answer["Content-Security-Policy"]
            assert "Cookie" in answer.get("Vary", "") or path == "/sitemap.xml"
        cache.clear()
    assert client.get(path, headers={"if-none-match": '"another"'}).status_code == 200


@pytest.mark.parametrize(
    "variant",
    [
        {"path": "/article/501/?lang=zh-hans"},
        {"path": "/article/501/?text=hans"},
        {"path": "/article/501/?page=2"},
        {"path": "/article/502/"},
        {"path": "/article/501/", "headers": {"accept-language": "zh-HK"}},
        {"path": "/article/501/", "cookies": {"django_language": "zh-hans"}},
        {"path": "/article/501/", "cookies": {"text": "hans"}},
    ],
)
def test_another_answer_is_another_entry(client, story, variant):
    make_article("502", title="另一則")
    first = client.get("/article/501/").content
    reader = Client()
    reader.cookies.load(variant.get("cookies", {}))
    other = reader.get(variant["path"], headers=variant.get("headers"))
    assert other.content != first
    assert client.get("/article/501/").content == first


def test_choosing_what_one_has_is_the_same_entry(client, story):
    client.get("/article/501/")
    assert queries_of(Client(), "/article/501/?lang=en&text=original") == 1


def test_a_new_day_is_another_entry(client, story, monkeypatch):
    client.get("/")
    assert queries_of(client, "/") == 1
    monkeypatch.setattr("articles.page_cache.timezone.localdate", lambda: date(2030, 1, 1))
    assert queries_of(client, "/") > 1


def test_a_correction_shows_at_once(client, story):
    assert "渡輪照常開出" in client.get("/article/501/").content.decode()
    editor = User.objects.create_user("editor")
    corrections.apply(story, [corrections.Change("title", "渡輪停航")], reason="As printed.", editor=editor)
    for path in ("/article/501/", "/", "/section/本地/", "/feed/"):
        page = client.get(path).content.decode()
        assert "渡輪停航" in page
    assert "渡輪照常開出" not in client.get("/").content.decode()


def test_a_withheld_article_leaves_at_once(client, story):
    make_article("502", title="另一則")
    index.rebuild()
    pages = ("/", "/section/本地/", "/tag/渡輪/", "/feed/", "/search/?q=渡輪照常")
    etags = {path: client.get(path)["ETag"] for path in pages}
    etag = client.get("/article/501/")["ETag"]
    assert queries_of(client, "/article/501/") == 1
    publishing.set_status([story.pk], Article.Status.WITHHELD, notice="法庭命令", reason="Order of the court.")
    assert client.get("/article/501/", headers={"if-none-match": etag}).status_code == 410
    for path in pages:
        answer = client.get(path, headers={"if-none-match": etags[path]})
        assert answer.status_code == 200, path
        assert 'href="/article/501/"' not in answer.content.decode()


def test_an_authors_biography_shows_at_once(client, story):
    client.get("/article/501/")
    author = make_author("林小鷗")
    author.biography = "寫海。"
    author.save()
    assert "寫海。" in client.get("/article/501/").content.decode()


def test_who_is_signed_in_gets_nothing_from_the_cache_and_leaves_nothing_there(admin_client, client, story):
    client.get("/article/501/")
    answer = admin_client.get("/article/501/")
    assert answer["Cache-Control"] == "private, no-cache"
    assert queries_of(admin_client, "/article/501/") > 1
    cache.clear()
    admin_client.get("/article/501/")
    assert queries_of(client, "/article/501/") > 1


def test_the_admin_is_never_kept(admin_client):
    assert "no-store" in admin_client.get(reverse("admin:index"))["Cache-Control"]
    assert not any("page:" in key for key in getattr(cache, "_cache", {}))


@pytest.mark.parametrize(("choice", "cookie"), [("lang=en", "django_language"), ("text=original", "text")])
def test_an_answer_that_sets_a_choice_is_private(client, story, choice, cookie):
    for kept in (False, True, True):
        with CaptureQueriesContext(connection) as context:
            answer = Client().get(f"/article/501/?{choice}")
        assert (len(context) == 1) is kept
        assert answer["Cache-Control"] == "no-cache, private"
        assert list(answer.cookies) == [cookie]
        etag = {"if-none-match": answer["ETag"]}
        assert list(Client().get(f"/article/501/?{choice}", headers=etag).cookies) == [cookie]
    # and the cookie is not kept for the next reader
    assert not Client().get("/article/501/").cookies


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_compressed_for_who_can_read_that(client, story, path):
    plain = client.get(path)
    cache.clear()
    for _fresh_then_kept in range(2):
        packed = Client().get(path, headers={"accept-encoding": "gzip, deflate, br"})
        assert gzip.decompress(packed.content) == plain.content
        assert (packed["Content-Encoding"], packed["Content-Length"]) == ("gzip", str(len(packed.content)))
        assert "Accept-Encoding" in packed["Vary"]
        # one name for both: who has either gets 304
        assert packed["ETag"] == plain["ETag"]
        asked = {"accept-encoding": "gzip", "if-none-match": plain["ETag"]}
        assert Client().get(path, headers=asked).status_code == 304
    again = Client().get(path)
    assert (again.content, again["Content-Length"]) == (plain.content, plain["Content-Length"])
    assert "Content-Encoding" not in again


@pytest.mark.parametrize(
    ("accepted", "is_packed"),
    [
        ("gzip", True),
        ("br;q=1, GZIP ; q=0.5", True),
        ("deflate,gzip;q=1.0,br", True),
        ("gzip;q=0.001", True),
        ("gzip;q=0", False),
        ("br, gzip; q=0.000", False),
        ("gzip;q=0, br", False),
        ("gzip;q=", False),
        ("identity", False),
        ("notgzip, gzipped", False),
        ("", False),
    ],
)
def test_pages_are_compressed_for_nobody_who_declines(client, story, accepted, is_packed):
    for _fresh_then_kept in range(2):
        answer = client.get("/article/501/", headers={"accept-encoding": accepted})
        assert ("Content-Encoding" in answer) is is_packed


def test_who_is_signed_in_gets_pages_as_they_are(admin_client, story):
    """What is compressed together with somebody's secrets tells of them by its length."""
    assert "Content-Encoding" not in admin_client.get("/article/501/", headers={"accept-encoding": "gzip"})


def current_section(page: str) -> list[tuple[str, str]]:
    """Return the sections of the navigation that are marked as where the reader is, each with the mark."""
    return re.findall(r'<a href="/section/([^"]+)/" aria-current="(\w+)"', unquote(page))


def test_pieces_that_pages_share_are_of_the_readers_language_and_place(story):
    make_article("601", section="體育")
    asked = {
        "/article/501/": [("本地", "true")],
        "/section/本地/": [("本地", "page")],
        "/article/601/": [("體育", "true")],
        "/about/": [],
        "/nothing/": [],
    }
    words = {}
    for language in ("en", "zh-hant", "zh-hans"):
        with translation.override(language):
            words[language] = gettext("About this archive")
    assert len(set(words.values())) == 3
    for _fresh_then_kept in range(2):
        for language, word in words.items():
            for path, current in asked.items():
                page = Client().get(path, headers={"accept-language": language}).content.decode()
                assert current_section(page) == current
                assert [other for other in words.values() if f">{other}<" in page] == [word]


def test_pieces_that_pages_share_keep_no_question_and_no_choice(story):
    assert Client().get("/search/?q=渡輪&text=hans").status_code == 200
    for path in ("/search/", "/about/", "/article/501/"):
        page = Client().get(path).content.decode()
        assert 'name="q" value=""' in page
        assert page.count("?text=hans") in (1, 2)
        assert "?text=original" not in page
        chosen = Client().get(f"{path}?text=hans").content.decode()
        assert "?text=hans" not in chosen
        assert "?text=original" in chosen


def test_a_new_section_is_in_the_navigation_of_all_at_once(client, admin_client, story):
    for reader in (client, admin_client):
        assert "/section/體育/" not in unquote(reader.get("/about/").content.decode())
    made = make_article("601", section="體育")
    for reader in (client, admin_client):
        assert "/section/體育/" in unquote(reader.get("/about/").content.decode())
    publishing.set_status([made.pk], Article.Status.WITHHELD, notice="撤下", reason="測試")
    for reader in (client, admin_client):
        assert "/section/體育/" not in unquote(reader.get("/about/").content.decode())


def test_pieces_that_pages_share_are_kept(client, story, monkeypatch):
    client.get("/article/501/")
    monkeypatch.setattr("django.templatetags.static.StaticNode.url", lambda _node, _context: "made-anew")
    page = client.get("/article/501/?page=9").content.decode()
    assert page.count("made-anew") == 1  # the script of this kind of page


@pytest.mark.parametrize("mark", ["fbclid=IwAR0", "utm_source=a&utm_medium=b", "gclid=1", "x=y", "ref=a&page_=2"])
def test_marks_that_other_sites_put_on_links_make_no_other_page(client, story, mark):
    plain = client.get("/article/501/").content
    assert queries_of(Client(), f"/article/501/?{mark}") == 1
    cache.clear()
    assert client.get(f"/article/501/?{mark}").content == plain  # nor do links pass them on


def test_what_views_read_of_an_address_makes_another_page():
    """A name that a view reads and READ lacks would be answered with the page of another."""
    read = set(FACETS) | {"p"}  # Django's sitemaps read that
    for path in Path(articles.__file__).parent.glob("views/*.py"):
        read |= set(re.findall(r"\b(?:request\.GET|values)\.get\(\"(\w+)\"", path.read_text()))
    assert {"q", "page", "month"} < read
    assert read | {"a", "b"} == READ


@override_settings(SECURE_SSL_REDIRECT=True, SECURE_HSTS_SECONDS=60)
def test_what_was_kept_for_https_is_not_given_without(client, story):
    for _fresh_then_kept in range(2):
        assert "Strict-Transport-Security" in client.get("/article/501/", secure=True)
        assert client.get("/article/501/").status_code == 301


def test_a_kept_answer_asks_no_other_middleware(client, story, monkeypatch):
    client.get("/article/501/")

    def refuse(*_arguments: object) -> None:
        raise AssertionError("this middleware need not have been asked")

    for name in ("process_request", "process_response"):
        monkeypatch.setattr(f"csp.middleware.CSPMiddleware.{name}", refuse)
        monkeypatch.setattr(f"django.contrib.sessions.middleware.SessionMiddleware.{name}", refuse)
    assert Client().get("/article/501/").status_code == 200


@pytest.mark.parametrize(("path", "status"), [("/nothing/", 404), ("/article/9/", 404), ("/article/501/x", 301)])
def test_only_pages_are_kept(client, story, path, status):
    for _time in range(2):
        answer = client.get(path)
        assert (answer.status_code, answer["Cache-Control"]) == (status, "no-cache")
    assert not any(":page:" in key for key in cache._cache)


def test_a_host_that_is_not_ours_gets_nothing_kept(client, story):
    client.get("/article/501/")
    with override_settings(ALLOWED_HOSTS=["archive.example"]):
        assert client.get("/article/501/", headers={"host": "evil.example"}).status_code == 400


def test_head_is_answered_from_the_cache_too(client, story):
    length = client.get("/article/501/")["Content-Length"]
    with CaptureQueriesContext(connection) as context:
        answer = client.head("/article/501/")
    assert (answer.status_code, answer.content, answer["Content-Length"], len(context)) == (200, b"", length, 1)


@pytest.mark.parametrize("path", ["/article/501/", "/no/such/page/", "/article/501/elsewhere"])
def test_head_has_no_body(story, path):
    """Asked of the application itself: the test client would take the body away."""
    handler = WSGIHandler()
    for _fresh_then_kept in range(2):
        answer = handler.get_response(RequestFactory().head(path))
        assert answer.content == b""
        assert "Content-Length" in answer


def test_last_modified_is_when_the_archive_changed(client, story, monkeypatch):
    clock = [page_cache.STARTED + 1000.5]
    monkeypatch.setattr("articles.page_cache.time.time", lambda: clock[0])
    assert "Last-Modified" not in client.get("/article/501/")  # the second is not over: it may change once more
    clock[0] += 60
    cache.delete_many([key.split(":", 2)[2] for key in cache._cache if ":page:" in key])
    first = client.get("/article/501/")["Last-Modified"]
    asked = {"if-modified-since": first}
    assert client.get("/article/501/", headers=asked).status_code == 304
    assert client.get("/section/本地/")["Last-Modified"] == first
    for path in ("/feed/", "/tag/渡輪/feed/", "/article/501/cite/", "/article/501/cite.bib", "/robots.txt"):
        assert client.get(path)["Last-Modified"] == first, path  # of the feed, not the date of its newest article
    Article.objects.filter(pk=story.pk).update(title="改了")
    assert client.get("/article/501/", headers=asked).status_code == 200
    # counts go by the clock
    for path in ("/", "/about/", "/tag/渡輪/", "/sitemap.xml", "/sitemap-days.xml"):
        assert "Last-Modified" not in client.get(path), path


def test_what_goes_by_the_stamp_are_views():
    names = {pattern.name for pattern in (*articles_urls.urlpatterns, *urls.urlpatterns) if hasattr(pattern, "name")}
    assert names >= page_cache.BY_THE_STAMP


def test_changed_code_finds_no_page_of_the_old(client, story, monkeypatch):
    client.get("/article/501/")
    monkeypatch.setattr("articles.page_cache.program", lambda: "another")
    assert queries_of(client, "/article/501/") > 1


def test_the_program_is_told_by_its_files():
    assert re.fullmatch("[0-9a-f]{16}", page_cache.program())


@override_settings(DEBUG=True)
def test_on_a_developers_machine_nothing_is_kept(client, story):
    client.get("/article/501/")
    assert queries_of(client, "/article/501/") > 1
