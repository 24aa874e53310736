"""Importing from the admin: compared, decided on, imported by the worker, reported, undone."""

from __future__ import annotations

import io
import os
import re
import zipfile

import pytest
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client, override_settings
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from articles import corrections, intake
from articles.models import Article, ImportRequest, ImportRun
from articles.roles import CHIEF_EDITORS, EDITORS
from articles.tests import factories
from articles.tests.admin.roles import make_user
from articles.tests.importer.newsroom import tables

pytestmark = pytest.mark.django_db
ADD = "/admin/articles/importrequest/add/"
STORY = "---\ntitle: {title}\ndate: 2020-05-01\nurl: https://www.harbourlight.example/article/{id}/x\n---\n\n{text}\n"


def packed(**texts: str) -> SimpleUploadedFile:
    """Return a zip with these stories, by id."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for key, text in texts.items():
            number = key.removeprefix("id")
            archive.writestr(f"article_{number}.md", STORY.format(title=f"渡輪{number}", id=number, text=text))
    return SimpleUploadedFile("rescued stories.zip", data.getvalue(), "application/zip")


def work() -> None:
    """Let the worker do all there is to do."""
    call_command("import_worker", "--once")


@pytest.fixture(autouse=True)
def one_process(monkeypatch, settings, tmp_path):
    """Let the worker do its work in this process, and in this test's transaction; keep uploads apart."""
    settings.UPLOAD_FOLDER = tmp_path / "uploads"
    monkeypatch.setattr(intake, "JOBS", 1)
    monkeypatch.setattr("django_tasks_db.management.commands.db_worker.close_old_connections", lambda: None)


@pytest.fixture
def chief(client):
    client.force_login(make_user(CHIEF_EDITORS))
    return client


def asked() -> ImportRequest:
    return ImportRequest.objects.select_related("run").first()


def page_of(client) -> str:
    return client.get(reverse("admin:articles_importrequest_change", args=[asked().pk])).content.decode()


def step(client, name: str):
    return client.post(reverse("admin:articles_importrequest_step", args=[asked().pk]), {"step": name}, follow=True)


def uploads() -> list[str]:
    return [name for _folder, _folders, names in os.walk(settings.UPLOAD_FOLDER) for name in names]


def test_from_upload_to_undo(chief):
    response = chief.post(ADD, {"upload": packed(id70001="清晨的海港。", id70002="夜裏的海港。")})
    assert response["Location"] == reverse("admin:articles_importrequest_change", args=[asked().pk])
    assert 'http-equiv="refresh"' in page_of(chief)

    work()
    assert not Article.objects.exists(), "comparing changes nothing"
    assert not ImportRun.objects.exists()
    assert intake.progress(asked()) == {"files": 2, "stories": 2}
    said = page_of(chief)
    assert 'http-equiv="refresh"' not in said
    assert "<b>2</b> new" in said
    assert "rescued_stories.zip" in uploads()

    step(chief, "start")
    work()
    assert asked().state == "done"
    assert Article.objects.count() == 2
    assert asked().run.sources[0].endswith("/rescued_stories.zip")
    assert uploads() == [], "the upload is removed once it is in"
    report = reverse("admin:articles_importrun_change", args=[asked().run.pk])
    assert report in page_of(chief)
    for address in (report, reverse("admin:articles_importrun_undo", args=[asked().run.pk]), reverse("admin:index")):
        content = chief.get(address).content.decode()
        assert "rescued_stories.zip" in content
        assert settings.UPLOAD_FOLDER.name not in content, "an upload is known by its own name"

    chief.post(reverse("admin:articles_importrun_undo", args=[asked().run.pk]))
    assert not Article.objects.exists()
    # what is kept of it later: *Recent actions*, and the titles of its pages
    names = list(LogEntry.objects.values_list("content_type__model", "object_repr"))
    assert dict(names) == {
        "importrun": f"{asked().run.pk}: rescued_stories.zip",
        "importrequest": f"{asked().pk}: rescued_stories.zip",
    }
    history = chief.get(reverse("admin:articles_importrun_history", args=[asked().run.pk])).content.decode()
    assert settings.UPLOAD_FOLDER.name not in history
    assert "can be undone" not in page_of(chief)
    assert "It was imported, and undone since" in page_of(chief)


def test_what_a_long_text_is_cut_off_at_is_no_difference(chief):
    lines = [f"第{number}班渡輪準時開出，碼頭上的人比往日多。" for number in range(400)]
    chief.post(ADD, {"upload": packed(id70001="\n\n".join(lines))})
    work()
    step(chief, "start")
    work()
    chief.post(ADD, {"upload": packed(id70001="\n\n".join([lines[0], "停航一日。", *lines[1:]]), id70002="新。")})
    work()
    ((source_id, field, before, after),) = asked().difference["changes"]
    assert (source_id, field, before, after.strip()) == ("70001", "body", "", "停航一日。")
    said = page_of(chief)
    assert "1 change to what the archive has" in said
    assert "1 new article" in said
    url = reverse("admin:articles_article_change", args=[Article.objects.get(source_id="70001").pk])
    assert f'<a href="{url}">70001</a>' in said


def test_earlier_versions_and_lost_pages_are_named_in_the_readers_language(chief):
    story = factories.make_article(source_id="9001")
    chief.post(ADD, {"upload": packed(id70001="清晨。")})
    work()
    request = asked()
    lines = [
        ["9002@20210703, an earlier version of 9001", "title", "甲", "乙"],
        ["9003@20210703, a lost page", "title", "丙", "丁"],
    ]
    request.difference |= {"changes": lines, "changes_in_all": 2}
    request.save()
    said = chief.get(
        reverse("admin:articles_importrequest_change", args=[request.pk]), {"lang": "zh-hant"}, follow=True
    )
    url = reverse("admin:articles_article_change", args=[story.pk])
    assert f'<a href="{url}">9002@20210703（9001 的較早版本）</a>' in said.content.decode()
    assert "9003@20210703（佚失頁面）" in said.content.decode()


def test_the_difference_is_shown_before_anything_changes(chief):
    chief.post(ADD, {"upload": packed(id70001="清晨的海港。", id70002="夜裏的海港。")})
    work()
    step(chief, "start")
    work()
    article = Article.objects.get(source_id="70002")
    corrections.apply(article, [corrections.Change("body", "深夜的海港。")], reason="錯字", editor=None)
    before = tables()
    chief.post(ADD, {"upload": packed(id70001="清晨的<b>碼頭</b>。", id70002="入夜的海港。", id70003="新。")})
    work()
    own = {"articles.ImportRequest", "articles.Stamp"}  # the request itself, and that somebody has worked in the admin
    after = tables()
    assert {name: rows for name, rows in after.items() if name not in own} == {
        name: rows for name, rows in before.items() if name not in own
    }
    said = page_of(chief)
    assert re.search(r"<b>1</b> new.*<b>2</b> changed.*<b>1</b> conflict", said, re.DOTALL)
    assert "<del>海港</del>" in said
    assert "&lt;b&gt;碼頭" in said
    assert "入夜的海港。" in said
    assert "深夜的海港。" in said


def test_a_folder_that_the_operator_has_named(chief, tmp_path):
    (tmp_path / "article_70001.md").write_text(STORY.format(title="渡輪", id=70001, text="清晨。"))
    with override_settings(IMPORT_FOLDERS=[str(tmp_path)]):
        assert str(tmp_path) in chief.get(ADD).content.decode()
        chief.post(ADD, {"folder": str(tmp_path)})
        work()
        step(chief, "start")
        work()
        assert Article.objects.get().source_id == "70001"
        assert (tmp_path / "article_70001.md").exists(), "a folder of the operator's stays as it is"
        for other in ("/etc", f"{tmp_path}/..", f"{tmp_path}/"):
            chief.post(ADD, {"folder": other})
        assert ImportRequest.objects.count() == 1
        with pytest.raises(intake.IntakeError):
            intake.ask(None, folder="/etc")


def bomb() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(40):
            archive.writestr(f"article_{number}.md", b"0" * 7_000_000)
    return data.getvalue()


def traversal() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("../../outside.md", "x")
    return data.getvalue()


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("name", "data", "state", "said"),
    [
        ("bomb.zip", bomb, "failed", "as a zip bomb does"),
        ("torn.zip", lambda: packed(id1="x").read()[:200], "failed", "cannot be read"),
        ("no.zip", lambda: b"not a zip at all", "failed", "cannot be read"),
        ("odd.tar.gz", lambda: b"\x1f\x8b" + b"\0" * 200, "failed", "cannot be read"),
        ("outside.zip", traversal, "ready", "leads outside the archive"),
        ("../../../tmp/name.zip", lambda: packed(id1="x").read(), "ready", "name.zip"),
    ],
)
def test_a_bad_archive_ends_in_a_sentence(chief, name, data, state, said):
    chief.post(ADD, {"upload": SimpleUploadedFile(name, data())})
    work()
    assert asked().state == state
    page = page_of(chief)
    assert said in page
    assert str(settings.UPLOAD_FOLDER) not in page
    step(chief, "cancel")
    assert asked().state == "cancelled"
    assert uploads() == []


@pytest.mark.any_database
@pytest.mark.parametrize("name", ["story.md", "page.html", "archive.zip.exe", ".zip", "archive"])
def test_only_archives_are_taken(chief, name):
    page = chief.post(ADD, {"upload": SimpleUploadedFile(name, b"x")}).content.decode()
    assert "no archive of a kind that is known" in page
    assert not ImportRequest.objects.exists()


@pytest.mark.any_database
def test_what_is_too_large_is_refused_before_it_is_read(chief):
    with override_settings(MAX_UPLOAD_MB=1):
        response = chief.post(ADD, {"upload": SimpleUploadedFile("a.zip", os.urandom(2_100_000))})
        assert response.status_code == 413
        assert "larger than 1 MB" in response.content.decode()
        page = chief.post(ADD, {"upload": SimpleUploadedFile("a.zip", os.urandom(1_100_000))}).content.decode()
        assert "larger than 1 MB" in page
    # a body that is only announced, and would fail if it were read
    response = chief.post(ADD, {"upload": packed(id1="x")}, CONTENT_LENGTH=str(3_000_000_000))
    assert response.status_code == 413
    assert not ImportRequest.objects.exists()
    assert uploads() == []


@pytest.mark.any_database
def test_nothing_and_both_are_refused(chief):
    with override_settings(IMPORT_FOLDERS=[str(settings.BASE_DIR / "seeds")]):
        for data in ({}, {"upload": packed(id1="x"), "folder": str(settings.BASE_DIR / "seeds")}):
            assert "one of the two" in chief.post(ADD, data).content.decode()


@pytest.mark.any_database
def test_the_form_has_a_token(chief):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(make_user(CHIEF_EDITORS, "another"))
    assert strict.post(ADD, {"upload": packed(id1="x")}).status_code == 403
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', strict.get(ADD).content.decode())[1]
    assert strict.post(ADD, {"upload": packed(id1="x"), "csrfmiddlewaretoken": token}).status_code == 302


def test_an_editor_looks_and_does_nothing(chief, client):
    chief.post(ADD, {"upload": packed(id70001="清晨。")})
    work()
    client.force_login(make_user(EDITORS))
    assert client.get(ADD).status_code == 403
    assert client.post(ADD, {"upload": packed(id2="x")}).status_code == 403
    assert "Import it" not in page_of(client)
    assert step(client, "start").status_code == 403
    assert (asked().state, ImportRequest.objects.count()) == ("ready", 1)


def test_an_interrupted_import_is_said_to_be_so_and_taken_up_again(chief):
    chief.post(ADD, {"upload": packed(id70001="清晨。")})
    ImportRequest.objects.update(state="working", attempts=1)  # a worker took it, and was killed
    DBTaskResult.objects.update(status="RUNNING")
    page = page_of(chief)
    assert "It was interrupted" in page
    work()
    assert asked().state == "ready"


def test_what_ends_its_worker_each_time_is_left_to_people(chief):
    chief.post(ADD, {"upload": packed(id70001="清晨。")})
    ImportRequest.objects.update(state="working", attempts=intake.ATTEMPTS)
    DBTaskResult.objects.all().delete()
    work()
    assert asked().state == "interrupted"
    step(chief, "again")
    work()
    assert asked().state == "ready"


def test_a_request_that_never_reached_the_queue_is_taken_up(chief):
    chief.post(ADD, {"upload": packed(id70001="清晨。")})
    DBTaskResult.objects.all().delete()
    work()
    assert asked().state == "ready"


def test_steps_out_of_turn_do_nothing(chief):
    chief.post(ADD, {"upload": packed(id70001="清晨。")})
    for name in ("start", "again"):
        assert "no longer possible" in step(chief, name).content.decode()
    work()
    step(chief, "start")
    step(chief, "start")
    intake.work.call(asked().pk)
    intake.work.call(asked().pk)
    work()
    assert ImportRun.objects.count() == 1
    assert "no longer possible" in step(chief, "cancel").content.decode()
    intake.work.call(999_999)


def test_a_forgotten_upload_is_removed(chief):
    chief.post(ADD, {"upload": packed(id70001="清晨。")})
    work()
    ImportRequest.objects.update(changed_at=asked().changed_at - intake.FORGOTTEN)
    work()
    assert asked().state == "cancelled"
    assert uploads() == []


def test_without_a_worker_the_page_says_so(chief):
    chief.post(ADD, {"upload": packed(id70001="清晨。")})
    assert "import_worker" not in page_of(chief)
    ImportRequest.objects.update(changed_at=asked().changed_at - 2 * intake.FORGOTTEN)
    assert "import_worker" in page_of(chief)


def test_a_full_disk_is_a_sentence(chief, monkeypatch):
    monkeypatch.setattr("pathlib.Path.open", _no_space)
    page = chief.post(ADD, {"upload": packed(id70001="清晨。")}).content.decode()
    assert "cannot be kept: No space left" in page
    assert not ImportRequest.objects.exclude(state="cancelled").exists()


def _no_space(*_args, **_kwargs):
    raise OSError(28, "No space left on device")
