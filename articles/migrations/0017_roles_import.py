"""Chief editors import from the admin; everybody at the desk may see how far an import is."""

from django.db import migrations

from articles.roles import CHIEF_EDITORS, EDITORS, REVIEWERS, grant

LOOK = ["view_importrequest"]


def make_roles(apps, schema_editor):
    grant(apps, {REVIEWERS: LOOK, EDITORS: LOOK, CHIEF_EDITORS: [*LOOK, "add_importrequest"]})


class Migration(migrations.Migration):

    dependencies = [("articles", "0016_imports_from_the_admin")]

    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
