"""Takes images and videos out of a text and leaves a marker, ``{{< figure 2 >}}``, where each stood."""

from __future__ import annotations

import html
import posixpath
import re
from urllib.parse import urlsplit

from articles.importer.records import ParsedFigure
from articles.profile import ArchiveProfile

MAX_FIGURES = 1000
MAX_ARGUMENTS = 4000  # characters in a shortcode
MAX_TAG = 5000  # characters in an <img>
WAYBACK = re.compile(r"^(?:https?:)?(?://web\.archive\.org)?/web/(\d{1,14})(?:[a-z]{2}_)?/(.*)$", re.DOTALL)

# Where a figure may begin. Its end is looked for by str.find, so that the time stays linear in the text.
FIGURE_START = re.compile(
    r"""(?im)
    (?P<figure><figure\b[^>\n]{0,300}>)
  | (?P<shortcode>\{\{[<%][ \t]{0,20}(?P<name>video|youtube|vimeo|figure)[ \t])
  | ^[ \t]{0,3}(?P<markdown>\[?!\[(?P<alt>[^\]\n]{0,1000})\]\([ \t]*<?(?P<src>[^)\s>]{1,4000})>?
      (?:[ \t]+(?:"(?P<title>[^"\n]{0,1000})"|'[^'\n]{0,1000}'))?[ \t]*\)(?:\]\([^)\n]{0,4000}\))?)[ \t]*$
  | ^[ \t]{0,3}(?P<tag><(?:img|iframe)\b[^>\n]{0,5000}>)(?:[ \t]*</iframe>)?[ \t]*$
    """,
    re.VERBOSE,
)
# What every one of them has near its beginning: six times quicker to look for.
_LIKELY = re.compile(r"<[fiFI]|\{\{(?=[<%])|!\[")
_ATTRIBUTE = re.compile(r"""([\w-]{1,20})\s{0,5}=\s{0,5}(?:"([^"]*)"|'([^']*)')""")
_INNER_TAG = re.compile(r"<(img|iframe|video|source)\b", re.IGNORECASE)
_MARKUP = re.compile(r"<[a-zA-Z/][^<>]{0,500}>")
# with all the ends that follow it, or `{{< {{< figure 1 >}} >}}` would leave one
_EXISTING_MARKER = re.compile(r"\{\{< figure (\d+)(?: >\}\})+")


def marker(number: int) -> str:
    """Return the marker of a figure; numbers start at 1."""
    return f"{{{{< figure {number} >}}}}"


def original_of(url: str) -> tuple[str, str]:
    """Return the original and the archived form of a URL; either may be empty."""
    if match := WAYBACK.match(url):
        archived = url if url.startswith("http") else "https://web.archive.org" + url[url.index("/web/") :]
        return match[2], archived
    return url, ""


def extract(body: str, profile: ArchiveProfile, path: str) -> tuple[str, tuple[ParsedFigure, ...], bool]:
    """Return the text with markers, its figures in order, and whether there were more than are taken."""
    # a marker that was already in the file would show another figure's picture
    body = _EXISTING_MARKER.sub(r"figure \1", body)
    pieces: list[str] = []
    figures: list[ParsedFigure] = []
    position = 0
    closing_gone = False
    while match := next_figure(body, position):
        if len(figures) == MAX_FIGURES:
            pieces.append(body[position:])
            return "".join(pieces), tuple(figures), True
        end = match.end()
        if match["figure"]:
            close = -1 if closing_gone else body.find("</figure>", end)
            closing_gone = closing_gone or close < 0
            found = None if close < 0 else _figure_block(body[end:close], profile, path)
            end = end if close < 0 else close + len("</figure>")
        elif match["shortcode"]:
            close = _end_of_shortcode(body, end)
            found = None if close < 0 else _shortcode(match["name"], body[end:close].rstrip("/ \t"), profile, path)
            end = end if close < 0 else close + len(">}}")
        elif match["markdown"]:
            found = _image(match["src"], match["title"] or "", match["alt"], profile, path)
        else:
            found = _element(match["tag"], profile, path)
        pieces.append(body[position : match.start()])
        if found:
            figures.append(found)
            pieces.append(f"\n\n{marker(len(figures))}\n\n")
        else:
            pieces.append(body[match.start() : end])
        position = end
    pieces.append(body[position:])
    return "".join(pieces), tuple(figures), False


def next_figure(body: str, position: int) -> re.Match[str] | None:
    """Return where the next figure may begin: what ``FIGURE_START.search`` would find."""
    for likely in _LIKELY.finditer(body, position):
        start = likely.start()
        # an image may stand behind three spaces and a bracket
        line = body.rfind("\n", max(0, start - 5), start) + 1
        if match := FIGURE_START.match(body, start) or FIGURE_START.match(body, max(position, line, start - 4)):
            return match
    return None


def _end_of_shortcode(body: str, start: int) -> int:
    """Return where a shortcode's ``>}}`` stands on the same line, or -1."""
    limit = start + MAX_ARGUMENTS
    if (line_end := body.find("\n", start, limit)) >= 0:
        limit = line_end
    ends = [found for found in (body.find(">}}", start, limit), body.find("%}}", start, limit)) if found >= 0]
    return min(ends, default=-1)


def _attributes(source: str) -> dict[str, str]:
    return {name.lower(): html.unescape(double or single) for name, double, single in _ATTRIBUTE.findall(source)}


def _words(source: str) -> str:
    return " ".join(html.unescape(_MARKUP.sub("", source)).split())


def _figure_block(inner: str, profile: ArchiveProfile, path: str) -> ParsedFigure | None:
    tag = next(
        (tag for tag in _INNER_TAG.finditer(inner) if inner.find(">", tag.end(), tag.end() + MAX_TAG) >= 0), None
    )
    if tag is None:
        return None
    attributes = _attributes(inner[tag.end() : inner.index(">", tag.end())])
    start = inner.find("<figcaption")
    caption = ""
    if start >= 0:
        end = inner.find("</figcaption>", start)
        caption = _words(inner[inner.find(">", start) + 1 : end if end >= 0 else len(inner)])
    if tag[1].lower() == "img":
        return _image(attributes.get("src", ""), caption, attributes.get("alt", ""), profile, path)
    return _video(attributes.get("src", ""), caption, profile)


def _shortcode(name: str, arguments: str, profile: ArchiveProfile, path: str) -> ParsedFigure | None:
    attributes = _attributes(arguments)
    if name == "figure":
        caption = attributes.get("caption") or attributes.get("title", "")
        image = _image(attributes.get("src", ""), caption, attributes.get("alt", ""), profile, path)
        credit = attributes.get("attr", "")
        return image and ParsedFigure(**{**vars(image), "credit": _words(credit)[:300]})
    source = attributes.get("src") or attributes.get("id") or arguments.strip().strip("\"'")
    if name == "youtube" and "/" not in source:
        source = f"https://www.youtube.com/watch?v={source}"
    elif name == "vimeo" and "/" not in source:
        source = f"https://vimeo.com/{source}"
    return _video(source, _words(attributes.get("title", "")), profile)


def _element(tag: str, profile: ArchiveProfile, path: str) -> ParsedFigure | None:
    attributes = _attributes(tag)
    if tag[1:4].lower() == "img":
        return _image(attributes.get("src", ""), "", attributes.get("alt", ""), profile, path)
    return _video(attributes.get("src", ""), attributes.get("title", ""), profile)


def _image(src: str, caption: str, alt: str, profile: ArchiveProfile, path: str) -> ParsedFigure | None:
    src = src.strip()
    if not src:
        return None
    caption = _words(caption)
    if profile.empty_caption:
        caption = profile.empty_caption.sub("", caption).strip()
    alt = _words(alt)
    scheme = urlsplit_scheme(src)
    if scheme or src.startswith("/"):
        original, archived = original_of(src)
        return ParsedFigure("image", caption, "", alt, original, archived)
    return ParsedFigure("image", caption, "", alt, src, "", local_file(src, path))


def _video(src: str, caption: str, profile: ArchiveProfile) -> ParsedFigure | None:
    src = src.strip()
    if not src:
        return None
    original, archived = original_of(src)
    if original.startswith("//"):
        original = "https:" + original
    try:
        host = (urlsplit(original).hostname or "").lower()
    except ValueError:  # a URL whose host is no host, such as http://[
        host = ""
    known = next((video.name for video in profile.video_hosts if video.pattern.search(host)), host)
    return ParsedFigure("video", caption, "", "", original, archived, "", known[:50])


def urlsplit_scheme(url: str) -> str:
    """Return a URL's scheme, or an empty string; ``//host/path`` counts as one."""
    if url.startswith("//"):
        return "https"
    match = re.match(r"([a-zA-Z][a-zA-Z0-9+.-]*):", url)
    return match[1].lower() if match else ""


def local_file(src: str, path: str) -> str:
    """Return the media name of an image that lies beside its article, or an empty string if it leads outside."""
    name = posixpath.normpath(posixpath.join(posixpath.dirname(path), src.split("?")[0].split("#")[0]))
    return "" if name.startswith(("..", "/")) or len(name) > 280 else f"rescued/{name}"


def avatar_of(src: str, path: str) -> tuple[str, str]:
    """Return a portrait's original URL and where it is shown from: the archived URL, or the name of our own copy."""
    if urlsplit_scheme(src) or src.startswith("/"):
        original, archived = original_of(src)
        return original, archived or original
    return src, local_file(src, path) if src else ""
