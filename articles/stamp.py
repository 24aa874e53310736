"""The archive's stamp: as long as it is the same, so is everything that readers see.

Pages are kept under it, and so a correction, an import or a withholding makes all that is kept worthless in the very
transaction of the change. Triggers in the database change it, whatever wrote: the importer's bulk statements, the
admin, a line of SQL. They are made after every ``migrate``, since SQLite drops those of a table that a migration makes
anew.

The number is random rather than counted up: a database put back from a backup never meets the pages of another past.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import connection, connections
from django.db.models import Model

TABLE = "articles_stamp"
PREFIX = "articles_stamp_v1"  # another one where the triggers below change
# What no page shows, or shows only with what search has written down in SearchState.
NOT_SHOWN = {"Stamp", "SearchDocument", "SearchBlock", "SearchDictionary", "ImportRun", "ImportRequest"}

_SQLITE = "UPDATE articles_stamp SET number = random() WHERE slot = 0"
_FUNCTION = """
CREATE OR REPLACE FUNCTION articles_stamp_v1() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO articles_stamp (slot, number) VALUES (pg_backend_pid(), (random() * 4503599627370496)::bigint)
    ON CONFLICT (slot) DO UPDATE SET number = excluded.number;
  RETURN NULL;
END $$"""


def current() -> str:
    """Return the stamp. Ask before reading what is to be kept under it, not after."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT SUM(number) FROM articles_stamp")
        return str(cursor.fetchone()[0])


def watched() -> list[type[Model]]:
    """Return the models whose rows readers see something of."""
    models = apps.get_app_config("articles").get_models(include_auto_created=True)
    return [model for model in models if model.__name__ not in NOT_SHOWN and model._meta.managed]


def install(using: str = "default", **_of_the_signal: Any) -> None:
    """Make the triggers that are not there yet; called after every ``migrate``."""
    on = connections[using]
    with on.cursor() as cursor:
        tables = set(on.introspection.table_names(cursor))
        if TABLE not in tables:  # migrated back to before there was one
            return
        wanted = {
            f"{PREFIX}_{model._meta.db_table}_{event}".lower(): (model._meta.db_table, event)
            for model in watched()
            for event in _events(on.vendor)
            if model._meta.db_table in tables
        }
        made = _triggers(cursor, on.vendor)
        if on.vendor == "sqlite":
            cursor.execute("INSERT OR IGNORE INTO articles_stamp (slot, number) VALUES (0, random())")
        elif wanted.keys() - made.keys():
            cursor.execute(_FUNCTION)
        for name in made.keys() - wanted.keys():
            _drop(cursor, on.vendor, name, made[name])
        for name in wanted.keys() - made.keys():
            table, event = wanted[name]
            if on.vendor == "sqlite":
                cursor.execute(f'CREATE TRIGGER "{name}" AFTER {event} ON "{table}" BEGIN {_SQLITE}; END')
            else:
                cursor.execute(
                    f'CREATE TRIGGER "{name}" AFTER {event} ON "{table}" FOR EACH STATEMENT EXECUTE FUNCTION {PREFIX}()'
                )


def uninstall(using: str = "default") -> None:
    """Drop all triggers: before the stamp's own table is dropped or changed."""
    on = connections[using]
    with on.cursor() as cursor:
        for name, table in _triggers(cursor, on.vendor).items():
            _drop(cursor, on.vendor, name, table)


def _events(vendor: str) -> tuple[str, ...]:
    return ("INSERT", "UPDATE", "DELETE", "TRUNCATE") if vendor == "postgresql" else ("INSERT", "UPDATE", "DELETE")


def _triggers(cursor: Any, vendor: str) -> dict[str, str]:
    """Return the names of our triggers, each with its table."""
    if vendor == "sqlite":
        cursor.execute(
            "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'articles_stamp_v%'"
        )
    else:
        cursor.execute(
            "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
            " WHERE NOT tgisinternal AND tgname LIKE 'articles_stamp_v%'"
        )
    return dict(cursor.fetchall())


def _drop(cursor: Any, vendor: str, name: str, table: str) -> None:
    cursor.execute(f'DROP TRIGGER "{name}"' + (f' ON "{table}"' if vendor == "postgresql" else ""))
