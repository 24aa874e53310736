"""Writes ``strokes.txt``, how many strokes a Chinese character has: ``python -m articles.derive_strokes FILE``.

FILE is ``Unihan_IRGSources.txt`` of the Unicode Character Database, plain or ``.bz2`` as in Debian's package
``unicode-data``. Of two numbers, the second is that of the traditional form.
"""

from __future__ import annotations

import bz2
import sys
from pathlib import Path

FILE = Path(__file__).with_name("strokes.txt")
RANGES = ((0x3400, 0x4DC0), (0x4E00, 0xA000))
HEAD = (
    "# Strokes of U+3400–U+4DBF and U+4E00–U+9FFF: kTotalStrokes of the Unicode Character Database, version {}.\n"
    "# Copyright © 1991-2022 Unicode, Inc.; https://www.unicode.org/terms_of_use.html. Made by derive_strokes.py.\n"
)


def derive(source: str) -> str:
    """Return the file's text: a line for each number of strokes, with its characters."""
    groups: dict[int, list[str]] = {}
    version = ""
    for line in source.splitlines():
        if line.startswith("# Unicode version:"):
            version = line.split()[-1]
        if line.startswith("U+"):
            code, key, value = line.split("\t")
            if key == "kTotalStrokes" and any(first <= int(code[2:], 16) < end for first, end in RANGES):
                groups.setdefault(int(value.split()[-1]), []).append(chr(int(code[2:], 16)))
    return HEAD.format(version) + "".join(
        f"{n} {''.join(sorted(characters))}\n" for n, characters in sorted(groups.items())
    )


if __name__ == "__main__":
    data = Path(sys.argv[1]).read_bytes()
    FILE.write_text(derive((bz2.decompress(data) if sys.argv[1].endswith(".bz2") else data).decode()), encoding="utf-8")
    sys.stdout.write(f"{FILE.name}: {FILE.stat().st_size:,} bytes.\n")
