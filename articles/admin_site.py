"""The admin itself: its title, and a front page that says what there is to do.

Outside the package admin, whose modules register themselves with this site and so cannot be imported first.
"""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.contrib import admin, messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.functional import lazy
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from articles import profile, two_factor
from articles.sign_in import SignInForm

# What somebody who must yet enrol may do.
WITHOUT_SECOND_FACTOR = (
    "two_factor",
    "help",
    "help_picture",
    "logout",
    "jsi18n",
    "password_change",
    "password_change_done",
)
# What the form's own scripts ask for: nobody pressed a button.
ASKED_BY_SCRIPTS = ("articles_article_preview", "logout")


def _site_title() -> str:
    """Return the newspaper's name and what this is, in the language of the request."""
    return _("%(publication)s archive") % {"publication": profile.current().name_in(get_language() or "")}


class DeskSite(admin.AdminSite):
    """The editors' desk."""

    site_header = site_title = lazy(_site_title, str)()
    index_title = lazy(lambda: _("Editors' desk"), str)()
    index_template = "admin/desk.html"
    login_form = SignInForm

    def has_permission(self, request: HttpRequest) -> bool:
        """Let in who may work here, and has shown a code if they need one."""
        return super().has_permission(request) and two_factor.is_let_in(request.user)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Lead those of whom a second factor is required to its page first."""
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def outer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            name = request.resolver_match.url_name if request.resolver_match else ""
            if (
                name not in WITHOUT_SECOND_FACTOR
                and self.has_permission(request)
                and two_factor.must_enrol(request.user)
            ):
                return redirect("admin:two_factor")
            if request.method == "POST" and request.user.is_anonymous and name not in ASKED_BY_SCRIPTS:
                messages.warning(
                    request,
                    _(
                        "You had been signed out, and nothing was saved. Sign in, then go back in the browser to the "
                        "form: if the browser has kept what you typed, it stands there still."
                    ),
                )
            return inner(request, *args, **kwargs)

        return outer

    def get_urls(self) -> list[Any]:
        """Add the manual with its pictures, and the page of the second factor."""

        def two_factor_page(request: HttpRequest) -> HttpResponse:
            from articles.admin.two_factor import page  # not at the top: see above

            return page(request)

        def manual(request: HttpRequest) -> HttpResponse:
            from articles.admin import help as manual  # not at the top: see above

            return manual.page(request)

        def picture(request: HttpRequest, folder: str, name: str) -> FileResponse:
            from articles.admin import help as manual  # not at the top: see above

            return manual.picture(request, folder, name)

        return [
            path("two-factor/", self.admin_view(two_factor_page), name="two_factor"),
            path("help/", self.admin_view(manual), name="help"),
            path("help/<str:folder>/<slug:name>.png", self.admin_view(picture), name="help_picture"),
            *super().get_urls(),
        ]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Give every page the place of the manual that explains it."""
        from articles.admin import help as manual  # not at the top: see above

        return super().each_context(request) | {"help_heading": manual.heading_for(request)}

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show what waits for an editor, the last imports and corrections, and what the archive holds."""
        from articles.admin import desk  # not at the top: see above

        return super().index(request, desk.overview(request) | (extra_context or {}))
