"""What every test begins with."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    """Let no test meet what another one counted."""
    cache.clear()
    yield
    cache.clear()
