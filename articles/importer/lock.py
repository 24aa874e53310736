"""One import at a time: a second one waits for the first to end, and says so."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.db import connection

logger = logging.getLogger(__name__)
WAITING = "Another import is running. This one starts when it has ended."
NUMBER = 0x6E657773  # "news": the key of PostgreSQL's advisory lock


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold the archive's import lock; it goes with the process, however that ends."""
    if connection.vendor == "postgresql":
        # a connection of its own, since the import closes the other one before it forks
        holder = connection.copy()
        try:
            with holder.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_lock(%s)", [NUMBER])
                if not cursor.fetchone()[0]:
                    logger.warning(WAITING)
                    cursor.execute("SELECT pg_advisory_lock(%s)", [NUMBER])
            yield
        finally:
            holder.close()
        return
    with open(_lock_file(), "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            logger.warning(WAITING)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _lock_file() -> Path:
    """Return the file beside the database; a database in memory has one process anyway."""
    name = str(connection.settings_dict["NAME"])
    if not os.path.isabs(name):
        return Path(tempfile.gettempdir(), f"newsarchive-{os.getpid()}.lock")
    return Path(name + ".import.lock")
