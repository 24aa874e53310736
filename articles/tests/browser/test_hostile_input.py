"""What an editor types runs nothing in a reader's browser, even without the Content-Security-Policy."""

from __future__ import annotations

import contextlib
import html
import re

import pytest
from playwright.sync_api import Browser, Route, TimeoutError

from articles.tests import hostile

RAW = "http://raw.example/"
AT_ONCE = 100
LIKELY = re.compile(r"alert|prompt|confirm|&#", re.IGNORECASE)  # what the control takes note of
NOTE_RAW = """window.alert = window.prompt = window.confirm = () => {
    let frame = window;
    while (frame !== frame.top && frame.parent !== frame.top) frame = frame.parent;
    if (frame.frameElement) top.ran.add(frame.frameElement.id);
}"""
NOTE = "window.ran = []; window.alert = window.prompt = window.confirm = () => window.ran.push(location.pathname)"


def that_run(browser: Browser, texts: list[str]) -> list[str]:
    """Return those texts that run script in this browser when they are shown raw: the positive control."""
    context = browser.new_context()
    context.add_init_script(NOTE_RAW)
    body = ""

    def answer(route: Route) -> None:
        if route.request.url == RAW:
            route.fulfill(body=body, content_type="text/html; charset=utf-8")
        else:
            route.abort()

    context.route("**/*", answer)
    found = []
    for start in range(0, len(texts), AT_ONCE):
        part = texts[start : start + AT_ONCE]
        frames = (f'<iframe id="{n}" srcdoc="{html.escape(text)}"></iframe>' for n, text in enumerate(part))
        body = f"<!doctype html><body><script>window.ran = new Set()</script>{''.join(frames)}"
        page = context.new_page()
        with contextlib.suppress(TimeoutError):  # a vector that loads for ever
            page.goto(RAW, timeout=8000)
        page.wait_for_timeout(200)
        found += [part[int(number)] for number in page.evaluate("[...window.ran]")]
        page.close()
    context.close()
    return found


def test_what_runs_raw_runs_nowhere_in_the_archive(browser: Browser, live_server):
    texts = [text for text in hostile.vectors() if LIKELY.search(text)]
    if not texts:
        pytest.skip("no ../shared/security/vectors.json: the public collection of hostile markup is not here")
    harmful = that_run(browser, texts)
    assert len(harmful) > 30, "the control has lost its teeth"
    # nine to an article, three times over, each time in other fields
    parts = [harmful[start : start + 9] for start in range(0, len(harmful), 9)]
    articles = [hostile.plant(*part[turn:], *part[:turn]) for part in parts for turn in (0, 3, 6)]
    withheld = [hostile.plant_notice(text) for text in harmful[:5]]
    context = browser.new_context(base_url=live_server.url, bypass_csp=True)
    context.add_init_script(NOTE)
    context.route(
        "**/*",
        lambda route: route.continue_() if route.request.url.startswith(live_server.url) else route.abort(),
    )
    page = context.new_page()
    page.on("dialog", lambda dialog: pytest.fail(f"{page.url} asks: {dialog.message}"))
    addresses = [article.get_absolute_url() for article in [*articles, *withheld]]
    for address in [*addresses, *hostile.addresses_of(articles[0]), "/", "/tags/", "/authors/", "/search/?q=alert"]:
        page.goto(address, wait_until="domcontentloaded")
        assert page.evaluate("window.ran") == [], address
        assert page.locator("main").count() == 1, address
        assert page.url.startswith(live_server.url)
    context.close()


def test_the_control_notices(browser: Browser):
    harmful = ["<img src=x onerror=alert(1)>", "<script>alert(1)</script>"]
    assert sorted(that_run(browser, ["<b>alert</b>", *harmful])) == harmful
