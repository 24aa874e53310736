"""Text that was UTF-8 and was read as another code page somewhere on its way: found, and repaired where that is sure.

A repair is sure when the run of characters, written in the other code page, is valid UTF-8 whose reading back gives
the very same run, and when what comes out has characters that the other code page cannot hold. Real Cyrillic or
accented text is not valid UTF-8 when written that way, so it stays. The standard codecs do the work; a windows-1252
whose five unassigned bytes pass through is what browsers use (https://encoding.spec.whatwg.org/#index-windows-1252).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_SPECIAL = "".join(character for byte in range(0x80, 0xA0) if (character := bytes([byte]).decode("cp1252", "ignore")))
_BACK = {bytes([byte]).decode("cp1252", "ignore") or chr(byte): byte for byte in range(0x80, 0x100)}
# what a byte from 0x80 up may have become: Latin letters and signs, Cyrillic, box drawing
_LATIN_RUN = re.compile(rf"[\u0080-\u00ff{re.escape(_SPECIAL)}]{{2,}}")
_OTHER_RUN = re.compile(
    r"[\u00a0-\u00ff\u0390-\u03ff\u0400-\u045f\u0490\u0491\u2013-\u2265\u2310-\u25ff\u20ac\u0192]{4,}"
)
_HAN_RUN = re.compile(r"[\u0080-\u00ff\u20ac\u2500-\u25ff\u3000-\u9fff\ue000-\uf8ff]{6,}")
# what GB 18030 makes of UTF-8's "，" and "。": in honest text both are rare, and runs are tried only where they are
_HAN_TELLTALES = "\u951b\u9286"
_LOOKS_WRONG = re.compile(rf"(?:[\u00c3\u00e2-\u00e9][\u0080-\u00bf{re.escape(_SPECIAL)}]{{1,2}}){{3,}}")
_SUSPECT = re.compile(rf"[\u0080-\u00ff\u0390-\u03ff\u0400-\u045f\u0490\u0491\u2310-\u25ff{re.escape(_SPECIAL)}]{{2}}")
_FOREIGN = re.compile(r"[\u1100-\uffff]|[\u0370-\u10ff]{4}")


@dataclass(frozen=True)
class Finding:
    """A run of wrongly decoded text; ``after`` is empty where no repair is sure."""

    position: int
    before: str
    after: str
    codec: str


def repaired(text: str) -> tuple[str, list[Finding]]:
    """Return the text with every sure repair made, and all that was found, in order."""
    findings: list[Finding] = []
    if not (_maybe_han(text) or _SUSPECT.search(text)):  # as in nearly every text: one quick look
        return text, findings
    for pattern, codecs in (
        (_LATIN_RUN, (("windows-1252", _windows_1252), ("latin-1", _standard("latin-1")))),
        (_OTHER_RUN, tuple((name, _standard(name)) for name in ("cp1251", "koi8-r", "mac_roman", "cp437"))),
        (_HAN_RUN, (("gb18030", _standard("gb18030")),)),
    ):
        if pattern is _HAN_RUN and not _maybe_han(text):
            continue
        text = pattern.sub(lambda match, codecs=codecs: _repair(match, codecs, findings), text)  # type: ignore[misc]
    findings += [Finding(match.start(), match[0], "", "") for match in _LOOKS_WRONG.finditer(text)]
    return text, sorted(findings, key=lambda finding: finding.position)


def _maybe_han(text: str) -> bool:
    return any(character in text for character in _HAN_TELLTALES)


Encoder = Callable[[str], bytes]


def _repair(match: re.Match[str], codecs: tuple[tuple[str, Encoder], ...], findings: list[Finding]) -> str:
    run = match[0]
    for name, encode in codecs:
        try:
            read = encode(run).decode()
        except UnicodeError:
            continue
        # a repair joins two to four characters into one; two letters that make one of another alphabet prove nothing
        if len(read) < len(run) and _FOREIGN.search(read) and "\ufffd" not in read:
            findings.append(Finding(match.start(), run, read, name))
            return read
    return run


def _windows_1252(run: str) -> bytes:
    try:
        return bytes(_BACK[character] for character in run)
    except KeyError as error:
        raise UnicodeError(str(error)) from error


def _standard(codec: str) -> Encoder:
    def encode(run: str) -> bytes:
        data = run.encode(codec)
        if data.decode(codec) != run:  # not lossless
            raise UnicodeError(codec)
        return data

    return encode
