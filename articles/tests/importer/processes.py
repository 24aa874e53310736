"""Imports as an operator runs them: processes of their own, on a SQLite database of their own."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from articles.tests.importer.newsroom import ROOT

# What a process may do at its end: print a digest of all that its archive says.
DIGEST = "from articles.tests.importer.newsroom import content_digest; print(content_digest())"
IMPORT = "from django.core.management import execute_from_command_line; execute_from_command_line({arguments!r})"


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of an archive that lives in this folder."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return kept | {
        "DEBUG": "true",
        "DATABASE_URL": f"sqlite:///{folder}/archive.sqlite3",
        "MEDIA_ROOT": f"{folder}/media",
        "DJANGO_SETTINGS_MODULE": "newsarchive.settings",
    }


def manage(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run manage.py to its end."""
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment(folder), text=True, check=True, capture_output=True, timeout=120
    )


def archive(folder: Path, like: Path | None = None) -> Path:
    """Make an archive: an empty one, or one ``like`` another, which no process is using."""
    folder.mkdir(exist_ok=True)
    database = folder / "archive.sqlite3"
    if like is not None:
        shutil.copy(like / database.name, database)
    elif _migrated:
        database.write_bytes(_migrated[0])
    else:
        manage(folder, "migrate", "--verbosity", "0")
        _migrated.append(database.read_bytes())
    return folder


_migrated: list[bytes] = []  # an empty archive is made once, and copied from then on


def start(folder: Path, *arguments: str, first: str = "", last: str = "") -> subprocess.Popen[str]:
    """Start import_seeds; its process runs the Python ``first`` before it, Django being set up, and ``last`` after."""
    code = IMPORT.format(arguments=["manage.py", "import_seeds", "--no-progress", *arguments])
    if first:
        code = f"import django; django.setup()\n{first}\n{code}"
    code = f"{code}\n{last}"
    return subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def number(folder: Path, query: str) -> int:
    """Return the number that a query gives."""
    with contextlib.closing(sqlite3.connect(folder / "archive.sqlite3")) as connection:
        return int(connection.execute(query).fetchone()[0])


def wait_until(folder: Path, query: str, process: subprocess.Popen[str]) -> bool:
    """Wait until a query gives something, and return True; False if the process has ended before."""
    with contextlib.closing(sqlite3.connect(folder / "archive.sqlite3")) as connection:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            if connection.execute(query).fetchone()[0]:
                return True
            if process.poll() is not None:
                return False
            time.sleep(0.001)
    raise AssertionError(f"never: {query}")
