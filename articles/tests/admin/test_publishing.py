"""Publishing, reviewing and withholding in bulk."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from articles.models import Article
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


def test_an_editor_reviews_and_publishes(client, articles):
    Article.objects.filter(pk=articles[0].pk).update(status="withheld", notice="應家屬要求")
    client.force_login(make_user(EDITORS))
    response = act(client, "review", articles)
    assert "2 articles: needs review." in response.content.decode()
    assert "1 withheld article stays so" in response.content.decode()
    assert statuses() == ["withheld", "review", "review"]
    act(client, "publish", articles)
    assert statuses() == ["withheld", "published", "published"]


def test_the_whole_list_at_once(client, articles):
    client.force_login(make_user(CHIEF_EDITORS))
    act(client, "withhold", articles[:1], apply="1", reason="來信", select_across="1")
    assert statuses() == ["withheld"] * 3
