"""Addresses of pages."""

from functools import lru_cache

from django.urls import get_script_prefix, reverse


def address_of(view: str, key: str) -> str:
    """Return the path of the page that a view shows of one thing."""
    return _address_of(view, key, get_script_prefix())


@lru_cache(20_000)  # a list asks for a hundred of them, and Django puts each together from patterns
def _address_of(view: str, key: str, _prefix: str) -> str:
    return reverse(view, args=[key])
