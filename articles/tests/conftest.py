"""What every test begins with."""

from collections.abc import Iterator

import pytest
from django.core.cache import caches
from django.utils import translation


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    """Let no test meet what another one counted, or a piece of its pages.

    Emptied after each test too: what a class sets up for all its tests is made before this begins the first of them.
    """
    for one in caches.all():
        one.clear()
    yield
    for one in caches.all():
        one.clear()


@pytest.fixture(autouse=True)
def language_of_the_settings() -> Iterator[None]:
    """Let no test begin in the language in which another one was answered."""
    translation.deactivate()
    yield
    translation.deactivate()
