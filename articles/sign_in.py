"""Signing in to the admin: a password, and a code from those who have a second factor."""

from __future__ import annotations

import ipaddress
from typing import Any

from axes.backends import AxesStandaloneBackend
from django import forms
from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from articles import two_factor


class _WithSecondFactor:
    """Fetches a user and their second factor in one query, since every page of the admin asks for both."""

    def get_user(self, user_id: Any) -> Any:
        """Return the user of a session, or None."""
        user = two_factor.with_devices(get_user_model()._default_manager.filter(pk=user_id)).first()
        return user if user is not None and user.is_active else None


class GuessingIsSlow(_WithSecondFactor, AxesStandaloneBackend):
    """Refuses whoever has guessed too often; asked first."""


class Password(_WithSecondFactor, ModelBackend):
    """Django's own names and passwords."""


class SignInForm(AdminAuthenticationForm):
    """Name, password and, for those who have enrolled, a code."""

    code = forms.CharField(
        label=_("Code"),
        required=False,
        max_length=20,
        help_text=_("Only if you have switched on two-factor sign-in: from your app, or a recovery code."),
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "aria-describedby": "id_code_helptext"}
        ),
    )

    def clean(self) -> dict[str, Any]:
        """Check the password first; only then, and only of those who need one, the code."""
        cleaned = super().clean()
        user: Any = self.get_user()
        if user is None or not two_factor.is_enrolled(user):
            return cleaned
        if not cleaned.get("code"):
            # the name stands there still: typing goes on at the password
            self.fields["username"].widget.attrs.pop("autofocus", None)
            self.fields["password"].widget.attrs["autofocus"] = True
            raise forms.ValidationError(
                _("Give the code of your app as well, and your password once more."), code="code_required"
            )
        try:
            user.otp_device = two_factor.check(user, cleaned["code"])
        except two_factor.CodeError as error:
            raise forms.ValidationError(str(error), code="invalid_code") from error
        return cleaned


def client_address(request: HttpRequest) -> str | None:
    """Return the address that failed sign-ins are counted for, behind as many servers as TRUSTED_PROXIES says.

    Each of them appends the address that it sees to X-Forwarded-For; what stands further left, a visitor may have
    invented. Of IPv6, one network of 64 bits counts as one, since one visitor has all its addresses.
    """
    seen = request.META.get("REMOTE_ADDR") or ""
    if settings.TRUSTED_PROXIES:
        passed_on = [part.strip() for part in request.headers.get("x-forwarded-for", "").split(",") if part.strip()]
        seen = next(iter(passed_on[-settings.TRUSTED_PROXIES :]), seen)
    try:
        address = ipaddress.ip_address(seen)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((int(address), 64), strict=False).network_address)
    return str(address)
