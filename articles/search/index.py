"""Keeps the index in step with the articles, in the transactions that change them."""

from __future__ import annotations

import uuid
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.db import connection, transaction
from django.db.models import Count, F, Max, Min, Q

from articles.models import Article, Author, Byline, Figure, SearchDocument, SearchState, Tag, TaggedArticle
from articles.rendering import plain_text
from articles.search import postgresql, sqlite
from articles.search.documents import AUTHOR, SECTION, TAG, Document, Numbering, Reading, mark, unpacked
from articles.search.tokens import VERSION

BATCH = 500


ROOM = 4  # times as many numbers a day as the fullest day needs, when the index is built anew
FEW, ROOMY = 1000, 256  # an archive of so few articles has but begun, and has so many numbers a day
YEARS_BEFORE = 36_525  # days before the oldest article that have numbers, after one that was too old


class NoNumberError(RuntimeError):
    """A day is full, or before the first one that has numbers."""


def backend():  # type: ignore[no-untyped-def]
    """Return the module that searches on this database."""
    return postgresql if connection.vendor == "postgresql" else sqlite


def is_current() -> bool:
    """Tell whether the index was built by this analyzer. One of another version must be rebuilt, not added to."""
    return _current_numbering() is not None


def _current_numbering() -> Numbering | None:
    """Return how the index numbers days; None if another analyzer has built it."""
    found = SearchState.objects.filter(pk=1, analyzer=VERSION).values_list("base", "per_day").first()
    return Numbering(*found) if found else None


def read(body: str) -> Reading:
    """Return what the index needs of an article's Markdown. Touches no database, and so can run in any process."""
    text = _clean(plain_text(body))
    return Reading(text, backend().analysed(text))


def update(article_ids: Iterable[int], readings: Mapping[int, Reading] | None = None) -> int:
    """Bring the index in step with these articles, in the caller's transaction; return how many rows it wrote.

    ``readings`` are those of texts that have been read already, by article. An index of another analyzer is left
    alone until it is rebuilt.
    """
    wanted = sorted(set(article_ids))
    numbering = _current_numbering() if wanted else None
    if not numbering:
        return 0
    written = 0
    try:
        for start in range(0, len(wanted), BATCH):
            written += _update(wanted[start : start + BATCH], numbering, readings or {})
    except NoNumberError:
        return rebuild()  # with room for this day and its like
    return written


def forget(article_ids: Iterable[int]) -> None:
    """Take articles out of the index, before they are deleted."""
    ids = list(article_ids)
    for start in range(0, len(ids), BATCH):
        rows = list(SearchDocument.objects.filter(article__in=ids[start : start + BATCH]))
        if rows:
            with transaction.atomic():
                _remove(rows, _next_serial())


def ensure() -> None:
    """Rebuild the index if another analyzer has built it, or nothing yet."""
    if not is_current():
        rebuild()


def rebuild() -> int:
    """Build the whole index anew, in one transaction; return how many articles it holds."""
    count = 0
    with transaction.atomic():
        backend().begin_rebuild()
        SearchDocument.objects.all().delete()
        numbering = _numbering()
        new = {"epoch": uuid.uuid4().hex, "analyzer": VERSION, "base": numbering.base, "per_day": numbering.per_day}
        SearchState.objects.update_or_create(pk=1, defaults=new)
        keys = list(Article.objects.published().order_by("sort_key").values_list("pk", flat=True))
        for start in range(0, len(keys), BATCH):
            count += _update(keys[start : start + BATCH], numbering, {}, rebuilding=True)
        backend().end_rebuild()
    return count


def _numbering() -> Numbering:
    """Return the numbering that the articles there are need, with room for more."""
    usual = Numbering()
    dated = Article.objects.published().filter(published_on__isnull=False).order_by()
    oldest = dated.aggregate(day=Min("published_on"))["day"]
    fullest = dated.values("published_on").annotate(count=Count("pk")).order_by("-count").first()
    base, per_day = usual.base, usual.per_day if dated.count() > FEW else ROOMY
    if oldest and oldest.toordinal() < base:
        base = max(1, oldest.toordinal() - YEARS_BEFORE)
    while fullest and fullest["count"] * ROOM > per_day:
        per_day *= 2
    return Numbering(base, per_day)


def disagreements(read: bool = True) -> list[str]:
    """Return what differs between the index and the articles, a line each; nothing if all is well.

    Unless ``read``, it counts and does not read every article.
    """
    numbering = _current_numbering()
    if not numbering:
        if not Article.objects.published().exists():
            return []  # there is nothing to find yet
        return ["The index was built by another version of the analyzer, or not at all."]
    found: list[str] = backend().problems()
    published = Article.objects.published()
    missing = published.filter(search_document=None).count()
    if missing:
        found.append(f"{missing:,} published articles are not in the index.")
    hidden = SearchDocument.objects.filter(article__isnull=False).exclude(article__status="published").count()
    if hidden:
        found.append(f"{hidden:,} articles that are not published are in the index.")
    if not read:
        return found
    keys = list(published.filter(search_document__isnull=False).order_by("pk").values_list("pk", flat=True))
    stale = 0
    for start in range(0, len(keys), BATCH):
        part = keys[start : start + BATCH]
        rows = {row.article_id: row for row in SearchDocument.objects.filter(article__in=part)}
        for article_id, (day, texts, marks) in _contents(part, {}).items():
            stored = rows[article_id]
            known = unpacked(stored.number, bytes(stored.stored), bytes(stored.marks))
            stale += (numbering.day_of(stored.number), known.texts, known.marks) != (day, texts, marks)
    if stale:
        found.append(f"{stale:,} articles are in the index as they were before.")
    return found


Contents = tuple[date | None, tuple[str, str, str, str, str], tuple[int, ...]]


def _update(
    article_ids: Sequence[int], numbering: Numbering, readings: Mapping[int, Reading], rebuilding: bool = False
) -> int:
    stored = {row.article_id: row for row in SearchDocument.objects.filter(article__in=article_ids)}
    fresh: list[tuple[int, Contents]] = []
    kept: dict[int, SearchDocument] = {}  # that change, but not their day, and so not their number
    contents = _contents(article_ids, readings)
    gone = [row for article_id, row in stored.items() if article_id not in contents]
    for article_id, new in contents.items():
        if row := stored.get(article_id):
            old = unpacked(row.number, bytes(row.stored), bytes(row.marks))
            day = numbering.day_of(row.number)
            if (day, old.texts, old.marks) == new:
                continue
            if day == new[0]:
                kept[article_id] = row
            else:
                gone.append(row)
        fresh.append((article_id, new))
    if not gone and not fresh:
        return 0
    serial = _next_serial()
    if numbering != _current_numbering():
        raise NoNumberError("Another writer has numbered the days anew.")  # PostgreSQL: it had the lock before
    new_numbers = _numbers([(article_id, new[0]) for article_id, new in fresh if article_id not in kept], numbering)
    _remove(gone, serial)
    if kept:
        _take_out(kept.values())
        SearchDocument.objects.filter(number__in=[row.number for row in kept.values()]).delete()
    documents, rows = [], []
    for article_id, (_day, texts, marks) in fresh:
        number = kept[article_id].number if article_id in kept else new_numbers[article_id]
        document = Document(number, texts, marks)
        text_bytes, mark_bytes = document.packed()
        documents.append(document)
        rows.append(
            SearchDocument(
                number=document.number, article_id=article_id, stored=text_bytes, marks=mark_bytes, serial=serial
            )
        )
    SearchDocument.objects.bulk_create(rows)
    backend().insert(documents, rebuilding, {reading.text: reading.analysis for reading in readings.values()})
    return len(gone) + len(kept) + len(fresh)


def _next_serial() -> int:
    """Number this write. The row's lock keeps other writers waiting, so that no number is seen before a lower one."""
    SearchState.objects.filter(pk=1).update(serial=F("serial") + 1)
    return SearchState.objects.values_list("serial", flat=True).get(pk=1)


def _remove(rows: Sequence[SearchDocument], serial: int) -> None:
    """Take rows out of the index, and leave their numbers as those of nothing."""
    if rows:
        _take_out(rows)
        SearchDocument.objects.filter(number__in=[row.number for row in rows]).update(
            article=None, stored=zlib.compress(b"\0\0\0\0"), marks=b"", serial=serial
        )


def _take_out(rows: Iterable[SearchDocument]) -> None:
    backend().delete([unpacked(row.number, bytes(row.stored), bytes(row.marks)) for row in rows])


def _numbers(wanted: Sequence[tuple[int, date | None]], numbering: Numbering) -> dict[int, int]:
    """Return a number that was never used for each of these articles: the next one of its day."""
    by_day: dict[date | None, list[int]] = defaultdict(list)
    for article_id, day in wanted:
        by_day[day].append(article_id)
    numbers: dict[int, int] = {}
    undated = by_day.pop(None, [])
    if undated:
        lowest = SearchDocument.objects.filter(number__lt=0).aggregate(lowest=Min("number"))["lowest"] or 0
        numbers |= {article_id: lowest - place for place, article_id in enumerate(undated, 1)}
    for day, article_ids in by_day.items():
        first = numbering.first_of(day) if day else 0
        end = first + numbering.per_day
        in_day = SearchDocument.objects.filter(number__gte=first, number__lt=end)
        last = in_day.aggregate(last=Max("number"))["last"]
        number = first if last is None else last + 1
        if first < 0 or number + len(article_ids) > end:
            raise NoNumberError(f"The index has no number for {len(article_ids):,} articles of {day}.")
        for article_id in article_ids:
            numbers[article_id] = number
            number += 1
    return numbers


def _contents(article_ids: Sequence[int], readings: Mapping[int, Reading]) -> dict[int, Contents]:
    """Return of each published article its day and what of it is searched."""
    articles = (
        Article.objects.published()
        .filter(pk__in=article_ids)
        .order_by("sort_key")
        .values_list("pk", "title", "body", "published_on", "section")
    )
    signers: dict[int, list[int]] = defaultdict(list)
    tags: dict[int, list[str]] = defaultdict(list)
    captions: dict[int, list[str]] = defaultdict(list)
    marks: dict[int, set[int]] = defaultdict(set)
    signed = Byline.objects.filter(article__in=article_ids).order_by("position", "pk")
    for article_id, author, alias_of in signed.values_list("article", "author", "author__alias_of"):
        signers[article_id].append(alias_of or author)
        marks[article_id].add(mark(AUTHOR, alias_of or author))
    authors = _spellings(Author, {author for found in signers.values() for author in found})
    tagged = list(
        TaggedArticle.objects.filter(content_object__in=article_ids)
        .order_by("position", "pk")
        .values_list("content_object", "tag", "tag__alias_of", "tag__name")
    )
    names = _spellings(Tag, {alias_of or tag for _article, tag, alias_of, _name in tagged})
    for article_id, tag, alias_of, name in tagged:
        group = alias_of or tag
        tags[article_id] += dict.fromkeys([name, *names[group]])
        marks[article_id].add(mark(TAG, group))
    shown = Figure.objects.filter(article__in=article_ids).order_by("position", "pk")
    for article_id, caption, credit in shown.values_list("article", "caption", "credit"):
        captions[article_id] += [text for text in (caption, credit) if text]
    return {
        pk: (
            day,
            (
                _clean(title),
                _clean("\n".join(dict.fromkeys(tags[pk]))),
                _clean(_byline([authors[author] for author in dict.fromkeys(signers[pk])])),
                _clean("\n".join(captions[pk])),
                readings[pk].text if pk in readings else _clean(plain_text(body)),
            ),
            tuple(sorted(marks[pk] | ({mark(SECTION, section)} if section else set()))),
        )
        for pk, title, body, day, section in articles
    }


def _clean(text: str) -> str:
    return text.replace("\0", " ")


def _byline(authors: Sequence[Sequence[str]]) -> str:
    """Return the names that a hit shows, a line each; and after an empty line those of their aliases."""
    shown = "\n".join(names[0] for names in authors)
    other = "\n".join(name for names in authors for name in names[1:])
    return f"{shown}\n\n{other}" if other else shown


def _spellings(model: type[Tag] | type[Author], groups: set[int]) -> dict[int, list[str]]:
    """Return the names of tags or authors and of their aliases, by the one that stands for them; its own is first."""
    names: dict[int, list[str]] = defaultdict(list)
    if groups:
        rows = model._default_manager.filter(Q(pk__in=groups) | Q(alias_of__in=groups)).order_by("name")
        for pk, alias_of, name in rows.values_list("pk", "alias_of", "name"):
            if pk in groups:
                names[pk].insert(0, name)
            if alias_of in groups:
                names[alias_of].append(name)
    return names
