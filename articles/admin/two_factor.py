"""The page on which people switch two-factor sign-in on and off for themselves."""

from __future__ import annotations

from typing import Any

import django_otp
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from articles import two_factor

# Keys and codes are nobody's business but their owner's; `manage.py two_factor_off` helps out.
admin.site.unregister([TOTPDevice, StaticDevice])


@sensitive_post_parameters("code")
def page(request: HttpRequest) -> HttpResponse:
    """Show how things are, and do what is asked: begin, confirm, new recovery codes, off."""
    user: Any = request.user
    codes: list[str] = []
    if request.method == "POST":
        step, code = request.POST.get("step", ""), request.POST.get("code", "")
        try:
            if step == "begin" and not two_factor.is_enrolled(user):
                two_factor.begin(user)
            elif step == "confirm" and not two_factor.is_enrolled(user):
                device, codes = two_factor.finish(user, code)
                request.session.cycle_key()
                django_otp.login(request, device)
            elif step == "codes" and two_factor.is_enrolled(user):
                two_factor.check(user, code)
                codes = two_factor.new_recovery_codes(user)
            elif step == "off" and two_factor.is_enrolled(user):
                two_factor.check(user, code)
                two_factor.end(user)
                messages.success(request, _("Two-factor sign-in is off: your password is enough."))
        except two_factor.CodeError as error:
            messages.error(request, str(error))
        if not codes:
            return redirect("admin:two_factor")
    enrolled = two_factor.is_enrolled(user)
    device = None if enrolled else two_factor.waiting(user)
    context = {
        **admin.site.each_context(request),
        "title": _("Two-factor sign-in"),
        "enrolled": enrolled,
        "required": two_factor.must_enrol(user),
        "codes": codes,
        "left": two_factor.recovery_codes_left(user) if enrolled else 0,
        "picture": two_factor.picture(device) if device else "",
        "key": two_factor.in_letters(device) if device else "",
    }
    return TemplateResponse(request, "admin/two_factor.html", context)
