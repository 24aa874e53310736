"""Markdown to sanitised HTML. Pure: no database, no settings.

Python-Markdown has inputs that take it minutes (``[`` ten thousand times) or exhaust the stack (a list
a hundred levels deep). Honest articles are far from them: in 49,118 real ones the most is 79 ``[``,
464 ``*`` and 111,320 bytes. ``problem_with`` refuses what is out of all proportion *before* the
renderer sees it, by counting, so that the same text always gets the same answer; the text is then
shown as plain paragraphs. Marked parts are counted per block, since the renderer works by blocks.
"""

from __future__ import annotations

import functools
import html
import re
from dataclasses import dataclass

import markdown
import nh3

RENDERER_VERSION = "3"

MAX_CHARACTERS = 300_000
MAX_LINE = 100_000
MAX_LINES = 6_000  # the renderer's time grows with the square of them
MAX_CELLS = 50_000  # a table fills up every row to its widest one
# How often a character may occur in a text before it is out of proportion.
LIMITS = {
    "[": 1000,
    "]": 1000,
    "<": 1000,
    "*": 4000,
    "_": 4000,
    "`": 1500,
    "!": 4000,
    "&": 6000,
    "\\": 6000,
    "(": 6000,
    "~": 1500,
}
MAX_DEPTH = 24  # levels of quotation, or of four-space indentation

TAGS = frozenset(
    "p br hr h2 h3 h4 h5 h6 em strong del sub sup s u mark small blockquote ul ol li dl dt dd pre code abbr cite q kbd "
    "table thead tbody tfoot tr th td caption a img div ruby rt rp".split()
)
ATTRIBUTES = {
    "a": {"href", "title", "id", "class"},
    "img": {"src", "alt", "title", "width", "height", "loading", "referrerpolicy"},
    "th": {"align", "colspan", "rowspan", "scope"},
    "td": {"align", "colspan", "rowspan"},
    "ol": {"start"},
    "li": {"id"},
    "sup": {"id"},
    "abbr": {"title"},
    "div": {"class"},
    "h2": {"id"},
    "h3": {"id"},
}
CLASSES = {"div": {"footnote"}, "a": {"footnote-ref", "footnote-backref"}}
URL_SCHEMES = frozenset({"http", "https", "mailto"})

# Blocks whose HTML is known without the renderer: nine of ten of a real article. None has a character that means
# something to Markdown or HTML, a bold stretch aside, or a line that begins like a list, a rule or an underline.
_WORD = r"[^\n\[<>*_`&\\|~\t\r\v\f\x1c-\x1f\x85\u2028\u2029]"
_LINE = rf"(?![ ]{{0,3}}(?:[-+=#:]|\d+[.)])|[ ]{{4}}|[^\S\n]*(?:\n|\Z)){_WORD}++"
_PARAGRAPH = re.compile(rf"{_LINE}(?:\n{_LINE})*")
_HEADING = re.compile(rf"(#{{1,6}})[ ]*((?:(?!#){_WORD})*(?![#\s]){_WORD})[ ]*")
_BOLD = re.compile(rf"\*\*((?!\s){_WORD}*(?!\s){_WORD})\*\*([ ]*)")
_BETWEEN_BLOCKS = re.compile(r"(\n(?:[ ]*\n)+)")
_PLACE_OF_FOOTNOTES = "///Footnotes Go Here///"  # what the renderer's extension looks for
_STAND_IN = "\ue000"  # of a private-use area: no text has it, and where one does, it is rendered as a whole

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_DEEP = re.compile(
    rf"(?m)^(?:[ \t]*>){{{MAX_DEPTH}}}|^(?:    |\t){{{MAX_DEPTH}}}|^[ \t]*(?:(?:[-*+]|\d+\.)[ \t]+){{{MAX_DEPTH}}}"
)
_SCHEME = re.compile(r"\s*([a-zA-Z][a-zA-Z0-9+.-]*):")
FIGURE = re.compile(r"\{\{< figure (\d+) >\}\}")
_HEADING_1 = re.compile(r"(</?)h1\b")


@dataclass(frozen=True)
class Rendered:
    """HTML that is safe to show, and what kept the Markdown from being rendered, if anything did."""

    html: str
    problem: str = ""


def problem_with(text: str) -> str:
    """Return why a text is shown as plain paragraphs, or an empty string if it can be rendered."""
    if len(text) > MAX_CHARACTERS:
        return f"the text has {len(text):,} characters, more than {MAX_CHARACTERS:,}"
    for character, limit in LIMITS.items():
        if (count := text.count(character)) > limit:
            return f"the text has {count:,} times {character!r}, more than {limit:,}"
    lines = text.split("\n")
    if len(lines) > MAX_LINES:
        return f"the text has {len(lines):,} lines, more than {MAX_LINES:,}"
    if max(map(len, lines)) > MAX_LINE:
        return f"a line is longer than {MAX_LINE:,} characters"
    if max(line.count("|") for line in lines) * len(lines) > MAX_CELLS:
        return f"a table could have more than {MAX_CELLS:,} cells"
    if _DEEP.search(text):
        return f"lists or quotations are nested more than {MAX_DEPTH - 1} deep"
    return ""


def render(text: str) -> Rendered:
    """Return the HTML of a Markdown text: rendered by Python-Markdown, cleaned once and last by nh3."""
    text = _CONTROL.sub("", text)
    if problem := problem_with(text):
        return Rendered(plain_paragraphs(text), problem)
    try:
        return Rendered(_by_blocks(text) or render_whole(text))
    except RecursionError:  # lists in quotations in lists …, below the limits one by one
        return Rendered(plain_paragraphs(text), "lists or quotations are nested too deeply")


def render_whole(text: str) -> str:
    """Return the HTML of a text within the limits, every block of it by Python-Markdown. May raise RecursionError."""
    converter = _converter()
    converter.reset()
    return sanitise(_HEADING_1.sub(r"\1h2", converter.convert(text)))


def _by_blocks(text: str) -> str:
    """Return the same HTML as ``render_whole``, twice as fast, or an empty string where it cannot tell.

    The renderer gets only the blocks that need it. Where it finds the others it finds a paragraph with nothing
    but a stand-in, and so comes to the same decisions. If it does not make a paragraph of each (one lies in
    code, or under an element that was never closed), the text must be rendered as a whole.
    """
    if _STAND_IN in text or _PLACE_OF_FOOTNOTES in text:
        return ""
    for_renderer = ""
    plain: list[list[str]] = []  # what each stand-in stands for
    stood_in = False
    blocks = iter(_BETWEEN_BLOCKS.split(text))
    gap = ""
    for block in blocks:
        made = _html_of_block(block)
        if not made:
            for_renderer += gap + block
        elif stood_in:
            plain[-1].append(made)
        else:
            for_renderer += gap + _STAND_IN
            plain.append([made])
        stood_in = bool(made)
        gap = next(blocks, "")
    if for_renderer.strip() == _STAND_IN:
        return "\n".join(plain[0])
    pieces = render_whole(for_renderer).split(f"<p>{_STAND_IN}</p>")
    if len(pieces) != len(plain) + 1:
        return ""
    return pieces[0] + "".join("\n".join(blocks) + piece for blocks, piece in zip(plain, pieces[1:], strict=True))


def _html_of_block(block: str) -> str:
    """Return the HTML of a block that is plain text, a plain heading, bold from end to end, or a figure's marker."""
    if not block.strip():
        return ""
    if _PARAGRAPH.fullmatch(block):
        made = f"<p>{block.lstrip().replace('  ' + chr(10), '<br>' + chr(10))}</p>"
    elif match := FIGURE.fullmatch(block):
        made = f"<p>{{{{&lt; figure {match[1]} &gt;}}}}</p>"
    elif match := _HEADING.fullmatch(block):
        level = max(2, len(match[1]))
        made = f"<h{level}>{match[2].strip()}</h{level}>"
    elif match := _BOLD.fullmatch(block):
        made = f"<p><strong>{match[1]}</strong>{match[2]}</p>"
    else:
        return ""
    return made.replace("\xa0", "&nbsp;")


def sanitise(source: str) -> str:
    """Return HTML with only the elements, attributes and URL schemes that an article needs."""
    cleaned = nh3.clean(
        source,
        tags=set(TAGS),
        attributes={tag: names - {"class"} for tag, names in ATTRIBUTES.items()},
        allowed_classes={tag: set(names) for tag, names in CLASSES.items()},
        url_schemes=set(URL_SCHEMES),
        strip_comments=True,
        link_rel="noopener nofollow",
        # ids serve the footnotes only: nothing a text says may name another part of the page
        attribute_filter=_keep_attribute,
    )
    # `&#1;` has become the character itself by now
    return _CONTROL.sub("", cleaned)


def _keep_attribute(_element: str, attribute: str, value: str) -> str | None:
    if attribute == "id" and not re.fullmatch(r"fn(?:ref\d*)?:[\w.-]{1,60}", value):
        return None
    value = _CONTROL.sub("", value)
    if attribute in ("href", "src"):
        scheme = _SCHEME.match(re.sub(r"[\t\n\r]", "", value))  # browsers pass over these too
        if scheme and scheme[1].lower() not in URL_SCHEMES:
            return None
    return value


def plain_paragraphs(text: str) -> str:
    """Return a text as escaped paragraphs, nothing interpreted."""
    blocks = re.split(r"\n\s*\n", text.strip())
    return "\n".join(f"<p>{html.escape(block, quote=False).replace(chr(10), '<br>')}</p>" for block in blocks if block)


_MARKUP = re.compile(r"!\[([^\]\n]{0,500})\]\([^)\n]{0,3000}\)|\[([^\]\n]{0,500})\]\([^)\n]{0,3000}\)")
_FOOTNOTE = re.compile(r"\[\^[^\]\s]{1,60}\]:?")
_TABLE_RULE = re.compile(r"^[\s|:-]+$")


def plain_text(text: str) -> str:
    """Return the words of a Markdown text without its marks: for excerpts, search and comparison."""
    text = FIGURE.sub("", _CONTROL.sub("", text))
    if not problem_with(text):
        text = _MARKUP.sub(lambda match: match[2] or "", text)
    lines = (re.sub(r"^\s{0,12}(?:#{1,6}\s+|>\s?|[-*+]\s+)", "", line) for line in text.split("\n"))
    words = "\n".join(line for line in lines if not _TABLE_RULE.match(line) or not line.strip())
    words = re.sub(r"<[a-zA-Z/!][^<>\n]{0,500}>", "", words)
    words = _FOOTNOTE.sub("", words)
    return re.sub(r"[*`]+|\\(?=[^\w\s])", "", words).strip()


def excerpt_of(text: str, length: int = 200) -> str:
    """Return the beginning of a text's words, at most ``length`` characters, on one line, and no table beside prose."""
    lines = plain_text(text[: length * 40]).split("\n")
    prose = [line for line in lines if line and not line.startswith("|")]
    words = " ".join(" ".join(prose or lines).split())
    return words if len(words) <= length else words[: length - 1].rstrip() + "…"


def columns(text: str) -> tuple[str, str]:
    """Return what an article stores of its text: HTML and excerpt."""
    return render(text).html, excerpt_of(text)


@functools.cache
def _converter() -> markdown.Markdown:
    return markdown.Markdown(
        extensions=["tables", "footnotes", "sane_lists", "fenced_code"],
        output_format="html",
        extension_configs={
            "footnotes": {"UNIQUE_IDS": False, "BACKLINK_TEXT": "↩"},
            "tables": {"use_align_attribute": True},  # "style" would not outlive the sanitiser
        },
    )
