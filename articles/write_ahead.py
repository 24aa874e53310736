"""SQLite's write-ahead log, after much has been written to it at once."""

from django.db import connection

PATIENCE = 500  # milliseconds that emptying the log may keep others waiting


def empty_log() -> None:
    """Copy SQLite's log into the database and empty it; else whoever writes next does that, an editor perhaps.

    Where somebody reads what is older, or writes, some of it may stay until later. On PostgreSQL, and within a
    transaction, there is nothing to do.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")  # nearly all of it, and nobody waits for that
        cursor.execute("PRAGMA busy_timeout")
        patience = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE}")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.execute(f"PRAGMA busy_timeout = {int(patience)}")
