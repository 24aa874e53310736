"""What is only likely, put before an editor with its evidence; nothing here changes an article."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import groupby

from opencc import OpenCC

from articles.importer.versions import Grouping
from articles.models import Author, Suggestion, Tag, TaggedArticle

TOGETHER = 3  # articles that two tags must share, at least, to be suggested as one
_simplified = OpenCC("t2s")
# What a name may carry besides itself: a job before or behind it. Where a newsroom always prints one, byline.titles in
# its profile takes it off at import; this finds what stands there by accident.
_JOB = (
    r"(?:本[报刊台社]|特[约派]|实习|见习|资深|高级|首席|助理|副|前)*"
    r"(?:记者|编辑|主笔|总编辑?|评论员|特派员|通讯员|摄影师?|撰文|报道|整理|翻译)+"
)
_ENGLISH_JOB = r"(?:(?:staff|senior|chief|freelance) )?(?:reporter|writer|editor|photographer|correspondent)"
_NAME_ALONE = re.compile(
    rf"^(?:{_JOB}[ :,|·・/-]*|(?:by|{_ENGLISH_JOB})[ :,|·・/-]+)?(?P<name>.{{2,}}?)"
    rf"(?:[ (|,·・/-]*{_JOB}\)?|[ (|,·・/-]+{_ENGLISH_JOB}\)?)?$"
)


def renew(grouping: Grouping) -> None:
    """Make the open suggestions those that the archive gives rise to now; decided ones stay as they are."""
    found = {(Suggestion.Kind.VERSIONS, left, right): text for (left, right), text in grouping.suggestions.items()}
    found |= {(Suggestion.Kind.TAGS, left, right): text for left, right, text in _tags()}
    found |= {(Suggestion.Kind.AUTHORS, left, right): text for left, right, text in _authors()}
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


def name_alone(name: str) -> str:
    """Return a folded name without a job: 記者林勵, 林勵（記者） and 林 勵 are all 林勵."""
    spelt = _simplified.convert(" ".join(unicodedata.normalize("NFKC", name).casefold().split()))
    found = _NAME_ALONE.match(spelt)
    return folded(found["name"] if found else name)


def _spelt_alike(names: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    spelt: dict[str, list[str]] = {}
    for name in sorted(names):
        spelt.setdefault(folded(name), []).append(name)
    for same in spelt.values():
        for name in same[1:]:
            yield same[0], name, "the names differ only by width, case, spacing or script"


def _authors() -> Iterator[tuple[str, str, str]]:
    names = list(Author.objects.filter(alias_of=None, is_generic=False).values_list("name", flat=True))
    seen = set()
    for left, right, text in _spelt_alike(names):
        seen.add((left, right))
        yield left, right, text
    alone: dict[str, list[str]] = {}
    for name in sorted(names, key=lambda name: (len(name), name)):
        alone.setdefault(name_alone(name), []).append(name)
    for first, *others in alone.values():
        for name in others:
            left, right = sorted((first, name))
            if folded(left) != folded(right) and (left, right) not in seen:
                yield left, right, "the names differ only by a job, such as reporter or 記者"


def _tags() -> Iterator[tuple[str, str, str]]:
    names = dict(Tag.objects.filter(alias_of=None).values_list("pk", "name"))
    seen = set()
    for left, right, text in _spelt_alike(names.values()):
        seen.add((left, right))
        yield left, right, text
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
