#!/usr/bin/env python
"""Django's command line for this archive."""

import os
import signal
import sys

from django.core.management import execute_from_command_line

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
    except BrokenPipeError:
        # Whoever read this has stopped, as `| head` does. Python would complain when it writes the rest at its end.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.dup2(nowhere, sys.stderr.fileno())
        sys.exit(128 + signal.SIGPIPE)  # what a shell says of a program that ended so


if __name__ == "__main__":
    main()
