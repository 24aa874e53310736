"""The search page, suggestions and the description."""

import re
import xml.etree.ElementTree as ET
from datetime import date
from urllib.parse import quote

import pytest
from django.conf import settings
from django.test import Client

from articles.models import Article, SearchBlock, SearchState, Section, Tag
from articles.search import index
from articles.search.snippets import expression, marked
from articles.search.syntax import MOST_CHARACTERS, parse
from articles.templatetags.search_hits import as_headline
from articles.tests.factories import make_article, make_figure, make_tag

pytestmark = pytest.mark.django_db


@pytest.fixture
def archive(client: Client) -> Client:
    for number in range(45):
        make_article(
            str(number),
            title=f"碼頭第{number}號閘門",
            body="船長說，風浪不大。",
            published_on=date(2019, 1 + number % 12, 3) if number else None,
            tags=["渡輪"] if number % 2 else [],
            authors=["林小鷗"],
        )
    index.rebuild()
    return client


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_the_empty_page_explains_how_to_search(archive):
    assert "How to search" in page(archive, "/search/")


def test_hits_are_counted_marked_and_linked(archive):
    text = page(archive, "/search/?q=码头")
    assert "45 articles" in text
    assert "<mark>碼頭</mark>第" in text
    assert 'href="/article/' in text
    assert 'value="码头"' in text


def test_a_caption_is_named_as_such(archive):
    make_figure(Article.objects.get(source_id="7"), caption="第一班船離岸", credit="")
    index.rebuild()
    text = page(archive, "/search/?q=第一班船")
    assert re.search(r'<span class="where" lang="en">In a caption:</span> <mark>第一班船</mark>離岸', text)
    assert "In a caption" not in page(archive, "/search/?q=風浪")


@pytest.mark.parametrize(
    "typed",
    [
        "https://www.harbourlight.example/article/7/渡輪-11/碼頭",
        " harbourlight.example/article/7 ",
        "https://web.archive.org/web/2021/https://www.harbourlight.example/article/7/x/y",
    ],
)
def test_the_old_address_of_an_article_leads_to_it(archive, typed):
    response = archive.get("/search/", {"q": typed})
    assert (response.status_code, response["Location"]) == (302, "/article/7/")


@pytest.mark.parametrize("typed", ["harbourlight.example/article/7000", "harbourlight.example/article/7 碼頭", "7"])
def test_what_is_no_address_of_an_article_is_searched(archive, typed):
    assert archive.get("/search/", {"q": typed}).status_code == 200


def test_the_address_of_an_article_in_review_leads_nowhere(archive):
    Article.objects.filter(source_id="7").update(status=Article.Status.REVIEW)
    assert archive.get("/search/", {"q": "harbourlight.example/article/7"}).status_code == 200


def test_pages(archive):
    assert 'href="?q=%E7%A2%BC%E9%A0%AD&amp;page=2"' in page(archive, "/search/?q=碼頭")
    last = page(archive, "/search/?q=碼頭&page=3")
    assert 'aria-label="page 3 of 3"' in last
    assert re.findall(r'<li><a( aria-current="page")? href="([^"]*)">(\d)</a>', last) == [
        ("", "?q=%E7%A2%BC%E9%A0%AD", "1"),
        ("", "?q=%E7%A2%BC%E9%A0%AD&amp;page=2", "2"),
        (' aria-current="page"', "?q=%E7%A2%BC%E9%A0%AD&amp;page=3", "3"),
    ]
    assert '<a rel="prev" href="?q=%E7%A2%BC%E9%A0%AD">' in page(archive, "/search/?q=碼頭&page=2")
    beyond = page(archive, "/search/?q=碼頭&page=9&tag=渡輪")
    assert "There is no such page of hits." in beyond
    assert '<a href="?q=%E7%A2%BC%E9%A0%AD&amp;tag=%E6%B8%A1%E8%BC%AA">To the first one</a>' in beyond


def test_facets_narrow_and_are_taken_back(archive):
    text = page(archive, "/search/?q=碼頭")
    assert 'href="?q=%E7%A2%BC%E9%A0%AD&amp;tag=%E6%B8%A1%E8%BC%AA"' in text
    narrowed = page(archive, "/search/?q=碼頭&tag=渡輪&year=2019&month=2")
    assert "4 articles" in narrowed
    assert 'href="?q=%E7%A2%BC%E9%A0%AD&amp;year=2019&amp;month=2"' in narrowed
    taken_back = 'href="?q=%E7%A2%BC%E9%A0%AD&amp;tag=%E6%B8%A1%E8%BC%AA"'
    assert narrowed.count(taken_back) == 2  # beside the box, and in the list of years
    assert re.search(r'&amp;year=2019&amp;tag=[^"]*">February <span aria-hidden="true">×', narrowed)  # the month alone


def test_sections_are_told_in_the_language_of_the_reader(client):
    make_article("1", title="渡輪", section="眾聞")
    Section.objects.filter(name="眾聞").update(label_en="News")
    index.rebuild()
    shown = '<span lang="zh-Hant-HK">眾聞</span> <span class="gloss" lang="en">News</span>'
    assert page(client, "/search/?q=渡輪").count(shown) == 3  # in the head, of the hit, to narrow by
    assert page(client, "/search/?q=渡輪&section=眾聞").count(shown) == 4  # to take back


def test_where_no_hit_is_better_the_newest_are_first_and_said_to_be(archive):
    ranked = page(archive, "/search/?q=碼頭")
    assert "<strong>Best match first</strong>" in ranked
    for query in ("year=2019", "q=tag:渡輪", "q=-颶風+from:2019"):
        text = page(archive, f"/search/?{query}")
        assert "<strong>Newest first</strong>" in text
        assert "Best match first" not in text
    assert "<strong>Oldest first</strong>" in page(archive, "/search/?year=2019&order=oldest")


def test_a_word_that_is_in_a_tag_alone_is_shown_there(archive):
    make_article("500", title="夜班", body="船長說：「再見」。", tags=["海上颶風", "<b>"], authors=["颶風記者"])
    make_article("501", title="颶風過後", tags=["颶風", "<b>"])
    index.rebuild()
    text = page(archive, "/search/?q=颶風+船長")
    assert re.findall(r' · Tag <span lang="zh-Hant-HK">(.*?)</span></p>', text) == ["海上<mark>颶風</mark>"]
    assert '<span lang="zh-Hant-HK"><mark>颶風</mark>記者</span>' in text
    assert " · Tag" not in page(archive, "/search/?q=颶風過後")
    make_article("502", title="夜班", tags=["Leung Kwok-hung", "Edward Leung Tin-kei", "Edward Leung", "長毛"])
    index.rebuild()
    for query, names in (("edward+leung", ["Edward Leung Tin-kei"]), ("leung+長毛", ["Leung Kwok-hung", "長毛"])):
        facts = re.findall(r" · Tag (.*?)</p>", page(archive, f"/search/?q={query}"))
        assert [re.sub("<.*?>", "", line) for line in facts] == ["、".join(names)]
    assert "<mark>&lt;" not in page(archive, "/search/?q=b")
    assert "&lt;<mark>b</mark>&gt;" in page(archive, "/search/?q=b")


def test_the_histogram_is_told_in_words_too(archive):
    text = page(archive, "/search/?q=碼頭")
    assert "<title>2019-02: 4</title>" in text
    assert text.count("<rect") == 24
    assert "without a date" in text


def test_another_month_of_the_year_is_one_step_away(archive):
    text = page(archive, "/search/?q=碼頭&year=2019&month=2")
    assert "4 articles" in text
    assert text.count("<rect") == 24
    chosen = re.findall(r'<a(?: tabindex="-1")? aria-current="true" rel="nofollow" href="([^"]*)">(.*?2019-02)', text)
    assert chosen == [("?q=%E7%A2%BC%E9%A0%AD&amp;year=2019", f"{tag}2019-02") for tag in ("<title>", "")]
    assert 'href="?q=%E7%A2%BC%E9%A0%AD&amp;year=2019&amp;month=3"' in text


def test_nothing_found_helps(archive):
    make_tag("移民潮")
    make_article("99", tags=["移民潮"])
    index.rebuild()
    text = page(archive, "/search/?q=移民朝")
    assert "No article was found." in text
    assert 'href="?q=%E7%A7%BB%E6%B0%91%E6%BD%AE"' in text
    assert "Did you mean" not in page(archive, "/search/?q=完全不同的事")


def test_titles_cannot_break_the_page(client):
    make_article("1", title="<script>alert('渡輪')</script> & <b>", body="<script>alert('渡輪')</script>")
    index.rebuild()
    text = re.sub('</?span(?: class="phrase[^"]*")?>', "", page(client, "/search/?q=渡輪+script"))
    assert (
        "&lt;<mark>script</mark>&gt;alert(&#x27;<mark>渡輪</mark>&#x27;)&lt;/<mark>script</mark>&gt; &amp; &lt;b&gt;"
        in text
    )
    assert "<script>alert" not in text


@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        "year=0",
        "year=99999",
        "year=2019&month=13",
        "month=5",
        "page=0",
        "page=-1",
        "page=x",
        "order=x",
        "tag=%00",
        "q=%FF",
    ],
)
def test_what_makes_no_sense_is_passed_over(archive, query):
    page(archive, f"/search/?{query}")


def test_a_page_takes_few_queries(archive, django_assert_max_num_queries):
    with django_assert_max_num_queries(9):  # one less outside of a test's transaction
        page(archive, "/search/?q=碼頭&tag=渡輪")


def test_suggestions(archive):
    make_tag("碼頭工人", alias_of=Tag.objects.get(name="渡輪"))
    typed, names, kinds, urls = archive.get("/search/suggest/", {"q": "码头"}).json()
    assert typed == "码头"
    assert names[0] == "碼頭工人"
    assert kinds == ["tag", "article", "article", "article", "article"]
    assert all(url.startswith("/") for url in urls)
    assert archive.get("/search/suggest/", {"q": ""}).json() == ["", [], [], []]
    assert archive.get("/search/suggest/", {"q": '"\0*'}).status_code == 200


def test_the_description_is_well_formed(client):
    response = client.get("/search/description.xml")
    assert response["Content-Type"].startswith("application/opensearchdescription+xml")
    root = ET.fromstring(response.content)  # noqa: S314
    assert root.tag == "{http://a9.com/-/spec/opensearch/1.1/}OpenSearchDescription"
    assert "{searchTerms}" in response.content.decode()


@pytest.mark.parametrize("address", ["/", "/archive/", "/search/"])
def test_the_search_box_is_on_every_page(archive, address):
    assert page(archive, address).count('role="search"') == 1


def test_what_the_search_box_takes_fits_into_an_address(archive):
    assert f'maxlength="{MOST_CHARACTERS}"' in page(archive, "/")
    assert archive.get("/search/", {"q": "香" * MOST_CHARACTERS}).status_code == 200
    configured = (settings.BASE_DIR / "gunicorn.conf.py").read_text()
    longest = int(re.findall(r"(?m)^limit_request_line = (\d+)$", configured)[0])
    assert len("/search/?q=" + quote("香" * MOST_CHARACTERS)) + 2000 < longest


def test_an_index_of_another_version_is_said_to_be_in_the_making(archive):
    SearchBlock.objects.update(content=b"another version's")
    SearchState.objects.update(analyzer="0")
    response = archive.get("/search/?q=碼頭")
    assert (response.status_code, response["Retry-After"]) == (503, "300")
    assert "being built anew" in response.content.decode()
    assert archive.get(Article.objects.get(source_id="1").get_absolute_url()).status_code == 200
    assert archive.get("/search/suggest/?q=碼").status_code == 200
    index.rebuild()
    assert "45 articles" in page(archive, "/search/?q=碼頭")


@pytest.mark.parametrize(
    ("query", "title", "expected"),
    [
        (
            "夜航",
            "渡輪夜航停開，船長說再見",
            '<span class="phrase">渡輪[夜航]停開，</span><span class="phrase">船長說再見</span>',
        ),
        (
            "渡輪",
            "渡輪停開，渡輪復航",
            '<span class="phrase">[渡輪]停開，</span><span class="phrase">[渡輪]復航</span>',
        ),
        (
            '"停開 船長"',
            "渡輪停開，船長說：再見",
            '<span class="phrase">渡輪[停開，船長]說：</span><span class="phrase">再見</span>',
        ),
        (
            "渡輪",
            "渡輪停開\u3000<b>",
            '<span class="phrase">[渡輪]停開</span>\u3000<span class="phrase">&lt;b&gt;</span>',
        ),
        ("b", "渡輪停開\u3000<b>", '<span class="phrase">渡輪停開</span>\u3000<span class="phrase">&lt;[b]&gt;</span>'),
        ("渡輪", "渡輪照常開出", "[渡輪]照常開出"),  # nothing to choose between
        ("ferry", "Ferry: no crossings", "[Ferry]: no crossings"),
        ("title:說", "停航了！" + "再說一遍，" * 12, ("停航了！" + "再[說]一遍，" * 12)),  # as long as a paragraph
    ],
)
def test_a_headline_breaks_where_it_pauses_and_no_hit_is_parted(query, title, expected):
    marked_expected = expected.replace("[", "<mark>").replace("]", "</mark>")
    assert as_headline(marked(title, expression(parse(query).wanted))) == marked_expected


def test_what_is_marked_is_converted_with_the_words_around_it(archive):
    make_article("500", title="不瞭解，也不乾淨", body="他說，並不瞭解。")
    index.rebuild()
    assert "不<mark>了</mark>解，" in page(archive, "/search/?q=瞭&text=hans")
    assert "并不<mark>了</mark>解。" in page(archive, "/search/?q=瞭&text=hans")
    assert "<mark>瞭</mark>解" in page(archive, "/search/?q=瞭&text=original")


def test_headline_and_passages_are_each_in_their_language(archive):
    make_article("500", title="Just a flu? Just a fool!", body="說到疫情，總有一班人沒有常識。")
    index.rebuild()
    text = page(archive, "/search/?q=疫情")
    assert '<h2 lang="en">' in text
    assert '<p class="passages" lang="zh-Hant-HK">' in text
    assert '<p class="passages" lang="zh-Hans">' in page(archive, "/search/?q=疫情&text=hans")


def test_headlines_of_hits_break_where_others_do(archive):
    make_article("500", title="颶風過後，船長說：「再見」")
    index.rebuild()
    shown = '<span class="phrase"><mark>颶風</mark>過後，</span><span class="phrase">船長說：</span>'
    assert shown in page(archive, "/search/?q=颶風")
