"""Deciding in the admin which captures are one story, and taking an import back."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from articles import profile
from articles.models import Article, Capture, Conflict, ImportRun, Suggestion
from articles.tests.factories import make_article, make_tag
from articles.tests.importer.newsroom import PROFILE, import_once, page

pytestmark = pytest.mark.django_db
LIST = "admin:articles_article_changelist"


@pytest.fixture(autouse=True)
def newsroom(monkeypatch):
    """Let decisions read the same profile as the imports."""
    monkeypatch.setattr(profile, "current", lambda: PROFILE)


@pytest.fixture
def desk(client):
    client.force_login(get_user_model().objects.create_superuser("mei", password="a-password-for-the-test"))
    return client


@pytest.fixture
def viewer(client):
    user = get_user_model().objects.create_user("tung", password="a-password-for-the-test", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(user)
    return client


@pytest.fixture
def folder(tmp_path):
    for number in (7001, 7002, 7003):
        (tmp_path / f"article_{number}.md").write_text(page(number))
    import_once(tmp_path)
    return tmp_path


def stories():
    return sorted(Article.objects.values_list("source_id", flat=True))


def messages(response):
    return [str(message) for message in response.context["messages"]]


def act(client, url, action, rows, **data):
    chosen = [row.pk for row in rows]
    return client.post(reverse(url), {"action": action, "_selected_action": chosen} | data, follow=True)


def capture(source_id):
    return Capture.objects.get(source_id=source_id)


def group(client, source_id, choice):
    url = reverse("admin:articles_capture_group", args=[capture(source_id).pk])
    return client.post(url, {"choice": choice}, follow=True)


def test_merge_split_and_release(desk, folder):
    both = Article.objects.filter(source_id__in=["7001", "7002"])
    asked = act(desk, LIST, "merge", both).content.decode()
    assert "under the lowest id, 7001" in asked
    assert stories() == ["7001", "7002", "7003"]
    response = act(desk, LIST, "merge", both, apply="yes")
    assert stories() == ["7001", "7003"]
    merged = reverse("admin:articles_article_change", args=[Article.objects.get(source_id="7001").pk])
    assert f'These are one story now: <a href="{merged}">7001' in messages(response)[0]
    shown = desk.get(reverse("admin:articles_capture_change", args=[capture("7002").pk])).content.decode()
    assert "Split off" in shown
    assert "Undo an editor" in shown
    assert "An editor of this archive put it with this story." in shown
    (said,) = messages(group(desk, "7002", "split"))
    for source_id in ("7001", "7002"):
        url = reverse("admin:articles_article_change", args=[Article.objects.get(source_id=source_id).pk])
        assert f'<a href="{url}">{source_id}' in said
    assert stories() == ["7001", "7002", "7003"]
    act(desk, LIST, "merge", Article.objects.filter(source_id__in=["7001", "7002"]), apply="yes")
    assert "The evidence has decided again" in messages(group(desk, "7002", "release"))[0]
    assert stories() == ["7001", "7002", "7003"]


def test_another_capture_gives_the_text(desk, folder):
    act(desk, LIST, "merge", Article.objects.filter(source_id__in=["7001", "7002"]), apply="yes")
    article = Article.objects.get(source_id="7001")
    assert "7002" in article.body
    form = desk.get(reverse("admin:articles_article_change", args=[article.pk])).content.decode()
    assert f"{capture('7002').key} <b>gives the text</b>" in form
    assert "gives the text now" in messages(group(desk, "7001", "text"))[0]
    article.refresh_from_db()
    assert "7001" in article.body
    shown = desk.get(reverse("admin:articles_capture_change", args=[capture("7001").pk])).content.decode()
    assert "yes, by an editor" in shown
    assert "so already" in messages(group(desk, "7001", "text"))[0]
    assert "latest capture gives the text again" in messages(group(desk, "7001", "latest"))[0]
    article.refresh_from_db()
    assert "7002" in article.body


def test_what_cannot_be_done_is_said(desk, folder):
    assert "at least two" in messages(act(desk, LIST, "merge", Article.objects.filter(source_id="7001")))[0]
    assert "own already" in messages(group(desk, "7001", "split"))[0]
    assert "Choose what to do" in messages(group(desk, "7001", "burn"))[0]
    captures = "admin:articles_capture_changelist"
    assert "No editor has decided" in messages(act(desk, captures, "release", [capture("7001")]))[0]


def test_a_suggestion_is_decided(desk, folder):
    row = Suggestion.objects.create(kind="versions", left="7001", right="7002", evidence="much of the text")
    url = reverse("admin:articles_suggestion_change", args=[row.pk])
    assert "much of the text" in desk.get(url).content.decode()
    decide = reverse("admin:articles_suggestion_decide", args=[row.pk])
    assert "Choose whether" in messages(desk.post(decide, {"choice": "both"}, follow=True))[0]
    desk.post(decide, {"choice": "accept"})
    assert stories() == ["7001", "7003"]
    assert "already been decided" in messages(desk.post(decide, {"choice": "accept"}, follow=True))[-1]


def test_after_a_decision_the_next_one_follows_and_a_no_can_be_taken_back(desk, folder):
    Suggestion.objects.all().delete()
    rows = [
        Suggestion.objects.create(kind=kind, left=left, right=right, evidence="always together, on 22 articles")
        for kind, left, right in (("tags", "甲", "乙"), ("tags", "丙", "丁"), ("versions", "7001", "7002"))
    ]
    decided = set()
    address = reverse("admin:articles_suggestion_change", args=[rows[0].pk])
    while address != reverse("admin:index"):
        pk = next(row.pk for row in rows if reverse("admin:articles_suggestion_change", args=[row.pk]) == address)
        decided.add(pk)
        address = desk.post(reverse("admin:articles_suggestion_decide", args=[pk]), {"choice": "dismiss"})["Location"]
    assert decided == {row.pk for row in rows}
    shown = desk.get(reverse("admin:articles_suggestion_change", args=[rows[0].pk]))
    assert "Open it again" in shown.content.decode()
    decide = reverse("admin:articles_suggestion_decide", args=[rows[0].pk])
    desk.post(decide, {"choice": "reopen"})
    assert Suggestion.objects.get(state="open") == rows[0]
    assert "Only a dismissed" in messages(desk.post(decide, {"choice": "reopen"}, follow=True))[-1]


def test_evidence_and_decisions_are_said_in_the_language_of_the_page(desk, folder):
    act(desk, LIST, "merge", Article.objects.filter(source_id__in=["7001", "7002"]), apply="yes")
    row = Suggestion.objects.create(kind="tags", left="甲", right="乙", evidence="always together, on 22 articles")
    run = ImportRun.objects.get(is_decision=True)
    pages = {
        reverse("admin:articles_suggestion_change", args=[row.pk]): "總是一同出現，共 22 篇文章",
        reverse("admin:articles_importrun_change", args=[run.pk]): "mei 把 7001, 7002 合併為同一篇報道",
        reverse("admin:articles_importrun_changelist"): "mei 把 7001, 7002 合併為同一篇報道",
    }
    for address, said in pages.items():
        assert said in desk.get(address, headers={"accept-language": "zh-HK"}).content.decode()
    # an editor's decision is no import
    assert [found.pk for found, _url, _sources in desk.get(reverse("admin:index")).context["runs"]] == [run.pk - 1]


def test_suggestions_in_bulk(desk, folder):
    rows = [
        Suggestion.objects.create(kind="tags", left=left, right=right, evidence="always together")
        for left, right in (("渡輪", "渡船"), ("渡輪", "小輪"))
    ]
    for name in ("渡輪", "渡船", "小輪"):
        make_tag(name)
    act(desk, "admin:articles_suggestion_changelist", "dismiss", rows)
    assert set(Suggestion.objects.filter(pk__in=[row.pk for row in rows]).values_list("state", flat=True)) == {
        "dismissed"
    }


def test_a_list_of_many_suggestions_asks_few_questions(desk):
    for number in range(60):
        article = make_article(str(71_000 + number), title=f"第{number}號<航線>", tags=[f"甲{number}", f"乙{number}"])
        Suggestion.objects.create(kind="tags", left=f"甲{number}", right=f"乙{number}", evidence="x")
        Suggestion.objects.create(kind="versions", left=article.source_id, right="9", evidence="x")
    with CaptureQueriesContext(connection) as queries:
        shown = desk.get(reverse("admin:articles_suggestion_changelist")).content.decode()
    assert len(queries) <= 15
    assert "第1號&lt;航線&gt;" in shown
    assert not [query for query in queries if '"html"' in query["sql"]]


def test_before_an_import_is_undone_the_page_says_what_becomes_of_its_conflicts(desk, folder):
    first, other = (Article.objects.get(source_id=number) for number in ("7001", "7002"))
    run = ImportRun.objects.get()
    for article, state, field in ((first, "open", "title"), (other, "taken", "section"), (first, "kept", "tags")):
        Conflict.objects.create(article=article, field=field, digest=field, state=state, run=run, theirs="新")
    content = desk.get(reverse("admin:articles_importrun_undo", args=[run.pk])).content.decode()
    assert "1 conflict that waits" in content
    assert "1 correction was given up" in content
    record = reverse("admin:articles_article_record", args=[other.pk])
    assert f'<a href="{record}">{other.title}</a>: section' in content


def test_an_import_is_undone_after_asking(desk, folder):
    run = ImportRun.objects.latest("pk")
    url = reverse("admin:articles_importrun_undo", args=[run.pk])
    assert url in desk.get(reverse("admin:articles_importrun_change", args=[run.pk])).content.decode()
    assert "3 captures that it brought" in " ".join(desk.get(url).content.decode().split())
    assert len(stories()) == 3
    assert "Undone. Captures removed: 3" in messages(desk.post(url, follow=True))[0]
    assert stories() == []
    run.refresh_from_db()
    assert run.state == ImportRun.State.UNDONE
    assert "undone already" in messages(desk.post(url, follow=True))[0]


def test_who_may_only_look_decides_nothing(viewer, folder):
    row = Suggestion.objects.create(kind="versions", left="7001", right="7002", evidence="much of the text")
    run = ImportRun.objects.latest("pk")
    decide = reverse("admin:articles_suggestion_decide", args=[row.pk])
    undo = reverse("admin:articles_importrun_undo", args=[run.pk])
    assert viewer.post(decide, {"choice": "accept"}).status_code == 403
    assert viewer.post(undo).status_code == 403
    assert viewer.get(undo).status_code == 403
    assert group(viewer, "7001", "split").status_code == 403
    act(viewer, LIST, "merge", Article.objects.all())
    for name, shown in (("suggestion", row), ("importrun", run), ("capture", capture("7001"))):
        content = viewer.get(reverse(f"admin:articles_{name}_change", args=[shown.pk])).content.decode()
        assert "desk-action" not in content
    assert stories() == ["7001", "7002", "7003"]
