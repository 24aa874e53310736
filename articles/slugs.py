"""Addresses made from names: the same name gives the same address in every archive."""

import hashlib
import re

# What a path segment may hold besides letters and digits of any script.
_PLAIN = re.compile(r"[\w.,'’·・&()（）「」《》：:!！+-]*")
MAX_LENGTH = 120


def slug_of(name: str) -> str:
    """Return the address segment of a name, as Wikipedia writes it: spaces become underscores.

    It depends on nothing but the name, so the order of imports cannot change an address. Where a
    character had to go (a slash, a question mark, an underscore of its own), eight hexadecimal
    digits of the name's sha256 keep two names apart.
    """
    plain = name.replace(" ", "_")
    if "_" not in name and _PLAIN.fullmatch(plain) and plain.strip(".") and len(plain) <= MAX_LENGTH:
        return plain
    kept = re.sub(r"[^\w.-]+", "_", name).strip("._")[:MAX_LENGTH]
    return f"{kept}-{hashlib.sha256(name.encode()).hexdigest()[:8]}".lstrip("-")
