"""Measures a reader beside a writer: ``python -m bench.readers FOLDER``, on an empty database.

Imports the folder, then changes every file and imports it again, while this process searches. Prints JSON.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.search import queries, spread, timed

ROOT = Path(__file__).resolve().parents[1]
QUIET_SECONDS = 4


def importing(folder: Path) -> list[str]:
    """Return the command that imports a folder."""
    return [sys.executable, "-W", "ignore", "manage.py", "import_seeds", str(folder), "--no-progress", "-v", "0"]


def changed(folder: Path, target: Path) -> Path:
    """Write every file of a folder again with one more sentence."""
    for path in folder.rglob("*.md"):
        copy = target / path.relative_to(folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes() + "\n\n船期照舊。\n".encode())
    return target


def measured(folder: Path) -> dict[str, dict[str, float]]:
    """Return a reader's times with nobody writing, and while every article is imported anew; a database set up."""
    from articles.models import Article
    from articles.search.queries import Search, search

    subprocess.run(importing(folder), cwd=ROOT, check=True)
    texts = [(f"{a.title}。{a.body}", list(a.tags.names())) for a in Article.objects.order_by("pk")[:200]]
    typed = queries(texts, random.Random(4))  # noqa: S311

    def search_while(goes_on: Callable[[], bool]) -> list[float]:
        times: list[float] = []
        while goes_on():
            times.append(timed(search, Search(typed[len(times) % len(typed)])))
        return times

    for text in typed:
        search(Search(text))  # warm
    until = time.monotonic() + QUIET_SECONDS
    quiet = search_while(lambda: time.monotonic() < until)
    with tempfile.TemporaryDirectory(prefix="newsarchive-bench-") as name:
        new = changed(folder, Path(name))
        with subprocess.Popen(importing(new), cwd=ROOT) as writer:
            beside = search_while(lambda: writer.poll() is None)
    if writer.returncode:
        raise SystemExit("the import beside the reader failed")
    if Article.objects.filter(body__contains="船期照舊").count() != Article.objects.count():
        raise SystemExit("the import beside the reader did not change every article")
    return {
        "quiet": spread(quiet) | {"searches": len(quiet)},
        "beside": spread(beside) | {"searches": len(beside)},
    }


def main() -> None:
    """Measure, and print."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsarchive.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    sys.stdout.write(json.dumps(measured(Path(sys.argv[1]))) + "\n")


if __name__ == "__main__":
    main()
