"""Fill the archive from folders of rescued articles."""

from __future__ import annotations

import json
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from articles.counted import counted
from articles.importer.pipeline import run_import
from articles.importer.progress import progress_display
from articles.importer.reader import SourceError
from articles.importer.summary import stopped_by, summary_lines
from articles.profile import ProfileError, current, load

NICE = 5  # enough that on two cores a reader has one for itself


class Command(BaseCommand):
    """Import rescued articles: a shell around ``run_import``."""

    help = "Import rescued articles from folders, .zip or .tar archives, or single files."

    def run_from_argv(self, argv: list[str]) -> None:
        """Let readers go first: from the command line, an import takes what processor time they leave."""
        os.nice(NICE)
        super().run_from_argv(argv)

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the flags; docs/operators.md describes them."""
        parser.add_argument("paths", nargs="*", metavar="PATH", help="folder, archive or file (default: seeds/)")
        parser.add_argument("--profile", metavar="FILE", help="archive.toml to use instead of the setting's")
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
        parser.add_argument("--report", metavar="FILE", help="write the report as JSON")
        parser.add_argument("--jobs", type=int, metavar="N", help="worker processes (default: one a core)")
        parser.add_argument("--strict", action="store_true", help="fail if any file had an issue")
        parser.add_argument("--no-progress", action="store_true", help="no progress bar")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, print the report, write it where asked."""
        sources = [Path(path) for path in options["paths"]] or [settings.BASE_DIR / "seeds"]
        if options["jobs"] is not None and options["jobs"] < 1:
            raise CommandError("--jobs needs a number from 1 up.")
        quiet = options["no_progress"] or options["verbosity"] == 0
        try:
            profile = load(Path(options["profile"])) if options["profile"] else current()
            with progress_display(sources, self.stdout, quiet) as progress:
                report = run_import(
                    sources, profile, dry_run=options["dry_run"], jobs=options["jobs"], progress=progress
                )
        except (SourceError, ProfileError) as error:
            raise CommandError(str(error)) from error
        except (OperationalError, OSError) as error:  # a full disk, a database that is locked or gone
            raise CommandError(stopped_by(error)) from error
        except KeyboardInterrupt as error:
            raise CommandError("Interrupted. Import again: it goes on where it stopped.", returncode=130) from error
        if options["report"]:
            text = json.dumps(report.as_dict(), ensure_ascii=False, indent=1) + "\n"
            try:
                Path(options["report"]).write_text(text, encoding="utf-8")
            except OSError as error:
                raise CommandError(
                    f"The import is done, but {options['report']} cannot be written: {error}."
                ) from error
        for line in summary_lines(report, options["verbosity"]):
            self.stdout.write(line)
        if options["strict"] and report.issues:
            found = counted(len(report.issues), "issue")
            raise CommandError(f"{found}, and --strict was asked for. The import itself is done.")
