"""The months of a timeline as HTML: bars of a picture, rows of a table.

Written out here, since a template's loop takes several times as long for the same markup.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe

from articles.templatetags.archive_links import grouped
from articles.timeline import Bar

register = template.Library()
_CHOSEN = {False: "", True: ' aria-current="true"'}
_REL = {False: "", True: ' rel="nofollow"'}


@register.simple_tag
def bars_drawn(bars: Iterable[Bar], nofollow: bool = False) -> SafeString:
    """Return the months of a timeline as links around bars, for inside of an ``<svg>``."""
    return mark_safe(  # noqa: S308  addresses are escaped, all else are numbers
        "\n".join(
            f'<a tabindex="-1"{_CHOSEN[bar.is_chosen]}{_REL[bool(nofollow)]} href="{escape(bar.url)}">'
            f"<title>{bar.month:%Y-%m}: {grouped(bar.number)}</title>"
            f'<rect class="reach" x="{bar.x}%" y="0" width="{bar.width}%" height="80"/>'
            f'<rect x="{bar.x}%" y="{bar.top}" width="{bar.width}%" height="{bar.height}"/></a>'
            for bar in bars
        )
    )


@register.simple_tag
def bars_as_rows(bars: Iterable[Bar], nofollow: bool = False) -> SafeString:
    """Return the months of a timeline as rows of a table."""
    return mark_safe(  # noqa: S308  addresses are escaped, all else are numbers
        "\n".join(
            f'<tr><th scope="row"><a{_CHOSEN[bar.is_chosen]}{_REL[bool(nofollow)]} href="{escape(bar.url)}">'
            f"{bar.month:%Y-%m}</a></th><td>{grouped(bar.number)}</td></tr>"
            for bar in bars
        )
    )
