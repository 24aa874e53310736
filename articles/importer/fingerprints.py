"""Fingerprints of texts: how alike two are, without the texts.

A text is taken as the set of its clauses (what stands between punctuation), and summed up as a MinHash
of 64 numbers (A. Broder, 1997; computed by the library rensa). The share of equal numbers estimates the
share of clauses that two texts have in common, to within 0.06 (one standard deviation at one half).
Fingerprints are stored: raise PARSER_VERSION when anything here changes.
"""

from __future__ import annotations

import operator
import re
import struct

from rensa import RMinHash

PERMUTATIONS = 64
BANDS = 16
SEED = 1
MIN_CLAUSES = 8  # fewer say nothing

_CLAUSE = re.compile(r"[^\s\W][^\n。，！？；：、「」『』（）()\[\],.!?;:]{3,}")
_MARKER = re.compile(r"\{\{< figure \d+ >\}\}")


def fingerprint_of(text: str) -> bytes:
    """Return a text's fingerprint, or nothing for a text too short to be told from others."""
    clauses = {" ".join(clause.split()) for clause in _CLAUSE.findall(_MARKER.sub("", text))}
    if len(clauses) < MIN_CLAUSES:
        return b""
    sketch = RMinHash(num_perm=PERMUTATIONS, seed=SEED)
    sketch.update(sorted(clauses))
    return struct.pack(f"<{PERMUTATIONS}I", *sketch.digest())


def likeness(first: bytes, second: bytes) -> float:
    """Return the estimated share of common clauses, from 0 to 1; 0 where either text is too short."""
    if not first or not second:
        return 0.0
    return sum(map(operator.eq, memoryview(first).cast("I"), memoryview(second).cast("I"))) / PERMUTATIONS


def bands(fingerprint: bytes) -> list[bytes]:
    """Return parts of a fingerprint; texts of which half is the same share at least one part in nearly all cases."""
    width = len(fingerprint) // BANDS
    return [bytes([band]) + fingerprint[band * width : (band + 1) * width] for band in range(BANDS if width else 0)]
