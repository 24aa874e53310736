"""Pages that were saved too late: the list of them, and the page of one."""

import re
from datetime import UTC, date, datetime
from urllib.parse import quote

import pytest
from django.test import Client

from articles.models import Article, Capture, SearchState
from articles.search import index
from articles.tests.factories import make_article, make_capture

pytestmark = pytest.mark.django_db


def make_lost(source_id: str, **kw: object) -> Capture:
    return make_capture(source_id, kind=Capture.Kind.PLACEHOLDER, **kw)


def page_of(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status
    return response.content.decode()


def listed(client: Client, path: str = "/lost/") -> list[str]:
    """Return the numbers that the list shows, in its order."""
    html = page_of(client, path)
    return re.findall(r'<li><a href="/article/([^/]+)/"', html)


def test_lists_what_is_lost_by_number(client: Client) -> None:
    make_lost("100", title="失落 <的> 標題", tag_names=["碼頭", "海港"])
    make_lost("99")
    make_lost("98", captured_at=None)
    html = page_of(client, "/lost/")
    assert listed(client) == ["98", "99", "100"]
    assert "失落 &lt;的&gt; 標題" in html
    assert "碼頭、海港" in html
    assert html.count("headline not known") == 2
    assert html.count("no. 100") == html.count(">Article 99</a>") == 1
    assert "no. 99" not in html
    assert 'href="/article/100/"' in html
    assert ">30 December 2021</time>" in html
    assert "3 articles" in html


def test_lists_the_last_saved_first(client: Client) -> None:
    for number, day in (("7", 3), ("8", 9), ("9", 6)):
        make_lost(number, captured_at=datetime(2021, 3, day, tzinfo=UTC))
    make_lost("7", captured_at=datetime(2021, 3, 7, tzinfo=UTC))
    assert listed(client, "/lost/by-time/") == ["8", "7", "9"]


def test_a_number_is_listed_once_with_what_any_of_its_addresses_tells(client: Client) -> None:
    make_lost("7", title="題", captured_at=datetime(2021, 3, 1, tzinfo=UTC))
    make_lost("7", title="", captured_at=datetime(2021, 4, 1, tzinfo=UTC))
    assert listed(client) == ["7"]
    assert ">題</a>" in page_of(client, "/lost/")
    html = page_of(client, "/article/7/", 404)
    assert ">題</h1>" in html
    assert "It was saved at other times too" in html
    assert "2021-04-01 00:00 UTC" in html


@pytest.mark.parametrize("status", Article.Status)
@pytest.mark.parametrize("same_number", [True, False])
def test_what_another_page_has_the_text_of_is_not_lost(client: Client, status: str, same_number: bool) -> None:
    make_article("5", status=status)
    make_lost("5" if same_number else "4", title="不可見", linked_id="" if same_number else "5")
    assert listed(client) == []
    response = client.get("/article/4/")
    if not same_number:
        assert response.status_code == (404 if status == Article.Status.REVIEW else 301)
    assert "不可見" not in response.content.decode()


def test_is_paginated_and_asks_few_queries(client: Client, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    for number in range(100, 151):
        make_lost(str(number))
    with django_assert_max_num_queries(8):
        assert len(listed(client)) == 50
    assert listed(client, "/lost/?page=2") == ["150"]
    assert client.get("/lost/?page=3").status_code == 404


def test_a_lost_page_tells_what_was_saved_instead_and_what_is_near(client: Client) -> None:
    for number, status in (("99", "published"), ("104", "published"), ("106", "review"), ("108", "published")):
        make_article(number, title=f"第 {number} 篇", status=status, published_on=date(2021, 3, int(number) % 28 + 1))
    make_lost("105", front_matter={"title": "Temporarily <Offline>"})
    html = page_of(client, "/article/105/", 404)
    assert "<q lang" in html
    assert "Temporarily &lt;Offline&gt;" in html
    assert "第 104 篇" in html
    assert "第 108 篇" in html
    assert "第 106 篇" not in html
    assert "第 99 篇" not in html


@pytest.mark.django_db(transaction=True)
def test_a_lost_page_leads_to_the_same_headline_under_another_number(client: Client) -> None:
    make_article("900", title="【海港】渡輪今晨停航\u3000數百人滯留碼頭")
    make_article("901", title="【海港】渡輪今晨停航 數百人滯留碼頭", status=Article.Status.WITHHELD)
    make_article("902", title="渡輪")
    index.rebuild()
    make_lost("7", title='【海港】渡輪今晨停航 數百人滯留"')
    make_lost("8", title="渡輪")
    make_lost("9", title="海港渡輪今晨停航 數百人滯留 OR 碼頭")
    html = page_of(client, "/article/7/", 404)
    assert "under another number" in html
    assert 'href="/article/900/"' in html
    assert 'href="/article/901/"' not in html
    assert "under another number" not in page_of(client, "/article/8/", 404)
    assert "under another number" not in page_of(client, "/article/9/", 404)
    SearchState.objects.update(analyzer="another")  # until it is built anew, an index of another version is not asked
    assert "under another number" not in page_of(client, "/article/7/", 404)


def test_a_number_that_is_none_has_no_neighbours(client: Client) -> None:
    make_article("a")
    make_article("c")
    make_lost("b")
    assert "nearest numbers" not in page_of(client, "/article/b/", 404)


def test_a_lost_page_never_links_to_a_script(client: Client) -> None:
    make_lost("7", original_url="javascript:alert(1)", wayback_url="javascript:alert(1)")
    make_lost("7", wayback_url="javascript:alert(1)", captured_at=None)
    assert 'href="javascript' not in page_of(client, "/article/7/", 404)


@pytest.mark.parametrize("path", ["", "record/", "compare/7/8/"])
def test_every_page_of_a_lost_article_says_so(client: Client, path: str, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    make_lost("7", title="渡輪今晨停航數百人滯留碼頭")
    with django_assert_max_num_queries(12):
        assert "渡輪今晨停航" in page_of(client, f"/article/7/{path}", 404)


OLD = "/article/77/渡輪-碼頭-77/海港-渡輪今晨停航-數百人滯留"


@pytest.mark.django_db(transaction=True)
def test_an_old_address_of_which_nothing_was_saved_leads_on_by_its_words(
    client: Client,
    django_assert_max_num_queries,  # type: ignore[no-untyped-def]
) -> None:
    make_article("900", title="【海港】渡輪今晨停航\u3000數百人滯留碼頭")
    index.rebuild()
    with django_assert_max_num_queries(12):
        html = page_of(client, OLD, 404)
    assert "<h1" in html
    assert ">海港 渡輪今晨停航 數百人滯留</h1>" in html
    assert 'href="/article/900/"' in html
    assert f'href="/search/?q={quote("海港 渡輪今晨停航 數百人滯留")}"' in html
    assert f'href="https://web.archive.org/web/*/hkcnews.com{quote(OLD)}"' in html


@pytest.mark.parametrize(
    "path", ["/article/77/0", "/article/77/%3Cscript%3E/%3Cscript%3Ealert(1)%3C", "/article/x/y/z/"]
)
def test_an_old_address_without_a_headline_is_answered_too(client: Client, path: str) -> None:
    html = page_of(client, path, 404)
    assert "web.archive.org/web/*/hkcnews.com/article/" in html
    assert "<script>alert" not in html


@pytest.mark.parametrize(
    ("status", "answer"),
    [(Article.Status.PUBLISHED, 301), (Article.Status.WITHHELD, 301), (Article.Status.REVIEW, 404)],
)
def test_an_old_address_tells_nothing_of_an_article_in_review(client: Client, status: str, answer: int) -> None:
    make_article("77", status=status)
    assert client.get(OLD).status_code == answer
    if answer == 404:
        assert page_of(client, OLD, 404) == page_of(client, OLD.replace("77", "78"), 404).replace("78", "77")


def test_an_old_address_leads_to_a_lost_article(client: Client) -> None:
    make_lost("77")
    assert client.get(OLD).status_code == 301


def test_an_empty_list_says_so(client: Client) -> None:
    assert "No article is known to be lost." in page_of(client, "/lost/")
