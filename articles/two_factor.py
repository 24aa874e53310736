"""A second factor for signing in: codes of an app (TOTP), and recovery codes for the day the phone is lost.

Whoever has enrolled needs a code each time. django-otp keeps keys and codes, and slows guessing down.
"""

from __future__ import annotations

import base64
import re
from typing import Any

import segno
from django.conf import settings
from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.middleware import OTPMiddleware
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from articles.roles import CHIEF_EDITORS

NAME = "sign-in"
RECOVERY_CODES = 10
_KNOWN_AS = {TOTPDevice: "app_device", StaticDevice: "recovery_device"}  # on a user that was fetched with devices
_OF_USER = {"user": OuterRef("pk"), "confirmed": True}


class CodeError(ValueError):
    """A code that does not do; the message says why."""


def with_devices(users: QuerySet[Any]) -> QuerySet[Any]:
    """Fetch with each user which devices give their codes; nobody has two confirmed ones of a kind."""
    return users.annotate(
        **{name: Subquery(model.objects.filter(**_OF_USER).values("pk")[:1]) for model, name in _KNOWN_AS.items()}
    )


def is_enrolled(user: Any) -> bool:
    """Return whether somebody needs a code to sign in; asked once a request."""
    if not hasattr(user, "app_device"):
        user.app_device = TOTPDevice.objects.filter(user=user, confirmed=True).values_list("pk", flat=True).first()
    return user.app_device is not None


class SecondFactor(OTPMiddleware):
    """django-otp's middleware, which finds the device of a session among those that came with its user.

    A device that was removed, replaced or never confirmed did not come, and the session counts no more: all that
    asking for it once more in each request would tell.
    """

    def _verify_user_sync(self, request: HttpRequest, user: Any) -> Any:
        label, _slash, key = request.session.get(DEVICE_ID_SESSION_KEY, "").rpartition("/")
        for model, name in _KNOWN_AS.items():
            if label == model.model_label() and key == str(getattr(user, name, None)):
                self._init_user_fields(user)
                user.otp_device = model.from_db(
                    user._state.db, ("id", "user_id", "confirmed"), (int(key), user.pk, True)
                )
                return user
        return super()._verify_user_sync(request, user)


def is_let_in(user: Any) -> bool:
    """Return whether somebody who is signed in has shown a code, if they need one."""
    return user.is_verified() or not is_enrolled(user)


def must_enrol(user: Any) -> bool:
    """Return whether the operator requires a second factor of somebody who has none yet."""
    if not settings.REQUIRE_TWO_FACTOR or user.is_verified() or is_enrolled(user):
        return False
    return user.is_superuser or user.groups.filter(name=CHIEF_EDITORS).exists()


def check(user: Any, code: str) -> Device:
    """Return the device whose code this is; a recovery code works once. Raises CodeError."""
    code = re.sub(r"\s", "", code).lower()
    model = TOTPDevice if re.fullmatch("[0-9]{6}", code) else StaticDevice
    with transaction.atomic():
        device = model.objects.select_for_update().filter(user=user, confirmed=True).first()
        if device is not None:
            if wait := _wait(device):
                raise CodeError(wait)
            if device.verify_token(code):
                return device
    raise CodeError(_("This code is not right. It changes every half minute; a recovery code works only once."))


def _wait(device: Device) -> str:
    allowed, why = device.verify_is_allowed()
    if allowed or not why:
        return ""
    seconds = max(1, int((why["locked_until"] - timezone.now()).total_seconds()) + 1)
    text = ngettext(
        "There were wrong codes. Wait %(seconds)d second, then try again.",
        "There were wrong codes. Wait %(seconds)d seconds, then try again.",
        seconds,
    )
    return text % {"seconds": seconds}


def begin(user: Any) -> None:
    """Make a key for an app, which counts once a code of it has been given."""
    TOTPDevice.objects.filter(user=user, confirmed=False).delete()
    TOTPDevice.objects.create(user=user, name=NAME, confirmed=False)


def waiting(user: Any) -> TOTPDevice | None:
    """Return the key that waits for its first code."""
    device: TOTPDevice | None = TOTPDevice.objects.filter(user=user, confirmed=False).first()
    return device


def picture(device: TOTPDevice) -> str:
    """Return the key as a QR code, an address of the data: kind; it is drawn here and sent to nobody."""
    return str(segno.make(device.config_url, error="m").svg_data_uri(scale=5, border=3, light="#fff"))


def in_letters(device: TOTPDevice) -> str:
    """Return the key as one types it into an app that has no camera."""
    return " ".join(re.findall(".{4}", base64.b32encode(device.bin_key).decode()))


def finish(user: Any, code: str) -> tuple[TOTPDevice, list[str]]:
    """Take the first code of the key that waits: from now on codes are needed. Return device and recovery codes.

    Raises CodeError.
    """
    with transaction.atomic():
        device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=False).first()
        if device is not None and (wait := _wait(device)):
            raise CodeError(wait)
        if device is not None and device.verify_token(re.sub(r"\s", "", code)):
            TOTPDevice.objects.filter(user=user, confirmed=True).delete()
            device.confirmed = True
            device.save()
            user.app_device = device.pk
            return device, new_recovery_codes(user)
    raise CodeError(_("This code is not right. Is the clock of your phone set by itself?"))


def new_recovery_codes(user: Any) -> list[str]:
    """Make recovery codes; former ones end."""
    with transaction.atomic():
        StaticDevice.objects.filter(user=user).delete()
        device = StaticDevice.objects.create(user=user, name=NAME)
        codes = sorted({StaticToken.random_token() for _number in range(RECOVERY_CODES)})
        StaticToken.objects.bulk_create(StaticToken(device=device, token=code) for code in codes)
    return codes


def recovery_codes_left(user: Any) -> int:
    """Return how many recovery codes nobody has used yet."""
    return StaticToken.objects.filter(device__user=user, device__confirmed=True).count()


def end(user: Any) -> bool:
    """Ask for no code any more; return whether one was needed before."""
    with transaction.atomic():
        StaticDevice.objects.filter(user=user).delete()
        count, _rows = TOTPDevice.objects.filter(user=user).delete()
    user.app_device = None
    return bool(count)
