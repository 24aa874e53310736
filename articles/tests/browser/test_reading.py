"""A reader's way through the archive."""

from __future__ import annotations

import datetime
import io
from pathlib import Path

import pytest
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Page, expect

from articles import derived
from articles.models import Article, Capture, Figure
from articles.tests import factories

WAYBACK_IMAGE = "https://web.archive.org/web/20211230040506im_/https://www.harbourlight.example/photo.jpg"


@pytest.fixture
def story(transactional_db) -> Article:
    """Two stories of one section, the newer with a figure."""
    factories.make_article(title="碼頭重開", section="港聞", published_on=datetime.date(2021, 3, 1))
    article = factories.make_article(
        title="渡輪照常開出",
        section="港聞",
        authors=["林小鷗"],
        tags=["渡輪"],
        body="清晨的海港。\n\n{{< figure 1 >}}\n\n**船長**說：一切如常。",
    )
    factories.make_figure(article, kind=Figure.Kind.IMAGE, caption="清晨的渡輪", archived_url=WAYBACK_IMAGE)
    derived.rebuild([article])
    return article


def assert_fits(page: Page) -> None:
    """Nothing sticks out of the window sideways."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{page.url} scrolls sideways"


def test_from_home_to_article_to_section(page: Page, story: Article):
    page.goto(reverse("articles:home"))
    assert_fits(page)
    page.get_by_role("link", name="渡輪照常開出").first.click()

    page.wait_for_url(f"**{story.get_absolute_url()}")
    expect(page.get_by_role("heading", level=1)).to_have_text("渡輪照常開出")
    expect(page.locator("article strong")).to_have_text("船長")
    expect(page.locator("article figcaption").first).to_contain_text("清晨的渡輪")
    expect(page.locator("body")).not_to_contain_text("{{<")
    assert_fits(page)

    page.locator("main").get_by_role("link", name="港聞").first.click()
    page.wait_for_url(f"**{story.section.get_absolute_url()}")
    expect(page.locator("main")).to_contain_text("碼頭重開")
    expect(page.locator("main")).to_contain_text("渡輪照常開出")
    assert_fits(page)


def test_a_month_s_first_stories_stand_beside_its_calendar(page: Page, transactional_db):
    for number in range(5):
        factories.make_article(
            title=f"渡輪第{number}班", published_on=datetime.date(2021, 3, 1 + number), body="開出。" * 60
        )
    page.goto(reverse("articles:month", args=[2021, 3]))
    assert_fits(page)
    calendar, *stories = (
        found.bounding_box() for found in [page.locator(".calendar"), *page.locator(".teaser").all()[:3]]
    )
    wide = page.viewport_size["width"] > 1000
    beside = [story["x"] > calendar["x"] + calendar["width"] for story in stories]
    assert beside == ([True, True, False] if wide else [False] * 3)
    if wide:
        assert abs(stories[0]["y"] - calendar["y"]) < 10
    assert all(story["y"] > calendar["y"] + calendar["height"] for story in stories[2 if wide else 0 :])


def test_an_index_of_tags_is_no_mile_long(page: Page, transactional_db):
    names = [f"渡海小輪{number}" for number in range(100)]
    factories.make_article(tags=[*names, "Star Ferry Pier and the long way to it, as nobody ever called it"])
    factories.make_article(tags=names[:3])
    page.goto(reverse("articles:tags"))
    assert_fits(page)
    index = page.locator(".by-number")
    assert index.bounding_box()["height"] < 20 * len(names)  # a row for each would be 40 pixels
    expect(index.locator("dt").first).to_have_text("22 篇文章")
    boxes = [link.bounding_box() for link in index.get_by_role("link").all()]
    assert min(box["height"] for box in boxes) >= 24
    assert max(box["x"] + box["width"] for box in boxes) <= page.viewport_size["width"]


def rows_of(page: Page, selector: str) -> list[int]:
    """Return how many of these stand in each row, from the top."""
    tops = [round(found.bounding_box()["y"]) for found in page.locator(selector).all()]
    return [tops.count(top) for top in sorted(set(tops))]


def test_authors_stand_beside_each_other(page: Page, transactional_db):
    for number, name in enumerate(("林小鷗", "林岸", "林望潮", "林海風")):
        for _article in range(4 - number):
            factories.make_article(authors=[name], published_on=datetime.date(2021, 3, 1))
    wide = page.viewport_size["width"] > 1000
    page.goto(reverse("articles:authors-by-number"))
    assert_fits(page)
    assert rows_of(page, ".index li") == [2, 2]
    if not wide:  # read across, the years below the name
        left, right = (page.locator(".index li").nth(number) for number in (0, 1))
        assert left.bounding_box()["y"] == right.bounding_box()["y"]
        assert left.locator(".years").bounding_box()["y"] > left.locator("a").bounding_box()["y"]
    assert min(link.bounding_box()["height"] for link in page.locator(".index a").all()) >= 24


def test_lost_articles_use_a_wide_page(page: Page, transactional_db):
    for number in range(9):
        factories.make_capture(str(7001 + number), kind="placeholder", title=f"渡輪第{number}班停航的報道")
    page.goto(reverse("articles:lost"))
    assert_fits(page)
    wide = page.viewport_size["width"] > 1000
    assert rows_of(page, ".lost-list li") == ([3] * 3 if wide else [1] * 9)


def test_from_article_to_record_to_comparison(page: Page, story: Article):
    for number, body in (("1", "清晨的海港。"), ("2", "黃昏的海港。")):
        factories.make_capture(number, article=story, title="渡輪停航", body=body)
    Capture.objects.filter(pk=story.text_capture_id).update(title=story.title, body=story.body)
    page.goto(story.get_absolute_url())
    expect(page.locator("#record")).to_contain_text("3 個發布版本")
    page.locator("#record").get_by_role("link").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("渡輪照常開出")
    assert_fits(page)
    page.get_by_label("之後").select_option("2")
    page.get_by_role("button", name="比較").click()

    page.wait_for_url(f"**{reverse('articles:compare', args=[story.source_id, '1', '2'])}")
    expect(page.locator(".story-text del")).to_contain_text("清晨")
    expect(page.locator(".story-text ins")).to_contain_text("黃昏")
    # not told apart by colour alone
    assert page.locator(".story-text del").evaluate("e => getComputedStyle(e).textDecorationLine") == "line-through"
    assert page.locator(".story-text ins").evaluate("e => getComputedStyle(e).textDecorationLine") == "underline"
    assert_fits(page)
    page.get_by_role("link", name="下一次改動").click()
    expect(page.locator("#headline + p")).to_contain_text("照常開出")


def test_corrections_and_lost_articles(page: Page, story: Article):
    factories.make_correction(story, before="渡輪照常關出", reason="誤植")
    factories.make_capture("7", kind="placeholder", title="失落的標題")
    page.goto(reverse("articles:home"))
    page.get_by_role("link", name="更正", exact=True).click()
    expect(page.locator(".corrections-list")).to_contain_text("誤植")
    assert_fits(page)
    page.get_by_role("link", name="佚失的文章").click()
    page.wait_for_url("**/lost/")
    assert_fits(page)
    # the page itself answers 404, which this page object takes for a failure
    expect(page.get_by_role("link", name="失落的標題")).to_have_attribute("href", "/article/7/")


@pytest.mark.parametrize("name", ["tag", "author"])
def test_the_other_lists(page: Page, story: Article, name: str):
    links = {"tag": "渡輪", "author": "林小鷗"}
    page.goto(story.get_absolute_url())
    page.locator("main").get_by_role("link", name=links[name], exact=True).first.click()
    page.wait_for_url(f"**/{name}/**")
    expect(page.locator("main")).to_contain_text("渡輪照常開出")


def test_the_calendar(page: Page, story: Article):
    for address in (
        reverse("articles:archive"),
        reverse("articles:year", args=[2021]),
        reverse("articles:month", args=[2021, 12]),
        reverse("articles:day", args=[2021, 12, 28]),
    ):
        page.goto(address)
        assert_fits(page)
    expect(page.locator("main")).to_contain_text("渡輪照常開出")


def png(width: int, height: int) -> bytes:
    """Return a small picture of one colour."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), (40, 90, 120)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def picture_story(transactional_db, settings) -> Article:
    """A story with two pictures of our own and a video."""
    body = "一\n\n{{< figure 1 >}}\n\n二\n\n{{< figure 2 >}}\n\n三\n\n{{< figure 3 >}}"
    article = factories.make_article(title="渡輪照常開出", body=body)
    folder = Path(settings.MEDIA_ROOT) / "rescued"
    folder.mkdir(exist_ok=True)
    for position, size in ((1, (300, 200)), (2, (200, 400))):
        (folder / f"lightbox-{position}.png").write_bytes(png(*size))
        factories.make_figure(article, position, caption=f"圖 {position}", file=f"rescued/lightbox-{position}.png")
    video = "https://www.youtube.com/embed/hArB0urL1gh"
    factories.make_figure(article, 3, kind=Figure.Kind.VIDEO, host="YouTube", caption="", original_url=video)
    derived.rebuild([article])
    return article


def test_pictures_open_large_by_keyboard(page: Page, picture_story: Article):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(picture_story.get_absolute_url())
    expect(page.locator("a.picture")).to_have_count(2)
    assert not [url for url in asked if "photoswipe" in url]

    first = page.locator("a.picture").first
    first.focus()
    page.keyboard.press("Enter")
    box = page.get_by_role("dialog")
    expect(box).to_be_visible()
    expect(box.locator(".pswp__caption")).to_have_text("圖 1 林小鷗攝")
    assert [url for url in asked if "photoswipe" in url]
    expect(box).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(box.locator(".pswp__caption")).to_have_text("圖 2 林小鷗攝")
    # its true shape, though it had not come into view when the box opened
    shape = "image => image.complete && image.naturalWidth * 2 === image.naturalHeight"
    expect(box.locator("[aria-hidden=false] img")).to_be_visible()
    assert box.locator("[aria-hidden=false] img.pswp__img").last.evaluate(shape)
    page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    expect(first).to_be_focused()


def test_a_video_is_played_only_when_asked(page: Page, picture_story: Article, allowed_hosts: set[str]):
    page.goto(picture_story.get_absolute_url())
    still = page.locator("a.still")
    expect(still).to_contain_text("YouTube")
    still.scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")
    assert page.locator("iframe").count() == 0
    allowed_hosts.add("www.youtube-nocookie.com")
    still.click()
    expect(page.locator("iframe.player")).to_have_attribute("src", "https://www.youtube-nocookie.com/embed/hArB0urL1gh")
    expect(still).to_have_count(0)


def test_hostile_markup_runs_nothing(page: Page, transactional_db):
    script = "<script>document.title = 'taken'</script>"
    image = f"""<img src="{WAYBACK_IMAGE}" onerror="document.title = 'taken'">"""
    article = factories.make_article(title=script, body=f"前 {script} {image} [連結](javascript:alert(1)) 後")
    derived.rebuild([article])
    page.goto(article.get_absolute_url())
    expect(page.get_by_role("heading", level=1)).to_have_text(script)
    assert page.title() != "taken"
    assert page.locator("[onerror], a[href^='javascript']").count() == 0
