"""The three roles for tests: made anew, since tests with transactions of their own empty all tables."""

from importlib import import_module

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, User

from articles.roles import CHIEF_EDITORS, EDITORS, REVIEWERS

MIGRATIONS = (
    "0005_roles",
    "0008_roles_see_bulk_changes",
    "0010_roles_see_merged_tags",
    "0014_roles_merge_authors",
    "0017_roles_import",
)
ROLES = (REVIEWERS, EDITORS, CHIEF_EDITORS)


def make_user(role: str, name: str = "") -> User:
    """Return somebody of that role who may sign in."""
    for migration in MIGRATIONS:
        import_module(f"articles.migrations.{migration}").make_roles(apps, None)
    user = get_user_model().objects.create_user(
        name or role.split()[0].lower(), password="a-password-for-the-test", is_staff=True
    )
    user.groups.add(Group.objects.get(name=role))
    return user
