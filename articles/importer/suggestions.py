"""What is only likely, put before an editor with its evidence; nothing here changes an article."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator
from itertools import groupby

from opencc import OpenCC

from articles.importer.versions import Grouping
from articles.models import Suggestion, Tag, TaggedArticle

TOGETHER = 3  # articles that two tags must share, at least, to be suggested as one
_simplified = OpenCC("t2s")


def renew(grouping: Grouping) -> None:
    """Make the open suggestions those that the archive gives rise to now; decided ones stay as they are."""
    found = {(Suggestion.Kind.VERSIONS, left, right): text for (left, right), text in grouping.suggestions.items()}
    found |= {(Suggestion.Kind.TAGS, left, right): text for left, right, text in _tags()}
    stored = {
        (row.kind, row.left, row.right): row
        for row in Suggestion.objects.only("kind", "left", "right", "evidence", "state")
    }
    gone = [row.pk for key, row in stored.items() if key not in found and row.state == Suggestion.State.OPEN]
    for start in range(0, len(gone), 500):
        Suggestion.objects.filter(pk__in=gone[start : start + 500]).delete()
    fresh = [
        Suggestion(kind=kind, left=left, right=right, evidence=text[:300])
        for (kind, left, right), text in found.items()
        if (kind, left, right) not in stored
    ]
    Suggestion.objects.bulk_create(fresh, batch_size=500)
    changed = []
    for key, text in found.items():
        row = stored.get(key)
        if row and row.state == Suggestion.State.OPEN and row.evidence != text[:300]:
            row.evidence = text[:300]
            changed.append(row)
    Suggestion.objects.bulk_update(changed, ["evidence"], batch_size=100)


def folded(name: str) -> str:
    """Return what spellings of one tag share: width, case, spacing and script aside."""
    return _simplified.convert("".join(unicodedata.normalize("NFKC", name).casefold().split()).replace("臺", "台"))


def _tags() -> Iterator[tuple[str, str, str]]:
    names = dict(Tag.objects.filter(alias_of=None).values_list("pk", "name"))
    spelt: dict[str, list[str]] = {}
    for name in sorted(names.values()):
        spelt.setdefault(folded(name), []).append(name)
    seen = set()
    for same in spelt.values():
        for name in same[1:]:
            seen.add((same[0], name))
            yield same[0], name, "the names differ only by width, case, spacing or script"
    rows = TaggedArticle.objects.order_by("tag", "content_object").values_list("tag", "content_object")
    together: dict[bytes, tuple[int, list[str]]] = {}
    for tag, articles in groupby(rows.iterator(chunk_size=5000), key=lambda row: row[0]):
        digest, count = hashlib.sha256(), 0
        for _tag, article in articles:
            digest.update(b"%d," % article)
            count += 1
        if count >= TOGETHER and tag in names:
            together.setdefault(digest.digest(), (count, []))[1].append(names[tag])
    for count, same in together.values():
        first, *others = sorted(same)
        for name in others:
            if (first, name) not in seen:
                yield first, name, f"always together, on {count:,} articles"
