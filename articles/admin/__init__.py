"""The editors' desk: the stock Django admin, one module a noun as in the models."""

from . import (
    articles,
    bulk,
    captures,
    conflicts,
    corrections,
    imports,
    intake,
    merging,
    suggestions,
    taxonomy,
    two_factor,
)

__all__ = [
    "articles",
    "bulk",
    "captures",
    "conflicts",
    "corrections",
    "imports",
    "intake",
    "merging",
    "suggestions",
    "taxonomy",
    "two_factor",
]
