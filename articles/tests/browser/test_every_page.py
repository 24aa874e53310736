"""Every kind of page: no violation that axe-core finds, in light and dark, on a desk and in a hand."""

from __future__ import annotations

import pytest
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from django.template.loader import render_to_string
from playwright.sync_api import Page, ViewportSize

from articles.tests.browser import archive
from articles.tests.browser.test_reading import assert_fits


@pytest.fixture
def addresses(transactional_db, error_pages: set[str]) -> dict[str, str]:
    """Fill the archive; return its pages by name."""
    archive.fill()
    pages = archive.pages()
    error_pages |= {pages[name] for name in archive.ERROR_PAGES}
    return pages


# Of the dark page, what the light one has not told: the other rules ask for no colour.
OPTIONS = {
    "light": {"resultTypes": ["violations"]},
    "dark": {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]},
}


def judged(page: Page, scheme: str) -> AxeResults:
    """Return what axe, which is in the page already, finds in light or dark."""
    page.emulate_media(color_scheme=scheme)
    return AxeResults(page.evaluate("options => axe.run(options)", OPTIONS[scheme]))


# A window of 640 pixels at 200 % is one of 320.
AT_TWICE_THE_SIZE: ViewportSize = {"width": 320, "height": 600}


def test_axe_finds_nothing_and_nothing_is_cut_off(page: Page, addresses: dict[str, str]):
    found = {}
    size = page.viewport_size
    assert size
    for name, address in addresses.items():
        response = page.goto(address)
        assert response is not None
        assert response.status == archive.ERROR_PAGES.get(name, 200), name
        assert_fits(page)
        page.evaluate(AXE_SCRIPT)
        for scheme in OPTIONS:
            if (results := judged(page, scheme)).violations_count:
                found[name, scheme] = results.generate_report()
        if size["width"] < 600:
            page.set_viewport_size(AT_TWICE_THE_SIZE)
            assert_fits(page)
            page.set_viewport_size(size)
    page.set_content(render_to_string("500.html"))
    page.evaluate(AXE_SCRIPT)
    for scheme in OPTIONS:
        if (results := judged(page, scheme)).violations_count:
            found["500", scheme] = results.generate_report()
    assert not found, "\n\n".join(f"{name}, {scheme}: {report}" for (name, scheme), report in found.items())


@pytest.mark.parametrize(
    ("scheme", "html", "rule"),
    [
        ("light", "<html lang=zh><title>x</title><main><h1>x</h1><img src=x.png></main>", "image-alt"),
        (
            "dark",
            "<style>@media (prefers-color-scheme: dark) {p {color: #bbb}}</style><p>渡輪照常開出</p>",
            "color-contrast",
        ),
    ],
)
@pytest.mark.parametrize("page", ["desktop"], indirect=True)
def test_the_test_notices(page: Page, scheme: str, html: str, rule: str):
    page.set_content(html)
    page.evaluate(AXE_SCRIPT)
    assert rule in [violation["id"] for violation in judged(page, scheme).response["violations"]]
