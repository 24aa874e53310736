#!/usr/bin/env python
"""Django's command line for this archive."""

import os
import signal
import sys

from django.core.management import execute_from_command_line
from django.db import DatabaseError, DataError, IntegrityError

from newsarchive.start import read_settings


def main() -> None:
    """Run the management command named on the command line."""
    read_settings()
    try:
        execute_from_command_line(sys.argv)
        sys.stdout.flush()
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        sys.exit(128 + signal.SIGINT)
    except DatabaseError as error:
        from articles.importer.summary import advice_on

        if "--traceback" in sys.argv or isinstance(error, IntegrityError | DataError):  # those are mistakes of ours
            raise
        said = str(error).strip().split("\n")[0]
        sys.exit(f"The database cannot be used: {said}. {advice_on(error)}. (--traceback shows where it was asked.)")
    except BrokenPipeError:
        # Whoever read this has stopped, as `| head` does. Python would complain when it writes the rest at its end.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.dup2(nowhere, sys.stderr.fileno())
        sys.exit(128 + signal.SIGPIPE)  # what a shell says of a program that ended so


if __name__ == "__main__":
    main()
