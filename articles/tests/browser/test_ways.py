"""Ways through the archive of the seeds: from the front page to a citation, by keys alone, without JavaScript."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from articles.models import Article
from articles.tests.browser import archive
from articles.tests.browser.test_reading import assert_fits

STORY = "900101"  # its text was changed while it was live
WORDS = {
    "zh-hant": ("zh-Hant-HK", "檔案庫"),
    "en": ("en", "Archive"),
    "zh-hans": ("zh-Hans", "档案库"),
}


@pytest.fixture(autouse=True)
def story(transactional_db) -> Article:
    """Fill the archive."""
    archive.fill()
    return Article.objects.get(source_id=STORY)


def test_from_the_front_page_to_a_citation(page: Page, story: Article):
    page.goto(f"{reverse('articles:home')}?lang=en")
    page.get_by_role("navigation", name="Sections").get_by_role("link", name=story.section.name).click()
    page.wait_for_url("**/section/**")
    page.locator("main").get_by_role("link", name=story.title).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(story.title)

    page.locator(f"a[href='{reverse('articles:record', args=[STORY])}']").first.click()
    page.wait_for_url("**/record/")
    assert_fits(page)
    page.locator("main a[href*='/compare/']").first.click()
    page.wait_for_url("**/compare/**")
    expect(page.locator("main ins").first).to_be_visible()
    expect(page.locator("main del").first).to_be_visible()
    assert_fits(page)

    page.goto(story.get_absolute_url())
    page.get_by_text("Cite this article", exact=True).click()
    expect(page.locator(".cite")).to_contain_text("cite news")
    assert_fits(page)


def test_search(page: Page, story: Article):
    page.goto(reverse("articles:home"))
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type(f'title:"{story.title[:6]}"')
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/**")
    hit = page.locator(".hits").get_by_role("link", name=story.title)
    expect(hit).to_be_visible()
    assert page.locator(".hits mark").count()
    hit.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(story.title)


def test_by_keys_alone(page: Page, story: Article):
    page.goto(story.get_absolute_url())
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    seen: list[float] = []
    for _press in range(40):
        page.keyboard.press("Tab")
        place = page.evaluate(
            """() => {
                const now = document.activeElement;
                if (now === document.body) return null;
                const box = now.getBoundingClientRect(), style = getComputedStyle(now);
                return {
                    inMain: document.querySelector("main").contains(now),
                    visible: box.width > 0 && box.height > 0,
                    outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
                    top: box.top + window.scrollY,
                };
            }"""
        )
        if place is None or not place["inMain"]:
            break
        assert place["visible"]
        assert place["outlined"], page.evaluate("document.activeElement.outerHTML")
        seen.append(place["top"])
    assert len(seen) > 5
    # down the page, but for what stands side by side
    assert all(after >= before - 60 for before, after in zip(seen, seen[1:], strict=False))


def test_three_languages(page: Page, story: Article):
    for code, (language, word) in WORDS.items():
        page.goto(f"{reverse('articles:home')}?lang={code}")
        for address in (story.get_absolute_url(), reverse("articles:archive"), reverse("articles:search")):
            page.goto(address)
            assert page.locator("html").get_attribute("lang") == language
            expect(page.get_by_role("navigation").get_by_role("link", name=word, exact=True).first).to_be_attached()
            assert_fits(page)


SHIFTS = """() => new Promise((done) => {
    let sum = 0;
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) sum += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
    setTimeout(() => done(sum), 200);
})"""


def test_nothing_moves_and_nobody_else_is_asked(page: Page, settings, live_server):
    settings.IMAGE_HOSTS = []
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    addresses = archive.pages()
    for name in ("home", "article", "article-pictures", "article-table", "article-videos", "tag"):
        page.goto(addresses[name])
        for _screen in range(6):
            page.mouse.wheel(0, 800)
            page.wait_for_timeout(30)
        page.wait_for_load_state("networkidle")
        assert page.evaluate(SHIFTS) < 0.01, name
    assert [url for url in asked if not url.startswith(live_server.url)] == []


def test_an_article_prints_as_a_clipping(page: Page, story: Article):
    page.goto(story.get_absolute_url())
    page.emulate_media(media="print")
    for selector in (".search-box", ".sections", ".foot", ".neighbours", ".languages"):
        expect(page.locator(selector).first).to_be_hidden()
    for selector in (".masthead-name", "h1", ".story-meta", ".story-text", "#source-title", ".print-only"):
        expect(page.locator(selector).first).to_be_visible()
    expect(page.locator(".print-only")).to_contain_text(story.get_absolute_url())


def test_without_javascript(browser: Browser, live_server, story: Article):
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False, locale="en")
    context.route(re.compile(r"^(?!http://localhost)"), lambda route: route.abort())
    page = context.new_page()
    page.goto(reverse("articles:home"))
    page.locator("#search").fill("渡輪")
    page.locator("#search").press("Enter")
    page.wait_for_url("**/search/**")
    expect(page.locator(".hits li").first).to_be_visible()

    page.goto(reverse("articles:article", args=["900155"]))
    still = page.locator("a.still").first
    expect(still).to_have_attribute("href", re.compile("^https://web.archive.org/web/"))
    picture = page.locator("a.picture").first
    expect(picture).to_have_attribute("href", re.compile("^/media/"))

    page.goto(reverse("articles:record", args=[STORY]))
    page.locator("main a[href*='/compare/']").first.click()
    expect(page.locator("main ins").first).to_be_visible()
    page.goto(story.get_absolute_url())
    page.locator(".cite summary").click()
    expect(page.locator(".cite")).to_contain_text("cite news")
    context.close()
