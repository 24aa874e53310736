"""What ``manage.py check --database default`` says beside Django's own checks; ``migrate`` asks too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.migrations.executor import MigrationExecutor

from articles.search import index


@register(Tags.database)
def search_index_agrees(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None, **_more: Any
) -> list[CheckMessage]:
    """Warn where the search index does not hold the articles that it should: it counts, and reads no text."""
    if DEFAULT_DB_ALIAS not in (databases or ()):
        return []
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return []  # the tables are not yet those that the code knows: it is `migrate` that asks
    return [
        Warning(found, hint="Mend it with: manage.py rebuild_search_index", id="articles.W001")
        for found in index.disagreements(read=False)
    ]
