"""Pictures of every kind of page, from ``seeds/``: ``python -m articles.tests.browser.page_screenshots [NAME …]``.

They are written to ``docs/screenshots/``, narrow and wide, light and dark; with names, only those pages'. With
``--extremes`` they are of the archive in ``extremes.py``, whole, and go to ``var/screenshots/``.
``make screenshots`` calls it.
"""

from __future__ import annotations

import importlib
import io
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from articles.tests.browser import chromium

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "docs" / "screenshots"
SIZES = {"390": (390, 844), "1280": (1280, 900)}
MOST = {"390": 2000, "1280": 1500}  # pixels from the top: a page's character shows there
EXTREMES_FOLDER = ROOT / "var" / "screenshots"
MOST_OF_EXTREMES = {"390": 12_000, "1280": 9_000}
QUALITY = 36


@contextmanager
def served(archive_name: str, folder: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Fill one of the archives in a temporary folder and serve it; yield the server's address and the pages' paths."""
    os.environ |= {
        "DEBUG": "true",
        "DJANGO_SETTINGS_MODULE": "newsarchive.settings",
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
        "DATABASE_URL": f"sqlite:///{folder}/archive.sqlite3",
        "MEDIA_ROOT": f"{folder}/media",
        "LANGUAGE_CODE": "zh-hant",
        "IMAGE_HOSTS": "",
    }
    import django

    django.setup()
    from django.conf import settings
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.management import call_command
    from django.test.testcases import LiveServerThread

    archive = importlib.import_module(f"articles.tests.browser.{archive_name}")
    call_command("migrate", verbosity=0)
    archive.fill()
    settings.DEBUG = False  # readers' own error pages
    server = LiveServerThread("127.0.0.1", StaticFilesHandler, connections_override={}, port=0)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    try:
        yield f"http://127.0.0.1:{server.port}", archive.pages()
    finally:
        server.terminate()


def shoot(page: Page, name: str, folder: Path, most: dict[str, int]) -> list[Path]:
    """Write one page's pictures in every size and scheme, with so many pixels from the top."""
    paths = []
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        page.set_viewport_size({"width": width, "height": min(_height(page), most[size])})
        page.wait_for_load_state("networkidle")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            paths.append(folder / f"{name}-{size}-{scheme}.webp")
            Image.open(io.BytesIO(page.screenshot())).save(paths[-1], "WEBP", quality=QUALITY)
    return paths


def _height(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollHeight"))


def main(names: list[str]) -> None:
    """Take the pictures."""
    is_extreme = "--extremes" in names
    names = [name for name in names if name != "--extremes"]
    target = EXTREMES_FOLDER if is_extreme else FOLDER
    target.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        served("extremes" if is_extreme else "archive", folder) as (base, pages),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
        page = browser.new_page(base_url=base, locale="zh-HK")
        for name in names or pages:
            page.goto(pages[name])
            paths += shoot(page, name, target, MOST_OF_EXTREMES if is_extreme else MOST)
        browser.close()
    size = sum(path.stat().st_size for path in paths) / 1e6
    print(f"{target.relative_to(ROOT)}: {len(paths)} pictures, {size:.1f} MB.")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
