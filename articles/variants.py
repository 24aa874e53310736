"""Traditional and Simplified Chinese: which of the two a text is in, and reading one in the other.

OpenCC's ``hk2s`` converts by phrase, and knows Hong Kong's own characters (衞, 枱, 敍, 粧 …), which ``t2s`` leaves
as they are. For folding in search see ``articles/search/folding.py``.
"""

from __future__ import annotations

import functools
import re
from typing import Literal

from opencc import OpenCC

Script = Literal["Hant", "Hans", ""]

_HAN = [chr(point) for point in (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))]
# Tags, comments and character references as the sanitiser and templates write them; an attribute's value may hold ">".
_INSIDE = r"""(?:[^<>"']|"[^"]*"|'[^']*')*"""
_TAG = re.compile(rf"""<!--.*?-->|<(/?)([a-zA-Z][^\s/>"']*)({_INSIDE})>|<{_INSIDE}>?""", re.DOTALL)
_ATTRIBUTE = re.compile(r"""[^\s"'=<>/]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>]+))?""")
# What is in these is a machine's, letter by letter.
_VERBATIM = frozenset({"code", "pre", "kbd", "samp", "var", "script", "style"})
# An address in running text may hold Chinese; a Chinese full stop or comma ends it.
_URL = re.compile(r"""(?:https?://|www\.)[^\s<>"'，。；：！？、）」』》]+""", re.IGNORECASE)


@functools.cache
def _converter(config: str) -> OpenCC:
    """Return one of OpenCC's converters, made at the first use (5 ms)."""
    return OpenCC(config)


def _encodable(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


@functools.cache
def _telling() -> tuple[frozenset[str], frozenset[str]]:
    """Return the characters that tell Traditional from Simplified, and those that tell the opposite.

    后, 里, 面, 著 and their like are written in both: a character tells something if it changes in conversion and the
    other side's own old character set does not have it.
    """

    def told(config: str, encoding: str) -> frozenset[str]:
        converted = _converter(config).convert("\n".join(_HAN)).split("\n")
        pairs = zip(_HAN, converted, strict=True)
        return frozenset(before for before, after in pairs if before != after and not _encodable(before, encoding))

    return told("hk2s", "gb2312"), told("s2hk", "big5hkscs")


def script_of(text: str) -> Script:
    """Return the script that most of the telling characters are of; nothing if there are none."""
    traditional, simplified = _telling()
    hant = sum(map(traditional.__contains__, text))
    hans = sum(map(simplified.__contains__, text))
    if not hant and not hans:
        return ""
    return "Hant" if hant >= hans else "Hans"


def to_simplified(text: str) -> str:
    """Return a plain text in Simplified characters, addresses in it left alone; a Simplified one unchanged."""
    if script_of(text) != "Hant":
        return text
    return _plain(text)


def _plain(text: str) -> str:
    pieces, end = [], 0
    for address in _URL.finditer(text):
        pieces += [_converted(text[end : address.start()]), address[0]]
        end = address.end()
    pieces.append(_converted(text[end:]))
    return "".join(pieces)


def _converted(text: str) -> str:
    convert = _converter("hk2s").convert
    return "\0".join(map(convert, text.split("\0")))  # OpenCC takes a NUL for the end of the text


def html_to_simplified(html: str) -> str:
    """Return HTML with its text in Simplified characters: tags, and all attributes but those read by people, stay.

    ``html`` is what a sanitiser or a template wrote. What is in ``code`` and its like stays as well.
    """
    pieces: list[str] = []
    end = 0
    verbatim: list[str] = []
    for tag in _TAG.finditer(html):
        text = html[end : tag.start()]
        pieces += [text if verbatim else _plain(text), _tag(tag)]
        end = tag.end()
        name = (tag[2] or "").lower()
        if name in _VERBATIM:
            if not tag[1]:
                verbatim.append(name)
            elif name in verbatim:
                verbatim.remove(name)
    text = html[end:]
    pieces.append(text if verbatim else _plain(text))
    return "".join(pieces)


def _tag(tag: re.Match[str]) -> str:
    """Return a tag with what people read of it converted."""
    attributes = tag[3]
    if not attributes or tag[1]:
        return tag[0]
    turned = _ATTRIBUTE.sub(lambda attribute: _words(attribute[0]), attributes)
    return f"<{tag[2]}{turned}>"


def _words(attribute: str) -> str:
    name, _equals, value = attribute.partition("=")
    if name.strip().lower() in ("alt", "title", "aria-label") and value:
        return f"{name}={_plain(value)}"
    return attribute
