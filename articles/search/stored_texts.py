"""The texts of documents as they are stored: compressed by zstd with a dictionary made of the archive's own texts.

A text of a thousand characters repeats little of itself, but much of what others say. What was compressed with a
dictionary names it, and can be read as long as that is there: it never changes, and goes only when all is written anew.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence

import zstandard
from django.db import connection

from articles.models import SearchDictionary
from articles.search.documents import Texts

ENOUGH = 300  # texts to make a dictionary of: of fewer it would be longer than what it saves
SAMPLE = 1_000  # texts that a rebuild makes one of
SIZE = 112_640  # bytes; of a quarter of that, a text is a twentieth longer
LEVEL = 6  # more is a quarter more work for nothing; less is a tenth more bytes
KEPT = 4  # dictionaries in memory: of one archive there is one
BLOCK = 32_000  # bytes; of a larger one, more is read for each hit
_ENCODING = "utf-16-le"  # a twelfth smaller than UTF-8 when compressed; read in a fifth of the time of GB 18030


class UnreadableTextError(LookupError):
    """A text whose dictionary is gone, since the index was built anew a moment ago."""


_known: dict[int, zstandard.ZstdCompressionDict] = {}
_own = threading.local()  # zstandard's objects are for one thread each


def make_dictionary(texts: Iterable[Texts]) -> int:
    """Make a dictionary of these texts, store it, and return its number; 0, for none, if they are too few."""
    samples: list[bytes | bytearray | memoryview[int]] = [_raw(found) for found in texts]
    if len(samples) < ENOUGH:
        return 0
    try:
        made = zstandard.train_dictionary(SIZE, samples)
    except zstandard.ZstdError:  # nothing comes again in them
        return 0
    SearchDictionary.objects.get_or_create(id=made.dict_id(), defaults={"content": made.as_bytes()})
    return int(made.dict_id())


def compressed(texts: Texts, dictionary: int) -> bytes:
    """Return texts as they are stored, compressed with a dictionary, or without one for 0."""
    found: dict[int, zstandard.ZstdCompressor] = _own.__dict__.setdefault("compressors", {})
    if dictionary not in found:
        found.clear()
        found[dictionary] = zstandard.ZstdCompressor(LEVEL, dict_data=_dictionary(dictionary))
    return found[dictionary].compress(_raw(texts))


def expanded(stored: bytes) -> Texts:
    """Return texts from how they are stored. Raises UnreadableTextError if their dictionary is gone."""
    dictionary = zstandard.get_frame_parameters(stored).dict_id
    found: dict[int, zstandard.ZstdDecompressor] = _own.__dict__.setdefault("decompressors", {})
    if dictionary not in found:
        if len(found) > KEPT:
            found.clear()
        found[dictionary] = zstandard.ZstdDecompressor(dict_data=_dictionary(dictionary))
    title, tags, byline, captions, text = found[dictionary].decompress(stored).decode(_ENCODING).split("\0")
    return title, tags, byline, captions, text


def store(texts: Sequence[bytes]) -> list[tuple[int, int, int]]:
    """Write down compressed texts, in as few blocks as they fill; return block, start and length of each."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(max(id), 0) FROM articles_searchblock")
        last = cursor.fetchone()[0]
        places: list[tuple[int, int, int]] = []
        blocks = [bytearray()]
        for text in texts:
            if len(blocks[-1]) + len(text) > BLOCK and blocks[-1]:
                blocks.append(bytearray())
            places.append((last + len(blocks), len(blocks[-1]) + 1, len(text)))
            blocks[-1] += text
        rows = [(number, bytes(block)) for number, block in enumerate(blocks, last + 1) if block]
        cursor.executemany("INSERT INTO articles_searchblock (id, content) VALUES (%s, %s)", rows)
    return places


def _raw(texts: Texts) -> bytes:
    return "\0".join(texts).encode(_ENCODING)


def _dictionary(number: int) -> zstandard.ZstdCompressionDict | None:
    if not number:
        return None
    if number not in _known:
        content = SearchDictionary.objects.filter(id=number).values_list("content", flat=True).first()
        if content is None:
            raise UnreadableTextError(f"The dictionary {number} is gone.")
        if len(_known) > KEPT:
            _known.clear()
        _known[number] = zstandard.ZstdCompressionDict(bytes(content))
    return _known[number]
