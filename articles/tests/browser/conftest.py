"""A real Chromium, one page a test; it may reach this machine only."""

from __future__ import annotations

import os
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, Route, sync_playwright

from articles.tests.browser import chromium

# Playwright's synchronous API runs an event loop in this thread; Django would refuse to touch the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

# Figures that the archive has no copy of come from here; the tests do without them.
WAYBACK = "web.archive.org"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder."""
    for item in items:
        if "/tests/browser/" in item.path.as_posix():
            item.add_marker("browser")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium for a module's tests, so that no event loop is left for others."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=chromium.find(),
            args=["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run"],
        )
        yield running
        running.close()


@pytest.fixture
def allowed_hosts() -> set[str]:
    """Name the other hosts that a page may ask for something because its reader has; they do not answer."""
    return set()


@pytest.fixture
def error_pages() -> set[str]:
    """Name the paths that are meant to answer with an error."""
    return set()


@pytest.fixture
def locale() -> str:
    """Name the language that the browser asks for."""
    return "zh-HK"


@pytest.fixture(params=["desktop", "phone"])
def page(
    browser: Browser,
    live_server,
    locale: str,
    allowed_hosts: set[str],
    error_pages: set[str],
    request: pytest.FixtureRequest,
) -> Iterator[Page]:
    """Open a page, wide and narrow; in the end nothing may have gone wrong in it.

    A test fails on an error in the console, an uncaught exception, a broken response, or a request to any
    other machine than the test's own server, images of the Wayback Machine aside (those are aborted).
    """
    size = {"desktop": (1280, 900), "phone": (390, 844)}[request.param]
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": size[0], "height": size[1]}, locale=locale
    )
    context.set_default_timeout(15_000)
    wrong: list[str] = []

    def answer(route: Route) -> None:
        url = urlsplit(route.request.url)
        if url.netloc == urlsplit(live_server.url).netloc or url.scheme in ("data", "blob"):
            route.continue_()
            return
        by_itself = url.hostname not in allowed_hosts
        if by_itself and not (url.hostname == WAYBACK and route.request.resource_type == "image"):
            wrong.append(f"asked another machine: {route.request.url}")
        route.abort()

    def is_meant(url: str) -> bool:
        return unquote(urlsplit(url).path) in error_pages

    def answered(reply: Response) -> None:
        if reply.status >= 400 and not is_meant(reply.url):
            wrong.append(f"{reply.status} {reply.url}")

    def note(message: ConsoleMessage) -> None:
        where = message.location.get("url", "")
        if is_meant(where):
            return
        if message.type in ("error", "warning") and urlsplit(where).hostname not in {WAYBACK, *allowed_hosts}:
            wrong.append(f"console: {message.text} ({where})")

    context.route("**/*", answer)
    opened = context.new_page()
    opened.on("console", note)
    opened.on("pageerror", lambda error: wrong.append(f"uncaught: {error}"))
    opened.on("response", answered)
    yield opened
    context.close()
    assert wrong == []
