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

    from articles.rendering import render

    paths = files_of(folder)
    for path in paths:
        source = path.read_bytes()
        hashlib.sha256(source).hexdigest()
        try:
            body = frontmatter.loads(source.decode(errors="replace")).content
        except yaml.YAMLError:
            body = source.decode(errors="replace")
        render(body)
    return len(paths)


def bare(folder: Path) -> int:
    """Start Django, read and checksum every file: the least that an import of unchanged files can do."""
    import django

    django.setup()
    paths = files_of(folder)
    for path in paths:
        hashlib.sha256(path.read_bytes()).hexdigest()
    return len(paths)


def naive(folder: Path) -> int:
    """Import by a loop of update_or_create."""
    import django

    django.setup()
    from bench.naive import run

    paths = files_of(folder)
    # spread over all, since the first articles of a newsroom are shorter than the later ones
    paths = paths[:: max(1, len(paths) // NAIVE_FILES)][:NAIVE_FILES]
    run(paths)
    return len(paths)


STEPS: dict[str, Callable[[Path], int]] = {"floor": floor, "bare": bare, "naive": naive}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsarchive.settings")
    start = time.perf_counter()
    count = STEPS[sys.argv[1]](Path(sys.argv[2]))
    print(json.dumps({"files": count, "seconds": time.perf_counter() - start}))
