"""The worker that does the imports which editors ask for in the admin."""

import os
import threading
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import OperationalError, connection

from articles import intake


class Command(BaseCommand):
    help = "Do the imports that editors ask for in the admin, one after the other, until it is stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what there is to do, then end")
        parser.add_argument("--with-parent", action="store_true", help="end with the process that has started this one")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["with_parent"]:
            threading.Thread(target=_end_with, args=[os.getppid()], daemon=True).start()
        quiet = {"reload": False, "startup_delay": False, "verbosity": 0, "batch": options["once"], "interval": 2}
        while True:
            try:
                intake.take_up_interrupted()
                call_command("db_worker", **quiet)
                return
            except OperationalError as error:  # another program holds the database, or it is being restarted
                self.stderr.write(f"The database does not answer ({error}). The worker goes on trying.")
                connection.close()
                time.sleep(5)


def _end_with(parent: int) -> None:
    """End this process once its parent has ended; an import that is in work goes on with the next worker."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)
