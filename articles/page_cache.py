"""What is kept of pages: here, in Django's cache, and in readers' browsers.

A page for a reader without a session is kept under all that it depends on: its address, the reader's language and
script, the day, this very program and profile, and the archive's stamp, which every change to the archive changes. So
nothing is ever purged, and nothing outdated can be found. Browsers and proxies are to ask each time (``no-cache``),
which costs them a 304.

What is kept is the finished answer, with the headers of every other middleware; this one stands before them all.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import time
from collections.abc import Callable
from functools import cache as once
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date, parse_http_date_safe

from articles import profile, stamp
from articles.languages import is_asked, language_for, script_for

# Counts of the whole archive may lag behind by as long (see articles.counts), and so may the pages that show them.
SECONDS = 10 * 60
A_DAY = 24 * 60 * 60
LARGEST = 2_000_000  # bytes of a page that is worth keeping
LEVEL = 5  # of compression: a quarter of an article's page is left, after half a millisecond
# Pages of these views change with the archive's stamp and never without; others show counts that go by the clock.
BY_THE_STAMP = set(
    "article record compare cite cite-file section archive year month day undated corrections lost lost-by-time"
    " feed corrections-feed section-feed author-feed tag-feed search-description robots manifest".split()
)
NOT_PAGES = ("/admin/", settings.STATIC_URL, settings.MEDIA_URL)
STARTED = time.time()
# What a 304 repeats of the answer that it stands for.
SAID = ("Cache-Control", "ETag", "Last-Modified", "Vary", "Content-Security-Policy")
# By which readers say what they have. Asked for in META: for one look into ``headers`` Django reads them all.
MATCH, NONE_MATCH = "HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH"
ENCODINGS = "HTTP_ACCEPT_ENCODING"
# The name in that list, unless it weighs nothing: "gzip;q=0" asks not to be sent any.
_GZIP = re.compile(r"(?:^|,)\s*gzip\s*(?:;\s*q\s*=\s*(?!0(?:\.0*)?\s*(?:,|$))[\d.]+\s*)?(?:,|$)", re.IGNORECASE)
CONDITIONS = {MATCH, NONE_MATCH, "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE"}


class PageCache:
    """Answers from the cache where it can, and with 304 where the reader has the page already."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer one request."""
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        response = self._answer(request)
        if request.method == "HEAD" and isinstance(response, HttpResponse):
            response.content = b""  # its length is said; gunicorn warns of each that brings it along
        return response

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(NOT_PAGES):
            response = self.get_response(request)
            if request.path.startswith(settings.MEDIA_URL) and response.status_code == 200:
                response.headers["Cache-Control"] = "public, max-age=86400"
            return response
        request.get_host()  # refuses a host that is not ours, before anything is looked up
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            response = self.get_response(request)
            response.headers.setdefault("Cache-Control", "private, no-cache")
            if isinstance(response, HttpResponse) and response.status_code == 200:
                _name(response)
            return _conditional(request, response)
        now = stamp.current()
        request.archive_stamp = now  # type: ignore[attr-defined]
        key = _key(request, now)
        kept = cache.get(key)
        if kept:
            headers = kept[1]
            if request.META.get(NONE_MATCH) == headers["ETag"] and MATCH not in request.META:
                # what nearly all browsers ask: no need to read it as a list of tags
                return HttpResponseNotModified(headers={name: headers[name] for name in SAID if name in headers})
            return _conditional(request, _given(request, *kept))
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-cache")
        if response.status_code == 200 and not response.streaming and isinstance(response, HttpResponse):
            _say_when(request, response, now)
            _name(response)
            if _may_be_kept(request, response):
                patch_vary_headers(response, ("Accept-Encoding",))
                kept = gzip.compress(response.content, LEVEL, mtime=0), dict(response.headers)
                cache.set(key, kept, A_DAY if _goes_by_the_stamp(request) else SECONDS)
                response = _given(request, *kept)
        return _conditional(request, response)


def _given(request: HttpRequest, packed: bytes, headers: dict[str, str]) -> HttpResponse:
    """Return a page as it was kept, compressed unless the reader cannot read that.

    Nobody's secrets are in it, so that its length tells nothing. Who is signed in gets pages as they are.
    """
    if _GZIP.search(request.META.get(ENCODINGS, "")):
        headers = headers | {"Content-Encoding": "gzip", "Content-Length": str(len(packed))}
        return HttpResponse(packed, headers=headers)
    return HttpResponse(gzip.decompress(packed), headers=headers)


def _key(request: HttpRequest, archive: str) -> str:
    """Return a name for all that an answer depends on."""
    asked = request.META.get("QUERY_STRING", "")
    if asked:
        pairs = parse_qsl(asked, keep_blank_values=True)
        asked = urlencode([(name, value) for name, value in pairs if is_asked(request, name)])
    parts = (
        archive,
        program(),
        timezone.localdate().isoformat(),  # the front page looks back from today
        request.scheme or "",  # what came without encryption is led to https, and is not told of it in headers
        language_for(request),
        script_for(request),
        request.path,
        asked,
    )
    return f"page:{hashlib.blake2b(chr(0).join(parts).encode(errors='surrogateescape'), digest_size=20).hexdigest()}"


@once
def program() -> str:
    """Return a name for the code, templates, translations and profile that make pages, as they are on this disk."""
    digest = hashlib.blake2b(profile.current().digest.encode(), digest_size=8)
    for folder in ("articles", "newsarchive", "templates", "locale"):
        for path in sorted(Path(settings.BASE_DIR, folder).rglob("*")):
            if path.suffix in (".py", ".html", ".xml", ".mo", ".css", ".js"):
                facts = path.stat()
                digest.update(f"{path} {facts.st_mtime_ns} {facts.st_size}\n".encode())
    digest.update(repr((settings.SITE_URL, settings.STATIC_URL, settings.MEDIA_URL)).encode())
    return digest.hexdigest()


def _say_when(request: HttpRequest, response: HttpResponse, archive: str) -> None:
    """Set Last-Modified to when this archive was first met as it is now, in place of any date of articles.

    A correction changes a page without changing the article's own dates. In the second in which it happens nothing is
    said: a page of before and one of after would bear the same time.
    """
    response.headers.pop("Last-Modified", None)
    if not _goes_by_the_stamp(request):
        return
    met = cache.get_or_set(f"met:{archive}", time.time, A_DAY) or time.time()
    since = int(max(met, STARTED))
    if time.time() >= since + 1:
        response.headers["Last-Modified"] = http_date(since)


def _goes_by_the_stamp(request: HttpRequest) -> bool:
    return request.resolver_match is not None and request.resolver_match.url_name in BY_THE_STAMP


def _name(response: HttpResponse) -> None:
    """Set the ETag, from the content and what else tells two answers apart; weak, since it is compressed or not."""
    digest = hashlib.blake2b(response.content, digest_size=16)
    digest.update(response.headers.get("Content-Type", "").encode())
    response.headers["ETag"] = f'W/"{digest.hexdigest()}"'


def _may_be_kept(request: HttpRequest, response: HttpResponse) -> bool:
    said = response.headers["Cache-Control"]
    return (
        request.method == "GET"
        and not settings.DEBUG
        and not response.cookies
        and "private" not in said
        and "no-store" not in said
        and len(response.content) <= LARGEST
    )


def _conditional(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Answer with 304 where the reader has this very answer."""
    if response.status_code != 200 or not isinstance(response, HttpResponse) or CONDITIONS.isdisjoint(request.META):
        return response
    etag = response.headers.get("ETag")
    modified = response.headers.get("Last-Modified")
    since = parse_http_date_safe(modified) if modified else None
    answer = get_conditional_response(request, etag=etag, last_modified=since, response=response) or response
    if answer is not response:
        for name in SAID:
            if name in response.headers:
                answer.headers[name] = response.headers[name]
    return answer
