"""A reader chooses language and script, without JavaScript."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, expect

from articles import derived
from articles.tests import factories


@pytest.mark.parametrize("width", [1280, 390])
def test_language_and_script_are_chosen_by_links_and_remembered(browser: Browser, live_server, transactional_db, width):
    story = factories.make_article(title="渡輪停航，居民說沒有船", body="渡輪停航，居民說沒有船。")
    derived.rebuild([story])
    context = browser.new_context(
        base_url=live_server.url,
        viewport={"width": width, "height": 800},
        locale="en-GB",
        java_script_enabled=False,
    )
    page = context.new_page()
    html, heading = page.locator("html"), page.get_by_role("heading", level=1)
    page.goto(story.get_absolute_url())
    expect(html).to_have_attribute("lang", "en")
    expect(page.get_by_role("navigation", name="Language").locator("[aria-current]")).to_have_text("English")

    page.get_by_role("link", name="繁體中文").click()
    expect(html).to_have_attribute("lang", "zh-Hant-HK")
    expect(page.get_by_role("navigation", name="語言").locator("[aria-current]")).to_have_text("繁體中文")
    page.goto(reverse("articles:about"))
    expect(heading).to_have_text("關於本檔案庫")

    page.get_by_role("link", name="简体中文").click()
    expect(heading).to_have_text("关于本档案库")
    page.goto(story.get_absolute_url())
    expect(heading).to_have_text("渡輪停航，居民說沒有船")  # the text is another choice
    page.get_by_role("link", name="以简体字阅读", exact=True).click()
    expect(heading).to_have_text("渡轮停航，居民说没有船")
    expect(heading).to_have_attribute("lang", "zh-Hans")
    expect(page.locator(".converted")).to_contain_text("由程序转换")
    page.goto(reverse("articles:home"))
    expect(page.locator(".lead")).to_contain_text("渡轮停航")
    page.get_by_role("link", name="显示原文").click()
    expect(page.locator(".lead")).to_contain_text("渡輪停航")
    expect(page.locator(".converted")).to_have_count(0)
    context.close()
