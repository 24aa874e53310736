"""Gives groups their permissions, in migrations: also on a database that has no permissions yet.

Django makes the rows of permissions only after all migrations, so those that are missing are made here, with
the very names that Django would give them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.apps.registry import Apps

REVIEWERS, EDITORS, CHIEF_EDITORS = "Reviewers", "Editors", "Chief editors"


def grant(apps: Apps, permissions: Mapping[str, Sequence[str]]) -> None:
    """Give groups, made if they are not there, permissions of this app; what they have beyond that stays."""
    group_model = apps.get_model("auth", "Group")
    for name, codenames in permissions.items():
        group = group_model.objects.get_or_create(name=name)[0]
        group.permissions.add(*(_permission(apps, codename) for codename in codenames))


def _permission(apps: Apps, codename: str) -> int:
    action, model_name = codename.rsplit("_", 1)
    model = apps.get_model("articles", model_name)
    named = dict(model._meta.permissions)
    content_type, _made = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="articles", model=model_name
    )
    permission, _made = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type,
        codename=codename,
        defaults={"name": named.get(codename, f"Can {action} {model._meta.verbose_name_raw}")},
    )
    key: int = permission.pk
    return key
