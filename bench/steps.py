"""The steps that are measured, each in a process of its own: ``python -m bench.steps STEP FOLDER``."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

NAIVE_FILES = 1000


def files_of(folder: Path) -> list[Path]:
    """Return the Markdown files of a folder, in order."""
    return sorted(folder.rglob("*.md"))


def floor(folder: Path) -> int:
    """Do the work that every file needs, and nothing else: read, checksum, front matter, render and sanitise."""
    import frontmatter
    import yaml

    from articles.rendering import problem_with, render_whole

    paths = files_of(folder)
    for path in paths:
        source = path.read_bytes()
        hashlib.sha256(source).hexdigest()
        try:
            body = frontmatter.loads(source.decode(errors="replace")).content
        except yaml.YAMLError:
            body = source.decode(errors="replace")
        if not problem_with(body):
            render_whole(body)  # by the library alone: what is saved on plain paragraphs is ours
    return len(paths)


def bare(folder: Path) -> int:
    """Start Django, read and checksum every file: the least that an import of unchanged files can do."""
    import django

    django.setup()
    paths = files_of(folder)
    for path in paths:
        hashlib.sha256(path.read_bytes()).hexdigest()
    return len(paths)


def _spread(folder: Path) -> list[Path]:
    """Return files from all over a folder: the first articles of a newsroom are shorter than the later ones."""
    paths = files_of(folder)
    return paths[:: max(1, len(paths) // NAIVE_FILES)][:NAIVE_FILES]


def naive(folder: Path) -> int:
    """Import by a loop of update_or_create."""
    import django

    django.setup()
    from bench.naive import run_bare

    paths = _spread(folder)
    run_bare(paths)
    return len(paths)


def whole(folder: Path) -> int:
    """Import by a loop of update_or_create that leaves every row which import_seeds leaves."""
    import django

    django.setup()
    from bench.naive import run_whole

    paths = _spread(folder)
    run_whole(paths, folder)
    return len(paths)


def aside(folder: Path) -> int:
    """Import as import_seeds does, search index aside."""
    import django

    django.setup()
    from unittest import mock

    from articles.importer.pipeline import run_import
    from articles.profile import current
    from articles.search import index
    from articles.search.documents import Reading

    index.ensure()
    with mock.patch.multiple(index, update=lambda *_: 0, read=lambda _body: Reading("", None)):
        return run_import([folder], current()).files


STEPS: dict[str, Callable[[Path], int]] = {
    "floor": floor,
    "bare": bare,
    "naive": naive,
    "whole": whole,
    "aside": aside,
}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsarchive.settings")
    start = time.perf_counter()
    count = STEPS[sys.argv[1]](Path(sys.argv[2]))
    print(json.dumps({"files": count, "seconds": time.perf_counter() - start}))
