"""The editors' manual inside the admin, in English and in Chinese, and where in it each admin page is explained.

``docs/editors.md`` and ``docs/editors.zh-hant.md`` say the same, section by section; the tests hold them together.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import markdown
from django.contrib import admin
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, override
from django.utils.translation import gettext as _
from markdown.extensions.toc import slugify_unicode

from articles.languages import LANG_ATTRIBUTES
from articles.variants import html_to_simplified

FOLDER = Path(__file__).resolve().parents[2] / "docs"
FILES = {"en": "editors.md", "zh-hant": "editors.zh-hant.md"}
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
    ("article", "review"): "publish-review-withhold",
    ("article", "withhold"): "publish-review-withhold",
    ("article", "merge"): "one-story-or-two",
}


def heading_for(request: HttpRequest) -> str:
    """Return the heading of the manual that explains the page of this request, or nothing for its beginning."""
    address = (request.resolver_match.url_name if request.resolver_match else "") or ""
    model = address.split("_")[1] if address.count("_") > 1 else ""
    # a body is read only where it may say more: that of an import may be large, and refused for it
    acting = request.method == "POST" and any(name == model for name, _action in ACTIONS)
    asked = ACTIONS.get((model, request.POST.get("action", ""))) if acting else None
    heading = asked or ADDRESSES.get(address) or HEADINGS.get(model, "")
    return manual(get_language() or "en").anchors.get(heading, "")


class Manual(NamedTuple):
    """The manual in one language: HTML, its table of contents, and its sections by the names of the English ones."""

    html: SafeString
    contents: SafeString
    anchors: dict[str, str]


@cache
def manual(language: str) -> Manual:
    """Return the manual for readers of the interface in a language."""
    if language == "zh-hans":
        traditional = manual("zh-hant")
        html, contents = (html_to_simplified(_with_simplified_labels(part)) for part in traditional[:2])
        return Manual(mark_safe(html), mark_safe(contents), traditional.anchors)  # noqa: S308
    text = (FOLDER / FILES.get(language, FILES["en"])).read_text(encoding="utf-8")
    of_contents = {"toc_depth": "2-2", "slugify": slugify_unicode}
    page = markdown.Markdown(extensions=["toc", "tables"], extension_configs={"toc": of_contents})
    # our own file, as it came with the code: nobody types into it
    html = mark_safe(page.convert(text.partition("\n")[2]))  # noqa: S308
    found = [section["id"] for section in page.toc_tokens]
    names = found if language == "en" else manual("en").anchors
    return Manual(html, mark_safe(page.toc), dict(zip(names, found, strict=True)))  # noqa: S308


# A word of the interface stands in asterisks or “ ” in the English manual, in 「 」 in the Chinese one.
_LABEL = re.compile(r"(?<!\*)\*{1,2}([^*\n]+)\*{1,2}(?!\*)|“([^”\n]+)”")


def labels(text: str, language: str) -> dict[str, str]:
    """Return the words of the interface that a section of the English manual names, with those of a language."""
    with override(language):
        names = (one or other for one, other in _LABEL.findall(re.sub("`[^`]*`", "", text)))
        found = {name: (name, name[:1].lower() + name[1:]) for name in names}
        return {
            name: translated
            for name, spellings in found.items()
            if (translated := next((t for s in spellings if (t := gettext(s)) != s), ""))
        }


def _with_simplified_labels(html: str) -> str:
    """Write the words of the interface as its simplified Chinese has them: they are not always the same words."""
    english = (FOLDER / FILES["en"]).read_text(encoding="utf-8")
    simplified = labels(english, "zh-hans")
    for name, label in labels(english, "zh-hant").items():
        html = html.replace(f"「{label}」", f"「{simplified.get(name, label)}」")
    return html


def page(request: HttpRequest) -> HttpResponse:
    """Show the manual."""
    language = get_language() or "en"
    context = {
        **admin.site.each_context(request),
        "title": _("Help for editors"),
        "manual": manual(language),
        "lang": LANG_ATTRIBUTES.get(language, "en"),
    }
    return TemplateResponse(request, "admin/help.html", context)


def picture(request: HttpRequest, folder: str, name: str) -> FileResponse:
    """Send one of the manual's pictures."""
    file = FOLDER / folder / f"{name}.png"
    if folder not in {Path(manual).stem for manual in FILES.values()} or not file.is_file():
        raise Http404(_("There is no such picture."))
    return FileResponse(file.open("rb"), content_type="image/png")
