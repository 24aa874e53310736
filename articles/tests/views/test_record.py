"""The record of an article, and two of its saved pages compared."""

import itertools
import re
import time
from datetime import UTC, datetime

import pytest
from django.test import Client

from articles.models import Article, Capture, Figure, ImportIssue, ImportRun
from articles.tests.factories import make_article, make_capture, make_correction, make_figure

pytestmark = pytest.mark.django_db
URLS = ("/article/501/record/", "/article/501/compare/501/502/")


def page_of(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status
    return response.content.decode()


def words_of(html: str) -> str:
    """Return what a reader sees of a page, on one line; what is marked stands in brackets."""
    marked = re.sub(r"<(del|ins)><span class=\"visually-hidden\">\[[a-z]+: </span>", r"[\1 ", html)
    marked = re.sub(r"<span class=\"visually-hidden\">\]</span></(?:del|ins)>", "]", marked)
    return " ".join(re.sub(r"<[^>]*>|&nbsp;", " ", marked).split())


def make_version(story: Article, source_id: str, title: str, body: str, **kw: object) -> Capture:
    return make_capture(source_id, article=story, title=title, body=body, **kw)


def make_story(number: int = 3, **kw: object) -> Article:
    """Make a story that was saved as 501, 502, … ; the last gives its text."""
    versions = [
        ("渡輪停航", "清晨的海港，渡輪照常開出。"),
        ("渡輪停航", "清晨的海港，渡輪沒有開出。"),
        ("渡輪今日停航", "清晨的海港，渡輪沒有開出。\n\n{{< figure 1 >}}"),
    ]
    captures = [
        make_capture(str(501 + place), title=title, body=body, evidence=f"same title and day as {501 + place - 1}")
        for place, (title, body) in enumerate(itertools.islice(itertools.cycle(versions), number))
    ]
    story = make_article("501", text_capture=captures[-1], **({"title": "渡輪今日停航"} | kw))
    Capture.objects.filter(pk__in=[capture.pk for capture in captures]).update(article=story)
    return story


def test_tells_what_the_newsroom_changed(client: Client) -> None:
    story = make_story()
    make_figure(story, 1, caption="碼頭", credit="")
    words = words_of(page_of(client, "/article/501/record/"))
    assert "Edited twice; the headline once" in words
    assert "Version 1 渡輪停航 Saved as no. 501" in words
    assert "Version 2 2 characters deleted 2 characters inserted Compare with the version before" in words
    assert "Version 3 the text shown here 渡輪[ins 今日]停航 1 picture or video put in Compare" in words
    html = page_of(client, "/article/501/record/")
    assert re.findall(r"/article/501/compare/\d+/\d+/", html) == [
        "/article/501/compare/501/502/",
        "/article/501/compare/502/503/",
    ]


def test_shows_each_saved_page_with_its_source(client: Client) -> None:
    story = make_story(2)
    first = Capture.objects.get(source_id="501")
    run = ImportRun.objects.create()
    for number, kind in enumerate(("line-ends", "control-character", "line-ends", "not-a-kind")):
        ImportIssue.objects.create(
            run=run, digest=str(number), path=first.path, kind=kind, message="CRLF", capture=first
        )
    html = page_of(client, "/article/501/record/")
    for capture in story.captures.all():
        assert f'href="{capture.wayback_url}"' in html
        assert f'href="{capture.original_url}"' in html
        assert capture.sha256 in html
        assert f'id="page-{capture.source_id}"' in html
    words = words_of(html)
    assert "2021-12-30 04:05:06 UTC" in words
    assert "It has the same headline and the same day as number 501." in words
    assert words.count("The ends of lines were made uniform.") == 1
    assert "Invisible characters that no page can hold were taken out." in words
    assert "CRLF" not in words


def test_one_saved_page_says_so_and_offers_no_comparison(client: Client) -> None:
    make_article("501")
    html = page_of(client, "/article/501/record/")
    assert "Only one page of this article was saved" in html
    assert "<form" not in html.split("<main")[1]
    assert "Nothing: the article stands as it was saved." in html


def test_pages_that_read_the_same_are_no_edit_but_their_captions_may_differ(client: Client) -> None:
    story = make_article("502", text_capture=make_capture("502", title="題", body="文\n\n{{< figure 1 >}}"))
    other = make_version(story, "501", "題", "文\n\n{{< figure 1 >}}")
    make_figure(story, 1, caption="碼頭")
    assert "Nothing, as far as the saved pages tell" in page_of(client, "/article/502/record/")
    Figure.objects.create(
        capture=other, position=1, kind="image", caption="海港", original_url="https://x.example/1.jpg"
    )
    html = page_of(client, "/article/502/record/")
    assert "Its pictures, or the words under them, changed meanwhile." in html
    assert "/article/502/compare/501/502/" in html


def test_says_from_what_the_date_was_inferred(client: Client) -> None:
    make_article("501", date_inferred=True, date_evidence="version 502 of this story says so")
    words = words_of(page_of(client, "/article/501/record/"))
    assert "28 December 2021 was inferred: another saved page of this story, number 502, says so." in words
    assert "another saved page of this story, number 502, says so" in page_of(client, "/article/501/")


def test_tells_the_archive_s_own_corrections(client: Client) -> None:
    story = make_article("501")
    make_correction(story, before="渡輪照常關出", after="渡輪照常開出", reason="A typo.", is_active=False)
    make_correction(story, field="tags", before=["渡輪", "海港"], after=["渡輪", "碼頭"], reason="Wrong tag.")
    make_correction(story, field="published_on", before="2021-12-28", after="2021-12-29", is_active=False)
    make_correction(story, field="published_on", before="2021-12-29", after="2021-12-28", is_active=False)
    make_correction(story, before="a", after="b", reason="Only a comma.", is_minor=True)
    words = words_of(page_of(client, "/article/501/record/"))
    assert "Reason: A typo. 渡輪照常[del 關][ins 開]出" in words
    assert "渡輪 · [del 海港] · [ins 碼頭]" in words
    assert "Only a comma." not in words
    assert words.count("back to what was saved") == 1
    assert words.count("replaced since") == 2  # the date, and the title by a minor one


def test_leads_an_earlier_version_s_record_to_the_story_s(client: Client) -> None:
    story = make_article("501")
    make_version(story, "499", "題", "文")
    for path in ("record/", "compare/499/501/"):
        response = client.get(f"/article/499/{path}")
        assert (response.status_code, response["Location"]) == (301, f"/article/501/{path}")


@pytest.mark.parametrize("url", URLS)
def test_nothing_of_a_withheld_article_is_told(client: Client, url: str) -> None:
    make_story(title="不可見", status=Article.Status.WITHHELD, notice="A court asked for it.")
    html = page_of(client, url, 410)
    assert "A court asked for it." in html
    assert "渡輪" not in html
    assert "不可見" not in html


@pytest.mark.parametrize("url", URLS)
def test_an_article_in_review_has_no_record(client: Client, url: str) -> None:
    make_story(status=Article.Status.REVIEW)
    page_of(client, url, 404)


@pytest.mark.parametrize("path", ["record/", "compare/1/2/", "compare/"])
def test_an_id_that_no_article_has(client: Client, path: str) -> None:
    response = client.get(f"/article/12345/{path}", follow=True)
    assert response.status_code == 404


def test_marks_what_differs(client: Client) -> None:
    story = make_story()
    make_figure(story, 1, caption="碼頭", credit="林小鷗攝")
    html = page_of(client, "/article/501/compare/501/503/")
    words = words_of(html)
    assert "Headline 渡輪[ins 今日]停航" in words
    assert "渡輪[del 照常][ins 沒有]開出。" in words
    assert "[ins ▣ 碼頭／林小鷗攝]" in words
    assert "Pictures and videos [ins 501-1.jpg 碼頭／林小鷗攝]" in words
    assert '<meta name="robots" content="noindex">' in html
    assert "[del 今日]" in words_of(page_of(client, "/article/501/compare/503/501/"))


def test_compares_what_the_newsroom_printed_not_what_the_archive_corrected(client: Client) -> None:
    story = make_story(title="編輯改過的標題", body="編輯改過的文字")
    figure = make_figure(story, 1, caption="編輯改過的圖說", credit="")
    story.imported = {"figures": {figure.original_url: {"caption": "原來的圖說", "credit": ""}}}
    story.save()
    words = words_of(page_of(client, "/article/501/compare/502/503/"))
    assert "原來的圖說" in words
    of_article = "Two saved pages compared 編輯改過的標題"  # the page's own name is the article's as it stands here
    assert of_article in words
    assert "編輯改過" not in words.replace("編輯改過的標題 –", "").replace(of_article, "")


def test_leads_along_the_versions(client: Client) -> None:
    make_story(6)
    html = page_of(client, "/article/501/compare/502/503/")
    assert 'rel="prev" href="/article/501/compare/501/502/"' in html
    assert 'rel="next" href="/article/501/compare/503/504/"' in html
    assert "The change before Version 1 → Version 2 The change after Version 3 → Version 4" in words_of(html)
    assert 'rel="prev"' not in page_of(client, "/article/501/compare/501/503/")


def test_says_where_only_the_headline_changed(client: Client) -> None:
    story = make_story(2)
    make_version(story, "503", "渡輪今日停航", "清晨的海港，渡輪沒有開出。", evidence="same title and day as 502")
    words = words_of(page_of(client, "/article/501/compare/502/503/"))
    assert "Headline 渡輪[ins 今日]停航 The text reads the same in both." in words
    assert "reads the same" not in words_of(page_of(client, "/article/501/compare/501/503/"))


def test_lists_what_else_differs(client: Client) -> None:
    story = make_article("502", text_capture=make_capture("502", tag_names=["碼頭", "渡輪"], section_name="港聞"))
    make_version(story, "501", "", "", tag_names=["渡輪", "碼頭"], section_name="國際", bylines=[{"name": "林小鷗"}])
    words = words_of(page_of(client, "/article/502/compare/501/502/")).replace(" · ", "")
    assert "Headline and text read the same. What else differs:" in words
    assert "Section [del 國際][ins 港聞] Authors [del 林小鷗]" in words
    assert "Tags" not in words.split("What else differs:")[1].split("These pages")[0]


def test_a_number_that_was_saved_twice_has_two_addresses(client: Client) -> None:
    story = make_article("502", text_capture=make_capture("502", title="三", body="丙"))
    early, late = (datetime(2021, month, 1, tzinfo=UTC) for month in (3, 5))
    make_version(story, "501", "二", "乙", key="501@20210501000000", captured_at=late)
    make_version(story, "501", "一", "甲", key="501@20210301000000", captured_at=early)
    html = page_of(client, "/article/502/record/")
    assert "/article/502/compare/501@20210301000000/501@20210501000000/" in html
    assert "/article/502/compare/501@20210501000000/502/" in html
    words = words_of(page_of(client, "/article/502/compare/501@20210501000000/502/"))
    assert "[del 乙][ins 丙]" in words
    # the number alone goes on naming the page that was saved first
    words = words_of(page_of(client, "/article/502/compare/501/502/"))
    assert "[del 甲][ins 丙]" in words


@pytest.mark.parametrize("pair", ["501/999", "x/501", "501/501@20210301000000", "%00/501"])
def test_a_page_that_the_story_does_not_have(client: Client, pair: str) -> None:
    make_story()
    page_of(client, f"/article/501/compare/{pair}/", 404)


@pytest.mark.parametrize(
    ("query", "location"),
    [
        ("a=501&b=503", "/article/501/compare/501/503/"),
        ("a=501@2021&b=503", "/article/501/compare/501@2021/503/"),
        ("a=501", "/article/501/record/"),
        ("", "/article/501/record/"),
        ("a=//evil.example/&b=x", "/article/501/record/"),
        ("a=https:&b=%0d%0aX", "/article/501/compare/https:/%0D%0AX/"),
    ],
)
def test_a_choice_leads_to_an_address(client: Client, query: str, location: str) -> None:
    make_story()
    response = client.get(f"/article/501/compare/?{query}")
    assert (response.status_code, response["Location"]) == (302, location)


def test_the_page_itself_sums_the_record_up(client: Client) -> None:
    make_story()
    words = words_of(page_of(client, "/article/501/"))
    assert "What the newsroom changed while it was live: Edited twice; the headline once" in words
    assert "3 saved pages · 3 published versions" in words
    assert 'href="/article/501/record/"' in page_of(client, "/article/501/")
    make_article("601")
    assert "1 saved page · Record" in words_of(page_of(client, "/article/601/"))


def test_the_page_itself_reads_the_newsroom_s_times(client: Client) -> None:
    hours = [datetime(2021, 12, 28, hour, 30, tzinfo=UTC) for hour in (1, 4)]
    story = make_article("502", text_capture=make_capture("502", body="乙", updated_at=hours[1]))
    make_version(story, "501", "", "甲", updated_at=hours[0])
    assert "Edited once in 3 hours" in page_of(client, "/article/502/")
    assert "Edited once in 3 hours" in page_of(client, "/article/502/record/")


def test_huge_texts_are_compared_in_bounded_time(client: Client) -> None:
    texts = ["".join(chr(0x4E00 + (number * step) % 20_000) for number in range(60_000)) for step in (7, 11, 13, 17)]
    story = make_article("504", text_capture=make_capture("504", body=texts[-1]))
    for place, text in enumerate(texts[:-1]):
        make_version(story, str(501 + place), "", text)
    for path in ("record/", "compare/501/504/"):
        started = time.process_time()
        page_of(client, f"/article/504/{path}")
        assert time.process_time() - started < 10  # each comparison takes half a second; unbounded, minutes


@pytest.mark.parametrize("number", [1, 20])
@pytest.mark.parametrize("path", ["record/", "compare/501/501/"])
def test_asks_at_most_eight_queries(client: Client, django_assert_max_num_queries, path: str, number: int) -> None:  # type: ignore[no-untyped-def]
    story = make_story(number)
    for position in range(1, 6):
        make_figure(story, position)
        make_correction(story)
    with django_assert_max_num_queries(8):
        page_of(client, f"/article/501/{path}")
