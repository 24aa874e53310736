"""The text of an article as a reader sees it: figures in their places, links led to this archive."""

import html as html_entities
import re
from collections.abc import Callable, Iterable, Mapping
from itertools import count
from urllib.parse import urlsplit

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from articles import profile, reading
from articles.models import Article, Capture, Figure
from articles.models.figures import shown_from

register = template.Library()

_MARKER = r"\{\{&lt; figure (\d{1,5}) &gt;\}\}"
# Only a marker that is a whole paragraph is replaced by a figure: nowhere else can "<p>" and "&lt;" stand
# together but in the text itself, so that a figure can never land inside an attribute.
_PARAGRAPH_MARKER = re.compile(rf"<p>\s*{_MARKER}\s*</p>\n?")
_ANY_MARKER = re.compile(_MARKER)

# What the sanitiser writes: double quotes around every value, and no raw "<" in the text.
_LINK = re.compile(r"<a((?:\s+[\w:-]+(?:=\"[^\"]*\")?)*)\s*>")
_HREF = re.compile(r"(\shref=\")([^\"]*)(\")")
_WAYBACK = re.compile(r"https?://web\.archive\.org/web/[^/]*/")
_TAG = re.compile(r"<(/?[a-z][a-z0-9]*)((?:\s+[\w:-]+(?:=\"[^\"]*\")?)*)\s*/?>")
_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
_EMPTY_HEADER = re.compile(r"<th((?:\s+[\w:-]+=\"[^\"]*\")*)>\s*</th>")
_ALIGN = re.compile(r"\salign=\"([^\"]*)\"", re.IGNORECASE)
_NUMBER = re.compile(r"(?:<strong>)?[^\w<]{0,3}\d[\d,.:/\-–]*\s?[^\s<]{0,3}(?:</strong>)?</td>")
_SRC = re.compile(r"\ssrc=\"(https?:[^\"]*)\"", re.IGNORECASE)
_ALT = re.compile(r"\salt=\"([^\"]+)\"")
_ATTRIBUTES_OF_ELSEWHERE = re.compile(r"\s(?:rel|target)=\"[^\"]*\"")


def place_figures(html: str, figures: Iterable[Figure], render: Callable[[Figure], str]) -> str:
    """Replace each marker by its figure.

    A marker without a figure vanishes; a figure without a marker follows at the end; none is shown twice.
    """
    waiting = {figure.position: figure for figure in figures}

    def put(match: re.Match[str]) -> str:
        figure = waiting.pop(int(match[1]), None)
        return render(figure) if figure else ""

    # The pieces are joined once, so that a caption which looks like a marker is left as it is.
    pieces: list[str] = []
    end = 0
    for match in _PARAGRAPH_MARKER.finditer(html):
        pieces += [_ANY_MARKER.sub("", html[end : match.start()]), put(match)]
        end = match.end()
    pieces.append(_ANY_MARKER.sub("", html[end:]))
    pieces += [render(figure) for figure in waiting.values()]
    return "".join(pieces)


def linked_ids(html: str) -> set[str]:
    """Return the ids of the newsroom's articles that the text links to."""
    hrefs = (href[2] for link in _LINK.finditer(html) for href in _HREF.finditer(link[1]))
    return {source_id for href in hrefs if (source_id := _source_id_in(href))}


def relink(html: str, addresses: Mapping[str, str]) -> str:
    """Lead the links to the newsroom's articles to this archive, where ``addresses`` knows the article's id."""

    def turn(link: re.Match[str]) -> str:
        href = _HREF.search(link[1])
        address = addresses.get(_source_id_in(href[2])) if href else None
        if href is None or address is None:
            return link[0]
        attributes = _HREF.sub(lambda match: match[1] + html_entities.escape(address) + match[3], link[1], count=1)
        return f"<a{_ATTRIBUTES_OF_ELSEWHERE.sub('', attributes)}>"

    return _LINK.sub(turn, html)


def level_headings(html: str) -> str:
    """Let the headings go down from h2 without a gap: the newsroom chose them by size, and readers skip along them."""
    used = sorted({tag[1] for tag in _TAG.finditer(html) if tag[1] in _HEADINGS})
    levels = {name: level for level, name in enumerate(used, start=2)}
    before = 1
    open_levels: list[int] = []

    def turn(tag: re.Match[str]) -> str:
        nonlocal before
        if level := levels.get(tag[1]):
            before = min(level, before + 1)
            open_levels.append(before)
            return f"<h{before}{tag[2]}>"
        if tag[1][1:] in levels and open_levels:
            return f"</h{open_levels.pop()}>"
        return tag[0]

    return _TAG.sub(turn, html) if used else html


def wrap_tables(html: str, name: str) -> str:
    """Put each table into a region that scrolls by itself, so that the page does not; ``name`` is read out for it.

    Tags are read whole: what looks like one inside an attribute's value is left alone. The empty corner of a table
    is no heading; a cell's alignment becomes a class, since HTML has no attribute for it any more; a number, a date or
    an amount stays on one line.
    """
    html = _EMPTY_HEADER.sub(r"<td\1></td>", html)
    numbers = count(1)

    def turn(tag: re.Match[str]) -> str:
        if tag[1] == "table":
            label = html_entities.escape(f"{name} {next(numbers)}")
            return f'<div class="scrolls" role="region" tabindex="0" aria-label="{label}">{tag[0]}'
        if tag[0] == "<td>" and _NUMBER.match(tag.string, tag.end()):
            return '<td class="number">'
        if tag[1] in ("th", "td"):
            return f"<{tag[1]}{_ALIGN.sub(_aligned, tag[2])}>"
        return f"{tag[0]}</div>" if tag[1] == "/table" else tag[0]

    return _TAG.sub(turn, html)


def _aligned(attribute: re.Match[str]) -> str:
    return f' class="{attribute[1].lower()}"' if attribute[1].lower() in ("center", "right") else ""


def link_images_elsewhere(html: str, label: str) -> str:
    """Replace images that pages may not show by their words, or by ``label``, as a link where none surrounds them."""
    links = 0

    def turn(tag: re.Match[str]) -> str:
        nonlocal links
        links += {"a": 1, "/a": -1}.get(tag[1], 0)
        source = _SRC.search(tag[2]) if tag[1] == "img" else None
        if source is None or shown_from(html_entities.unescape(source[1])):
            return tag[0]
        alt = _ALT.search(tag[2])
        words = alt[1] if alt else html_entities.escape(label)
        element = "span" if links else f'a href="{source[1]}" rel="noreferrer"'
        return f'<{element} class="image-elsewhere">{words}</{element.split()[0]}>'

    return _TAG.sub(turn, html)


def addresses_here(articles: Iterable[Article]) -> dict[str, str]:
    """Return source id -> address for all articles here that these articles' texts link to, in one query at most."""
    ids = set().union(*(linked_ids(article.html) for article in articles))
    if not ids:
        return {}
    # A capture's id also covers the earlier versions of a story.
    found = Capture.objects.filter(source_id__in=ids, article__status=Article.Status.PUBLISHED)
    pairs = found.values_list("source_id", "article__source_id")
    return {source_id: Article(source_id=here).get_absolute_url() for source_id, here in pairs}


def _source_id_in(href: str) -> str:
    """Return the article's id if the link leads to the newsroom's own site, directly or through an archive's copy."""
    url = _WAYBACK.sub("", html_entities.unescape(href).strip(), count=1)
    newsroom = profile.current()
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return ""
    return newsroom.source_id_in(url) if host in newsroom.hosts else ""


@register.simple_tag
def article_text(article: Article, addresses: Mapping[str, str] | None = None) -> SafeString:
    """Show the article's text with its figures.

    Give ``addresses`` (see ``addresses_here``) where several articles are shown at once.
    """
    if addresses is None:
        addresses = addresses_here([article])

    def render(figure: Figure) -> str:
        return render_to_string("includes/_figure.html", {"figure": figure})

    html = level_headings(relink(reading.html_as_read(article.html, article.excerpt), addresses))
    if "<table" in html:
        html = wrap_tables(html, _("Table"))
    if "<img" in html:
        html = link_images_elsewhere(html, _("Picture"))
    # The only stored HTML that is ever marked safe: nh3 sanitised it when it was imported or corrected, and
    # what is put into it here is a template's output, which escaped all it was given, and escaped words.
    # Conversion to Simplified turns characters of its words and of nothing else.
    return mark_safe(place_figures(html, article.figures.all(), render))  # noqa: S308
