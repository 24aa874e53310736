"""Every list of articles."""

import re
from datetime import date, timedelta
from urllib.parse import quote

import pytest
from django.core.paginator import InvalidPage
from django.test import Client
from django.utils import translation

from articles.models import Article, Figure, Tag
from articles.search import index
from articles.templatetags.archive_links import (
    closed_up,
    day_and_month,
    full_date,
    language_of,
    month_and_year,
    month_name,
    phrased,
    readable_url,
    spaced,
    with_gloss,
)
from articles.tests.factories import make_article, make_author, make_figure, make_section, make_tag
from articles.views.archives import PAGE_SIZE, ArticlePaginator

pytestmark = pytest.mark.django_db
LISTS = (
    "/?page=2",
    "/section/本地/",
    "/author/林小鷗/",
    "/tag/渡輪/",
    "/archive/",
    "/archive/2021/",
    "/archive/2021/05/",
    "/archive/2021/05/04/",
    "/archive/undated/",
)


@pytest.fixture
def stories() -> list[Article]:
    """Make 30 articles of one day, and a few of other days and sections."""
    day = date(2021, 5, 4)
    made = []
    for number in range(30):
        story = make_article(
            str(1000 + number),
            title=f"第{number}篇",
            published_on=day,
            authors=["林小鷗", "周望潮"],
            tags=["渡輪", "碼頭"],
        )
        make_figure(story)
        make_figure(story, 2)
        made.append(story)
    for number, section in enumerate(["體育", "評論", "文化"]):
        make_article(str(2000 + number), section=section, published_on=day - timedelta(days=400 * (number + 1)))
    make_article("3000", published_on=None, title="無日期")
    make_article(
        "4000", status=Article.Status.REVIEW, title="未刊", authors=["林小鷗"], tags=["渡輪"], published_on=day
    )
    make_article(
        "4001", status=Article.Status.WITHHELD, title="未刊", authors=["林小鷗"], tags=["渡輪"], published_on=day
    )
    return made


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.usefixtures("stories")
def test_asks_at_most_eight_queries(client: Client, path: str, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_max_num_queries(8):
        response = client.get(path)
    assert response.status_code == 200
    html = response.content.decode()
    assert "未刊" not in html
    assert 'rel="canonical"' in html


@pytest.mark.parametrize("path", ["/section/本地/", "/author/林小鷗/", "/tag/渡輪/", "/archive/2021/05/04/"])
@pytest.mark.usefixtures("stories")
def test_pages_hold_every_article_once(client: Client, path: str) -> None:
    first, second = (client.get(f"{path}?page={number}").context["page"] for number in (1, 2))
    assert len(first) == PAGE_SIZE
    ids = [article.source_id for article in (*first, *second)]
    assert len(ids) == len(set(ids)) == first.paginator.count
    assert ids[:30] == [str(number) for number in range(1029, 999, -1)]


@pytest.mark.parametrize("number", ["0", "-1", "3", "x", "", pytest.param("9" * 5000, id="long")])
@pytest.mark.usefixtures("stories")
def test_bad_page_numbers_are_not_found(client: Client, number: str) -> None:
    assert client.get("/author/林小鷗/", {"page": number}).status_code == 404


def test_a_page_reads_keys_first_and_only_its_rows(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    for number in range(60):
        make_article(str(number), published_on=date(2021, 1, 1) + timedelta(days=number))
    paginator = ArticlePaginator(Article.objects.published(), 10)
    with django_assert_num_queries(4) as asked:
        page = paginator.page(6)
    assert [article.source_id for article in page] == [str(number) for number in range(9, -1, -1)]
    assert page.paginator.count == 60  # it came with the keys
    keys, rows = asked[0]["sql"], asked[1]["sql"]
    assert "OFFSET 50" in keys
    assert "title" not in keys
    assert "OFFSET" not in rows
    assert '"html"' not in rows
    with pytest.raises(InvalidPage):
        paginator.page(7)


def test_a_list_reads_one_picture_of_each_article(client: Client, stories: list[Article]) -> None:
    make_figure(stories[0], 3, kind="video")
    shown = {article.source_id: article.images for article in client.get("/tag/渡輪/?page=2").context["page"]}
    assert [[figure.position for figure in images] for images in shown.values()] == [[1]] * 6
    Figure.objects.filter(position=1).update(kind=Figure.Kind.VIDEO)
    shown = {article.source_id: article.images for article in client.get("/tag/渡輪/").context["page"]}
    assert [[figure.position for figure in images] for images in shown.values()] == [[2]] * PAGE_SIZE
    Figure.objects.all().delete()
    assert {len(article.images) for article in client.get("/tag/渡輪/").context["page"]} == {0}


def test_home_leads_with_a_picture(client: Client) -> None:
    make_article("1", title="有圖", published_on=date(2021, 1, 1))
    make_figure(Article.objects.get())
    make_article("2", title="無圖", published_on=date(2021, 1, 2))
    context = client.get("/").context
    assert context["lead"].title == "有圖"
    assert [article.title for article in context["beside"]] == ["無圖"]


@pytest.mark.usefixtures("stories")
def test_home_shows_older_stories_of_the_sections(client: Client) -> None:
    blocks = {section.name: articles for section, articles in client.get("/").context["blocks"]}
    assert {"本地", "體育", "評論", "文化"} == set(blocks)
    assert [article.source_id for article in blocks["本地"]] == ["1005", "1004", "1003", "1002"]


def test_an_empty_archive_has_a_front_page(client: Client) -> None:
    assert "The archive is empty" in client.get("/").content.decode()
    assert client.get("/archive/").status_code == 200


def test_navigation_has_only_sections_with_articles(client: Client) -> None:
    make_article(section="本地")
    make_section("空欄")
    make_article(section="未刊欄", status=Article.Status.REVIEW)
    html = client.get("/archive/").content.decode()
    assert "本地" in html
    assert "空欄" not in html
    assert "未刊欄" not in html


def test_a_tag_lists_its_aliases_articles_once(client: Client) -> None:
    canonical = make_tag("渡海小輪")
    alias = make_tag("Ferry", alias_of=canonical)
    make_article("1", tags=[canonical, alias])
    make_article("2", tags=[alias])
    assert [article.source_id for article in client.get("/tag/渡海小輪/").context["page"]] == ["2", "1"]
    response = client.get("/tag/Ferry/")
    assert (response.status_code, response["Location"]) == (301, canonical.get_absolute_url())


def test_a_tag_tells_its_aliases_its_months_and_what_it_comes_with(client: Client) -> None:
    ferry = make_tag("渡海小輪")
    alias = make_tag("Ferry", alias_of=ferry)
    port = make_tag("港口")
    make_article("1", tags=[ferry, port], published_on=date(2020, 1, 5))
    make_article("2", tags=[alias, make_tag("Port", alias_of=port), port], published_on=date(2021, 3, 1))
    make_article("3", tags=[ferry, "清晨"], published_on=None)
    make_article("4", tags=[port], published_on=date(2019, 3, 1))
    make_article("5", tags=[ferry, "未刊"], status=Article.Status.REVIEW)
    response = client.get(ferry.get_absolute_url())
    assert response.context["aliases"] == ["Ferry"]
    assert response.context["page"].paginator.count == 3
    assert [(bar.month, bar.number) for bar in response.context["timeline"].bars] == [
        (date(2020, 1, 1), 1),
        (date(2021, 3, 1), 1),
    ]
    assert [(tag.name, tag.number) for tag in response.context["beside"]] == [("港口", 2), ("清晨", 1)]
    html = response.content.decode()
    assert f'href="/search/?tag={quote(ferry.slug)}&amp;year=2021&amp;month=3&amp;order=oldest"' in html
    assert "as a table" in html


def test_an_author_tells_when_they_wrote_and_on_what(client: Client) -> None:
    for year in (2018, 2021, 2021):
        make_article(authors=["林小鷗"], tags=["渡輪"], published_on=date(year, 1, 5))
    make_article(authors=["周望潮"], tags=["碼頭"])
    html = client.get("/author/林小鷗/").content.decode()
    assert "3 articles · 2018–2021" in html
    assert "When they wrote" in html
    assert html.partition("Most often on")[2].count("/tag/") == 1
    html = client.get("/author/周望潮/").content.decode()
    assert "1 article · 2021" in html
    assert "When they wrote" not in html
    assert "Most often on" not in html


def test_aliases_in_a_circle_lead_nowhere(client: Client) -> None:
    port = make_tag("港口")
    harbour = make_tag("海港", alias_of=port)
    Tag.objects.filter(pk=port.pk).update(alias_of=harbour)
    lost = make_tag("海灣", alias_of=port)
    make_article("1", tags=[port, harbour])
    for tag in (port, harbour, lost):
        assert client.get(tag.get_absolute_url()).status_code == 200
    assert client.get("/article/1/").status_code == 200


def test_a_chain_of_aliases_leads_to_its_end_at_once(client: Client) -> None:
    end = make_tag("港口")
    first = make_tag("港灣", alias_of=make_tag("海港", alias_of=end))
    assert client.get(first.get_absolute_url())["Location"] == end.get_absolute_url()


@pytest.mark.parametrize(
    ("language", "day", "month"),
    [("en", "3 December 2021", "December 2021"), ("zh-hant", "2021年12月3日", "2021年12月")],
)
def test_dates_are_those_of_a_newspaper(client: Client, language: str, day: str, month: str) -> None:
    make_article("1", published_on=date(2021, 12, 3))
    index.rebuild()
    for path in ("/", "/archive/2021/12/", "/search/?q=from:2021-12"):
        html = client.get(path, headers={"accept-language": language}).content.decode()
        assert f'<time datetime="2021-12-03">{day}</time>' in html
    assert (
        f"<title>{month} – " in client.get("/archive/2021/12/", headers={"accept-language": language}).content.decode()
    )


def test_lists_name_authors_in_the_order_in_which_they_signed(client: Client) -> None:
    make_article(authors=["周望潮", "林小鷗", "丁浪"])
    html = client.get("/").content.decode()
    assert html.index("周望潮") < html.index("林小鷗") < html.index("丁浪")


@pytest.mark.parametrize("path", ["/", "/?page=2", "/section/本地/", "/archive/2021/12/28/", "/archive/2021/12/"])
def test_every_list_marks_inferred_dates(client: Client, path: str) -> None:
    for _number in range(PAGE_SIZE + 1):
        make_article(date_inferred=True, tags=["渡輪"])
    html = client.get(path).content.decode()
    times = html.count("<time ") - html.count("<h1><time ")
    assert times > 0
    assert html.count("date inferred") == times


def test_sections_have_their_english_label_beside_their_name(client: Client) -> None:
    make_article(section=make_section("本地", label_en="Local"))
    make_article(section=make_section("Features", label_en="features"))
    html = client.get("/section/本地/").content.decode()
    assert '<h1><span lang="zh-Hant-HK">本地</span> <span class="gloss" lang="en">Local</span>' in html
    assert 'lang="en">features' not in html
    with translation.override("zh-hant"):
        assert "Local" not in with_gloss(make_section("本地"))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("渡輪照常開出", "zh-Hant-HK"),
        ("The ferry leaves as usual", "en"),
        ("渡輪 Star Ferry 照常開出", "zh-Hant-HK"),
        ("Night ferry: “海”", "en"),
        ("2021-12-28", "zh-Hant-HK"),
        ("", "zh-Hant-HK"),
    ],
)
def test_texts_are_marked_with_their_language(text: str, language: str) -> None:
    assert language_of(text) == language


def test_an_author_page_shows_who_it_is(client: Client) -> None:
    make_article(authors=[make_author("周望潮", biography="寫海。\n<b>", avatar_url="https://web.archive.org/p.jpg")])
    html = client.get("/author/周望潮/").content.decode()
    assert "寫海。" in html
    assert "&lt;b&gt;" in html
    assert 'src="https://web.archive.org/p.jpg"' in html


@pytest.mark.usefixtures("stories")
def test_dates_are_counted(client: Client) -> None:
    context = client.get("/archive/").context
    years = context["years"]
    assert [year.number for year in years] == [2021, 2020, 2019, 2018]
    assert years[0].count == years[0].months[4].count == 30
    assert context["undated"] == 1
    html = client.get("/archive/2021/05/").content.decode()
    assert 'href="/archive/2021/05/04/"' in html
    assert "4 May 2021, 30 articles" in html


@pytest.mark.usefixtures("stories")
def test_a_day_names_its_neighbours(client: Client) -> None:
    context = client.get("/archive/2020/03/30/").context
    assert (context["earlier"], context["later"]) == (date(2019, 2, 24), date(2021, 5, 4))


@pytest.mark.usefixtures("stories")
@pytest.mark.parametrize(
    ("path", "earlier", "later"),
    [
        ("/archive/2020/03/30/", ("/archive/2019/02/24/", "24 February 2019"), ("/archive/2021/05/04/", "4 May 2021")),
        ("/archive/2020/03/", ("/archive/2019/02/", "February 2019"), ("/archive/2021/05/", "May 2021")),
        ("/archive/2020/", ("/archive/2019/", "2019"), ("/archive/2021/", "2021")),
    ],
)
def test_days_lead_to_days_months_to_months_and_years_to_years(
    client: Client, path: str, earlier: tuple[str, str], later: tuple[str, str]
) -> None:
    html = client.get(path).content.decode()
    assert re.findall(r'<a rel="(?:prev|next)" href="([^"]+)"><span>[^<]+</span> ([^<]+)</a>', html) == [earlier, later]


@pytest.mark.parametrize("day", [date(1, 1, 1), date(999, 12, 31), date(2021, 5, 4), date.max])
def test_a_day_lists_its_own_articles_and_no_others(client: Client, day: date) -> None:
    make_article("7", published_on=day)
    make_article("8", published_on=day)
    for other in {date.min, date.max, date(2021, 5, 3), date(2021, 5, 5)} - {day}:
        make_article(published_on=other)
    page = client.get(f"/archive/{day.isoformat().replace('-', '/')}/").context["page"]
    assert [article.source_id for article in page] == ["8", "7"]


@pytest.mark.parametrize(
    "path",
    [
        "/archive/2017/",
        "/archive/2021/04/",
        "/archive/2021/05/05/",
        "/archive/2021/02/30/",
        "/archive/2021/13/",
        "/archive/0000/",
        "/archive/21/",
        "/section/none/",
        "/author/none/",
        "/tag/none/",
    ],
)
@pytest.mark.usefixtures("stories")
def test_what_is_not_there_is_not_found(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("language", "day", "month", "alone"),
    [
        ("zh-hant", "2019年8月24日", "2019年8月", "8月"),
        ("zh-hans", "2019年8月24日", "2019年8月", "8月"),
        ("en", "24 August 2019", "August 2019", "August"),
    ],
)
def test_days_are_written_as_a_newspaper_prints_them(language: str, day: str, month: str, alone: str) -> None:
    with translation.override(language):
        on = date(2019, 8, 24)
        assert (full_date(on), month_and_year(on), month_name(on)) == (day, month, alone)
        assert day_and_month(on) == day.replace("2019", "").strip(" 年")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("尾班船走了。 「再見。」  船員說", "尾班船走了。「再見。」船員說"),
        ("第一段。\n\n第二段", "第一段。第二段"),
        ("標題\u3000副題 副題", "標題\u3000副題 副題"),  # these gaps are meant
        ("The end. The beginning", "The end. The beginning"),
    ],
)
def test_chinese_punctuation_has_one_gap(text: str, expected: str) -> None:
    assert closed_up(text) == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("【渡輪】夜航停\u3000船：「再見」", ["【渡輪】", "夜航停", "\u3000", "船：", "「再見」"]),
        ("九個字的句子正好放，十個字的句子在電話要斷", ["九個字的句子正好放，", "十個字的句子在電話要斷"]),
        ("停航了！" + "長" * 17, ["停航了！", "長" * 17]),
        ("停航了！" + "再說一遍，" * 12, []),  # as long as a paragraph
        ("第 2 號 Ferry 停航 有人知道", ["第 2 號 Ferry 停航", " ", "有人知道"]),
        ("渡輪停航", []),  # nothing to choose between
        ("Ferry: no crossings", []),
    ],
)
def test_a_headline_breaks_where_it_pauses(title: str, expected: list[str]) -> None:
    html = str(phrased(title))
    assert re.sub("<[^>]+>", "", html) == title
    assert [part for part in re.split("</?span[^>]*>", html) if part] == (expected or [title])


def test_only_phrases_that_fit_are_kept_whole() -> None:
    html = str(phrased(f"{'短' * 11}\u3000{'長' * 16}\u3000{'過' * 17}\u3000<b>"))
    assert re.findall(r'<span class="(\w+ ?\w*)">(.)', html) == [
        ("phrase", "短"),
        ("phrase long", "長"),
        ("phrase", "&"),
    ]
    assert "<b>" not in html


def test_a_list_does_not_repeat_what_its_heading_says(client: Client) -> None:
    make_article(published_on=date(2021, 5, 4), authors=["林小鷗"])
    make_article(published_on=date(2021, 5, 4), authors=["林小鷗", "周望潮"])
    day = client.get("/archive/2021/05/04/").content.decode()
    assert day.count('<time datetime="2021-05-04"') == 1
    assert day.count("林小鷗</a>") == 2
    author = client.get("/author/林小鷗/").content.decode()
    assert author.count("林小鷗</a>") == author.count("周望潮</a>") == 1
    assert author.count('<time datetime="2021-05-04"') == 2


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("%E6%B8%A1%E8%BC%AA-9/a%2Fb", "渡輪-9/a/b"),
        ("%EF%BF%BD%EF%BF%BD-9/%EF%BF%BDs", "…-9/…s"),  # replaced before it was saved
        ("%B4%E8-9", "…-9"),
        ("%0A%E6%B8%A1", "%0A%E6%B8%A1"),
    ],
)
def test_an_address_is_shown_to_be_read(path: str, expected: str) -> None:
    assert readable_url(f"https://x.example/{path}") == f"https://x.example/{expected}"


@pytest.mark.parametrize(("label", "expected"), [("又作：", "又作："), ("Also:", "Also: "), ("存檔", "存檔 ")])
def test_a_label_stands_apart_from_what_follows(label: str, expected: str) -> None:
    assert spaced(label) == expected


def test_the_sections_line_says_when_one_is_in_the_archive(client: Client) -> None:
    make_article("501", published_on=date(2021, 12, 28))
    for path, current in [
        ("/archive/", ' aria-current="page"'),
        ("/archive/2021/", ' aria-current="true"'),
        ("/archive/2021/12/28/", ' aria-current="true"'),
        ("/tags/", ""),  # after the others: what pages have in common is kept
    ]:
        assert f'<li><a href="/archive/"{current}>Archive</a></li>' in client.get(path).content.decode(), path
