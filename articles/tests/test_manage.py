"""manage.py as a program among others: what it does when nobody reads on."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from articles.importer import progress
from articles.tests.importer.newsroom import ROOT, write_pages
from articles.tests.importer.processes import archive, environment, number

ARTICLES = "SELECT count(*) FROM articles_article"
DONE = "SELECT count(*) FROM articles_importrun WHERE state = 'done'"


def without_reader(folder, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run manage.py into a pipe that nobody reads, as `| head` leaves it."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=environment(folder) | variables,
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=120,
        )
    finally:
        os.close(writing)


@pytest.mark.parametrize("variables", [{}, {"PYTHONUNBUFFERED": "1"}], ids=["at the end", "at the first line"])
def test_an_import_whose_report_nobody_reads_is_done_and_says_nothing(tmp_path, variables):
    folder = archive(tmp_path / "archive")
    result = without_reader(folder, "import_seeds", str(write_pages(tmp_path / "pages", 5)), **variables)
    assert (result.returncode, result.stderr) == (141, "")
    assert number(folder, ARTICLES) == 5
    assert number(folder, DONE) == 1


@pytest.mark.parametrize("command", ["import_runs", "check", "help"])
def test_every_command_ends_quietly_when_nobody_reads_it(tmp_path, command):
    result = without_reader(archive(tmp_path / "archive"), command)
    assert (result.returncode, result.stderr) == (141, "")


def test_progress_that_nobody_reads_does_not_stop_an_import(monkeypatch):
    monkeypatch.setattr(progress, "EVERY", 1)

    class Closed:
        def isatty(self) -> bool:
            return False

        def write(self, _text: str) -> None:
            raise BrokenPipeError

    with progress.progress_display([], Closed(), quiet=False) as note:
        note("files", 1)


def test_ctrl_c_in_any_command_is_no_traceback(tmp_path):
    code = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
import manage
manage.execute_from_command_line = lambda _arguments: signal.raise_signal(signal.SIGINT)
manage.main()
"""
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stderr) == (130, "Interrupted.\n")


@pytest.mark.parametrize(
    ("address", "command", "said"),
    [
        ("sqlite:///{}/new.sqlite3", "import_runs", "no such table: articles_importrun. Run manage.py migrate."),
        ("sqlite:///{}/new.sqlite3", "rebuild_search_index", "Run manage.py migrate."),
        ("sqlite:///{}/text", "migrate", "file is not a database. Check the file that DATABASE_URL names."),
        ("sqlite:///{}", "migrate", "Let this account into the folder that DATABASE_URL names."),
        ("postgres://x:y@127.0.0.1:1/z", "migrate", "Check that the server runs, and DATABASE_URL."),
    ],
)
def test_a_database_that_cannot_be_used_is_named_in_one_line(tmp_path, address, command, said):
    (tmp_path / "text").write_text("This is no database. " * 100)
    variables = environment(tmp_path) | {"DATABASE_URL": address.format(tmp_path)}
    result = subprocess.run(
        [sys.executable, "manage.py", command], cwd=ROOT, env=variables, capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith("The database cannot be used: ")
    assert said in line
