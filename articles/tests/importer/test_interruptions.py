"""What comes in an import's way from outside: kill -9, a full disk, a lock, another import. All in real processes."""

import os
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

from articles.tests.importer.newsroom import page, write_pages
from articles.tests.importer.processes import DIGEST, archive, number, start, wait_until

PAGES = 240
SMALL_BATCHES = "from articles.importer import pipeline; pipeline.BATCH = 24; pipeline.CHUNK = 8"
RUNS = "SELECT count(*) FROM articles_importrun"
CAPTURES = "SELECT count(*) >= {} FROM articles_capture"
ARTICLES = "SELECT count(*) >= {} FROM articles_article"
GONE_ON = "then import again: it goes on where it stopped."


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = write_pages(tmp_path_factory.mktemp("pages"), PAGES)
    # versions of one story, a placeholder, and files that give nothing, so that every kind of row is there
    for version in (9001, 9002, 9003):
        (folder / f"article_{version}.md").write_text(page(version, title="渡輪停航", body="風球改掛，碼頭關閉。" * 9))
    (folder / "article_9004.md").write_text(page(9004, title="Temporarily Offline", body=" "))
    (folder / "article_9005.md").write_text(page(9005, date="2021-02-30"))
    (folder / "empty.md").write_text("")
    return folder


@pytest.fixture(scope="module")
def imported(tmp_path_factory, pages):
    """Return an archive that one import has filled, and the digest of what it says."""
    folder = archive(tmp_path_factory.mktemp("archives") / "clean")
    said = digest(start(folder, str(pages), last=DIGEST))
    assert number(folder, "SELECT count(*) FROM articles_article") == PAGES + 2
    return folder, said


@pytest.fixture(scope="module")
def clean(imported):
    return imported[0]


@pytest.fixture(scope="module")
def undisturbed(imported):
    return imported[1]


def finished(process: subprocess.Popen) -> tuple[str, str]:
    out, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors
    return out, errors


def digest(process: subprocess.Popen) -> str:
    """Wait for a process, and return the digest that it prints at its end."""
    return finished(process)[0].splitlines()[-1]


def sentence(process: subprocess.Popen, returncode: int = 1) -> str:
    """Return what a command says when it fails: one sentence, no traceback."""
    _out, errors = process.communicate(timeout=120)
    assert process.returncode == returncode, errors
    assert "Traceback" not in errors
    assert errors.count("\n") == 1
    return errors.strip()


def kill(process: subprocess.Popen) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


KILLED = {
    "while files are read": (
        "2",
        ["SELECT count(*) FROM articles_importrun", CAPTURES.format(1), CAPTURES.format(150)],
    ),
    "while stories are written": ("2", [CAPTURES.format(PAGES + 5), ARTICLES.format(1), ARTICLES.format(150)]),
    "in one process": ("1", [CAPTURES.format(60), ARTICLES.format(60)]),
    "at the end": ("1", [ARTICLES.format(PAGES + 2)]),
}


@pytest.mark.parametrize("when", KILLED)
def test_kill_9_and_then_again_is_an_undisturbed_import(tmp_path, pages, undisturbed, when):
    jobs, moments = KILLED[when]
    folder = archive(tmp_path / "archive")
    for moment in moments:
        process = start(folder, str(pages), "--jobs", jobs, first=SMALL_BATCHES)
        assert wait_until(folder, moment, process), moment
        kill(process)
    assert digest(start(folder, str(pages), "--jobs", jobs, last=DIGEST)) == undisturbed
    assert number(folder, "SELECT count(*) FROM articles_capture WHERE pending") == 0
    assert number(folder, "SELECT count(*) FROM articles_importrun WHERE state = 'running'") == 0


def test_kill_9_in_an_import_of_changed_files(tmp_path, pages, clean):
    calm, rough = archive(tmp_path / "calm", like=clean), archive(tmp_path / "rough", like=clean)
    changed = tmp_path / "changed"
    for path in pages.rglob("*.md"):
        target = changed / path.relative_to(pages)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(path.read_text().replace("船長說", "船長今早說"))
    now = "SELECT count(*) >= {} FROM articles_{} WHERE body LIKE '%今早說%'"
    for moment in (now.format(100, "capture"), now.format(1, "article"), now.format(150, "article")):
        process = start(rough, str(changed), "--jobs", "2", first=SMALL_BATCHES)
        assert wait_until(rough, moment, process), moment
        kill(process)
    after_kills = digest(start(rough, str(changed), last=DIGEST))
    assert after_kills == digest(start(calm, str(changed), last=DIGEST))


def test_a_killed_import_leaves_no_worker_behind(tmp_path, pages):
    folder = archive(tmp_path / "archive")
    process = start(folder, str(pages), "--jobs", "2", first=SMALL_BATCHES)
    assert wait_until(folder, CAPTURES.format(1), process)
    with open(f"/proc/{process.pid}/task/{process.pid}/children") as file:
        workers = file.read().split()
    assert len(workers) == 2
    kill(process)
    until = time.monotonic() + 10
    while any(alive(worker) for worker in workers) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(alive(worker) for worker in workers)


def alive(pid: str) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


# What runs in the background of a shell script, as tests may, is deaf to Ctrl-C, and so are its children.
HEARING = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"


def test_ctrl_c_is_answered_in_a_sentence(tmp_path, pages, undisturbed):
    folder = archive(tmp_path / "archive")
    process = start(folder, str(pages), "--jobs", "2", first=f"{HEARING}\n{SMALL_BATCHES}")
    assert wait_until(folder, CAPTURES.format(1), process)
    os.killpg(process.pid, signal.SIGINT)
    assert sentence(process, 130) == "CommandError: Interrupted. Import again: it goes on where it stopped."
    assert digest(start(folder, str(pages), last=DIGEST)) == undisturbed


# Ctrl-C as Django leaves the first transaction that has stored files: there it once made an error of its own.
AT_THE_EDGE = """
import os, signal
from django.db import connection
from django.db.transaction import Atomic
from articles.models import Capture
leave, times = Atomic.__exit__, {times}
def interrupted(self, *arguments):
    global times
    while times and not connection.savepoint_ids and Capture.objects.exists():
        times -= 1
        os.kill(os.getpid(), signal.SIGINT)
    return leave(self, *arguments)
Atomic.__exit__ = interrupted
"""


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_lets_a_transaction_end(tmp_path, pages, undisturbed, jobs):
    folder = archive(tmp_path / "archive")
    first = "\n".join([HEARING, SMALL_BATCHES, AT_THE_EDGE.format(times=1)])
    process = start(folder, str(pages), "--jobs", jobs, first=first)
    assert sentence(process, 130) == "CommandError: Interrupted. Import again: it goes on where it stopped."
    assert 0 < number(folder, "SELECT count(*) FROM articles_capture") <= 24
    assert digest(start(folder, str(pages), last=DIGEST)) == undisturbed


def test_a_second_ctrl_c_ends_an_import_at_once(tmp_path, pages, undisturbed):
    folder = archive(tmp_path / "archive")
    first = "\n".join([HEARING, SMALL_BATCHES, AT_THE_EDGE.format(times=2)])
    process = start(folder, str(pages), "--jobs", "1", first=first)
    _out, errors = process.communicate(timeout=120)
    assert (process.returncode, errors) == (-signal.SIGINT, "")
    assert number(folder, "SELECT count(*) FROM articles_capture") == 0
    assert digest(start(folder, str(pages), last=DIGEST)) == undisturbed


FULL = """
from django.db.backends.signals import connection_created
def limit(connection, **_):
    connection.cursor().execute("PRAGMA max_page_count = {}")
connection_created.connect(limit, weak=False)
"""


def test_a_full_disk(tmp_path, pages, clean, undisturbed):
    folder = archive(tmp_path / "archive")
    used = number(folder, "PRAGMA page_count")
    needed = number(clean, "PRAGMA page_count") - used
    said = "CommandError: The import was stopped: database or disk is full. Free some space on the database's disk, "
    stored = []
    for part in (0, 0.2, 0.5, 0.9):
        process = start(folder, str(pages), first=SMALL_BATCHES + FULL.format(used + int(part * needed)))
        assert sentence(process) == said + GONE_ON
        stored.append(number(folder, "SELECT count(*) FROM articles_capture"))
    assert stored == sorted(stored)
    assert stored[-1] > stored[0]
    assert digest(start(folder, str(pages), last=DIGEST)) == undisturbed


HOLD = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(float(sys.argv[2]))
connection.execute("ROLLBACK")
"""


def held(folder, seconds: float) -> subprocess.Popen:
    """Let another process hold the database's write lock."""
    command = [sys.executable, "-c", HOLD, str(folder / "archive.sqlite3"), str(seconds)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    return process


def test_a_database_that_is_locked_for_a_while(tmp_path, pages, undisturbed):
    folder = archive(tmp_path / "archive")
    holder = held(folder, 4)
    process = start(folder, str(pages), last=DIGEST)
    time.sleep(2.5)
    assert process.poll() is None
    assert number(folder, RUNS) == 0
    assert digest(process) == undisturbed
    holder.communicate()


def test_a_database_that_is_locked_for_too_long(tmp_path, pages, undisturbed):
    folder = archive(tmp_path / "archive")
    holder = held(folder, 60)
    impatient = "from django.conf import settings; settings.DATABASES['default']['OPTIONS']['timeout'] = 1"
    process = start(folder, str(pages), first=impatient)
    said = "CommandError: The import was stopped: database is locked. Another program holds the database: "
    assert sentence(process) == said + "wait for it, or end it, " + GONE_ON
    holder.kill()
    holder.communicate()
    assert digest(start(folder, str(pages), last=DIGEST)) == undisturbed


SLOW = """
import time
from articles.importer import worker
take = worker.take
def slow(entries):
    time.sleep(0.3)
    return take(entries)
worker.take = slow
"""


def test_two_imports_at_once(tmp_path, pages, undisturbed):
    folder = archive(tmp_path / "archive")
    first = start(folder, str(pages), "--jobs", "1", first=SMALL_BATCHES + SLOW)
    assert wait_until(folder, RUNS, first)
    second = start(folder, str(pages), "--jobs", "1", last=DIGEST)
    preview = start(folder, str(pages), "--jobs", "1", "--dry-run")
    assert f"{PAGES + 5} created" in "".join(finished(first))
    for waited in (second, preview):
        printed = "".join(finished(waited))
        assert f"0 created, 0 updated, {PAGES + 5} unchanged" in printed
        assert "Another import is running. This one starts when it has ended." in printed
        if waited is second:
            assert undisturbed in printed


def test_a_database_that_was_never_migrated(tmp_path, pages):
    (tmp_path / "archive").mkdir()
    sqlite3.connect(tmp_path / "archive" / "archive.sqlite3").close()
    said = sentence(start(tmp_path / "archive", str(pages)))
    assert said.startswith("CommandError: The import was stopped: no such table: ")
    assert said.endswith("Run manage.py migrate, " + GONE_ON)
