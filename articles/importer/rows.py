"""Many rows in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import BinaryField, DateField, JSONField, Model


def insert(model: type[Model], columns: Sequence[str], rows: list[tuple[Any, ...]], on_conflict: str = "") -> None:
    """Insert rows of values, one a column: bulk_create of as many takes four times as long.

    ``on_conflict`` ends the statement, as in ``ON CONFLICT (key) DO NOTHING``.
    """
    fields = {field.column: field for field in model._meta.concrete_fields}
    # of the others, a database takes Python's own values
    prepared = [
        (place, fields[column])
        for place, column in enumerate(columns)
        if isinstance(fields[column], JSONField | DateField | BinaryField)
    ]
    if prepared:
        database = connections[DEFAULT_DB_ALIAS]  # `connection` looks for it again each time that it is used
        lists = [list(row) for row in rows]
        for row in lists:
            for place, column in prepared:
                if row[place] is not None:
                    row[place] = column.get_db_prep_save(row[place], database)
        rows = [tuple(row) for row in lists]
    places = ", ".join(["%s"] * len(columns))
    table = model._meta.db_table
    execute_many(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places}) {on_conflict}", rows)  # noqa: S608


def execute_many(statement: str, rows: list[tuple[Any, ...]]) -> None:
    """Run one statement for many rows: Django's bulk_update would build a CASE of as many branches."""
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(statement, rows)


def refresh_statistics() -> None:
    """Have PostgreSQL look at the tables now: until its daemon does, it plans as if they were as empty as before."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
