"""Search beside writers, with real processes and a database file of their own."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

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
from articles.search.queries import Search, search
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
            while not is_last:
                is_last = importing.poll() is not None
                print("search", file=reader.stdin, flush=True)  # noqa: T201
                totals.append(reader.stdout.readline().strip())
        reader.stdin.close()
    assert (reader.returncode, importing.returncode) == (0, 0), (tmp_path / "said").read_text()
    assert totals == sorted(totals, key=int)
    assert totals[-1] == "700"
    assert len(totals) > 20
    done = run(archive, "manage.py", "rebuild_search_index", "--check")
    assert done.returncode == 0, done.stderr


def test_a_reader_is_at_most_twice_as_slow_beside_an_import(tmp_path):
    pages = write_pages(tmp_path / "pages", 300)
    ratios = []
    for attempt in range(3):  # other tests run beside this one, and may disturb one half of an attempt
        folder = tmp_path / str(attempt)
        folder.mkdir()
        done = run(folder, "-m", "bench.readers", str(pages))
        assert done.returncode == 0, done.stderr
        said = json.loads(done.stdout.splitlines()[-1])
        assert said["beside"]["searches"] > 20
        ratios.append(said["beside"]["p95"] / said["quiet"]["p95"])
        if ratios[-1] <= 2:
            return
    pytest.fail(f"p95 beside an import, by that of a quiet database: {ratios}")
