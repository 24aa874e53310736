"""Take the last import back."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from articles.counted import counted
from articles.importer.undo import UndoError, undo
from articles.models import ImportRun
from articles.profile import current


class Command(BaseCommand):
    """Undo an import: a shell around ``undo``."""

    help = "Restore what the last import changed; corrections made since stay. See import_runs for numbers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the argument."""
        parser.add_argument("run", type=int, metavar="RUN", help="number of the import, as import_runs lists it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Undo, and say what was done."""
        try:
            run = ImportRun.objects.get(pk=options["run"])
            report = undo(run, current())
        except ImportRun.DoesNotExist as error:
            raise CommandError(f"There is no import {options['run']}; import_runs lists them.") from error
        except UndoError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Import {run.pk} is undone: {counted(report.removed, 'capture')} removed, {report.restored:,} restored, "
            f"{counted(report.conflicts, 'new conflict')}."
        )
        if report.kept:
            self.stdout.write(f"Kept, since they have been corrected: {', '.join(report.kept)}.")
