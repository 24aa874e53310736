"""Everybody at the desk may look at merged authors; chief editors decide which authors are one."""

from django.db import migrations

from articles.roles import CHIEF_EDITORS, EDITORS, REVIEWERS, grant


def make_roles(apps, schema_editor):
    grant(apps, {role: ["view_authormerge"] for role in (REVIEWERS, EDITORS, CHIEF_EDITORS)})
    grant(apps, {CHIEF_EDITORS: ["merge_author"]})


class Migration(migrations.Migration):

    dependencies = [("articles", "0013_merged_authors")]

    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
