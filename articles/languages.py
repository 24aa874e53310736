"""The reader's choices: the interface's language (``?lang=``) and the script of texts (``?text=``).

Links make them, so that they need no script. A choice is answered at once and kept in a cookie; without either, the
browser's ``Accept-Language`` decides the language, and texts are shown as they were written.

Two middlewares: pages are kept (see ``articles.page_cache``) between the one that makes them in the reader's language
and the one that hands out cookies, so that no cookie is kept with a page.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.deprecation import MiddlewareMixin

from articles import reading

# What `lang` says of the site's own words, by Django's name of the language; the Traditional Chinese is Hong Kong's.
LANG_ATTRIBUTES = {"zh-hant": "zh-Hant-HK", "en": "en", "zh-hans": "zh-Hans"}
TEXT_COOKIE = "text"
CHOICES = ("lang", "text")
# All that views read of an address: lists, searches, a choice of two saved pages, Django's sitemaps. What else stands
# there, such as what other sites add to links to learn who follows them, makes no other page.
READ = frozenset("page q section author tag year month order a b p".split())
# The same for every reader: addresses for robots, pictures.
SAME_FOR_ALL = ("application/xml", "image/", "text/plain")


class ReadersChoice(MiddlewareMixin):
    """Activates the reader's language and script, and says what the answer depends on."""

    def process_request(self, request: HttpRequest) -> None:
        """Activate language and script for this request."""
        translation.activate(language_for(request))
        request.LANGUAGE_CODE = translation.get_language()
        reading.use(script_for(request))

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Name the language, and tell caches what it was chosen by."""
        reading.use(reading.ORIGINAL)
        if not response.get("Content-Type", "").startswith(SAME_FOR_ALL):
            patch_vary_headers(response, ("Accept-Language", "Cookie"))
            response.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
        return response


class ChoiceIsRemembered:
    """Keeps the choice that an address makes in a cookie, wherever the answer comes from."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer one request."""
        response = self.get_response(request)
        if language := chosen_language(request):
            _remember(response, settings.LANGUAGE_COOKIE_NAME, language)
        if script := chosen_script(request):
            _remember(response, TEXT_COOKIE, script)
        return response


def language_for(request: HttpRequest) -> str:
    """Return the language of the answer: what the address asks for, else what the cookie or the browser does."""
    return chosen_language(request) or translation.get_language_from_request(request)


def script_for(request: HttpRequest) -> str:
    """Return the script of the texts in the answer."""
    chosen = chosen_script(request) or request.COOKIES.get(TEXT_COOKIE)
    return reading.SIMPLIFIED if chosen == reading.SIMPLIFIED else reading.ORIGINAL


def is_asked(request: HttpRequest, name: str) -> bool:
    """Tell whether a page depends on what its address gives by this name. Choices are remembered, and need no name."""
    if request.path.startswith("/admin/"):  # whose pages read many more, and are not kept
        return name not in CHOICES
    return name in READ


def chosen_language(request: HttpRequest) -> str:
    """Return the language that the address asks for, if it is one of ours."""
    asked = _asked(request, "lang").lower()
    return asked if asked in dict(settings.LANGUAGES) else ""


def chosen_script(request: HttpRequest) -> str:
    """Return the script that the address asks for, if it is one."""
    asked = _asked(request, "text")
    return asked if asked in reading.SCRIPTS else ""


def _asked(request: HttpRequest, name: str) -> str:
    # most addresses ask nothing, and need not be read as if they did
    return str(request.GET.get(name, "")) if request.META.get("QUERY_STRING") else ""


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
