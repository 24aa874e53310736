"""The search box and the page of hits, in a browser."""

from __future__ import annotations

import datetime

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from articles.search import index
from articles.tests import factories


@pytest.fixture
def archive(transactional_db) -> None:
    """Some articles of two years."""
    for number in range(24):
        factories.make_article(
            str(100 + number),
            title=f"渡輪第{number}班照常開出",
            published_on=datetime.date(2020 + number % 2, 1 + number % 12, 3),
            tags=["渡輪", "移民潮"][: 1 + number % 2],
            authors=["林小鷗"],
            section="港聞",
            body="清晨的海港。船長說：一切如常。",
        )
    factories.make_article("200", title="<img src=x onerror=alert(1)>", body="碼頭", tags=["<b>碼頭</b>"])
    index.rebuild()


@pytest.fixture
def locale() -> str:
    """Ask for English: these tests go by the words on the page."""
    return "en"


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_the_slash_key_goes_to_the_box(page: Page, archive):
    page.goto(reverse("articles:home"))
    page.keyboard.press("/")
    box = page.get_by_role("combobox")
    expect(box).to_be_focused()
    page.keyboard.type("渡/輪")
    expect(box).to_have_value("渡/輪")


def test_names_are_suggested_and_led_to_by_keys(page: Page, archive):
    page.goto(reverse("articles:home"))
    box = page.get_by_role("combobox")
    expect(box).to_have_attribute("aria-expanded", "false")
    box.press_sequentially("移民")
    options = page.get_by_role("option")
    expect(options).to_have_count(1)
    expect(options).to_have_text("移民潮 tag")
    expect(box).to_have_attribute("aria-expanded", "true")
    assert fits(page)
    box.press("ArrowDown")
    expect(options).to_have_attribute("aria-selected", "true")
    assert box.get_attribute("aria-activedescendant") == options.get_attribute("id")
    box.press("ArrowDown")  # back in the box
    expect(options).to_have_attribute("aria-selected", "false")
    box.press("ArrowUp")
    box.press("Enter")
    page.wait_for_url("**/tag/**")


def test_what_is_typed_is_searched_unless_a_name_is_chosen(page: Page, archive):
    page.goto(reverse("articles:home"))
    box = page.get_by_role("combobox")
    box.press_sequentially("渡轮")
    expect(page.get_by_role("option").first).to_be_visible()
    box.press("Escape")
    expect(page.get_by_role("option").first).to_be_hidden()
    box.press("Enter")
    page.wait_for_url("**/search/?q=**")
    expect(page.get_by_role("status")).to_have_text("24 articles")


def test_a_name_is_led_to_by_a_tap(page: Page, archive):
    page.goto(reverse("articles:search"))
    page.get_by_role("combobox").press_sequentially("移民")
    page.get_by_role("option").click()
    page.wait_for_url("**/tag/**")


def test_names_are_text(page: Page, archive):
    page.goto(reverse("articles:search"))
    page.get_by_role("combobox").press_sequentially("碼頭")
    expect(page.get_by_role("option").first).to_have_text("<b>碼頭</b> tag")


@pytest.fixture(params=["with scripts", "without scripts"])
def reader(request, browser: Browser, live_server, page: Page):
    """A page with, and one without JavaScript."""
    if request.param == "with scripts":
        yield page
        return
    size = page.viewport_size
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False, viewport=size)
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def test_narrowing_and_taking_back(reader: Page, archive):
    reader.goto(reverse("articles:home"))
    reader.locator("input[name=q]").fill("渡輪")
    reader.get_by_role("button", name="Search").click()
    total = reader.get_by_role("status")
    expect(total).to_have_text("24 articles")
    facets = reader.get_by_role("complementary", name="Narrow the search")
    facets.get_by_role("link", name="移民潮").click()
    expect(total).to_have_text("12 articles")
    facets.get_by_role("link", name="2021").click()
    expect(total).to_have_text("12 articles")
    narrowed = reader.get_by_role("list", name="Narrowed to")
    for month, name in (("2021-02", "February"), ("2021-04", "April")):
        reader.locator(".when svg a", has=reader.locator("title", has_text=f"{month}: 2")).click()
        expect(narrowed.get_by_role("link", name=name)).to_be_visible()
        expect(total).to_have_text("2 articles")
    narrowed.get_by_role("link", name="April").click()
    expect(total).to_have_text("12 articles")
    narrowed.get_by_role("link", name="2021").click()
    expect(narrowed.get_by_role("link")).to_have_count(1)
    expect(total).to_have_text("12 articles")
    facets.get_by_role("link", name="移民潮").click()
    expect(total).to_have_text("24 articles")
    reader.get_by_role("link", name="Oldest first").click()
    expect(reader.locator(".hits h2").first).to_have_text("渡輪第0班照常開出")
    reader.get_by_role("link", name="Next").click()
    expect(reader.locator(".hits li h2")).to_have_count(4)


def test_the_page_of_hits_fits(page: Page, archive):
    for query in ("q=渡輪", "q=onerror", "q=沒有", "q=", "q=渡輪&year=2021&month=2&tag=移民潮&order=newest"):
        page.goto(f"{reverse('articles:search')}?{query}")
        assert fits(page), query
    narrow = page.get_by_role("link", name="Narrow the search")
    if page.viewport_size == {"width": 390, "height": 844}:
        narrow.click()
        expect(page.locator("#narrow")).to_be_in_viewport()
    else:
        expect(narrow).to_be_hidden()
