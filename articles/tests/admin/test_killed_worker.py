"""A worker that is killed in the middle of what an editor has asked for: real processes, and an editor who looks."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection
from django.urls import reverse

from articles import intake
from articles.models import Article, Capture, ImportRequest, ImportRun
from articles.roles import CHIEF_EDITORS
from articles.search import index
from articles.tests.admin.roles import make_user
from articles.tests.importer.newsroom import ROOT, content, empty_archive, import_once, packed, write_pages

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = 150
# small transactions, so that a kill finds some written and others not
SMALL_BATCHES = "from articles.importer import pipeline; pipeline.BATCH = 12; pipeline.CHUNK = 4"
WORKER = f"""
import django; django.setup()
{SMALL_BATCHES}
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", "import_worker"])
"""


@pytest.fixture
def archive(tmp_path) -> Path:
    return packed(write_pages(tmp_path / "pages", PAGES), tmp_path / "rescued.zip")


@pytest.fixture
def chief(client, settings, tmp_path):
    settings.UPLOAD_FOLDER = tmp_path / "uploads"
    index.rebuild()
    client.force_login(make_user(CHIEF_EDITORS))
    return client


def database() -> str:
    """Return the DATABASE_URL of this test's database, for other processes."""
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    return f"postgres://{known['USER']}@{quote(known['HOST'], safe='')}/{known['NAME']}"


@pytest.fixture
def worker(settings, tmp_path):
    """Start workers; none outlives the test."""
    running: list[subprocess.Popen] = []
    environment = os.environ | {
        "DATABASE_URL": database(),
        "UPLOAD_FOLDER": str(settings.UPLOAD_FOLDER),
        "MEDIA_ROOT": str(tmp_path / "media"),
        "DEBUG": "true",
        "DJANGO_SETTINGS_MODULE": "newsarchive.settings",
    }

    def start() -> subprocess.Popen:
        with (tmp_path / "said").open("a") as said:
            process = subprocess.Popen(
                [sys.executable, "-c", WORKER], cwd=ROOT, env=environment, stdout=said, stderr=said
            )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.wait()


def until(true: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.002)


def asked() -> ImportRequest:
    return ImportRequest.objects.get()


def look(chief) -> str:
    return chief.get(reverse("admin:articles_importrequest_change", args=[asked().pk])).content.decode()


def listed(chief) -> str:
    return chief.get(reverse("admin:articles_importrequest_changelist")).content.decode()


def step(chief, name: str) -> None:
    chief.post(reverse("admin:articles_importrequest_step", args=[asked().pk]), {"step": name})


def said() -> dict[str, list]:
    """Return what the archive says, apart from who asked for it."""
    return {label: rows for label, rows in content().items() if label != "articles.ImportRequest"}


def test_kill_9_in_the_middle_and_then_another_worker(chief, archive, worker, settings):
    with archive.open("rb") as upload:
        chief.post(reverse("admin:articles_importrequest_add"), {"upload": upload})

    # in the middle of the comparison
    first = worker()
    until(lambda: intake.progress(asked()).get("files", 0) > 0, "files compared")
    first.kill()
    first.wait()
    assert asked().state == "working", "nobody has looked yet"
    # the processes that read files for it notice within a second
    until(lambda: '<td class="field-state">interrupted</td>' in listed(chief), "interrupted")
    page = look(chief)
    assert "Nothing has changed." in page
    assert "http-equiv" not in page, "nothing moves"
    assert not Capture.objects.exists()
    assert not ImportRun.objects.exists()

    # the next worker compares; it is killed while it imports
    second = worker()
    until(lambda: asked().state == "ready", "compared")
    assert f"<b>{PAGES}</b> new" in look(chief)
    step(chief, "start")
    until(lambda: Article.objects.count() > 20, "stories written")
    second.kill()
    second.wait()
    assert 20 < Article.objects.count() < PAGES
    until(lambda: "It was interrupted" in look(chief), "interrupted")
    page = look(chief)
    assert "each of them whole" in page
    assert "What the comparison said" in page
    assert "It is imported" not in page
    assert asked().state == "interrupted"
    assert index.disagreements() == []
    some = Article.objects.first()
    assert chief.get(some.get_absolute_url()).status_code == 200

    # and another ends it by itself
    worker()
    until(lambda: asked().state == "done", "imported")
    assert asked().attempts == 2
    assert "It was interrupted, and went on" in look(chief)
    assert [run.state for run in ImportRun.objects.order_by("pk")] == ["failed", "done"]
    assert not any(path.is_file() for path in Path(settings.UPLOAD_FOLDER).glob("*/*")), "the upload is removed"
    went_on = said()

    # undone part by part, nothing is left
    for run in ImportRun.objects.filter(changes__isnull=False).distinct().order_by("-pk"):
        page = chief.get(reverse("admin:articles_importrun_change", args=[run.pk])).content.decode()
        assert "Undo this import" in page
        chief.post(reverse("admin:articles_importrun_undo", args=[run.pk]))
    assert not Article.objects.exists()

    empty_archive()
    import_once(archive)
    assert went_on == said()
