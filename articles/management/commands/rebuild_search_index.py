"""``manage.py rebuild_search_index``: build the search index anew, or say whether it is in step."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from articles.counted import counted
from articles.search import index


class Command(BaseCommand):
    """The shell around ``index.rebuild()`` and ``index.disagreements()``."""

    help = "Build the search index anew, while readers go on searching; with --check, only compare it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the flag."""
        parser.add_argument(
            "--check", action="store_true", help="change nothing; say where index and articles differ, and fail if so"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and say what was done."""
        if options["check"]:
            if found := index.disagreements():
                raise CommandError("\n".join([*found, "Mend it with: manage.py rebuild_search_index"]))
            self.stdout.write("The search index and the articles agree.")
            return
        started = time.monotonic()
        count = index.rebuild()
        seconds = time.monotonic() - started
        self.stdout.write(f"The search index holds {counted(count, 'article')}; that took {seconds:.1f} s.")
