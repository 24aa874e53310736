"""The page of one article, and what its address answers when there is none."""

import gzip
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import Client

from articles.models import Article, Capture, Figure
from articles.search import columns, index
from articles.tests.factories import (
    make_article,
    make_author,
    make_capture,
    make_correction,
    make_figure,
    make_tag,
)

pytestmark = pytest.mark.django_db


def page_of(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status
    return response.content.decode()


def make_full_article(number: int) -> Article:
    """Make an article with all that a page can show."""
    story = make_article(
        str(number),
        authors=["林小鷗", "周望潮"],
        tags=["渡輪", "碼頭", "海港"],
        published_on=date(2021, 1, 1 + number % 28),
        html="<p>一</p><p>{{&lt; figure 1 &gt;}}</p>"
        f'<p><a href="https://www.hkcnews.com/article/{number - 1}/x">前</a></p>',
    )
    make_capture(f"{number}0", article=story, title="渡輪停航", body="一")
    make_figure(story, 1)
    make_figure(story, 2, kind=Figure.Kind.VIDEO, host="YouTube")
    make_correction(story)
    return story


def test_shows_what_is_known(client: Client) -> None:
    author = make_author(
        "周望潮", biography="寫海。", avatar_url="https://web.archive.org/web/1im_/https://x.example/a.jpg"
    )
    story = make_article(
        "501", title="海 <港>", authors=["林小鷗", author], updated_at=datetime(2021, 12, 28, 16, 30, tzinfo=UTC)
    )
    html = page_of(client, "/article/501/")
    assert '<h1 lang="zh-Hant-HK">海 &lt;港&gt;</h1>' in html
    assert html.index("林小鷗") < html.index("周望潮")
    assert "寫海。" in html
    assert "https://web.archive.org/web/1im_/https://x.example/a.jpg" in html
    assert "29 December 2021 00:30" in html  # in Hong Kong
    assert story.text_capture.sha256[:12] in html
    assert story.text_capture.wayback_url in html
    assert "2021-12-30 04:05 UTC" in html
    assert '<link rel="canonical" href="http://127.0.0.1:8000/article/501/">' in html


def test_says_that_a_date_is_inferred(client: Client) -> None:
    make_article("1", date_inferred=True, date_evidence="name of an image")
    make_article("2", published_on=None)
    html = page_of(client, "/article/1/")
    assert "date inferred" in html
    assert "(name of an image)" in html
    assert "undated" in page_of(client, "/article/2/")
    assert "date inferred" not in page_of(client, "/article/2/")


def test_folds_aliases_of_tags(client: Client) -> None:
    canonical = make_tag("渡海小輪")
    make_article("1", tags=[make_tag("Ferry", alias_of=canonical), canonical, "碼頭"])
    html = page_of(client, "/article/1/")
    assert html.count(">渡海小輪</a>") == 1
    assert ">Ferry</a>" not in html
    assert '<span class="also"><span lang="en">Ferry</span></span>' in html
    assert html.count('class="also"') == 1
    assert ">碼頭</a>" in html


def test_lists_public_corrections(client: Client) -> None:
    story = make_article("1")
    make_correction(story, reason="In force.")
    make_correction(story, reason="Reverted since.", is_active=False)
    make_correction(story, reason="Only a comma.", is_minor=True)
    html = page_of(client, "/article/1/")
    assert "In force." in html
    assert "Reverted since." in html
    assert html.count("replaced since") == 1
    assert "Only a comma." not in html


def test_names_the_neighbours_in_the_section(client: Client) -> None:
    for number in (1, 2, 3):
        make_article(str(number), title=f"第 {number} 篇", published_on=date(2021, 1, number))
    make_article("9", section="體育", title="別欄", published_on=date(2021, 1, 2))
    make_article("8", title="未刊", published_on=date(2021, 1, 2), status=Article.Status.REVIEW)
    html = page_of(client, "/article/2/")
    assert "第 1 篇" in html
    assert "第 3 篇" in html
    assert "別欄" not in html
    assert "未刊" not in html


@pytest.mark.parametrize("field", ["original_url", "wayback_url"])
def test_never_links_to_a_script(client: Client, field: str) -> None:
    capture = make_capture("1", **{field: "javascript:alert(1)"})
    story = make_article("1", text_capture=capture, authors=[make_author("某", avatar_url="javascript:alert(1)")])
    for position, kind in enumerate(Figure.Kind):
        bad = {"original_url": " javascript:alert(1)", "archived_url": "java\nscript:alert(1)"}
        make_figure(story, position, kind=kind, **bad)
    html = page_of(client, "/article/1/")
    assert 'href="javascript' not in html
    assert 'href=" javascript' not in html
    assert 'href="java' not in html
    assert 'src="java' not in html


@pytest.mark.parametrize("rest", ["標籤-12/標題", "x/", "a/b/c", "x?page=2"])
def test_leads_old_paths_to_the_article(client: Client, rest: str) -> None:
    make_article("501")
    response = client.get(f"/article/501/{rest}")
    assert (response.status_code, response["Location"]) == (301, "/article/501/")


def test_leads_an_earlier_version_to_the_article(client: Client) -> None:
    make_capture("400", article=make_article("501"))
    response = client.get("/article/400/")
    assert (response.status_code, response["Location"]) == (301, "/article/501/")


def test_a_lost_capture_says_what_was_there(client: Client) -> None:
    make_capture("7", kind=Capture.Kind.PLACEHOLDER, title="失落 <的> 標題", tag_names=["碼頭", "<b>"])
    html = page_of(client, "/article/7/", 404)
    assert "失落 &lt;的&gt; 標題" in html
    assert "碼頭" in html
    assert "&lt;b&gt;" in html
    assert "2021-12-30 04:05 UTC" in html
    assert 'href="https://web.archive.org/web/20211230040506/' in html


def test_a_withheld_article_is_gone_with_its_notice(client: Client) -> None:
    make_article("1", title="不可見", body="也不可見", status=Article.Status.WITHHELD, notice="A court asked for it.")
    make_capture("2", article=Article.objects.get())
    html = page_of(client, "/article/1/", 410)
    assert "A court asked for it." in html
    assert "不可見" not in html
    assert client.get("/article/2/")["Location"] == "/article/1/"


def test_an_article_in_review_is_not_found(client: Client) -> None:
    make_article("1", status=Article.Status.REVIEW)
    make_capture("2", article=Article.objects.get())
    page_of(client, "/article/1/", 404)
    page_of(client, "/article/2/", 404)


def test_only_articles_with_figures_load_the_lightbox_s_starter(client: Client) -> None:
    make_article("1")
    make_figure(make_article("2"))
    assert "story.js" not in page_of(client, "/article/1/")
    html = page_of(client, "/article/2/")
    assert "story.js" in html
    assert "photoswipe" not in html.partition("</head>")[0]


def test_scripts_and_styles_of_an_article_are_small(client: Client) -> None:
    make_full_article(100)
    html = page_of(client, "/article/100/")
    for kind in ("js", "css"):
        # the lightbox, too, which comes only when a picture is opened
        names = re.findall(rf'"{settings.STATIC_URL}([^"]+\.{kind})"', html)
        assert any("photoswipe" in name for name in names)
        sizes = {name: len(gzip.compress(Path(finders.find(name)).read_bytes())) for name in names}
        assert sum(sizes.values()) <= 30_000, sizes
    assert "<style" not in html
    assert not re.search(r"<script(?![^>]* src=)(?![^>]*application/ld\+json)", html)


def test_unknown_ids_are_not_found(client: Client) -> None:
    make_capture("3")  # text that waits for its article
    page_of(client, "/article/3/", 404)
    page_of(client, "/article/12345/", 404)


@pytest.mark.django_db(transaction=True)  # inside a test's transaction, search remembers nothing
def test_asks_at_most_seven_queries(client: Client, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    for number in range(100, 130):
        make_full_article(number)
    index.rebuild()
    columns.current()  # related articles may be half a minute late
    page_of(client, "/article/115/")
    with django_assert_max_num_queries(7):
        html = page_of(client, "/article/115/?not-from-the-cache")
    for part in (
        "林小鷗",
        "碼頭",
        "figure-2",
        'id="corrections"',
        'href="/article/114/"',
        "Earlier in this section",
        "Edited once",
    ):
        assert part in html
    assert "On the same matter" in html


def test_an_error_page_needs_nothing() -> None:
    assert "Something went wrong" in render_to_string("500.html")
