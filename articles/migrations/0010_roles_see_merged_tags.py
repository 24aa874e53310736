"""Everybody at the desk may look at merged tags; whoever may merge tags undoes them."""

from django.db import migrations

from articles.roles import CHIEF_EDITORS, EDITORS, REVIEWERS, grant


def make_roles(apps, schema_editor):
    grant(apps, {role: ["view_tagmerge"] for role in (REVIEWERS, EDITORS, CHIEF_EDITORS)})


class Migration(migrations.Migration):

    dependencies = [("articles", "0009_merged_tags")]

    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
