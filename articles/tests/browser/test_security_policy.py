"""Pages work under the Content-Security-Policy: the browser's console stays empty everywhere."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page

from articles import derived
from articles.models import Article, ImportRun
from articles.tests import factories
from articles.tests.admin.roles import CHIEF_EDITORS, make_user


@pytest.mark.parametrize("page", ["desktop"], indirect=True)
def test_no_page_of_the_admin_is_refused_anything(page: Page, live_server):
    article = factories.make_article(title="渡輪照常開出", authors=["林小鷗"], tags=["渡輪", "清晨"], section="港聞")
    derived.rebuild([article])
    ImportRun.objects.create(sources=["a"], state="done")
    client = Client()
    user = make_user(CHIEF_EDITORS)
    user.is_superuser = True
    user.save()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    for name in ("articles_article", "articles_tag", "articles_author", "articles_importissue", "auth_user"):
        page.goto(reverse(f"admin:{name}_changelist"))
    for url in (
        reverse("admin:index"),
        reverse("admin:articles_tag_change", args=[article.tags.first().pk]),
        reverse("admin:articles_capture_change", args=[article.text_capture.pk]),
        reverse("admin:articles_importrun_changelist"),
        reverse("admin:auth_user_add"),
        reverse("admin:auth_user_change", args=[user.pk]),
        reverse("admin:password_change"),
        reverse("admin:articles_article_change", args=[article.pk]),
    ):
        page.goto(url)
        page.wait_for_load_state("networkidle")
    # the widgets that scripts draw
    page.locator(".select2-search__field").first.click()
    page.locator(".select2-results__option").first.wait_for()
    assert Article.objects.count() == 1


def test_a_refusal_would_be_noticed(browser: Browser, live_server):
    context = browser.new_context(base_url=live_server.url)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(reverse("articles:about"))
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">red</p>')")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=\"data:,\" onerror=\"window.ran = 1\">')")
    page.wait_for_timeout(100)
    assert page.evaluate("window.ran") is None
    assert sum("Content Security Policy" in text for text in said) == 2, said
    context.close()
