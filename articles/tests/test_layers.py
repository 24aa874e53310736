"""Imports run downward only: this reads every file's imports and holds the rooms of the design."""

from __future__ import annotations

import ast
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# The first pattern that fits a file names its room. A file may import from its own room and from lower ones.
ROOMS = (
    (6, "newsarchive/*"),
    (6, "articles/urls.py"),
    (6, "articles/apps.py"),
    (6, "articles/management/*"),
    (4, "articles/importer/pipeline.py"),
    (4, "articles/importer/loader.py"),
    (4, "articles/importer/captures.py"),
    (4, "articles/importer/rows.py"),
    (4, "articles/importer/vanished.py"),
    (4, "articles/importer/stories.py"),
    (4, "articles/importer/preview.py"),
    (4, "articles/importer/undo.py"),
    (4, "articles/importer/lock.py"),
    (4, "articles/importer/interrupting.py"),
    (4, "articles/importer/suggestions.py"),
    (4, "articles/importer/progress.py"),
    (4, "articles/importer/summary.py"),
    (4, "articles/corrections.py"),
    (4, "articles/grouping.py"),
    (4, "articles/bulk.py"),
    (4, "articles/publishing.py"),
    (4, "articles/merging.py"),
    (4, "articles/intake.py"),
    (4, "articles/two_factor.py"),
    (4, "articles/media_mirror.py"),
    (4, "articles/export/*"),
    (3, "articles/derived.py"),
    (3, "articles/counts.py"),
    (3, "articles/reading.py"),
    (3, "articles/stamp.py"),
    (3, "articles/write_ahead.py"),
    (3, "articles/search/index.py"),
    (3, "articles/search/contents.py"),
    (3, "articles/search/stored_texts.py"),
    (3, "articles/search/queries.py"),
    (3, "articles/search/sqlite.py"),
    (3, "articles/search/postgresql.py"),
    (3, "articles/search/columns.py"),
    (3, "articles/search/suggestions.py"),
    (3, "articles/search/related.py"),
    (3, "articles/search/titles.py"),
    (5, "articles/views/*"),
    (5, "articles/admin/*"),
    (5, "articles/api/*"),
    (5, "articles/templatetags/*"),
    (5, "articles/feeds.py"),
    (5, "articles/sitemaps.py"),
    (5, "articles/admin_site.py"),
    (5, "articles/sign_in.py"),
    (5, "articles/changed_lines.py"),
    (5, "articles/readable_corrections.py"),
    (5, "articles/forms.py"),
    (5, "articles/languages.py"),
    (5, "articles/page_cache.py"),
    (5, "articles/checks.py"),
    (5, "articles/context_processors.py"),
    (2, "articles/models/*"),
    (2, "articles/roles.py"),
    (1, "articles/importer/*"),
    (1, "articles/search/*"),
    (1, "articles/slugs.py"),
    (1, "articles/steps.py"),
    (1, "articles/counted.py"),
    (1, "articles/profile.py"),
    (1, "articles/rendering.py"),
    (1, "articles/heatmap.py"),
    (1, "articles/timeline.py"),
    (1, "articles/name_index.py"),
    (1, "articles/derive_strokes.py"),
    (1, "articles/comparison.py"),
    (1, "articles/edits.py"),
    (1, "articles/provenance.py"),
    (1, "articles/citations.py"),
    (1, "articles/metadata.py"),
    (1, "articles/variants.py"),
    (0, "articles/__init__.py"),
)
PURE = 1
# What a pure room has no business with: it runs in worker processes, and its tests need no database.
IMPURE = (
    "django.db",
    "django.conf",
    "django.apps",
    "django.contrib",
    "django.shortcuts",
    "django.http",
    "django.core.cache",
    "django.core.files",
    "django.core.management",
    "taggit",
    "sqlite3",
    "psycopg",
)
# profile.current() reads one setting, when it is called: the name of the profile's file.
ALLOWED = {("articles/profile.py", "django.conf")}


def files() -> list[str]:
    """Return every file that the rooms are about."""
    paths = [*ROOT.glob("articles/**/*.py"), *ROOT.glob("newsarchive/**/*.py")]
    names = [path.relative_to(ROOT).as_posix() for path in paths]
    return sorted(n for n in names if not n.startswith(("articles/tests/", "articles/migrations/")))


def room_of(path: str) -> int | None:
    """Return the number of a file's room."""
    return next((number for number, pattern in ROOMS if fnmatch(path, pattern)), None)


def path_of(module: str) -> str | None:
    """Return the file of one of our own modules."""
    stem = module.replace(".", "/")
    return next((p for p in (f"{stem}.py", f"{stem}/__init__.py") if (ROOT / p).is_file()), None)


def imports_of(path: str, source: str) -> list[tuple[int, str]]:
    """Return line and absolute name of all that a file imports, inside functions too."""
    package = path.removesuffix(".py").split("/")[:-1]
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            # `from package import module` names the module, `from module import name` does not
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                found.append((node.lineno, inner if path_of(inner) or base == "django" else base))
    return found


def problems_in(path: str, source: str) -> list[str]:
    """Return what a file imports against the rules."""
    room = room_of(path)
    if room is None:
        return [f"{path} stands in no room: give it one in ROOMS, as the design says"]
    problems = []
    for line, module in imports_of(path, source):
        target = path_of(module)
        target_room = room_of(target) if target else 0
        if target_room is not None and target_room > room:
            problems.append(f"{path}:{line} (room {room}) imports {module} (room {target_room})")
        impure = any(module == name or module.startswith(f"{name}.") for name in IMPURE)
        if room == PURE and impure and (path, module) not in ALLOWED:
            problems.append(f"{path}:{line} is pure and imports {module}")
    return problems


@pytest.mark.parametrize("path", files())
def test_imports_run_downward(path):
    assert problems_in(path, (ROOT / path).read_text()) == []


@pytest.mark.parametrize(
    "path", [p for p in files() if p in ("articles/importer/__init__.py", "articles/search/__init__.py")]
)
def test_pure_packages_hold_a_docstring_and_import_nothing(path):
    (docstring,) = ast.parse((ROOT / path).read_text()).body
    assert isinstance(docstring, ast.Expr)


def test_there_are_no_drawers_for_everything():
    names = {"utils.py", "helpers.py", "common.py", "signals.py"}
    assert [path for path in files() if Path(path).name in names or Path(path).parent.name + ".py" in names] == []


@pytest.mark.parametrize(
    ("path", "source", "expected"),
    [
        ("articles/profile.py", "from articles.models import Article", "imports articles.models (room 2)"),
        ("articles/profile.py", "from .models import articles", "imports articles.models.articles (room 2)"),
        ("articles/slugs.py", "import django.db.models", "is pure and imports django.db.models"),
        ("articles/slugs.py", "from django import db", "is pure and imports django.db"),
        ("articles/slugs.py", "def f():\n    from django.conf import settings", "slugs.py:2 is pure"),
        ("articles/models/new.py", "from ..derived import rebuild", "imports articles.derived (room 3)"),
        ("articles/importer/parser.py", "from . import __init__\nimport newsarchive.settings", "(room 6)"),
        ("articles/odds_and_ends.py", "", "stands in no room"),
    ],
)
def test_the_test_notices(path, source, expected):
    (problem,) = problems_in(path, source)
    assert expected in problem
