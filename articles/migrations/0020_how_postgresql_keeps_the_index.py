from django.db import migrations


POSTGRESQL = (
    "ALTER INDEX articles_search_grams_gin SET (fastupdate = on)",
    "ALTER TABLE articles_search_grams ALTER COLUMN grams SET STATISTICS 0, ALTER COLUMN words SET STATISTICS 0",
    "ALTER TABLE articles_search_grams SET (autovacuum_analyze_threshold = 20, autovacuum_analyze_scale_factor = 0)",
)
BACK = (
    "ALTER INDEX articles_search_grams_gin SET (fastupdate = off)",
    "ALTER TABLE articles_search_grams ALTER COLUMN grams SET STATISTICS -1, ALTER COLUMN words SET STATISTICS -1",
    "ALTER TABLE articles_search_grams RESET (autovacuum_analyze_threshold, autovacuum_analyze_scale_factor)",
)


def change_postgresql(apps, schema_editor):
    """Let a corrected article wait in a list before its n-grams are filed, and leave arrays out of the statistics."""
    if schema_editor.connection.vendor == "postgresql":
        for statement in POSTGRESQL:
            schema_editor.execute(statement)


def change_back(apps, schema_editor):
    """Do as before."""
    if schema_editor.connection.vendor == "postgresql":
        for statement in BACK:
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    """The rows stay as they are: nothing needs to be built anew."""

    dependencies = [
        ("articles", "0019_number_documents_in_a_row"),
    ]

    operations = [
        migrations.RunPython(change_postgresql, change_back),
    ]
