"""The pages of a step that changes many articles."""

import html

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from articles import bulk, corrections
from articles.models import Article, BulkChange, Correction
from articles.roles import EDITORS
from articles.tests.admin.roles import make_user
from articles.tests.factories import make_article, make_author, make_section, make_tag

pytestmark = pytest.mark.django_db
LIST = reverse("admin:articles_article_changelist")


@pytest.fixture
def articles():
    return [make_article(str(60_001 + n), title=f"<b>渡輸{n}", body="渡輸開出。", tags=["渡輪"]) for n in range(3)]


@pytest.fixture
def desk(client):
    client.force_login(make_user(EDITORS))
    return client


def step(client, articles, action="replace", **data):
    chosen = [article.pk for article in articles]
    return client.post(LIST, {"action": action, "_selected_action": chosen} | data, follow=True)


ASKED = {"find": "渡輸", "put": "渡輪", "fields_searched": ["title", "body"], "reason": "錯字"}


def test_asked_looked_at_applied_undone(desk, articles):
    assert 'name="find"' in step(desk, articles).content.decode()
    response = step(desk, articles[:2], look="1", **ASKED)
    content = response.content.decode()
    assert "4 places would change (2 articles)" in content
    assert "&lt;b&gt;<del>渡輸</del><ins>渡輪</ins>0" in content
    assert not Correction.objects.exists()
    response = step(desk, articles[:2], apply="1", seen=response.context["seen"], **ASKED)
    assert "2 articles were changed." in response.content.decode()
    assert sorted(Article.objects.values_list("title", flat=True)) == ["<b>渡輪0", "<b>渡輪1", "<b>渡輸2"]
    made = BulkChange.objects.get()
    assert (str(made), made.reason, made.editor.username) == ("“渡輸” replaced by “渡輪”", "錯字", "editors")
    page = desk.get(reverse("admin:articles_bulkchange_change", args=[made.pk])).content.decode()
    assert "Undo this step" in page
    undo = reverse("admin:articles_bulkchange_undo", args=[made.pk])
    assert "A reason of at most" in desk.post(undo, follow=True).content.decode()
    assert "4 fields are as before." in desk.post(undo, {"reason": "誤改"}, follow=True).content.decode()
    assert "undone already" in desk.post(undo, {"reason": "誤改"}, follow=True).content.decode()
    assert {title[:5] for title in Article.objects.values_list("title", flat=True)} == {"<b>渡輸"}


def test_nothing_is_applied_that_was_not_looked_at(desk, articles):
    assert "not what you have looked at" in step(desk, articles, apply="1", **ASKED).content.decode()
    seen = step(desk, articles, look="1", **ASKED).context["seen"]
    corrections.apply(articles[0], [corrections.Change("body", "渡輸又渡輸。")], reason="另一位", editor=None)
    response = step(desk, articles, apply="1", seen=seen, **ASKED)
    assert "not what you have looked at" in response.content.decode()
    assert Correction.objects.count() == 1
    step(desk, articles, apply="1", seen=response.context["seen"], **ASKED)
    assert Article.objects.get(pk=articles[0].pk).body == "渡輪又渡輪。"


def test_names_are_set_added_and_removed(desk, articles):
    asked = {
        "section": make_section("海事").pk,
        "authors": [make_author("海風").pk, make_author("白鷺").pk],
        "add_tags": [make_tag("清晨").pk],
        "remove_tags": [make_tag("渡輪").pk],
        "reason": "核對",
    }
    assert "ordered-autocomplete" in step(desk, articles, "file_under").content.decode()
    seen = step(desk, articles, "file_under", look="1", **asked).context["seen"]
    step(desk, articles, "file_under", apply="1", seen=seen, **asked)
    story = Article.objects.get(pk=articles[2].pk)
    assert story.section.name == "海事"
    assert corrections.current_value(story, "authors") == ["海風", "白鷺"]
    assert corrections.current_value(story, "tags") == ["清晨"]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"reason": " "}, "required"),
        ({"find": ""}, "required"),
        ({"find": "沒有"}, "Nothing would change."),
        ({"fields_searched": ["status"]}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_done_is_said(desk, articles, changed, message):
    assert message in step(desk, articles, look="1", **(ASKED | changed)).content.decode()
    assert not BulkChange.objects.exists()


def test_a_value_that_cannot_be_stored_is_said(desk, articles):
    asked = ASKED | {"put": "長" * 499}
    seen = step(desk, articles, look="1", **asked).context["seen"]
    assert "longer than 500" in step(desk, articles, apply="1", seen=seen, **asked).content.decode()
    assert not BulkChange.objects.exists()


def test_the_pages_ask_few_questions(desk):
    many = [make_article(str(62_000 + n), title=f"渡輸{n}", tags=[f"甲{n}"], authors=[f"乙{n}"]) for n in range(60)]
    for url, data in ((LIST, ASKED | {"action": "replace", "look": "1", "_selected_action": [a.pk for a in many]}),):
        with CaptureQueriesContext(connection) as queries:
            assert desk.post(url, data).status_code == 200
        assert len(queries) <= 20
    with CaptureQueriesContext(connection) as queries:
        desk.get(reverse("admin:articles_bulkchange_changelist"))
    assert len(queries) <= 15


def shown(desk, step, language):
    """Return the list of steps, and one step's page, in a language."""
    urls = reverse("admin:articles_bulkchange_changelist"), reverse("admin:articles_bulkchange_change", args=[step.pk])
    pages = [desk.get(url, headers={"accept-language": language}).content.decode() for url in urls]
    return [html.unescape(page) for page in pages]


def test_a_step_is_said_in_the_language_of_whoever_looks(desk, articles):
    asked = {"section": make_section("海事").pk, "add_tags": [make_tag("清晨").pk, make_tag("夜").pk], "reason": "核對"}
    seen = step(desk, articles, "file_under", look="1", **asked).context["seen"]
    step(desk, articles, "file_under", apply="1", seen=seen, **asked)
    made = BulkChange.objects.get()
    for page in shown(desk, made, "en"):
        assert "Section: 海事; Tags added: 清晨, 夜" in page
    for page in shown(desk, made, "zh-hant"):
        assert "欄目：海事；加入標籤：清晨, 夜" in page
    record = reverse("admin:articles_article_record", args=[articles[0].pk])
    page = html.unescape(desk.get(record, headers={"accept-language": "zh-hant"}).content.decode())
    address = reverse("admin:articles_bulkchange_change", args=[made.pk])
    assert f'<a href="{address}">欄目：海事；加入標籤：清晨, 夜</a>' in page
    back = bulk.undo(made, reason="誤改", editor=None).step
    for page in shown(desk, back, "zh-hant"):
        assert "已撤銷：欄目：海事" in page


def test_a_step_of_an_earlier_version_is_shown_as_it_was_written(desk):
    old = BulkChange.objects.create(description="“a” 改為 “b”", reason="錯字")
    for language in ("en", "zh-hant"):
        for page in shown(desk, old, language):
            assert "“a” 改為 “b”" in page
    back = bulk.undo(old, reason="誤改", editor=None).step
    for page in shown(desk, back, "en"):
        assert "Undone: “a” 改為 “b”" in page
