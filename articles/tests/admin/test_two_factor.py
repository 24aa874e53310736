"""Two-factor sign-in: enrolled by oneself, needed from then on, helped out of with a recovery code."""

from __future__ import annotations

import datetime
import re

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from articles import two_factor
from articles.roles import CHIEF_EDITORS, EDITORS
from articles.sign_in import GuessingIsSlow
from articles.tests.admin.roles import make_user

pytestmark = pytest.mark.django_db
PASSWORD = "a-password-for-the-test"
PAGE = "/admin/two-factor/"


def code_of(user) -> str:
    """Return a code that nobody has used yet."""
    device = TOTPDevice.objects.get(user=user)
    TOTPDevice.objects.filter(user=user).update(last_t=-1, throttling_failure_count=0)
    return f"{totp(device.bin_key):06}"


def enrol(client, user) -> list[str]:
    """Switch two-factor sign-in on; return the recovery codes."""
    client.post(PAGE, {"step": "begin"})
    return client.post(PAGE, {"step": "confirm", "code": code_of(user)}).context["codes"]


def sign_in(name, code="", client=None):
    data = {"username": name, "password": PASSWORD, "code": code, "next": "/admin/"}
    return (client or Client()).post(reverse("admin:login"), data)


@pytest.fixture
def editor(client):
    user = make_user(EDITORS)
    client.force_login(user)
    return user


def test_enrolling(client, editor):
    assert "Set it up" in client.get(PAGE).content.decode()
    client.post(PAGE, {"step": "begin"})
    shown = client.get(PAGE)
    device = TOTPDevice.objects.get()
    assert shown.context["picture"].startswith("data:image/svg+xml")
    assert two_factor.in_letters(device) in shown.content.decode()
    assert f"issuer={settings.OTP_TOTP_ISSUER}" in device.config_url

    wrong = {"step": "confirm", "code": "000000"}
    assert "Is the clock of your phone set" in client.post(PAGE, wrong, follow=True).content.decode()
    assert "then try again" in client.post(PAGE, wrong, follow=True).content.decode(), "guessing is slow"
    assert not TOTPDevice.objects.get().confirmed
    assert client.get("/admin/").status_code == 200, "not enrolled yet: nothing is asked"

    done = client.post(PAGE, {"step": "confirm", "code": code_of(editor)})
    assert len(done.context["codes"]) == two_factor.RECOVERY_CODES
    assert client.get("/admin/").status_code == 200, "this session has just shown a code"
    again = client.get(PAGE).content.decode()
    assert "10 recovery codes are left" in again
    assert not any(code in again for code in done.context["codes"]), "they are shown once"


def test_whoever_has_enrolled_needs_a_code(client, editor):
    before = Client()
    before.force_login(editor)  # a session of another browser, from before
    enrol(client, editor)
    assert before.get("/admin/").status_code == 302
    page = sign_in("editors").content.decode()
    assert "code of your app" in page
    assert re.findall(r'<input [^>]*name="(\w+)"[^>]* autofocus', page) == ["password"], "the name is there already"
    assert "not right" in sign_in("editors", "zzzzzzzz").content.decode()
    StaticDevice.objects.update(throttling_failure_count=0)
    assert sign_in("editors", code_of(editor)).status_code == 302


def test_a_code_works_once(client, editor):
    enrol(client, editor)
    code = code_of(editor)
    assert sign_in("editors", code).status_code == 302
    assert sign_in("editors", code).status_code == 200


def test_a_recovery_code_works_once(client, editor):
    codes = enrol(client, editor)
    assert sign_in("editors", codes[0].upper()).status_code == 302
    assert sign_in("editors", codes[0]).status_code == 200
    assert StaticToken.objects.count() == two_factor.RECOVERY_CODES - 1


def test_guessing_codes_is_slowed_down(client, editor):
    enrol(client, editor)
    right = code_of(editor)
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    sign_in("editors", wrong)
    assert "Wait" in sign_in("editors", right).content.decode()
    TOTPDevice.objects.update(throttling_failure_timestamp=timezone.now() - datetime.timedelta(seconds=2))
    assert sign_in("editors", right).status_code == 302


def test_a_wrong_password_says_nothing_about_the_code(client, editor):
    enrol(client, editor)
    response = Client().post(reverse("admin:login"), {"username": "editors", "password": "wrong", "code": ""})
    assert "code of your app" not in response.content.decode()


def test_new_recovery_codes_and_switching_off_take_a_code(client, editor):
    first = enrol(client, editor)
    client.post(PAGE, {"step": "codes", "code": ""})
    client.post(PAGE, {"step": "off", "code": "zzzzzzzz"})
    client.post(PAGE, {"step": "begin"})
    assert TOTPDevice.objects.filter(confirmed=True).count() == 1
    StaticDevice.objects.update(throttling_failure_count=0)
    second = client.post(PAGE, {"step": "codes", "code": code_of(editor)}).context["codes"]
    assert not set(first) & set(second)
    client.post(PAGE, {"step": "off", "code": second[0]})
    assert not TOTPDevice.objects.exists()
    assert sign_in("editors").status_code == 302


def test_one_editor_cannot_use_the_codes_of_another(client, editor):
    codes = enrol(client, editor)
    other = make_user(EDITORS, "other")
    other_client = Client()
    other_client.force_login(other)
    enrol(other_client, other)
    assert sign_in("other", codes[0]).status_code == 200


@pytest.mark.parametrize(("role", "asked"), [(CHIEF_EDITORS, True), (EDITORS, False)])
def test_it_can_be_required_of_chief_editors(client, role, asked):
    user = make_user(role, "somebody")
    client.force_login(user)
    with override_settings(REQUIRE_TWO_FACTOR=True):
        response = client.get("/admin/articles/article/")
        assert response.status_code == (302 if asked else 200)
        if not asked:
            return
        assert response["Location"] == PAGE
        assert client.get("/admin/autocomplete/").status_code == 302
        assert "Whoever runs this archive asks" in client.get(PAGE).content.decode()
        assert client.get(reverse("admin:password_change")).status_code == 200
        enrol(client, user)
        assert client.get("/admin/articles/article/").status_code == 200


def test_it_costs_no_query(client, editor, django_assert_num_queries):
    page = reverse("admin:password_change")
    with CaptureQueriesContext(connection) as queries:
        client.get(page)
    without = len(queries)
    codes = enrol(client, editor)
    for code in (code_of(editor), codes[0]):
        again = Client()
        assert sign_in("editors", code, again).status_code == 302
        with django_assert_num_queries(without):
            assert again.get(page).status_code == 200


@pytest.mark.parametrize("model", [TOTPDevice, StaticDevice])
@pytest.mark.parametrize("what", ["removed", "not confirmed", "somebody else's"])
def test_a_session_counts_as_long_as_its_device(client, editor, model, what):
    codes = enrol(client, editor)
    session = Client()
    assert sign_in("editors", code_of(editor) if model is TOTPDevice else codes[0], session).status_code == 302
    assert session.get("/admin/").status_code == 200
    device = model.objects.filter(user=editor)
    if what == "removed":
        device.delete()
    elif what == "not confirmed":
        device.update(confirmed=False)
    else:
        device.update(user=make_user(EDITORS, "other"))
    TOTPDevice.objects.get_or_create(user=editor, confirmed=True, name="a new one")
    assert session.get("/admin/").status_code == 302


def test_the_device_of_a_session_is_whole(rf, client, editor):
    enrol(client, editor)
    request = rf.get("/admin/")
    request.session, request.user = client.session, GuessingIsSlow().get_user(editor.pk)
    two_factor.SecondFactor(lambda request: request)(request)
    device = request.user.otp_device
    device.save()
    assert device.bin_key == TOTPDevice.objects.get(user=editor).bin_key


def test_the_operator_helps_who_has_lost_everything(client, editor, capsys):
    enrol(client, editor)
    call_command("two_factor_off", "editors")
    call_command("two_factor_off", "editors")
    said = capsys.readouterr().out
    assert "with the password alone" in said
    assert "had no second factor" in said
    assert sign_in("editors").status_code == 302
    with pytest.raises(CommandError, match="Nobody is called"):
        call_command("two_factor_off", "nobody")
