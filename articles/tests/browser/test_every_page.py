"""Every kind of page: no violation that axe-core finds, in light and dark, on a desk and in a hand."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.template.loader import render_to_string
from playwright.sync_api import Page

from articles.tests.browser import archive
from articles.tests.browser.test_reading import assert_fits


@pytest.fixture
def addresses(transactional_db, error_pages: set[str]) -> dict[str, str]:
    """Fill the archive; return its pages by name."""
    archive.fill()
    pages = archive.pages()
    error_pages |= {pages[name] for name in archive.ERROR_PAGES}
    return pages


def test_axe_finds_nothing(page: Page, addresses: dict[str, str]):
    axe = Axe()
    found = {}
    for name, address in addresses.items():
        response = page.goto(address)
        assert response is not None
        assert response.status == archive.ERROR_PAGES.get(name, 200), name
        assert_fits(page)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            results = axe.run(page)
            if results.violations_count:
                found[name, scheme] = results.generate_report()
    page.set_content(render_to_string("500.html"))
    if axe.run(page).violations_count:
        found["500", ""] = axe.run(page).generate_report()
    assert not found, "\n\n".join(f"{name}, {scheme}: {report}" for (name, scheme), report in found.items())
