"""Search beside writers, with real processes and a database file of their own."""

import contextlib
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from articles.management.commands.import_seeds import NICE
from articles.tests.importer import processes
from articles.tests.importer.newsroom import write_pages

ROOT = Path(__file__).resolve().parents[3]


def environment(folder: Path) -> dict[str, str]:
    database = f"sqlite:///{folder / 'archive.sqlite3'}"
    return {**os.environ, "DATABASE_URL": database, "MEDIA_ROOT": str(folder / "media"), "DEBUG": "true"}


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@pytest.fixture
def archive(tmp_path):
    return processes.archive(tmp_path)


def test_a_hundred_kills_lose_no_correction_and_leave_no_stale_hit(archive):
    done = run(archive, "-m", "articles.tests.search.killed_writers", "100")
    assert done.returncode == 0, done.stderr
    killed, told = map(int, re.findall(r"\d+", done.stdout))
    assert killed == 100
    assert told >= killed


READER = """
import sys, time
import django
django.setup()
from django.db import connection
from articles.search.queries import Search, search
with connection.cursor() as cursor:
    cursor.execute("PRAGMA busy_timeout = 0")  # whoever would have to wait for a writer fails
print("ready", flush=True)
totals = []
for line in sys.stdin:
    if line.strip() == "stop":
        break
    totals.append(search(Search("船長")).total)
    print(totals[-1], flush=True)
"""


def test_readers_search_while_an_import_writes(archive, tmp_path):
    pages = tmp_path / "pages"
    write_pages(pages, 700)
    own = environment(archive) | {"DJANGO_SETTINGS_MODULE": "newsarchive.settings"}
    read = [sys.executable, "-c", READER]
    write = [sys.executable, "manage.py", "import_seeds", str(pages), "--no-progress", "--jobs", "2"]
    pipe = subprocess.PIPE
    totals: list[str] = []
    with (
        (tmp_path / "said").open("w") as said,
        subprocess.Popen(read, cwd=ROOT, env=own, stdin=pipe, stdout=pipe, stderr=said, text=True) as reader,
    ):
        assert reader.stdin and reader.stdout
        assert reader.stdout.readline() == "ready\n"
        with subprocess.Popen(write, cwd=ROOT, env=own, stdout=said, stderr=said) as importing:
            is_last = False
            niceness: set[int] = set()
            while not is_last:
                niceness.add(os.getpriority(os.PRIO_PROCESS, importing.pid))
                is_last = importing.poll() is not None
                print("search", file=reader.stdin, flush=True)  # noqa: T201
                totals.append(reader.stdout.readline().strip())
        reader.stdin.close()
    assert (reader.returncode, importing.returncode) == (0, 0), (tmp_path / "said").read_text()
    assert totals == sorted(totals, key=int)
    assert totals[-1] == "700"
    assert len(totals) > 20
    own_niceness = os.getpriority(os.PRIO_PROCESS, 0)
    # where there are fewer cores than processes, readers come first; 19 is the most that there is
    assert max(niceness) == min(own_niceness + NICE, 19)
    done = run(archive, "manage.py", "rebuild_search_index", "--check")
    assert done.returncode == 0, done.stderr


def test_readers_do_not_wait_for_a_writer(archive, tmp_path):
    own = environment(archive) | {"DJANGO_SETTINGS_MODULE": "newsarchive.settings"}
    write_pages(tmp_path / "pages", 3)
    done = run(archive, "manage.py", "import_seeds", str(tmp_path / "pages"), "--no-progress")
    assert done.returncode == 0, done.stderr
    with contextlib.closing(sqlite3.connect(archive / "archive.sqlite3", isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        writer.execute("UPDATE articles_article SET title = ''")
        writer.execute("DELETE FROM articles_searchdocument")
        read = subprocess.run(
            [sys.executable, "-c", READER],
            cwd=ROOT,
            env=own,
            input="search\n",
            capture_output=True,
            text=True,
            check=False,
        )
        assert (read.stdout, read.stderr) == ("ready\n3\n", "")
        writer.execute("ROLLBACK")
