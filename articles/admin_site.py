"""The admin itself: its title, and a front page that says what there is to do.

Outside the package admin, whose modules register themselves with this site and so cannot be imported first.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import FileResponse, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.functional import lazy
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from articles import profile


def _site_title() -> str:
    """Return the newspaper's name and what this is, in the language of the request."""
    return _("%(publication)s archive") % {"publication": profile.current().name_in(get_language() or "")}


class DeskSite(admin.AdminSite):
    """The editors' desk."""

    site_header = site_title = lazy(_site_title, str)()
    index_title = lazy(lambda: _("Editors' desk"), str)()
    index_template = "admin/desk.html"

    def get_urls(self) -> list[Any]:
        """Add the manual and its pictures."""

        def manual(request: HttpRequest) -> HttpResponse:
            from articles.admin import help as manual  # not at the top: see above

            return manual.page(request)

        def picture(request: HttpRequest, name: str) -> FileResponse:
            from articles.admin import help as manual  # not at the top: see above

            return manual.picture(request, name)

        return [
            path("help/", self.admin_view(manual), name="help"),
            path("help/editors/<slug:name>.png", self.admin_view(picture), name="help_picture"),
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
