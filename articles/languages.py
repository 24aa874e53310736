"""The reader's choices: the interface's language (``?lang=``) and the script of texts (``?text=``).

Links make them, so that they need no script. A choice is answered at once and kept in a cookie; without either, the
browser's ``Accept-Language`` decides the language, and texts are shown as they were written.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.cache import patch_cache_control, patch_vary_headers

from articles import reading

# What `lang` says of the site's own words, by Django's name of the language; the Traditional Chinese is Hong Kong's.
LANG_ATTRIBUTES = {"zh-hant": "zh-Hant-HK", "en": "en", "zh-hans": "zh-Hans"}
TEXT_COOKIE = "text"
# The same for every reader: addresses for robots, pictures.
SAME_FOR_ALL = ("application/xml", "image/", "text/plain")


class ReadersChoice(LocaleMiddleware):
    """Activates what the reader chose, and remembers it."""

    def process_request(self, request: HttpRequest) -> None:
        """Activate language and script for this request."""
        super().process_request(request)
        if language := chosen_language(request):
            translation.activate(language)
            request.LANGUAGE_CODE = translation.get_language()
        chosen = chosen_script(request) or request.COOKIES.get(TEXT_COOKIE)
        reading.use(reading.SIMPLIFIED if chosen == reading.SIMPLIFIED else reading.ORIGINAL)

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Say what the answer depends on, and keep the choice that this request made."""
        reading.use(reading.ORIGINAL)
        if not response.get("Content-Type", "").startswith(SAME_FOR_ALL):
            patch_vary_headers(response, ("Accept-Language", "Cookie"))
            response.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
        if language := chosen_language(request):
            _remember(response, settings.LANGUAGE_COOKIE_NAME, language)
        if script := chosen_script(request):
            _remember(response, TEXT_COOKIE, script)
        return response


def chosen_language(request: HttpRequest) -> str:
    """Return the language that the address asks for, if it is one of ours."""
    asked = request.GET.get("lang", "").lower()
    return asked if asked in dict(settings.LANGUAGES) else ""


def chosen_script(request: HttpRequest) -> str:
    """Return the script that the address asks for, if it is one."""
    asked = request.GET.get("text", "")
    return asked if asked in reading.SCRIPTS else ""


def _remember(response: HttpResponseBase, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )
    patch_cache_control(response, private=True)  # no proxy is to hand one reader's choice to others
