"""Job titles in front of a name, in whichever characters they are typed."""

from __future__ import annotations

import functools
import re

from articles.search.folding import fold
from articles.search.tokens import CHINESE

# Not one at the end of a range: [一-龥] must stay what it is.
_CHARACTER = re.compile(f"(?<!-)[{CHINESE}](?!-)")


def without_title(name: str, titles: re.Pattern[str]) -> str:
    """Return a name without the job title that the profile's pattern finds, itself if there is none.

    Of a title in other characters than the pattern's (记者, where it says 記者), what is left is folded.
    """
    if (bare := titles.sub("", name)) != name:
        return bare
    folded = fold(name)
    bare = _folded(titles).sub("", folded)
    return bare if bare != folded else name


@functools.cache
def _folded(titles: re.Pattern[str]) -> re.Pattern[str]:
    """Return the pattern for folded texts; what is not Chinese in it may be its syntax, and stays."""
    return re.compile(_CHARACTER.sub(lambda found: fold(found[0]), titles.pattern), titles.flags)
