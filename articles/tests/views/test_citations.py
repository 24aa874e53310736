"""The page of citations, their files, and what the article's page says to machines."""

from __future__ import annotations

import json
from datetime import date

import bibtexparser
import lxml.html
import pytest
import rispy
from django.test import Client

from articles.models import Article, Capture
from articles.tests.factories import make_article, make_author, make_capture, make_correction, make_figure, make_tag

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
HOSTILE = "海</script><script>alert(1)</script><!-- {{cite}} | \\end{x} \u2028 & \"'"


def page_of(client: Client, path: str) -> lxml.html.HtmlElement:
    response = client.get(path)
    assert response.status_code == 200
    return lxml.html.document_fromstring(response.content.decode())


def json_ld_of(page: lxml.html.HtmlElement) -> list[dict]:
    (script,) = page.xpath("//script[@type='application/ld+json']")
    return json.loads(script.text)["@graph"]


def named(page: lxml.html.HtmlElement, name: str) -> list[str]:
    return page.xpath("//head/meta[@name=$name or @property=$name]/@content", name=name)


def test_shows_every_format(client: Client):
    make_article("501", title="海港", authors=["林小鷗"])
    page = page_of(client, "/article/501/cite/")
    texts = [pre.text for pre in page.xpath("//pre")]
    assert len(texts) == 6
    assert all("海港" in text for text in texts)
    assert texts[1].startswith("{{cite news |author=林小鷗 ")
    assert page.xpath("//link[@rel='canonical']/@href") == ["http://127.0.0.1:8000/article/501/"]
    assert named(page, "robots") == ["noindex"]
    assert page.xpath("//a[@download]/@href") == [f"/article/501/cite.{s}" for s in ("txt", "bib", "ris", "json")]


@pytest.mark.parametrize(
    ("suffix", "content_type"),
    [
        ("txt", "text/plain; charset=utf-8"),
        ("bib", "application/x-bibtex; charset=utf-8"),
        ("ris", "application/x-research-info-systems; charset=utf-8"),
        ("json", "application/vnd.citationstyles.csl+json"),
    ],
)
def test_sends_files(client: Client, suffix: str, content_type: str):
    make_article("501", title="海港")
    response = client.get(f"/article/501/cite.{suffix}")
    assert response["Content-Type"] == content_type
    assert response["Content-Disposition"] == f'attachment; filename="501.{suffix}"'
    assert "海港" in response.content.decode()


def test_files_say_what_the_page_says(client: Client):
    make_article("501", title=HOSTILE, authors=["林小鷗"], tags=["渡輪"], published_on=date(2019, 6, 2))
    page = page_of(client, "/article/501/cite/")
    for name, suffix in (("text", "txt"), ("bibtex", "bib"), ("ris", "ris"), ("csl", "json")):
        (pre,) = page.xpath("//pre[@id=$id]", id=f"cited-{name}")
        assert pre.text.split() == client.get(f"/article/501/cite.{suffix}").content.decode().split()
    (entry,) = bibtexparser.parse_string(client.get("/article/501/cite.bib").content.decode()).entries
    assert entry["author"] == "{林小鷗}"
    (record,) = rispy.loads(client.get("/article/501/cite.ris").content.decode())
    assert record["date"] == "2019/06/02"


@pytest.mark.parametrize("path", ["cite/", "cite.bib"])
def test_answers_as_the_article_does(client: Client, path: str):
    make_article("1", status=Article.Status.WITHHELD, notice="A court asked for it.", title="不可見")
    make_article("2", status=Article.Status.REVIEW)
    make_capture("3", article=make_article("4"))
    make_capture("5", kind=Capture.Kind.PLACEHOLDER)
    gone = client.get(f"/article/1/{path}")
    assert gone.status_code == 410
    assert "A court asked for it." in gone.content.decode()
    assert "不可見" not in gone.content.decode()
    assert client.get(f"/article/2/{path}").status_code == 404
    assert client.get(f"/article/3/{path}")["Location"] == "/article/4/"
    assert client.get(f"/article/5/{path}").status_code == 404
    assert client.get(f"/article/6/{path}").status_code == 404


@pytest.mark.parametrize("rest", ["cite", "cite.exe", "cite.bib/", "cite/bib", "cite.", "citeXbib"])
def test_other_paths_still_lead_to_the_article(client: Client, rest: str):
    make_article("501")
    assert client.get(f"/article/501/{rest}")["Location"] == "/article/501/"


@pytest.mark.parametrize("field", ["original_url", "wayback_url"])
def test_cites_no_script(client: Client, field: str):
    make_article("1", text_capture=make_capture("1", **{field: "javascript:alert(1)"}))
    for path in ("cite/", "cite.bib", "cite.ris", "cite.json", "cite.txt"):
        assert "javascript:" not in client.get(f"/article/1/{path}").content.decode()
    response = client.get("/article/1/")
    assert "javascript:" not in response.content.decode().partition("</head>")[0]
    assert "javascript:" not in response["Link"]


def test_asks_few_queries(client: Client, django_assert_max_num_queries):
    make_article("1", authors=["林小鷗", "周望潮"], tags=["渡輪", "碼頭", make_tag("Pier", alias_of=make_tag("碼頭"))])
    with django_assert_max_num_queries(5):
        client.get("/article/1/cite/")
    with django_assert_max_num_queries(4):
        client.get("/article/1/cite.bib")


# The article's own page


def test_the_article_has_a_box_of_citations(client: Client):
    make_article("501", title="海港")
    page = page_of(client, "/article/501/")
    assert len(page.xpath("//details[@id='cite']//pre")) == 6
    assert page.xpath("//details[@id='cite']//a/@href")[-1] == "/article/501/cite/"
    # without the module that copies, no button promises to
    assert all(button.get("hidden") is not None for button in page.xpath("//details[@id='cite']//button"))


def test_what_the_page_says_to_machines(client: Client):
    author = make_author("周望潮")
    staff = make_author("本報記者", is_generic=True)
    story = make_article(
        "501", title="海港", authors=[author, staff], tags=[make_tag("Ferry", alias_of=make_tag("渡輪"))]
    )
    make_figure(story, 1, kind="video", archived_url="https://v.example/1")
    make_figure(story, 2, file="rescued/a.jpg", caption="碼頭")
    make_figure(story, 3, archived_url="javascript:alert(1)", original_url="")
    make_correction(story, reason="In force.")
    make_correction(story, reason="Reverted.", is_active=False)
    page = page_of(client, "/article/501/")
    assert named(page, "citation_author") == ["周望潮", "本報記者"]
    assert named(page, "citation_keywords") == ["渡輪"]
    assert named(page, "og:image") == ["http://127.0.0.1:8000/media/rescued/a.jpg"]
    assert named(page, "twitter:card") == ["summary_large_image"]
    article, _way = json_ld_of(page)
    assert [person["@type"] for person in article["author"]] == ["Person", "Organization"]
    assert [image["url"] for image in article["image"]] == ["http://127.0.0.1:8000/media/rescued/a.jpg"]
    assert [correction["text"] for correction in article["correction"]] == ["In force."]


def test_a_hostile_title_stays_text(client: Client):
    make_article("501", title=HOSTILE, authors=[make_author(HOSTILE)], tags=[HOSTILE], excerpt=HOSTILE, section=HOSTILE)
    source = client.get("/article/501/").content.decode()
    assert source.count("<script>") == 0
    assert source.count("</script>") == source.count("<script ")
    page = lxml.html.document_fromstring(source)
    article, way = json_ld_of(page)
    kept = " ".join(HOSTILE.split())
    assert article["headline"] == kept
    assert article["author"][0]["name"] == HOSTILE
    assert way["itemListElement"][-1]["name"] == kept
    assert named(page, "citation_title") == named(page, "og:title") == [kept]


def test_memento_headers(client: Client):
    make_article("501")
    links = client.get("/article/501/")["Link"]
    assert '<https://www.hkcnews.com/article/501/title>; rel="original"' in links
    assert (
        "<https://web.archive.org/web/20211230040506/https://www.hkcnews.com/article/501/title>; "
        'rel="memento"; datetime="Thu, 30 Dec 2021 04:05:06 GMT"'
    ) in links
    make_article("502", text_capture=make_capture("502", original_url="", wayback_url=""))
    assert "Link" not in client.get("/article/502/")


def test_lists_carry_coins(client: Client):
    make_article("501", title=HOSTILE, authors=["林小鷗"], section="本地")
    page = page_of(client, make_article("502", section="本地").section.get_absolute_url())
    spans = page.xpath("//span[@class='Z3988']/@title")
    assert len(spans) == 2
    assert "rft.creator=%E6%9E%97%E5%B0%8F%E9%B7%97" in spans[1]
