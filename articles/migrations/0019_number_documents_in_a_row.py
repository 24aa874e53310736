import django.db.models.deletion
from django.db import migrations, models


POSTGRESQL = (
    # numbers hold the day no more
    "ALTER TABLE articles_search_grams ADD COLUMN day integer NOT NULL DEFAULT 0",
    # what is compressed already is not to be compressed again, so that a part of it can be read alone
    "ALTER TABLE articles_searchblock ALTER COLUMN content SET STORAGE EXTERNAL",
)


def change_postgresql(apps, schema_editor):
    """Let PostgreSQL sort hits by day, and read a text out of a block."""
    if schema_editor.connection.vendor == "postgresql":
        for statement in POSTGRESQL:
            schema_editor.execute(statement)


def change_back(apps, schema_editor):
    """Take the column back."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE articles_search_grams DROP COLUMN day")


class Migration(migrations.Migration):
    """Documents are numbered in a row. The rows there are wait for the next rebuild_search_index or import."""

    dependencies = [
        ("articles", "0018_inferred_dates"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchDictionary",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        help_text="Stands in every text that was compressed with it.", primary_key=True, serialize=False
                    ),
                ),
                ("content", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="SearchBlock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("content", models.BinaryField()),
            ],
        ),
        migrations.RemoveField(model_name="searchstate", name="base"),
        migrations.RemoveField(model_name="searchstate", name="per_day"),
        migrations.AddField(
            model_name="searchdocument",
            name="day",
            field=models.IntegerField(
                default=0, help_text="The day of publication as an ordinal; 0 if nobody knows it."
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="searchdocument",
            name="number",
            field=models.BigIntegerField(
                help_text="Never used twice; in order of days after a rebuild.", primary_key=True, serialize=False
            ),
        ),
        migrations.RemoveField(model_name="searchdocument", name="stored"),
        migrations.AddField(
            model_name="searchdocument",
            name="block",
            field=models.ForeignKey(
                db_index=False,
                help_text="The block that has its texts.",
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                to="articles.searchblock",
            ),
        ),
        migrations.AddField(
            model_name="searchdocument",
            name="start",
            field=models.IntegerField(
                default=1, help_text="Where in that block they begin, the first byte being 1."
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="searchdocument",
            name="length",
            field=models.IntegerField(default=0, help_text="How many bytes they are."),
            preserve_default=False,
        ),
        migrations.RunPython(change_postgresql, change_back),
    ]
