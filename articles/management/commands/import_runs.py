"""List imports."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from articles.models import ImportRun


class Command(BaseCommand):
    """Print the last imports, newest first."""

    help = "List the last imports, newest first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the flag."""
        parser.add_argument("--limit", type=int, default=20, metavar="N", help="how many (default: 20)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line a run."""
        runs = ImportRun.objects.all()[: max(options["limit"], 0)]
        for run in runs:
            counts = ", ".join(f"{run.report.get(name, 0):,} {name}" for name in ("created", "updated", "conflicts"))
            self.stdout.write(
                f"{run.pk:>5}  {run.started_at:%Y-%m-%d %H:%M}  {run.state:<7}  {counts}  {', '.join(run.sources)}"
            )
        if not runs:
            self.stdout.write("No import yet.")
