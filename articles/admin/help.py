"""The editors' manual inside the admin: docs/editors.md as a page, and where in it each admin page is explained."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import markdown
from django.contrib import admin
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

MANUAL = Path(__file__).resolve().parents[2] / "docs" / "editors.md"
# Headings of the manual by the model that a page is about; and by the whole name of an address, or by an action,
# where that is another one.
HEADINGS = {
    "article": "correct-an-article",
    "author": "sections-authors-tags",
    "authormerge": "sections-authors-tags",
    "bulkchange": "correct-many-articles-in-one-step",
    "capture": "one-story-or-two",
    "conflict": "settle-a-conflict",
    "correction": "undo-a-correction",
    "importissue": "look-things-up",
    "importrequest": "import-from-the-admin",
    "importrun": "undo-an-import",
    "section": "sections-authors-tags",
    "suggestion": "decide-a-suggestion",
    "tag": "sections-authors-tags",
    "tagmerge": "sections-authors-tags",
    "user": "who-may-do-what",
    "group": "who-may-do-what",
}
ADDRESSES = {
    "index": "the-front-page",
    "two_factor": "two-factor-sign-in",
    "articles_article_changelist": "find-an-article",
    "articles_article_record": "undo-a-correction",
}
ACTIONS = {
    ("article", "replace"): "correct-many-articles-in-one-step",
    ("article", "file_under"): "correct-many-articles-in-one-step",
    ("article", "withhold"): "publish-review-withhold",
}


def heading_for(request: HttpRequest) -> str:
    """Return the heading of the manual that explains the page of this request, or nothing for its beginning."""
    address = (request.resolver_match.url_name if request.resolver_match else "") or ""
    model = address.split("_")[1] if address.count("_") > 1 else ""
    # a body is read only where it may say more: that of an import may be large, and refused for it
    acting = request.method == "POST" and any(name == model for name, _action in ACTIONS)
    asked = ACTIONS.get((model, request.POST.get("action", ""))) if acting else None
    return asked or ADDRESSES.get(address) or HEADINGS.get(model, "")


@cache
def manual() -> tuple[SafeString, str]:
    """Return the manual as HTML, and its table of contents."""
    page = markdown.Markdown(extensions=["toc", "tables"], extension_configs={"toc": {"toc_depth": "2-2"}})
    # our own file, as it came with the code: nobody types into it
    html = mark_safe(page.convert(MANUAL.read_text(encoding="utf-8").partition("\n")[2]))  # noqa: S308
    return html, mark_safe(page.toc)  # noqa: S308


def page(request: HttpRequest) -> HttpResponse:
    """Show the manual."""
    html, contents = manual()
    context = {**admin.site.each_context(request), "title": _("Help for editors"), "manual": html, "contents": contents}
    return TemplateResponse(request, "admin/help.html", context)


def picture(request: HttpRequest, name: str) -> FileResponse:
    """Send one of the manual's pictures."""
    file = MANUAL.parent / "editors" / f"{name}.png"
    if not file.is_file():
        raise Http404(_("There is no such picture."))
    return FileResponse(file.open("rb"), content_type="image/png")
