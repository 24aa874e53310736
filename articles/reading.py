"""The script that texts are read in: as the newsroom wrote them, or converted into Simplified Chinese.

Which of the two belongs to a request, as the interface's language does; the middleware in ``articles.languages`` sets
it, and templates ask for texts through the filter ``as_read``. What is not for reading (feeds, citations, exports)
never asks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.core.cache import cache

from articles import profile, variants

ORIGINAL, SIMPLIFIED = "original", "hans"
SCRIPTS = (ORIGINAL, SIMPLIFIED)
# Raised when conversion changes: what is in the cache is then left to expire.
VERSION = 1
DAYS = 30

_script: ContextVar[str] = ContextVar("script", default=ORIGINAL)


def script() -> str:
    """Return the script of this request: ``original`` or ``hans``."""
    return _script.get()


def use(script: str) -> None:
    """Read texts in this script from now on, in this request."""
    _script.set(script)


@contextmanager
def original() -> Iterator[None]:
    """Leave texts as they are, whatever the reader chose: for what is kept, cited or sent on."""
    token = _script.set(ORIGINAL)
    try:
        yield
    finally:
        _script.reset(token)


def is_offered() -> bool:
    """Tell whether this archive has anything to convert: its newsroom wrote Chinese, and not in Simplified."""
    language = profile.current().language.lower()
    return language.split("-")[0] == "zh" and not language.startswith(("zh-hans", "zh-cn", "zh-sg"))


def as_read(text: str) -> str:
    """Return a plain text in the script of this request."""
    if script() == ORIGINAL or not is_offered():
        return text
    return variants.to_simplified(text)


def html_as_read(html: str, excerpt: str) -> str:
    """Return an article's HTML in the script of this request; its excerpt tells which script it is written in.

    A conversion is kept in the cache by what is converted, so that a corrected text is another entry.
    """
    if script() == ORIGINAL or not is_offered() or variants.script_of(excerpt) != "Hant":
        return html
    key = f"simplified:{hashlib.sha256(html.encode()).hexdigest()}"
    converted = cache.get_or_set(key, lambda: variants.html_to_simplified(html), DAYS * 24 * 60 * 60, version=VERSION)
    return str(converted)
