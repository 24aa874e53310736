"""Writes ``characters.txt``, the characters that search takes for one another: ``python -m articles.search.derive_characters``.

Source: the character dictionaries of OpenCC (https://github.com/BYVoid/OpenCC, Apache License 2.0), asked character
by character: its phrase dictionaries choose by context, and a search for part of a phrase would then miss it.
"""  # noqa: E501

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path

from opencc import OpenCC

FILE = Path(__file__).with_name("characters.txt")
RANGES = ((0x3400, 0xA000), (0xF900, 0xFB00), (0x20000, 0x32000))
# From Hong Kong's and Taiwan's forms to the common traditional ones, then to the simplified ones.
STEPS = ("hk2t", "tw2t", "t2s")
# Variants that OpenCC leaves apart.
ALSO = (("衞", "衛"), ("着", "著"), ("爲", "為"), ("囯", "國"), ("淸", "清"), ("敎", "教"), ("靑", "青"), ("鬪", "鬥"))


def derive() -> str:
    """Return the file's text: a line for each group of characters, the one that stands for all of them first."""
    characters = [chr(code) for first, end in RANGES for code in range(first, end)]
    leader: dict[str, str] = {}

    def find(character: str) -> str:
        while character in leader:
            character = leader[character]
        return character

    def join(character: str, base: str) -> None:
        one, other = find(character), find(base)
        if one != other:
            leader[one] = other

    folded = [unicodedata.normalize("NFKC", character) for character in characters]
    for step in STEPS:
        # a line each: no phrase reaches over the end of a line
        folded = OpenCC(step).convert("\n".join(folded)).split("\n")
        for character, base in zip(characters, folded, strict=True):
            if len(base) == 1:
                join(character, base)
    for one, other in ALSO:
        join(one, other)
    groups: dict[str, list[str]] = {}
    for character in characters:
        if (base := find(character)) != character:
            groups.setdefault(base, []).append(character)
    return "".join(f"{base} {''.join(sorted(others))}\n" for base, others in sorted(groups.items()))


if __name__ == "__main__":
    FILE.write_text(derive(), encoding="utf-8")
    sys.stdout.write(f"{FILE.name}: {len(derive().splitlines())} groups of characters.\n")
