#!/usr/bin/env python
"""Django's command line for this archive."""

import sys

from django.core.management import execute_from_command_line

from newsarchive.start import read_settings


def main() -> None:
    """Run the management command named on the command line."""
    read_settings()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
