"""The Atom feeds."""

from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client

from articles.models import Article
from articles.tests.factories import make_article, make_author, make_figure, make_section, make_tag

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


def feed_of(client: Client, path: str = "/feed/") -> ElementTree.Element:
    response = client.get(path)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("application/atom+xml")
    return ElementTree.fromstring(response.content)  # noqa: S314  our own feed


def test_holds_the_full_text(client: Client) -> None:
    story = make_article(
        "5",
        title="海 & <港>",
        authors=["林小鷗"],
        tags=["渡輪"],
        html='<p>一</p><p>{{&lt; figure 1 &gt;}}</p><p><a href="https://hkcnews.com/article/5/x">二</a></p>',
    )
    make_figure(story)
    entry = feed_of(client).find(f"{ATOM}entry")
    assert entry is not None
    assert entry.findtext(f"{ATOM}title") == "海 & <港>"
    assert entry.findtext(f"{ATOM}id") == "http://127.0.0.1:8000/article/5/"
    assert entry.findtext(f"{ATOM}published") == "2021-12-28T00:00:00+08:00"
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "林小鷗"
    content = entry.find(f"{ATOM}content")
    assert content is not None
    assert content.get("type") == "html"
    assert "<figure" in (content.text or "")
    assert 'href="/article/5/"' in (content.text or "")
    assert content.get("{http://www.w3.org/XML/1998/namespace}base") == "http://127.0.0.1:8000/"


def test_survives_characters_that_xml_forbids(client: Client) -> None:
    bad = "\x02\x08\x16\ufffe\uffff"
    make_article(
        "1", title=f"海{bad}港", html=f"<p>一{bad}二</p>", excerpt=bad, authors=[make_author(f"林{bad}")], tags=[bad]
    )
    entry = feed_of(client).find(f"{ATOM}entry")
    assert entry is not None
    assert entry.findtext(f"{ATOM}title") == "海港"
    assert entry.findtext(f"{ATOM}content") == "<p>一二</p>"


def test_an_inferred_date_is_said_to_be_one(client: Client) -> None:
    make_article("1", html="<p>一</p>", date_inferred=True, date_evidence="name of an image")
    entry = feed_of(client).find(f"{ATOM}entry")
    assert entry is not None
    assert entry.findtext(f"{ATOM}published") == "2021-12-28T00:00:00+08:00"
    said = '<p><time datetime="2021-12-28">28 December 2021</time> <span class="inferred">date inferred</span></p>'
    assert entry.findtext(f"{ATOM}content") == f"{said}\n<p>一</p>"


def test_every_entry_has_a_time(client: Client) -> None:
    make_article("1", published_on=None)
    make_article("2")
    assert all(entry.findtext(f"{ATOM}updated") for entry in feed_of(client).iter(f"{ATOM}entry"))


def test_holds_only_what_is_published_newest_first(client: Client) -> None:
    for number in range(1, 41):
        make_article(str(number))
    make_article("50", status=Article.Status.WITHHELD)
    ids = [entry.findtext(f"{ATOM}id", "").split("/")[-2] for entry in feed_of(client).iter(f"{ATOM}entry")]
    assert ids == [str(number) for number in range(40, 10, -1)]


def test_asks_few_queries(client: Client, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    for number in range(30):
        story = make_article(
            authors=["林小鷗"], tags=["渡輪"], html=f'<a href="https://hkcnews.com/article/{number}/">x</a>'
        )
        make_figure(story)
    with django_assert_max_num_queries(8):
        client.get("/feed/")


def ids_in(feed: ElementTree.Element) -> list[str]:
    return [entry.findtext(f"{ATOM}id", "").split("/")[-2] for entry in feed.iter(f"{ATOM}entry")]


def test_feeds_of_a_section_an_author_and_a_tag(client: Client) -> None:
    canonical = make_tag("渡輪")
    alias = make_tag("Ferry", alias_of=canonical)
    make_article("1", authors=["林小鷗"], tags=[canonical, alias], section="本地")
    make_article("2", authors=["周望潮"], tags=[alias], section="體育")
    make_article("3", section="本地", tags=[canonical], status=Article.Status.WITHHELD)
    section, author = make_section("本地"), make_author("林小鷗")
    for of, name, ids in (
        (section, "本地", ["1"]),
        (author, "林小鷗", ["1"]),
        (canonical, "渡輪", ["2", "1"]),
    ):
        path = f"{of.get_absolute_url()}feed/"
        feed = feed_of(client, path)
        assert ids_in(feed) == ids
        assert feed.findtext(f"{ATOM}title") == f"{name} – Citizen News"
        assert feed.findtext(f"{ATOM}id") == f"http://127.0.0.1:8000{of.get_absolute_url()}"
        links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
        assert links["self"] == f"http://127.0.0.1:8000{path}"
        # the page names its feed
        assert f'type="application/atom+xml" title="{name} – Citizen News" href="{path}"' in page_of(client, of)
    assert ids_in(feed_of(client, f"{alias.get_absolute_url()}feed/")) == ["2", "1"]
    pen_name = make_author("小鷗", alias_of=author)
    make_article("4", authors=[pen_name, author])
    for of in (author, pen_name):
        assert ids_in(feed_of(client, f"{of.get_absolute_url()}feed/")) == ["4", "1"]


def page_of(client: Client, of: Any) -> str:
    return client.get(of.get_absolute_url()).content.decode()


@pytest.mark.parametrize("kind", ["section", "author", "tag"])
def test_no_feed_of_what_is_not_there(client: Client, kind: str) -> None:
    assert client.get(f"/{kind}/nothing/feed/").status_code == 404


def test_an_entry_without_an_author_has_the_publication(client: Client) -> None:
    make_article("1")
    feed = feed_of(client)
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "眾新聞"
    assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == "zh-Hant-HK"
