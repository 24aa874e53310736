"""Starting the archive, by ``manage.py`` or by gunicorn: settings that cannot work end it in one sentence."""

import os
import sys
from importlib import import_module

from django.core.exceptions import ImproperlyConfigured


def read_settings() -> None:
    """Read the settings. Exits with a sentence on stderr where a traceback would only hide it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsarchive.settings")
    try:
        import_module(os.environ["DJANGO_SETTINGS_MODULE"])
    except ImproperlyConfigured as error:
        sys.exit(f"newsarchive does not start: {error}")
