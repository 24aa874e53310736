from django.db import migrations


POSTGRESQL = (
    "DROP TABLE articles_search_grams",
    "CREATE TABLE articles_search_grams (number integer PRIMARY KEY, about text NOT NULL, words text NOT NULL, "
    "grams bigint[] NOT NULL)",
    "ALTER TABLE articles_search_grams ALTER COLUMN grams SET STATISTICS 0, ALTER COLUMN words SET STATISTICS 0",
    "ALTER TABLE articles_search_grams SET (autovacuum_analyze_threshold = 20, autovacuum_analyze_scale_factor = 0)",
    "ALTER TABLE articles_search_grams SET (toast_tuple_target = 128)",
    "ALTER TABLE articles_search_grams ALTER COLUMN about SET STORAGE MAIN, ALTER COLUMN words SET STORAGE EXTERNAL",
    "CREATE INDEX articles_search_grams_gin ON articles_search_grams USING gin (grams)",
    # it is empty: searches say so until it is built
    "UPDATE articles_searchstate SET analyzer = 'none'",
)
BACK = (
    "DROP TABLE articles_search_grams",
    "CREATE TABLE articles_search_grams (number bigint PRIMARY KEY, title text NOT NULL, tags text NOT NULL, "
    "byline text NOT NULL, words text NOT NULL, grams bigint[] NOT NULL, day integer NOT NULL DEFAULT 0)",
    "ALTER TABLE articles_search_grams ALTER COLUMN grams SET STATISTICS 0, ALTER COLUMN words SET STATISTICS 0",
    "ALTER TABLE articles_search_grams SET (autovacuum_analyze_threshold = 20, autovacuum_analyze_scale_factor = 0)",
    "CREATE INDEX articles_search_grams_gin ON articles_search_grams USING gin (grams)",
    # it is empty: searches say so until it is built
    "UPDATE articles_searchstate SET analyzer = 'none'",
)


def change_postgresql(apps, schema_editor):
    """Make the table anew: titles, tags and bylines are known by their n-grams, and the rows hold little else."""
    if schema_editor.connection.vendor == "postgresql":
        for statement in POSTGRESQL:
            schema_editor.execute(statement)


def change_back(apps, schema_editor):
    """Make it as it was, for the next rebuild_search_index of the version before."""
    if schema_editor.connection.vendor == "postgresql":
        for statement in BACK:
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    """The index waits for the next rebuild_search_index or import, as after every change of the analyzer."""

    dependencies = [
        ("articles", "0024_status_changes"),
    ]

    operations = [
        migrations.RunPython(change_postgresql, change_back),
    ]
