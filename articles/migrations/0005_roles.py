"""The three roles, as groups: reviewers look, editors correct, chief editors decide."""

from django.db import migrations

from articles.roles import CHIEF_EDITORS, EDITORS, REVIEWERS, grant

SHOWN = "article author capture conflict correction figure importissue importrun section suggestion tag".split()
LOOK = [f"view_{name}" for name in SHOWN]
CORRECT = [*LOOK, "change_article", "add_author", "change_author", "add_tag", "change_importissue"]
DECIDE = [
    *CORRECT,
    *("withhold_article", "merge_article", "merge_tag", "undo_importrun"),
    *("change_tag", "delete_tag", "delete_author", "add_section", "change_section", "delete_section"),
]


def make_roles(apps, schema_editor):
    grant(apps, {REVIEWERS: LOOK, EDITORS: CORRECT, CHIEF_EDITORS: DECIDE})


def remove_roles(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=[REVIEWERS, EDITORS, CHIEF_EDITORS]).delete()


class Migration(migrations.Migration):

    dependencies = [
        ("articles", "0004_permissions_of_editors"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_roles, remove_roles)]
