"""The editors' desk: the stock Django admin, one module a noun as in the models."""

from . import articles, captures, corrections, imports, suggestions, taxonomy

__all__ = ["articles", "captures", "corrections", "imports", "suggestions", "taxonomy"]
