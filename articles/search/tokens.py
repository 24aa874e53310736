"""The one analyzer: what of a text can be searched, as a plain string and as tokens of the two databases.

A text is a row of *runs*: of Chinese (and other scripts without spaces), and words of letters and digits.
Its *canonical* form writes a space on both sides of each word and ``/`` between runs of Chinese that something
parts, and drops the rest::

    BNO簽證：2019 年底，移民潮 rises!   ->   " bno 签证 2019 年底/移民潮 rises "

A term matches where its own canonical form is a substring. That is all of search's meaning; the tokens below
only make it quick.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterator
from operator import add

from articles.search import folding

# Han with its extensions, kana, bopomofo, hangul: scripts whose words no space parts.
CHINESE = (
    "\u3005-\u3007\u3021-\u3029\u3041-\u3096\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U0001b000-\U0001b16f\U00020000-\U000323af"
)
RUN = re.compile(rf"([{CHINESE}]+)|([^\W_{CHINESE}]+)")
ONLY_CHINESE = re.compile(f"[{CHINESE}]")
VERSION = f"3-{folding.VERSION}"

GAP = "/"  # between two runs of Chinese
FIRST = "\ue000"  # marks the first character of a run that follows a word
MARK = "\ue001"  # begins a token that no reader can type: a section, an author, a tag
ALL = f"{MARK}all"
IN_TITLE = "\ue002"  # marks a character of a title or a tag, among the characters of a text


def runs(text: str) -> Iterator[tuple[bool, str]]:
    """Yield the runs of a text, folded, and whether each is Chinese."""
    for chinese, word in RUN.findall(folding.fold(text)):
        yield (True, chinese) if chinese else (False, word)


def canonical(text: str) -> str:
    """Return the canonical form of a text."""
    pieces: list[str] = []
    before: bool | None = None
    for is_chinese, run in runs(text):
        if is_chinese:
            pieces.append(GAP + run if before else run)
        else:
            pieces.append(f"{run} " if before is False else f" {run} ")
        before = is_chinese
    return "".join(pieces)


@functools.lru_cache(maxsize=16)  # a correction takes a text out and puts nearly the same one in
def tokens(text: str) -> str:
    """Return the tokens of a text for FTS5, parted by spaces.

    A Chinese run ABC becomes ``AB BC C``, after a word ``⟨first⟩A AB BC C``; a word stays one token.
    """
    # Written out, not through runs(): most of the time that indexing takes is spent here.
    pieces: list[str] = []
    extend, append = pieces.extend, pieces.append
    after_word = False
    for chinese, word in RUN.findall(folding.fold(text)):
        if word:
            append(word)
            after_word = True
            continue
        if after_word:
            append(FIRST + chinese[0])
            after_word = False
        extend(map(add, chinese, chinese[1:]))
        append(chinese[-1])
    return " ".join(pieces)


def phrase(term: str) -> tuple[list[str], bool]:
    """Return the tokens that stand in a row wherever a term does, and whether the last is only the beginning of one.

    Every character of a Chinese run begins a token of the text; so of the term's last run the pairs are enough.
    """
    found: list[str] = []
    after_word = False
    all_runs = list(runs(term))
    for number, (is_chinese, run) in enumerate(all_runs, 1):
        is_last = number == len(all_runs)
        if not is_chinese:
            found.append(run)
        else:
            if after_word:
                found.append(FIRST + run[0])
            found.extend(map(add, run, run[1:]))
            if not is_last:
                found.append(run[-1])
            elif len(run) == 1 and not after_word:
                return [*found, run], True
        after_word = not is_chinese
    return found, False


def characters(text: str) -> str:
    """Return the distinct Chinese characters of a text, parted by spaces."""
    return " ".join(sorted(set("".join(ONLY_CHINESE.findall("".join(set(folding.fold(text))))))))


def grams(canonical_text: str) -> set[int]:
    """Return what an array index knows of a canonical text: its 1-, 2- and 3-grams, 21 bits a character, and words."""
    codes = [ord(character) for character in canonical_text]
    found = set(codes)
    pairs = [first << 21 | second for first, second in zip(codes, codes[1:], strict=False)]
    found.update(pairs)
    found.update(pair << 21 | third for pair, third in zip(pairs, codes[2:], strict=False))
    found.update(map(word_gram, set(WORD.findall(canonical_text))))
    found.discard(ord(" "))
    return found


WORD = re.compile(rf"[^ {CHINESE}/\n]+")  # of a canonical text; only a pattern's may lack its end


def is_one_word(pattern: str) -> bool:
    """Tell whether a canonical pattern is one word with both its ends."""
    return pattern[0] == pattern[-1] == " " and bool(WORD.fullmatch(pattern, 1, len(pattern) - 1))


def word_gram(word: str) -> int:
    """Return the number of a whole word; negative, so that it is no n-gram's."""
    return -1 - (int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest()) >> 2)


def mark_gram(mark: int) -> int:
    """Return the number of a section, an author or a tag; its bits are above those of all characters that exist."""
    return 1 << 62 | mark


def needed_grams(pattern: str) -> list[int]:
    """Return numbers that a text with this canonical substring has, the telling ones only."""
    found: set[int] = set()
    rest = pattern
    for word in WORD.findall(pattern):
        if f" {word} " in rest:
            found.add(word_gram(word))
            rest = rest.replace(f" {word} ", "  ", 1)
    for part in rest.split("  "):
        codes = [ord(character) for character in part]
        if len(codes) >= 3:
            found.update(a << 42 | b << 21 | c for a, b, c in zip(codes, codes[1:], codes[2:], strict=False))
        elif len(codes) == 2:
            found.add(codes[0] << 21 | codes[1])
        elif codes and codes[0] != ord(" "):
            found.add(codes[0])
    return sorted(found)
