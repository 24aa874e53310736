"""Everybody at the desk may look at bulk changes; whoever corrects articles may make and undo them."""

from django.db import migrations

from articles.roles import CHIEF_EDITORS, EDITORS, REVIEWERS, grant


def make_roles(apps, schema_editor):
    grant(apps, {role: ["view_bulkchange"] for role in (REVIEWERS, EDITORS, CHIEF_EDITORS)})


class Migration(migrations.Migration):

    dependencies = [("articles", "0007_bulk_changes")]

    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
