"""An editor corrects the record, and readers see it."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from articles import corrections, derived
from articles.models import Article, Capture, Conflict, Correction, Tag
from articles.search import index
from articles.tests import factories
from articles.tests.importer import newsroom

PASSWORD = "a-long-enough-phrase"


@pytest.fixture
def story(transactional_db) -> Article:
    """One story, and somebody who may correct it."""
    index.ensure()
    get_user_model().objects.create_superuser("wai", password=PASSWORD)
    imported = {"title": "渡輸照常開出", "tags": ["渡輪"]}
    article = factories.make_article(title="渡輸照常開出", authors=["林小鷗"], tags=["渡輪"], imported=imported)
    derived.rebuild([article])
    return article


def sign_in(page: Page, address: str) -> None:
    """Sign in on the way to an address of the admin, in English."""
    page.goto(f"{reverse('articles:about')}?lang=en")
    page.goto(address)
    page.locator("#id_username").fill("wai")
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#login-form [type=submit]").click()
    page.wait_for_url(f"**{address}")


def open_form(page: Page, story: Article) -> None:
    """Sign in on the way to the story's form."""
    sign_in(page, reverse("admin:articles_article_change", args=[story.pk]))
    expect(page.locator("#id_title")).to_have_value(story.title)


def write(page: Page, text: str) -> None:
    """Write a whole text with the editor that stands in the place of the text box."""
    page.locator(".CodeMirror").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def act(page: Page, action: str, *names: str) -> None:
    """Tick rows of the list that is shown, and choose an action."""
    for name in names:
        page.locator("#result_list tr", has=page.get_by_role("link", name=name, exact=True)).locator(
            ".action-select"
        ).check()
    page.locator("select[name=action]").select_option(label=action)
    page.get_by_role("button", name="Go").click()


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
    for log in (reverse("articles:record", args=[story.source_id]), reverse("articles:corrections")):
        page.goto(log)
        expect(page.locator("main")).to_contain_text("標題錯字")
    page.goto(f"{reverse('articles:search')}?q=渡輪照常開出")
    expect(page.locator("main").get_by_role("link", name="渡輪照常開出")).to_be_visible()
    page.goto(f"{reverse('articles:search')}?q=渡輸")
    expect(page.locator("main")).not_to_contain_text("照常開出")

    # and back again
    page.goto(reverse("admin:articles_correction_change", args=[correction.pk]))
    page.locator("#id_revert_reason").fill("原文如此")
    page.get_by_role("button", name="Revert").click()
    expect(page.locator(".messagelist")).to_contain_text("is back")
    page.goto(story.get_absolute_url())
    expect(page.get_by_role("heading", level=1)).to_have_text("渡輸照常開出")


def test_a_change_without_a_reason_is_refused(page: Page, story: Article):
    open_form(page, story)
    page.locator("#id_title").fill("渡輪照常開出")
    page.locator("[name=_save]").click()
    expect(page.get_by_text("The reason is missing")).to_be_visible()
    expect(page.locator("#id_reason")).to_be_focused()
    expect(page.locator("#id_reason")).to_be_in_viewport()
    assert not Correction.objects.exists()
    story.refresh_from_db()
    assert story.title == "渡輸照常開出"


def test_what_is_typed_is_shown_as_readers_will_see_it(page: Page, story: Article):
    open_form(page, story)
    preview = page.locator(".text-panels .preview")
    expect(preview).to_contain_text(story.body[:6])
    hostile = "document.title = 'taken'"
    write(page, f'**船長**說：<img src="data:," onerror="{hostile}"><script>{hostile}</script>')
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


ODD = "第一段。  \r\n\t縮排\u3000\r\n\r\n\r\n\x08控\x0b制\u2028行\u200b字\ufeff\r\n末段 \r\n\r\n"


def test_the_editor_keeps_every_character(page: Page, story: Article):
    Article.objects.filter(pk=story.pk).update(body=ODD)
    open_form(page, story)
    page.locator(".CodeMirror").click()
    page.keyboard.insert_text("新")
    page.keyboard.press("Control+z")
    page.locator("#id_title").fill("渡輪照常開出")
    page.locator("#id_reason").fill("標題錯字")
    page.locator("[name=_save]").click()
    page.wait_for_url(f"**{reverse('admin:articles_article_changelist')}**")
    assert set(Correction.objects.values_list("field", flat=True)) == {"title"}
    assert Article.objects.get().body == ODD


def test_the_editors_buttons(page: Page, story: Article):
    factories.make_figure(story)
    open_form(page, story)
    write(page, "船長")
    page.keyboard.press("Control+a")
    page.get_by_role("button", name="Bold").click()
    expect(page.locator("#id_body")).to_have_value("**船長**")
    page.keyboard.press("Control+End")
    page.get_by_role("button", name="Place of a figure").click()
    expect(page.locator("#id_body")).to_have_value("**船長**{{< figure 1 >}}")
    expect(page.locator(".text-panels .preview figure")).to_be_visible()
    page.keyboard.press("Tab")  # leads out of the editor
    assert page.evaluate("document.activeElement.closest('.CodeMirror') === null")
    page.locator("#id_reason").fill("補圖")
    page.locator("[name=_save]").click()
    page.wait_for_url(f"**{reverse('admin:articles_article_changelist')}**")
    assert Article.objects.get().body == "**船長**{{< figure 1 >}}"


def test_where_fingers_type_the_text_box_stays(browser: Browser, live_server, story: Article):
    context = browser.new_context(base_url=live_server.url, has_touch=True, is_mobile=True)
    page = context.new_page()
    open_form(page, story)
    expect(page.locator("#id_body")).to_be_visible()
    assert page.locator(".CodeMirror").count() == 0
    context.close()


def test_conflicts_are_settled_by_keys(page: Page, story: Article):
    for field, ours, theirs in (("title", "渡輪照常開出", "渡輪停航"), ("tags", ["街渡"], ["小輪"])):
        corrections.apply(story, [corrections.Change(field, ours)], reason="核對", editor=None)
        Conflict.objects.create(article=story, field=field, digest=field, base=None, theirs=theirs, ours=ours)
    first, second = Conflict.objects.order_by("-pk")
    sign_in(page, reverse("admin:articles_conflict_change", args=[first.pk]))
    expect(page.locator(".three")).to_contain_text("街渡")
    expect(page.locator(".three")).to_contain_text("小輪")
    page.keyboard.press("t")
    page.wait_for_url(f"**{reverse('admin:articles_conflict_change', args=[second.pk])}")
    settled = page.locator(".messagelist a")
    expect(settled).to_have_attribute("href", reverse("admin:articles_article_change", args=[story.pk]))
    page.keyboard.press("e")
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("渡輪全日照常開出")
    page.locator("#id_third_reason").fill("兩邊都不對")
    page.get_by_role("button", name="Store this").click()
    page.wait_for_url(f"**{reverse('admin:index')}")
    page.goto(story.get_absolute_url())
    expect(page.get_by_role("heading", level=1)).to_have_text("渡輪全日照常開出")
    expect(page.locator("main")).to_contain_text("小輪")


def test_a_double_click_saves_once(page: Page, story: Article):
    open_form(page, story)
    page.locator("#id_title").fill("渡輪照常開出")
    page.locator("#id_reason").fill("錯字")
    page.locator("[name=_continue]").evaluate("button => { button.click(); setTimeout(() => button.click(), 60); }")
    expect(page.locator(".messagelist .success")).to_be_visible()
    page.wait_for_timeout(300)
    expect(page.locator(".errornote")).to_have_count(0)
    assert Correction.objects.count() == 1


def test_what_was_typed_is_there_after_a_session_has_ended(page: Page, story: Article):
    open_form(page, story)
    write(page, "渡輪今日照常開出。")
    page.locator("#id_reason").fill("補漏")
    page.context.clear_cookies(name="sessionid")
    page.locator("[name=_save]").click()
    expect(page.locator(".messagelist")).to_contain_text("nothing was saved")
    page.locator("#id_username").fill("wai")
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#login-form [type=submit]").click()
    form = f"**{reverse('admin:articles_article_change', args=[story.pk])}"
    page.wait_for_url(form)
    page.go_back()  # the page of signing in, which leads on
    page.go_back()
    page.wait_for_url(form)
    expect(page.locator(".CodeMirror")).to_contain_text("渡輪今日照常開出。")
    page.locator("[name=_save]").click()
    page.wait_for_url(f"**{reverse('admin:articles_article_changelist')}")
    story.refresh_from_db()
    assert story.body.strip() == "渡輪今日照常開出。"


def test_a_key_held_down_settles_one_conflict(page: Page, story: Article):
    for field, ours, theirs in (("title", "渡輪照常開出", "渡輪停航"), ("tags", ["街渡"], ["小輪"])):
        corrections.apply(story, [corrections.Change(field, ours)], reason="核對", editor=None)
        Conflict.objects.create(article=story, field=field, digest=field, base=None, theirs=theirs, ours=ours)
    first, second = Conflict.objects.order_by("-pk")
    sign_in(page, reverse("admin:articles_conflict_change", args=[first.pk]))
    page.keyboard.down("k")
    page.wait_for_url(f"**{reverse('admin:articles_conflict_change', args=[second.pk])}")
    expect(page.locator(".conflict-choice")).to_have_count(2)
    page.keyboard.down("k")  # a second one of the same key is a repetition
    page.wait_for_timeout(500)
    second.refresh_from_db()
    assert second.state == Conflict.State.OPEN


def test_two_tags_become_one_and_the_old_address_leads_on(page: Page, story: Article):
    other = factories.make_article(title="小輪加班", tags=["小輪"])
    derived.rebuild([other])
    sign_in(page, reverse("admin:articles_tag_changelist"))
    act(page, "Merge into one…", "渡輪", "小輪")
    page.get_by_label("渡輪 (1 article)").check()
    page.locator("#id_reason").fill("同一樣船")
    page.get_by_role("button", name="Merge").click()
    expect(page.locator(".messagelist")).to_contain_text("lead to “渡輪” now")
    page.goto(reverse("articles:tag", args=[Tag.objects.get(name="小輪").slug]))
    page.wait_for_url(f"**{reverse('articles:tag', args=[Tag.objects.get(name='渡輪').slug])}")
    expect(page.locator("main")).to_contain_text("小輪加班")
    expect(page.locator("main")).to_contain_text("渡輸照常開出")


def test_a_version_becomes_a_story_of_its_own(page: Page, transactional_db, tmp_path):
    get_user_model().objects.create_superuser("wai", password=PASSWORD)
    for number in (7001, 7002):
        body = f"碼頭的閘門今早六時打開，第一班船載着橙離岸，第{number}班船在後面等候。"
        (tmp_path / f"{number}.md").write_text(newsroom.page(number, title="渡輪照常開出", body=body))
    newsroom.import_once(tmp_path)
    story = Article.objects.get()
    assert story.source_id == "7001"
    sign_in(page, reverse("admin:articles_article_change", args=[story.pk]))
    page.get_by_role("link", name=Capture.objects.get(source_id="7002").key).click()
    page.get_by_role("button", name="Split off as a story of its own").click()
    expect(page.locator(".messagelist")).to_contain_text("stories of their own now: 7002")
    for number in (7001, 7002):
        page.goto(f"/article/{number}/")
        page.wait_for_url(f"**/article/{number}/")
        expect(page.locator("main")).to_contain_text(f"第{number}班船")


def test_withheld_is_gone_at_once_and_back_at_once(page: Page, story: Article):
    address, listed = story.get_absolute_url(), reverse("admin:articles_article_changelist")
    sign_in(page, listed)
    act(page, "Withhold…", story.title)
    page.locator("#id_notice").fill("應家屬要求移除。")
    page.locator("#id_reason").fill("家屬來信")
    page.get_by_role("button", name="Withhold").click()
    expect(page.locator(".messagelist")).to_contain_text("1 article: withheld")
    gone = page.request.get(address)
    assert gone.status == 410
    assert "應家屬要求移除。" in gone.text()
    assert "家屬來信" not in gone.text()
    for place in ("/", "/search/?q=渡輸", "/feed/", "/sitemap-articles.xml"):
        assert address not in page.request.get(place).text(), place
    act(page, "Publish", story.title)
    expect(page.locator(".messagelist")).to_contain_text("1 article: published")
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_have_text(story.title)
