"""The one analyzer: what of a text can be searched, as a plain string and as tokens of the two databases.

A text is a row of *runs*: of Chinese (and other scripts without spaces), and words of letters and digits.
Its *canonical* form writes a space on both sides of each word and ``/`` between runs of Chinese that something
parts, and drops the rest::

    BNO簽證：2019 年底，移民潮 rises!   ->   " bno 签证 2019 年底/移民潮 rises "

A term matches where its own canonical form is a substring. That is all of search's meaning; the tokens below
only make it quick.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy

from articles.search import folding

# Han with its extensions, kana, bopomofo, hangul: scripts whose words no space parts.
CHINESE = (
    "\u3005-\u3007\u3021-\u3029\u3041-\u3096\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U0001b000-\U0001b16f\U00020000-\U000323af"
)
RUN = re.compile(rf"([{CHINESE}]+)|([^\W_{CHINESE}]+)")
ONLY_CHINESE = re.compile(f"[{CHINESE}]")
VERSION = f"6-{folding.VERSION}"

GAP = "/"  # between two runs of Chinese
FIRST = "\ue000"  # marks the first character of a run that follows a word
MARK = "\ue001"  # begins a token that no reader can type: a section, an author, a tag
ALL = f"{MARK}all"
BETWEEN = "\0"  # between two texts that are analysed at once
IN_TITLE = "\ue002"  # marks a character of a title or a tag, among the characters of a text


def runs(text: str) -> Iterator[tuple[bool, str]]:
    """Yield the runs of a text, folded, and whether each is Chinese."""
    for chinese, word in RUN.findall(folding.fold(text)):
        yield (True, chinese) if chinese else (False, word)


NOTHING, IN_RUN, IN_WORD, INVISIBLE, BOUNDARY = range(5)  # what a character is to search


def _kinds() -> numpy.ndarray:
    """Return of every code what its character is, once folded."""
    kinds = numpy.zeros(folding.LIMIT + 1, dtype=numpy.uint8)
    for match in RUN.finditer("".join(map(chr, range(folding.LETTERS)))):
        kinds[match.start() : match.end()] = IN_RUN if match[1] else IN_WORD
    kinds = kinds[FOLDED]
    kinds[[ord(character) for character in folding.INVISIBLE]] = INVISIBLE
    kinds[ord(BETWEEN)] = BOUNDARY
    return kinds


FOLDED = folding.table()
KINDS = _kinds()


class Read(NamedTuple):
    """A text as arrays, without what is not searched; whole texts are analysed so, ten times as fast as by runs."""

    codes: numpy.ndarray  # folded
    kinds: numpy.ndarray
    joined: numpy.ndarray  # whether each is of the same run as the one before; the first is not

    @classmethod
    def of(cls, text: str) -> Read:
        """Read a text."""
        codes = numpy.frombuffer(text.encode(_CODES, "surrogatepass"), dtype="<u4")
        kinds = KINDS.take(codes, mode="clip")
        seen = kinds != INVISIBLE
        if not seen.all():
            codes, kinds = codes[seen], kinds[seen]
        places = numpy.flatnonzero(kinds)
        kinds = kinds[places]
        joined = numpy.zeros(len(places), dtype=bool)
        joined[1:] = (places[1:] - places[:-1] == 1) & (kinds[1:] == kinds[:-1])
        return cls(FOLDED.take(codes[places], mode="clip"), kinds, joined)

    def after(self, kind: int) -> numpy.ndarray:
        """Tell which characters come after one of this kind, whatever parts them."""
        found = numpy.zeros(len(self.kinds), dtype=bool)
        found[1:] = self.kinds[:-1] == kind
        return found

    def is_last(self) -> numpy.ndarray:
        """Tell which characters end a run."""
        return numpy.append(~self.joined[1:], True)[: len(self.joined)]  # noqa: FBT003


_CODES = "utf-32-le"


def _spread(lengths: numpy.ndarray) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Return a row of spaces with so many for each character, and where each one's begin."""
    ends = numpy.cumsum(lengths)
    return numpy.full(int(ends[-1]) if len(ends) else 0, ord(" "), dtype="<u4"), ends - lengths


def distinct(numbers: numpy.ndarray) -> numpy.ndarray:
    """Return what ``numpy.unique`` does, for short arrays in a fifth of its time."""
    ordered = numpy.sort(numbers)
    return ordered[numpy.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]]  # noqa: FBT003


def _text(codes: numpy.ndarray) -> str:
    return codes.tobytes().decode(_CODES, "surrogatepass")


SHORT = 100  # characters: of fewer, to make arrays takes longer than to read them


def canonical(text: str) -> str:
    """Return the canonical form of a text; what ``BETWEEN`` parts stays parted, each as if alone."""
    return _canonical_by_runs(text) if len(text) < SHORT else _canonical_by_arrays(text)


def _canonical_by_runs(text: str) -> str:
    return BETWEEN.join(map(_canonical_of_one, text.split(BETWEEN)))


def _canonical_of_one(text: str) -> str:
    found: list[str] = []
    after_chinese = after_word = False
    for is_chinese, run in runs(text):
        if is_chinese:
            found.append(GAP + run if after_chinese else run)
        else:
            found.append(f"{run} " if after_word else f" {run} ")
        after_chinese, after_word = is_chinese, not is_chinese
    return "".join(found)


def _canonical_by_arrays(text: str) -> str:
    read = Read.of(text)
    is_word, starts_run = read.kinds == IN_WORD, ~read.joined
    # one more place before the first of a word, but where a word's own space is there already; and for a gap
    opens = starts_run & is_word & ~read.after(IN_WORD)
    gap = starts_run & (read.kinds == IN_RUN) & read.after(IN_RUN)
    row, places = _spread(1 + opens + gap + (is_word & read.is_last()))
    row[places[gap]] = ord(GAP)
    row[places + opens + gap] = read.codes
    return _text(row)


def tokens(text: str) -> str:
    """Return the tokens of a text for FTS5, parted by spaces; what ``BETWEEN`` parts stays parted, each as if alone.

    A Chinese run ABC becomes ``AB BC C``, after a word ``⟨first⟩A AB BC C``; a word stays one token.
    """
    return _tokens(Read.of(text))


def _tokens(read: Read) -> str:
    is_chinese = read.kinds == IN_RUN
    goes_on = ~read.is_last()
    marked = is_chinese & read.after(IN_WORD)
    paired = numpy.flatnonzero(is_chinese & goes_on)
    lengths = 2 + 3 * marked
    lengths[paired] += 1
    lengths[(read.kinds == IN_WORD) & goes_on] -= 1
    row, places = _spread(lengths)
    row[places[marked]] = ord(FIRST)
    row[places[marked] + 1] = read.codes[marked]
    places += 3 * marked
    row[places] = read.codes
    row[places[paired] + 1] = read.codes[paired + 1]
    return _text(row[:-1])


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
            found.extend(first + second for first, second in itertools.pairwise(run))
            if not is_last:
                found.append(run[-1])
            elif len(run) == 1 and not after_word:
                return [*found, run], True
        after_word = not is_chinese
    return found, False


def characters(text: str) -> str:
    """Return the distinct Chinese characters of a text, parted by spaces."""
    return _characters(Read.of(text))


def _characters(read: Read) -> str:
    found = distinct(read.codes[read.kinds == IN_RUN])
    row = numpy.full(2 * len(found), ord(" "), dtype="<u4")
    row[::2] = found
    return _text(row[:-1])


def tokens_and_characters(text: str) -> tuple[str, str]:
    """Return both, of a text that is read once."""
    read = Read.of(text)
    return _tokens(read), _characters(read)


def grams(canonical_text: str, part: int = 0) -> set[int]:
    """Return what an array index knows of a canonical text: its 1-, 2- and 3-grams, 21 bits a character, and words.

    What is known of a text that is a part of others, a title or a byline, is marked by the number of that part, from 1
    to 3. No character that is searched takes more than 18 bits, and so the bits above stay free for it.
    """
    codes = numpy.frombuffer(canonical_text.encode(_CODES, "surrogatepass"), dtype="<u4").astype(numpy.int64)
    pairs = codes[:-1] << 21 | codes[1:]
    found = set((distinct(numpy.concatenate([codes, pairs, pairs[:-1] << 21 | codes[2:]])) | part << _PART).tolist())
    found.update(word_gram(word, part) for word in set(WORD.findall(canonical_text)))
    found.discard(ord(" ") | part << _PART)
    return found


_PART = 60


WORD = re.compile(rf"[^ {CHINESE}/\n]+")  # of a canonical text; only a pattern's may lack its end


def is_one_word(pattern: str) -> bool:
    """Tell whether a canonical pattern is one word with both its ends."""
    return pattern[0] == pattern[-1] == " " and bool(WORD.fullmatch(pattern, 1, len(pattern) - 1))


def word_gram(word: str, part: int = 0) -> int:
    """Return the number of a whole word, in a part; negative, so that it is no n-gram's."""
    named = f"{word} {part}" if part else word
    return -1 - (int.from_bytes(hashlib.blake2b(named.encode(), digest_size=8).digest()) >> 2)


def mark_gram(mark: int) -> int:
    """Return the number of a section, an author or a tag; its highest bit is no n-gram's."""
    return 1 << 62 | mark


def needed_grams(pattern: str, part: int = 0) -> list[int]:
    """Return numbers that a text with this canonical substring has, in that part, the telling ones only."""
    found: set[int] = set()
    rest = pattern
    for word in WORD.findall(pattern):
        if f" {word} " in rest:
            found.add(word_gram(word, part))
            rest = rest.replace(f" {word} ", "  ", 1)
    for text in rest.split("  "):
        codes = [ord(character) for character in text]
        if len(codes) >= 3:
            found.update(
                part << _PART | a << 42 | b << 21 | c for a, b, c in zip(codes, codes[1:], codes[2:], strict=False)
            )
        elif len(codes) == 2:
            found.add(part << _PART | codes[0] << 21 | codes[1])
        elif codes and codes[0] != ord(" "):
            found.add(part << _PART | codes[0])
    return sorted(found)
