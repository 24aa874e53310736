"""The months of a timeline as HTML: bars of a picture, rows of a table.

Written out here, since a template's loop takes several times as long for the same markup.
"""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from articles.timeline import Bar

register = template.Library()
_CHOSEN = {False: "", True: mark_safe(' aria-current="true"')}


@register.simple_tag
def bars_drawn(bars: Iterable[Bar], nofollow: bool = False) -> SafeString:
    """Return the months of a timeline as links around bars, for inside of an ``<svg>``."""
    rel = mark_safe(' rel="nofollow"') if nofollow else ""
    return format_html_join(
        "\n",
        '<a tabindex="-1"{}{}'
        ' href="{}"><title>{}: {}</title><rect class="reach" x="{}%" y="0" width="{}%" height="80"/>'
        '<rect x="{}%" y="{}" width="{}%" height="{}"/></a>',
        (
            (_CHOSEN[bar.is_chosen], rel, bar.url, f"{bar.month:%Y-%m}", intcomma(bar.number), bar.x, bar.width)
            + (bar.x, bar.top, bar.width, bar.height)
            for bar in bars
        ),
    )


@register.simple_tag
def bars_as_rows(bars: Iterable[Bar], nofollow: bool = False) -> SafeString:
    """Return the months of a timeline as rows of a table."""
    rel = mark_safe(' rel="nofollow"') if nofollow else ""
    return format_html_join(
        "\n",
        '<tr><th scope="row"><a{}{} href="{}">{}</a></th><td>{}</td></tr>',
        ((_CHOSEN[bar.is_chosen], rel, bar.url, f"{bar.month:%Y-%m}", intcomma(bar.number)) for bar in bars),
    )
