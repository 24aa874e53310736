"""The Chromium of the browser tests: ``python -m articles.tests.browser.chromium`` finds or installs one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from articles.tests import debian

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """Return the program's path: CHROMIUM, one on the PATH, or the one that playwright has downloaded."""
    if named := os.environ.get("CHROMIUM"):
        return shutil.which(named) or sys.exit(f"CHROMIUM names {named}, which is not a program.")
    return next(filter(None, map(shutil.which, NAMES)), None) or _downloaded()


def _downloaded() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def chinese_font() -> bool:
    """Return whether this machine can draw Chinese."""
    if not shutil.which("fc-list"):
        return False
    return bool(subprocess.run(["fc-list", ":lang=zh-hk"], check=False, capture_output=True).stdout)


def main() -> None:
    """Find or install, and say what was found."""
    if not find() and not debian.install("chromium", "fonts-noto-cjk"):
        print("No Chromium was found: downloading playwright's …", flush=True)  # noqa: T201
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    found = find()
    if not found:
        sys.exit(
            "The browser tests need a Chromium: install one (on Debian, `apt-get install chromium`), or set CHROMIUM."
        )
    if not chinese_font():
        debian.install("fonts-noto-cjk", "fontconfig")
    print(f"Chromium: {found}{'' if chinese_font() else ' (no Chinese font: pages show boxes, tests work)'}")  # noqa: T201


if __name__ == "__main__":
    main()
