"""The front page's ways into the past, the indexes of authors and tags, and the page about the archive."""

import re
from datetime import date

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from articles.models import Article
from articles.search import index
from articles.tests.factories import make_article, make_author, make_capture, make_figure, make_tag
from articles.views import front, overview

pytestmark = pytest.mark.django_db
TODAY = date(2026, 5, 4)


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> date:
    """Let it be a day of May."""
    monkeypatch.setattr(timezone, "localdate", lambda: TODAY)
    return TODAY


def fill() -> None:
    """Make an archive of three years with everything that the front page shows."""
    for number in range(40):
        story = make_article(
            str(1000 + number),
            section=["本地", "體育", "評論"][number % 3],
            published_on=date(2019 + number % 3, 5, 4 + number % 2),
            authors=["林小鷗", "周望潮"],
            tags=["渡輪", "碼頭"],
        )
        make_figure(story)


@pytest.mark.parametrize("path", ["/about/", "/authors/", "/authors/by-number/", "/tags/"])
@pytest.mark.usefixtures("today")
def test_asks_few_queries(client: Client, path: str, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    fill()
    with django_assert_max_num_queries(9 if path == "/about/" else 8):
        response = client.get(path)
    assert response.status_code == 200
    assert 'rel="canonical"' in response.content.decode()
    with django_assert_max_num_queries(2):  # the rest is remembered
        client.get(f"{path}?not-from-the-cache")


@pytest.mark.usefixtures("today")
def test_home_asks_at_most_ten_queries(client: Client, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    fill()
    with django_assert_max_num_queries(10):
        html = client.get("/").content.decode()
    for part in ("On this day", "From the sections", "Most covered", "Every day of the archive"):
        assert part in html
    with django_assert_max_num_queries(8):
        client.get("/?not-from-the-cache")


@pytest.mark.usefixtures("today")
def test_on_this_day_goes_through_the_years(client: Client) -> None:
    for number, day in enumerate(
        [date(2019, 5, 4), date(2021, 5, 4), date(2021, 5, 4), date(2021, 5, 4), date(2020, 5, 5), date(2026, 5, 4)]
    ):
        make_article(str(number + 1), published_on=day, date_inferred=number == 0)
    make_article("9", published_on=date(2018, 5, 4), status=Article.Status.WITHHELD)
    response = client.get("/")
    found = response.context["today"]
    assert found.is_today
    assert [(past.day, past.number, [article.source_id for article in past.articles]) for past in found.days] == [
        (date(2021, 5, 4), 3, ["4", "3"]),
        (date(2019, 5, 4), 1, ["1"]),
    ]
    part = response.content.decode().partition('class="today"')[2].partition("</section>")[0]
    assert part.count("date inferred") == 1
    assert 'href="/archive/2021/05/04/"' in part


@pytest.mark.usefixtures("today")
def test_days_around_stand_in_where_today_has_nothing(client: Client) -> None:
    make_article(published_on=date(2020, 5, 6))
    make_article(published_on=date(2020, 5, 7))
    html = client.get("/").content.decode()
    assert "Around this day" in html
    assert 'datetime="05-06"' in html


@pytest.mark.parametrize(("past", "headlines"), [(date(2021, 5, 4), 6), (date(2021, 8, 4), 5)])
@pytest.mark.usefixtures("today")
def test_as_many_headlines_stand_beside_the_lead_as_it_is_high(client: Client, past: date, headlines: int) -> None:
    for _number in range(8):
        make_article(published_on=past)
    context = client.get("/").context
    assert (bool(context["today"]), len(context["beside"]), len(context["more"])) == (
        headlines == 6,
        headlines,
        7 - headlines,
    )


@pytest.mark.usefixtures("today")
def test_a_day_without_a_past_has_no_such_part(client: Client) -> None:
    make_article(published_on=date(2020, 8, 1))
    assert client.get("/").context["today"] is None


def test_the_last_day_of_february() -> None:
    make_article(published_on=date(2016, 2, 29))
    found = front.on_this_day(date(2020, 2, 29))
    assert found is not None
    assert [past.day for past in found.days] == [date(2016, 2, 29)]
    assert front.on_this_day(date(2016, 2, 29)) is None


@pytest.mark.usefixtures("today")
def test_the_picture_of_days_leads_to_each_week_and_has_a_table(client: Client) -> None:
    make_article(published_on=date(2021, 5, 3))
    make_article(published_on=date(2021, 5, 7))
    make_article(published_on=date(2021, 6, 1))
    html = client.get("/").content.decode()
    assert 'href="/search/?q=from:2021-05-03+to:2021-05-07&amp;order=oldest"><title>2021-05-03 – 2021-05-07: 2<' in html
    assert 'href="/archive/2021/06/01/"><title>2021-06-01: 1<' in html
    assert '<a href="/archive/2021/05/" aria-label="2021-05: 2">2</a>' in html
    index.rebuild()
    found = client.get("/search/?q=from:2021-05-03+to:2021-05-07&order=oldest")
    assert found.status_code == 200


@pytest.mark.usefixtures("today")
def test_an_archive_without_dates_has_no_picture(client: Client) -> None:
    make_article(published_on=None)
    html = client.get("/").content.decode()
    assert "Every day of the archive" not in html
    assert client.get("/about/").status_code == 200


@pytest.mark.usefixtures("today")
def test_most_covered_tags_lead_to_their_pages(client: Client) -> None:
    ferry = make_tag("渡海小輪")
    make_article(tags=[make_tag("Ferry", alias_of=ferry)])
    make_article(tags=[ferry, "碼頭"])
    html = client.get("/").content.decode()
    part = html.partition('id="covered"')[2].partition("</section>")[0]
    assert re.findall(r'href="(/tag/[^"]+)"', part) == [ferry.get_absolute_url(), make_tag("碼頭").get_absolute_url()]
    assert "Ferry" not in part


def test_authors_by_name_and_by_number(client: Client) -> None:
    for name, years in (("Bo Tide", (2017,)), ("Ada Quay", (2017, 2019, 2020)), ("周望潮", (2021, 2020))):
        for year in years:
            make_article(authors=[name], published_on=date(year, 1, 1))
    make_author("無文")
    by_name = client.get("/authors/")
    html = by_name.content.decode()
    assert [author.name for author in by_name.context["page"]] == ["周望潮", "Ada Quay", "Bo Tide"]
    assert "2017, 2019–2020" in html
    assert re.findall(r'<a href="(#[^"]+)" aria-label="([^"]+?)\s*">([^<]+)', html) == [
        ("#strokes-8", "8 strokes", "8"),
        ("#letter-a", "A", "A"),
        ("#letter-b", "B", "B"),
    ]
    assert 'id="strokes-8"' in html
    by_number = client.get("/authors/by-number/")
    assert [author.number for author in by_number.context["page"]] == [3, 2, 1]
    assert 'href="/authors/"' in by_number.content.decode()


def test_names_are_reached_across_pages(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview, "AUTHORS_A_PAGE", 2)
    make_article(authors=["丁浪", "周望潮", "周年", "Ada Quay", "7號"])
    response = client.get("/authors/")
    assert [author.name for author in response.context["page"]] == ["丁浪", "周年"]
    assert re.findall(r'<a href="([^"]*#[^c][^"]+)" aria-label', response.content.decode()) == [
        "#strokes-2",
        "#strokes-8",
        "?page=2#letter-a",
        "?page=3#other",
    ]
    assert 'id="strokes-8"' in client.get("/authors/?page=2").content.decode()


def test_tags_are_paged_with_their_aliases(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview, "TAGS_A_PAGE", 2)
    ferry = make_tag("渡海小輪")
    make_tag("Ferry", alias_of=ferry)
    for number in range(3):
        make_article(tags=[ferry, "碼頭", "海港"][: 3 - number])
    first, second = client.get("/tags/"), client.get("/tags/?page=2")
    assert [(tag.name, aliases) for tag, aliases in first.context["rows"]] == [("渡海小輪", ["Ferry"]), ("碼頭", [])]
    assert [tag.name for tag, _aliases in second.context["rows"]] == ["海港"]
    assert client.get("/tags/?page=3").status_code == 404
    assert client.get("/tags/?page=x").status_code == 404


def test_tags_of_one_number_stand_together(client: Client) -> None:
    ferry = make_tag("渡海小輪")
    make_tag("Ferry", alias_of=ferry)
    make_article(tags=[ferry, "碼頭", "海港"])
    make_article(tags=[ferry, "碼頭"])
    html = client.get("/tags/").content.decode()
    listed = html.partition('<dl class="by-number">')[2].partition("</dl>")[0]
    rows = [
        (re.findall('hidden">([^<]+)<', row), re.findall(r"<a [^>]+>([^<]+)</a>", row), "Ferry" in row)
        for row in listed.split("<dt>")[1:]
    ]
    assert rows == [(["2 articles"], ["渡海小輪", "碼頭"], True), (["1 article"], ["海港"], False)]


def test_about_tells_what_is_missing(client: Client) -> None:
    make_article(published_on=date(2021, 1, 5))
    make_article(published_on=date(2021, 4, 5))
    make_article(published_on=None)
    make_capture(kind="placeholder")
    response = client.get("/about/")
    html = response.content.decode()
    assert response.context["timeline"].empty == ((date(2021, 2, 1), date(2021, 3, 1)),)
    assert '<time datetime="2021-02">February 2021</time> – <time datetime="2021-03">March 2021</time></span>.' in html
    assert "1 page was saved when it no longer showed its story" in html
    assert "1 article has no date" in html
    assert 'href="/archive/2021/04/"' in html


@pytest.mark.parametrize(
    ("hosts", "words"),
    [
        (["web.archive.org"], "1 picture is not kept here, but shown from the Wayback Machine."),
        ([], "1 picture is not kept here; a link in its place leads to the Wayback Machine."),
    ],
)
def test_about_tells_where_pictures_are(client: Client, settings: LazySettings, hosts: list[str], words: str) -> None:
    settings.IMAGE_HOSTS = hosts
    make_figure(make_article())
    assert words in client.get("/about/").content.decode()


@pytest.mark.parametrize("path", ["/about/", "/authors/", "/authors/by-number/", "/tags/"])
def test_an_empty_archive_has_these_pages(client: Client, path: str) -> None:
    assert client.get(path).status_code == 200


def test_every_page_leads_to_them(client: Client) -> None:
    foot = client.get("/archive/").content.decode().partition("<footer")[2]
    for path in ("/about/", "/authors/", "/tags/"):
        assert f'href="{path}"' in foot
