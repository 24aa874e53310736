"""The front page: what waits for an editor, and where it leads."""

from collections import Counter
from datetime import date

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from articles.admin.desk import WIDTH, bars
from articles.models import Conflict, ImportIssue, ImportRun, Suggestion
from articles.tests.factories import make_article, make_capture, make_correction, make_figure

pytestmark = pytest.mark.django_db
FRONT = reverse("admin:index")


@pytest.fixture
def editor():
    return get_user_model().objects.create_superuser("mei", password="a-password-for-the-test")


@pytest.fixture
def archive():
    run = ImportRun.objects.create(sources=["first-rescue.zip"], state="done")
    article = make_article("60001", title="渡輪<照常>開出")
    make_figure(article, 1, caption="", alt="")
    make_figure(article, 2, archived_url="")
    make_figure(article, 3, caption="", alt="一艘船")
    make_correction(article, reason="印刷版如此")
    make_article("60002", published_on=None)
    make_article("60003", status="review")
    make_article("60004", status="withheld", published_on=None)
    make_capture("60005", kind="placeholder")
    make_capture("60005", kind="placeholder")
    make_capture("60001", kind="placeholder")
    Conflict.objects.create(article=article, field="title", digest="1")
    Conflict.objects.create(article=article, field="title", digest="2", state="kept")
    for left, kind in (("60001", "versions"), ("60002", "versions"), ("渡輪", "tags"), ("林勵", "authors")):
        Suggestion.objects.create(kind=kind, left=left, right="60009")
    for number, kind in enumerate(["missing-date", "missing-date", "control-character"]):
        ImportIssue.objects.create(run=run, digest=str(number), path="a.md", kind=kind, message="x")
    return article


UNSEEN = "Invisible characters that no page can hold were taken out"
EXPECTED = {
    "conflict to settle": 1,
    "suggestions that captures are one story": 2,
    "suggestion to merge tags": 1,
    "suggestion to merge authors": 1,
    "article that needs review": 1,
    "withheld article": 1,
    "article without a date": 1,
    "image without words": 1,
    "image that no archive holds": 1,
    "lost article": 1,
}


def test_every_count_and_where_it_leads(client, editor, archive):
    client.force_login(editor)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(FRONT)
    assert len(queries) <= 15
    tasks = {task.label: task for task in response.context["tasks"]}
    assert {label: task.count for label, task in tasks.items()} == EXPECTED
    assert [(task.label, task.count) for task in response.context["issues"]] == [
        (UNSEEN, 1),
        ("The page gave no date", 2),
    ]
    for task in [*tasks.values(), *response.context["issues"]]:
        listed = client.get(task.url).context["cl"].result_count
        wanted = 2 if task.label == "lost article" else task.count  # its two captures
        assert listed == wanted, task.label
        assert task.url in response.content.decode().replace("&amp;", "&")


def test_the_latest_corrections_and_imports_are_shown_escaped(client, editor, archive):
    client.force_login(editor)
    content = client.get(FRONT).content.decode()
    for text in ("渡輪&lt;照常&gt;開出", "印刷版如此", "first-rescue.zip", "2 published articles"):
        assert text in content


def test_read_issues_leave_the_page(client, editor, archive):
    client.force_login(editor)
    rows = ImportIssue.objects.filter(kind="missing-date")
    data = {"action": "mark_read", "_selected_action": [row.pk for row in rows]}
    client.post(reverse("admin:articles_importissue_changelist"), data)
    assert [task.label for task in client.get(FRONT).context["issues"]] == [UNSEEN]
    client.post(reverse("admin:articles_importissue_changelist"), data | {"action": "mark_unread"})
    assert [task.label for task in client.get(FRONT).context["issues"]] == [UNSEEN, "The page gave no date"]


def test_an_empty_archive_says_that_nothing_waits(client, editor):
    client.force_login(editor)
    assert "Nothing waits for you." in client.get(FRONT).content.decode()


def test_nobody_sees_more_than_their_rights(client, archive):
    user = get_user_model().objects.create_user("tung", password="a-password-for-the-test", is_staff=True)
    client.force_login(user)
    content = client.get(FRONT).content.decode()
    for text in ("渡輪", "印刷版如此", "first-rescue.zip", 'class="coverage"', "missing-date"):
        assert text not in content
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_article", "view_conflict"]))
    client.force_login(get_user_model().objects.get(pk=user.pk))
    with CaptureQueriesContext(connection) as queries:
        labels = {task.label for task in client.get(FRONT).context["tasks"]}
    assert len(queries) <= 15
    assert "conflict to settle" in labels
    assert not {"lost article", "lost articles"} & labels


class TestPicture:
    def test_a_bar_a_month(self):
        drawn = bars(Counter({date(2019, 12, 31): 2, date(2020, 1, 5): 4, date(2020, 1, 6): 4, None: 7}))
        assert [(bar.label, bar.count) for bar in drawn] == [("2019-12", 2), ("2020-01", 8)]
        assert drawn[0].height < drawn[1].height
        assert drawn[1].url.endswith("?year=2020")

    def test_a_long_archive_by_years(self):
        drawn = bars(Counter({date(1881, 5, 1): 1, date(2021, 1, 1): 3, date(2021, 12, 31): 3}))
        assert [(bar.label, bar.count) for bar in drawn] == [("1881", 1), ("2021", 6)]
        assert drawn[-1].x + drawn[-1].width <= WIDTH

    def test_nothing_dated_nothing_drawn(self):
        assert bars(Counter({None: 3})) == []
