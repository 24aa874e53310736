"""Passages of a hit as HTML: the one place where highlights become markup."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from articles.reading import as_read
from articles.search.snippets import Piece

register = template.Library()


@register.filter
def as_marked(pieces: Iterable[Piece]) -> SafeString:
    """Return pieces of a text one after the other, in the script that is read, escaped, the hits in ``<mark>``."""
    shown = ((escape(as_read(piece.text)), piece.is_hit) for piece in pieces)
    parts = (f"<mark>{text}</mark>" if is_hit else text for text, is_hit in shown)
    return mark_safe("".join(parts))  # noqa: S308  each piece is escaped
