from django.db import migrations, models

from articles import stamp


def drop_triggers(apps, schema_editor):
    """The triggers of articles.stamp, made after every migrate, must not outlive their table."""
    stamp.uninstall(schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0010_roles_see_merged_tags"),
    ]

    operations = [
        migrations.CreateModel(
            name="Stamp",
            fields=[
                ("slot", models.BigIntegerField(primary_key=True, serialize=False)),
                ("number", models.BigIntegerField()),
            ],
        ),
        migrations.RunPython(migrations.RunPython.noop, drop_triggers),
    ]
