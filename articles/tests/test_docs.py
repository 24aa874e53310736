"""Every command, flag, environment variable and profile key is documented; fails where one is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import load_command_class
from django.core.management.base import BaseCommand

from articles.profile import KEYS

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = (ROOT / "newsarchive" / "settings.py").read_text()
DOCS = {
    path.relative_to(ROOT).as_posix(): path.read_text() for path in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]
}
EVERYTHING = "\n".join(DOCS.values())


def commands() -> list[str]:
    """Return the names of our management commands."""
    return sorted(p.stem for p in ROOT.glob("articles/management/commands/*.py") if not p.stem.startswith("_"))


def flags_of(command: BaseCommand) -> set[str]:
    """Return the flags that a command has beyond Django's own."""

    def all_flags(some: BaseCommand) -> set[str]:
        parser = some.create_parser("manage.py", "command")
        return {flag for action in parser._actions for flag in action.option_strings if flag.startswith("--")}

    # Django's own is what the class is made from: BaseCommand, or one of its commands.
    djangos = next(base for base in type(command).__mro__ if base.__module__.startswith("django."))
    return all_flags(command) - all_flags(djangos())


def variables() -> set[str]:
    """Return the environment variables that settings.py reads."""
    return set(re.findall(r'\benv\.\w+\(\s*"([A-Z0-9_]+)"', SETTINGS)) | set(
        re.findall(r'environ\W+(?:get\W+)?"?([A-Z0-9_]+)"', SETTINGS)
    )


def says(text: str, name: str) -> bool:
    """Return whether a text has a name as a word of its own, set as code."""
    return re.search(rf"`[^`\n]*(?<![\w-]){re.escape(name)}(?![\w-])[^`\n]*`", text) is not None


@pytest.mark.parametrize("name", commands())
def test_commands_are_documented(name):
    assert f"manage.py {name}" in EVERYTHING, f"no page shows `manage.py {name}`"
    missing = {flag for flag in flags_of(load_command_class("articles", name)) if not says(EVERYTHING, flag)}
    assert not missing, f"no page explains these flags of {name}: {sorted(missing)}"


def test_settings_are_documented():
    listed = set(re.findall(r"^\| `([A-Z0-9_]+)` \|", DOCS["docs/settings.md"], re.MULTILINE))
    assert variables() == listed, "the table in docs/settings.md and the variables read in settings.py differ"


@pytest.mark.parametrize(("table", "key"), [(table, key) for table, keys in KEYS.items() for key in keys])
def test_profile_keys_are_documented(table, key):
    assert says(DOCS.get("docs/archive-profile.md", ""), key), (
        f"docs/archive-profile.md does not explain {key} {table and f'of {table}'}"
    )


@pytest.mark.parametrize("page", sorted(DOCS))
def test_links_between_pages_lead_somewhere(page):
    targets = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", DOCS[page])
    missing = [target for target in targets if not (ROOT / page).parent.joinpath(target).exists()]
    assert not missing


def test_the_test_notices():
    assert says("use `--jobs N` here", "--jobs")
    assert not says("use `--jobs-at-night N` here", "--jobs")
    assert not says("jobs are plain words", "jobs")
    assert {"SECRET_KEY", "DATABASE_URL", "ARCHIVE_PROFILE"} <= variables()
