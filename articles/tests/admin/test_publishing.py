"""Publishing, reviewing and withholding in bulk."""

import html

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from articles import publishing
from articles.models import Article, BulkChange
from articles.roles import CHIEF_EDITORS, EDITORS
from articles.tests.admin.roles import make_user
from articles.tests.factories import make_article

pytestmark = pytest.mark.django_db
LIST = reverse("admin:articles_article_changelist")


@pytest.fixture
def articles():
    return [make_article(str(60_001 + number), title=f"<航線>{number}") for number in range(3)]


def act(client, action, articles, **data):
    chosen = [article.pk for article in articles]
    return client.post(LIST, {"action": action, "_selected_action": chosen} | data, follow=True)


def statuses():
    return list(Article.objects.order_by("source_id").values_list("status", flat=True))


def test_withholding_asks_first(client, articles):
    client.force_login(make_user(CHIEF_EDITORS))
    response = act(client, "withhold", articles[:2])
    content = response.content.decode()
    assert "&lt;航線&gt;0" in content
    assert statuses() == ["published"] * 3
    assert "required" in act(client, "withhold", articles[:2], apply="1", notice="應家屬要求").content.decode()
    assert statuses() == ["published"] * 3
    act(client, "withhold", articles[:2], apply="1", notice="應家屬要求", reason="來信")
    assert statuses() == ["withheld", "withheld", "published"]
    assert set(Article.objects.filter(status="withheld").values_list("notice", "status_reason")) == {
        ("應家屬要求", "來信")
    }
    assert "來信" in LogEntry.objects.first().get_change_message()


def test_review_asks_first(client, articles):
    client.force_login(make_user(EDITORS))
    content = act(client, "review", articles[:2]).content.decode()
    assert "2 articles leave lists" in content
    assert "&lt;航線&gt;0" in content
    assert 'name="notice"' not in content
    assert "required" in act(client, "review", articles[:2], apply="1", reason=" ").content.decode()
    assert statuses() == ["published"] * 3
    assert not BulkChange.objects.exists()
    act(client, "review", articles[:2], apply="1", reason="來源存疑")
    assert list(Article.objects.order_by("pk").values_list("status", "status_reason")) == [
        ("review", "來源存疑"),
        ("review", "來源存疑"),
        ("published", ""),
    ]
    assert "來源存疑" in LogEntry.objects.first().get_change_message()


def test_what_is_in_review_already_keeps_its_reason(client, articles):
    Article.objects.filter(pk=articles[0].pk).update(status="review", status_reason="較早")
    client.force_login(make_user(EDITORS))
    assert "2 articles leave lists" in act(client, "review", articles).content.decode()
    act(client, "review", articles, apply="1", reason="現在")
    assert Article.objects.get(pk=articles[0].pk).status_reason == "較早"
    # there is nothing to ask about
    assert "0 articles: needs review." in act(client, "review", articles).content.decode()


def test_more_than_anyone_looks_through_is_refused_before_it_is_asked(client, articles, monkeypatch):
    monkeypatch.setattr(publishing, "MOST", 2)
    client.force_login(make_user(CHIEF_EDITORS))
    for action in ("review", "withhold", "publish"):
        assert "At most 2 articles" in act(client, action, articles).content.decode()
    assert "At most 2 articles" in act(client, "review", articles, apply="1", reason="試").content.decode()
    assert statuses() == ["published"] * 3


@pytest.mark.parametrize(("action", "status"), [("review", "review"), ("withhold", "withheld")])
def test_a_step_is_undone_as_one(client, articles, action, status):
    Article.objects.filter(pk=articles[0].pk).update(status="withheld", notice="應家屬要求", status_reason="來信")
    before = list(Article.objects.order_by("pk").values("status", "notice", "status_reason"))
    client.force_login(make_user(CHIEF_EDITORS))
    said = act(client, action, articles, apply="1", reason="存疑", notice="另文").content.decode()
    step = BulkChange.objects.get()
    assert statuses() == [status] * 3
    assert reverse("admin:articles_bulkchange_change", args=[step.pk]) in said
    page = html.unescape(client.get(reverse("admin:articles_bulkchange_change", args=[step.pk])).content.decode())
    assert f"<航線>1: published → {Article.Status(status).label}" in page
    undo = reverse("admin:articles_bulkchange_undo", args=[step.pk])
    assert "3 articles are as before." in client.post(undo, {"reason": "誤按"}, follow=True).content.decode()
    assert list(Article.objects.order_by("pk").values("status", "notice", "status_reason")) == before
    back = BulkChange.objects.first()
    undo = reverse("admin:articles_bulkchange_undo", args=[back.pk])
    assert "3 articles are as before." in client.post(undo, {"reason": "沒有誤按"}, follow=True).content.decode()
    assert statuses() == [status] * 3
    listed = client.get(reverse("admin:articles_bulkchange_changelist")).content.decode()
    assert listed.count('<td class="field-number">3</td>') == 3


def test_what_has_another_status_since_is_left(client, articles):
    client.force_login(make_user(EDITORS))
    act(client, "review", articles, apply="1", reason="存疑")
    publishing.set_status([articles[1].pk], "withheld", reason="來信")
    undo = reverse("admin:articles_bulkchange_undo", args=[BulkChange.objects.get().pk])
    said = html.unescape(client.post(undo, {"reason": "誤按"}, follow=True).content.decode())
    assert "2 articles are as before." in said
    assert "1 article has got another status since and was left as it is: <航線>1." in said
    assert statuses() == ["published", "withheld", "published"]


def test_only_who_may_withhold_undoes_a_withholding(client, articles):
    client.force_login(make_user(CHIEF_EDITORS))
    act(client, "withhold", articles[:1], apply="1", reason="來信")
    act(client, "publish", articles[:1])
    published, withheld = BulkChange.objects.all()
    client.force_login(make_user(EDITORS))
    for step in (published, withheld):
        page = client.get(reverse("admin:articles_bulkchange_change", args=[step.pk])).content.decode()
        assert "Undo this step" not in page
        undo = reverse("admin:articles_bulkchange_undo", args=[step.pk])
        assert client.post(undo, {"reason": "試"}).status_code == 403
    assert statuses() == ["published"] * 3


def test_an_editor_reviews_and_publishes(client, articles):
    Article.objects.filter(pk=articles[0].pk).update(status="withheld", notice="應家屬要求")
    client.force_login(make_user(EDITORS))
    content = html.unescape(act(client, "review", articles).content.decode())
    assert "2 articles leave lists" in content
    assert "<li>60001 <航線>0" not in content
    response = act(client, "review", articles, apply="1", reason="存疑")
    assert "2 articles: needs review." in response.content.decode()
    assert "1 withheld article stays so" in response.content.decode()
    assert statuses() == ["withheld", "review", "review"]
    act(client, "publish", articles)
    assert statuses() == ["withheld", "published", "published"]


def test_the_whole_list_at_once(client, articles):
    client.force_login(make_user(CHIEF_EDITORS))
    act(client, "withhold", articles[:1], apply="1", reason="來信", select_across="1")
    assert statuses() == ["withheld"] * 3
