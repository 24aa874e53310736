"""What a rebuild and an import leave in SQLite's log: nothing, so that no editor has to copy it."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
import time

import pytest
from django.db import connection

from articles import write_ahead
from articles.tests.importer.newsroom import ROOT, write_pages
from articles.tests.importer.processes import archive, environment

COMMANDS = {"import": ["import_seeds"], "rebuild": ["rebuild_search_index"]}


def run(folder, *arguments: str) -> None:
    command = [sys.executable, "manage.py", *arguments]
    subprocess.run(command, cwd=ROOT, env=environment(folder), check=True, capture_output=True, timeout=120)


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_nothing_is_left_in_the_log_of_a_running_site(tmp_path, command):
    folder = archive(tmp_path / "archive")
    pages = str(write_pages(tmp_path / "pages", 20))
    with contextlib.closing(sqlite3.connect(folder / "archive.sqlite3")) as site:  # keeps the log from being removed
        site.execute("PRAGMA journal_mode=WAL")
        site.execute("SELECT count(*) FROM articles_article").fetchone()
        run(folder, *command, *([pages] if command == COMMANDS["import"] else []))
        assert os.path.getsize(folder / "archive.sqlite3-wal") == 0


def test_a_reader_of_what_is_older_is_not_waited_for(tmp_path):
    folder = archive(tmp_path / "archive")
    with contextlib.closing(sqlite3.connect(folder / "archive.sqlite3", isolation_level=None)) as reader:
        reader.execute("PRAGMA journal_mode=WAL")
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM articles_article").fetchone()
        began = time.monotonic()
        run(folder, "rebuild_search_index")
        assert time.monotonic() - began < 25  # half a second of it; the database's own patience has 30
        assert os.path.getsize(folder / "archive.sqlite3-wal") > 0


@pytest.mark.django_db(transaction=True)
def test_the_databases_patience_is_as_before():
    write_ahead.empty_log()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            assert cursor.execute("PRAGMA busy_timeout").fetchone() == (30000,)
