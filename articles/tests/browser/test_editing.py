"""An editor corrects the record, and readers see it."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from playwright.sync_api import Page, expect

from articles import corrections, derived
from articles.models import Article, Correction
from articles.tests import factories

PASSWORD = "a-long-enough-phrase"


@pytest.fixture
def story(transactional_db) -> Article:
    """One story, and somebody who may correct it."""
    get_user_model().objects.create_superuser("wai", password=PASSWORD)
    article = factories.make_article(title="渡輸照常開出", authors=["林小鷗"], tags=["渡輪"])
    derived.rebuild([article])
    return article


def open_form(page: Page, story: Article) -> None:
    """Sign in on the way to the story's form."""
    page.goto(reverse("admin:articles_article_change", args=[story.pk]))
    page.locator("#id_username").fill("wai")
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#login-form [type=submit]").click()
    expect(page.locator("#id_title")).to_have_value(story.title)


def test_a_corrected_title_is_on_the_public_page(page: Page, story: Article):
    open_form(page, story)

    page.locator("#id_title").fill("渡輪照常開出")
    page.locator("#id_reason").fill("標題錯字")
    page.locator("[name=_save]").click()
    page.wait_for_url(f"**{reverse('admin:articles_article_changelist')}**")

    correction = Correction.objects.get()
    assert (correction.field, correction.before, correction.after) == ("title", "渡輸照常開出", "渡輪照常開出")
    assert (correction.reason, correction.editor.username) == ("標題錯字", "wai")

    page.goto(story.get_absolute_url())
    expect(page.get_by_role("heading", level=1)).to_have_text("渡輪照常開出")
    expect(page.locator("main")).to_contain_text("標題錯字")


def test_a_change_without_a_reason_is_refused(page: Page, story: Article):
    open_form(page, story)
    page.locator("#id_title").fill("渡輪照常開出")
    page.locator("[name=_save]").click()
    expect(page.locator(".errornote")).to_be_visible()
    assert not Correction.objects.exists()
    story.refresh_from_db()
    assert story.title == "渡輸照常開出"


def test_what_is_typed_is_shown_as_readers_will_see_it(page: Page, story: Article):
    open_form(page, story)
    preview = page.locator(".text-panels .preview")
    expect(preview).to_contain_text(story.body[:6])
    hostile = "document.title = 'taken'"
    page.locator("#id_body").fill(f'**船長**說：<img src="data:," onerror="{hostile}"><script>{hostile}</script>')
    expect(preview.locator("strong")).to_have_text("船長")
    assert preview.locator("script, [onerror]").count() == 0
    assert "taken" not in page.title()
    assert not Correction.objects.exists()


def test_a_stale_form_keeps_both_texts(page: Page, story: Article):
    open_form(page, story)
    change = corrections.Change("title", "渡輪今早照常開出")
    corrections.apply(story, [change], reason="另一位編輯", editor=None)
    page.locator("#id_title").fill("渡輪照常開出")
    page.locator("#id_reason").fill("標題錯字")
    page.locator("[name=_save]").click()
    expect(page.locator("#id_title")).to_have_value("渡輪照常開出")
    expect(page.locator(".both-changed")).to_contain_text("渡輪今早照常開出")
    assert Correction.objects.count() == 1
    page.locator("[name=_save]").click()
    page.wait_for_url(f"**{reverse('admin:articles_article_changelist')}**")
    story.refresh_from_db()
    assert story.title == "渡輪照常開出"
