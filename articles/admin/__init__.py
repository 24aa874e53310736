"""The editors' desk: the stock Django admin, one module a noun as in the models."""

from . import articles, bulk, captures, conflicts, corrections, imports, merging, suggestions, taxonomy

__all__ = ["articles", "bulk", "captures", "conflicts", "corrections", "imports", "merging", "suggestions", "taxonomy"]
