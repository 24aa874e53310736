"""The settings refuse what cannot work, in one clear sentence; each case is a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
GOOD = {
    "SECRET_KEY": "a-key-for-one-test-only-" * 3,
    "ALLOWED_HOSTS": "archive.example",
    "SITE_URL": "https://archive.example",
}


def start(code: str = "print('started')", **variables: str) -> subprocess.CompletedProcess[str]:
    """Start Django in an environment that has only these variables."""
    program = f"import django; django.setup(); from django.conf import settings; {code}"
    environment = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "newsarchive.settings", **variables}
    return subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def sentence(result: subprocess.CompletedProcess[str]) -> str:
    """Return the last line of a refusal."""
    assert result.returncode != 0, "it started"
    return result.stderr.strip().splitlines()[-1]


def test_no_secret_key_no_start():
    said = sentence(start())
    assert said.startswith("django.core.exceptions.ImproperlyConfigured: SECRET_KEY is not set:")
    assert "DEBUG=true" in said


def test_it_starts_with_a_secret_key_or_with_debug(tmp_path):
    database = f"sqlite:///{tmp_path}/archive.sqlite3"
    assert start(**GOOD, DATABASE_URL=database).stdout == "started\n"
    assert start(DEBUG="true", DATABASE_URL=database).stdout == "started\n"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DEBUG", "ture"),
        ("DATABASE_URL", "no-such-database://host/name"),
        ("DATABASE_URL", "mysql://user:word@host/name"),
        ("DATABASE_URL", "sqlite://:memory:"),
        ("DATABASE_URL", "sqlite:///"),
        ("DATABASE_URL", "sqlite:////no/such/folder/archive.sqlite3"),
        ("CACHE_URL", "no-such-cache://host"),
        ("ARCHIVE_PROFILE", "no/such/archive.toml"),
        ("LANGUAGE_CODE", "fr"),
        ("TIME_ZONE", "Europe/Atlantis"),
    ],
)
def test_a_bad_variable_is_named(variable, value):
    said = sentence(start(**{**GOOD, variable: value}))
    assert "ImproperlyConfigured" in said
    assert variable in said


def test_all_bad_variables_are_named_at_once():
    said = sentence(start(**{**GOOD, "DEBUG": "ture", "DATABASE_URL": "no-such-database://host/name"}))
    assert "DEBUG" in said
    assert "DATABASE_URL" in said


def test_times_are_the_newsrooms(tmp_path):
    profile = (ROOT / "seeds" / "archive.toml").read_text()
    assert 'time_zone = "Asia/Hong_Kong"' in profile
    elsewhere = tmp_path / "archive.toml"
    elsewhere.write_text(profile.replace("Asia/Hong_Kong", "Europe/Lisbon"))
    variables = {"DEBUG": "true", "DATABASE_URL": f"sqlite:///{tmp_path}/a.sqlite3", "ARCHIVE_PROFILE": str(elsewhere)}
    assert start("print(settings.TIME_ZONE)", **variables).stdout == "Europe/Lisbon\n"
    assert start("print(settings.TIME_ZONE)", **variables, TIME_ZONE="UTC").stdout == "UTC\n"
    elsewhere.write_text("time_zone = 3")
    assert sentence(start(**variables)).startswith(f"django.core.exceptions.ImproperlyConfigured: {elsewhere}: ")


def test_the_site_speaks_traditional_chinese_unless_told_otherwise(tmp_path):
    variables = {"DEBUG": "true", "DATABASE_URL": f"sqlite:///{tmp_path}/a.sqlite3"}
    assert start("print(settings.LANGUAGE_CODE)", **variables).stdout == "zh-hant\n"
    assert start("print(settings.LANGUAGE_CODE)", **variables, LANGUAGE_CODE="en").stdout == "en\n"


def test_production_is_https_throughout(tmp_path):
    names = ("DEBUG", "SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE")
    code = f"print(*[getattr(settings, name) for name in {names}])"
    assert start(code, **GOOD, DATABASE_URL=f"sqlite:///{tmp_path}/a.sqlite3").stdout == "False True True True\n"


@pytest.mark.parametrize("command", [["manage.py", "import_seeds"], ["manage.py", "check"], ["-m", "gunicorn"]])
@pytest.mark.parametrize(
    ("variables", "named"), [({}, ["SECRET_KEY"]), ({"DEBUG": "x", "CACHE_URL": "y:"}, ["DEBUG", "CACHE_URL"])]
)
def test_commands_and_server_refuse_in_one_line(command, variables, named):
    environment = {"PATH": os.environ["PATH"], **variables}
    result = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert result.returncode == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith("newsarchive does not start: ")
    assert all(name in line for name in named)
    assert result.stdout == ""


@pytest.mark.django_db
def test_sqlite_has_its_pragmas():
    if connection.vendor != "sqlite":
        assert os.environ["DATABASE_URL"].startswith("postgres"), "neither database of ours"
        return
    with connection.cursor() as cursor:
        values = {}
        for pragma in ("journal_mode", "busy_timeout", "foreign_keys", "synchronous"):
            values[pragma] = cursor.execute(f"PRAGMA {pragma}").fetchone()[0]
    assert values == {"journal_mode": "wal", "busy_timeout": 30000, "foreign_keys": 1, "synchronous": 1}


@pytest.mark.postgresql
@pytest.mark.django_db
def test_the_second_run_is_on_postgresql():
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_encoding")
        assert cursor.fetchone() == ("UTF8",)
