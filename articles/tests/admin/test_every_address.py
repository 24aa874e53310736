"""Every address of the admin, Django's own too, for every role, for staff without one, and for strangers."""

from __future__ import annotations

import re

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import RequestFactory
from django.urls import URLResolver

from articles.tests.admin.roles import ROLES, make_user
from articles.tests.admin.test_roles import ADDRESSES, models, rows  # noqa: F401  # rows is a fixture
from articles.tests.importer.newsroom import tables

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
STRANGER, WITHOUT_ROLE = "stranger", "staff without a role"

# What is not the archive's own rows: what GET answers to a stranger (who is led to the sign-in), to staff without a
# role, and to the three roles. 405: for POST only.
AWAY = 302
OTHERS = {
    "": (AWAY, 200, 200),
    "login/": (200, 302, 302),
    "logout/": (AWAY, 405, 405),
    "password_change/": (AWAY, 200, 200),
    "password_change/done/": (AWAY, 200, 200),
    "two-factor/": (AWAY, 200, 200),
    "help/": (AWAY, 200, 200),
    "help/<str:folder>/<slug:name>.png": (AWAY, 200, 200),
    "autocomplete/": (AWAY, 403, 200),
    "jsi18n/": (AWAY, 200, 200),
    "r/<path:content_type_id>/<path:object_id>/": (AWAY, 302, 302),  # leads to the public page
    "(?P<app_label>auth|articles)/": (AWAY, 404, 200),
    "(?P<url>.*)": (AWAY, 404, 404),
    # accounts are for superusers
    "auth/user/": (AWAY, 403, 403),
    "auth/user/add/": (AWAY, 403, 403),
    "auth/user/<id>/password/": (AWAY, 403, 403),
    "auth/user/<path:object_id>/history/": (AWAY, 403, 403),
    "auth/user/<path:object_id>/delete/": (AWAY, 403, 403),
    "auth/user/<path:object_id>/change/": (AWAY, 403, 403),
    "auth/group/": (AWAY, 403, 403),
    "auth/group/add/": (AWAY, 403, 403),
    "auth/group/<path:object_id>/history/": (AWAY, 403, 403),
    "auth/group/<path:object_id>/delete/": (AWAY, 403, 403),
    "auth/group/<path:object_id>/change/": (AWAY, 403, 403),
}
QUERY = {"autocomplete/": {"app_label": "articles", "model_name": "article", "field_name": "section"}}
# An address without a last part leads to the row's page, which asks for itself
SHORT = re.compile(r"(articles|auth)/\w+/<path:object_id>/")


def routes(patterns=None, prefix=""):
    """Yield route, name and pattern of all addresses of the admin, included ones too."""
    for pattern in patterns if patterns is not None else admin.site.get_urls():
        route = prefix + str(pattern.pattern).removeprefix("^").removesuffix("$").removesuffix("\\Z")
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route, pattern.name


def own(name) -> bool:
    return (name or "").startswith("articles_")


def address(route: str, key: object) -> str:
    known = {
        "content_type_id": "1",
        "app_label": "articles",
        "url": "no/such/page/",
        "folder": "editors",
        "name": "suggestion",
    }
    url = re.sub(r"\(\?P<(\w+)>[^)]*\)", lambda match: known.get(match[1], str(key)), route)
    return "/admin/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda match: known.get(match[1], str(key)), url)


def key_of(route: str, rows):  # noqa: F811
    model = route.split("/")[1] if route.startswith("articles/") else ""
    return rows[model].pk if model in rows else rows["user"].pk


@pytest.fixture
def everything(rows):  # noqa: F811
    """Return one row of each model and an account."""
    from django.contrib.contenttypes.models import ContentType

    account = get_user_model().objects.create_user("somebody")
    article = rows["article"]
    ContentType.objects.get_for_model(article)
    return rows | {"user": account, "group": Group.objects.earliest("pk")}


def test_every_address_is_in_a_table():
    listed = {f"articles_{model}_{view}" for model, views in ADDRESSES.items() for view in views}
    refused = {f"articles_{model}_{view}" for model in models() for view in ("add", "delete")}
    found = list(routes())
    names = {name for _route, name in found if own(name)}
    assert listed <= names <= listed | refused
    assert {route for route, name in found if not own(name) and not SHORT.fullmatch(route)} == set(OTHERS)


@pytest.mark.parametrize("who", [STRANGER, WITHOUT_ROLE, *ROLES])
def test_djangos_own_addresses(client, everything, who):
    from django.contrib.contenttypes.models import ContentType

    if who == WITHOUT_ROLE:
        client.force_login(get_user_model().objects.create_user("without", is_staff=True))
    elif who != STRANGER:
        client.force_login(make_user(who))
    accounts = list(get_user_model().objects.order_by("pk").values_list())
    for route, answers in OTHERS.items():
        url = address(route, everything["group" if route.startswith("auth/group/") else "user"].pk)
        if route.startswith("r/"):
            url = f"/admin/r/{ContentType.objects.get_for_model(everything['article']).pk}/{everything['article'].pk}/"
        expected = answers[0 if who == STRANGER else 1 if who == WITHOUT_ROLE else 2]
        response = client.get(url, QUERY.get(route, {}))
        if response.streaming:
            b"".join(response.streaming_content)  # closes the file
        assert response.status_code == expected, f"{who}: GET {url} answered {response.status_code}"
        if who == STRANGER and expected == AWAY:
            assert response["Location"].startswith("/admin/login/") or route == "logout/"
        if "auth/" in route:
            response = client.post(url, {"username": "taken", "is_superuser": "on", "post": "yes", "name": "taken"})
            assert response.status_code == expected, f"{who}: POST {url} answered {response.status_code}"
    now = [row for row in get_user_model().objects.order_by("pk").values_list() if row[0] in {a[0] for a in accounts}]
    assert now == accounts
    assert get_user_model().objects.count() == len(accounts)


@pytest.mark.parametrize("who", [STRANGER, WITHOUT_ROLE])
def test_without_a_role_nothing_of_the_archive_is_shown_or_changed(client, everything, who):
    if who == WITHOUT_ROLE:
        client.force_login(get_user_model().objects.create_user("without", is_staff=True))
    before = tables()
    for route, name in routes():
        if not (own(name) or SHORT.fullmatch(route)):
            continue
        url = address(route, key_of(route, everything))
        for response in (
            client.get(url),
            client.post(url, {"choice": "take", "reason": "試", "post": "yes", "step": "start", "title": "改"}),
        ):
            refused = 302 if who == STRANGER or SHORT.fullmatch(route) else (403, 405)
            assert response.status_code in (refused if isinstance(refused, tuple) else (refused,)), url
    assert tables() == before
    front = client.get("/admin/", follow=True).content.decode()
    assert everything["article"].title not in front


def test_without_a_role_no_action_is_offered():
    request = RequestFactory().get("/")
    request.user = get_user_model().objects.create_user("without", is_staff=True)
    for model, model_admin in admin.site._registry.items():
        assert not model_admin.get_actions(request), model
