"""Keeps the index in step with the articles, in the transactions that change them.

Plain statements where every correction waits for them.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from articles import write_ahead
from articles.counted import counted
from articles.models import Article, SearchBlock, SearchDictionary, SearchDocument, SearchState
from articles.search import postgresql, sqlite, stored_texts
from articles.search.contents import contents, rows_of, text_of
from articles.search.documents import Content, Document, Reading, packed_marks, unpacked_marks
from articles.search.tokens import VERSION

BATCH = 500

_STATE = (
    "SELECT epoch, serial, (SELECT COALESCE(max(id), 0) FROM articles_searchdictionary) "
    "FROM articles_searchstate WHERE id = 1 AND analyzer = %s"
)
_NEXT = "UPDATE articles_searchstate SET serial = serial + 1 WHERE id = 1"
_STORED = (
    "SELECT number, article_id, day, marks, substr(content, start, length) FROM articles_searchdocument "
    "JOIN articles_searchblock ON articles_searchblock.id = block_id WHERE article_id IN ({})"
)
_STORE = (
    "INSERT INTO articles_searchdocument (number, article_id, day, marks, block_id, start, length, serial) "
    "VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
)
# On SQLite this has FTS5 write down all it has gathered, which costs a rebuild much; and so it comes before that.
_REPLACE = (
    " ON CONFLICT (number) DO UPDATE SET "
    "article_id = excluded.article_id, day = excluded.day, marks = excluded.marks, "
    "block_id = excluded.block_id, start = excluded.start, length = excluded.length, serial = excluded.serial"
)


@dataclass(frozen=True)
class _State:
    """What stands in SearchState, and the number of the dictionary."""

    epoch: str
    serial: int
    dictionary: int


def backend():  # type: ignore[no-untyped-def]
    """Return the module that searches on this database."""
    return postgresql if connection.vendor == "postgresql" else sqlite


def is_current() -> bool:
    """Tell whether the index was built by this analyzer. One of another version must be rebuilt, not added to."""
    return _state() is not None


def _state() -> _State | None:
    """Return the state of the index; None if another analyzer has built it."""
    with connection.cursor() as cursor:
        cursor.execute(_STATE, [VERSION])
        found = cursor.fetchone()
    return _State(*found) if found else None


def read(body: str) -> Reading:
    """Return what the index needs of an article's Markdown. Touches no database, and so can run in any process."""
    text = text_of(body)
    return Reading(text, backend().analysed(text))


def update(article_ids: Iterable[int], readings: Mapping[int, Reading] | None = None) -> int:
    """Bring the index in step with these articles, in the caller's transaction; return how many rows it wrote.

    ``readings`` are those of texts that have been read already, by article. An index of another analyzer is left
    alone until it is rebuilt.
    """
    wanted = sorted(set(article_ids))
    state = _state() if wanted else None
    if not state:
        return 0
    parts = (wanted[start : start + BATCH] for start in range(0, len(wanted), BATCH))
    return sum(_update(part, state.epoch, readings or {}) for part in parts)


def _update(article_ids: Sequence[int], epoch: str, readings: Mapping[int, Reading]) -> int:
    stored = _stored(article_ids)
    wanted = contents(article_ids, readings)
    gone = [document for article_id, document in stored.items() if article_id not in wanted]
    changed = {
        article_id: content
        for article_id, content in wanted.items()
        if article_id not in stored or stored[article_id].content != content
    }
    if not gone and not changed:
        return 0
    state = _next_write()
    if not state:
        return 0
    if state.epoch != epoch:  # PostgreSQL: somebody built the index anew, and this write had to wait for that
        return _update(article_ids, state.epoch, readings)
    dictionary = state.dictionary or stored_texts.make_dictionary(content.texts for content in changed.values())
    number = _last_number()
    documents: dict[int, Document] = {}
    for article_id, content in changed.items():
        if article_id not in stored:
            number += 1
        documents[article_id] = Document(stored[article_id].number if article_id in stored else number, content)
    replaced = [document for article_id, document in stored.items() if article_id in documents]
    _store(gone, documents, state.serial, dictionary)
    backend().write([*gone, *replaced], list(documents.values()), _analyses(readings))
    return len(gone) + len(documents)


def forget(article_ids: Iterable[int]) -> None:
    """Take articles out of the index, before they are deleted."""
    ids = list(article_ids)
    for start in range(0, len(ids), BATCH):
        with transaction.atomic():
            gone = list(_stored(ids[start : start + BATCH]).values())
            state = _next_write() if gone else None
            if state:
                _store(gone, {}, state.serial, state.dictionary)
                backend().write(gone, [], {})


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
        SearchBlock.objects.all().delete()
        SearchDictionary.objects.all().delete()
        SearchState.objects.update_or_create(pk=1, defaults={"epoch": uuid.uuid4().hex, "analyzer": VERSION})
        state = _next_write()
        keys = list(Article.objects.published().order_by("sort_key").values_list("pk", flat=True))
        few = keys[:: max(1, len(keys) // stored_texts.SAMPLE)]
        dictionary = stored_texts.make_dictionary(content.texts for content in contents(few, {}).values())
        for start in range(0, len(keys), BATCH):
            part = keys[start : start + BATCH]
            documents = {
                article_id: Document(number, content)
                for number, (article_id, content) in enumerate(contents(part, {}).items(), count + 1)
            }
            _store([], documents, state.serial if state else 0, dictionary, rebuilding=True)
            backend().write([], list(documents.values()), {}, rebuilding=True)
            count += len(documents)
        backend().end_rebuild()
    write_ahead.empty_log()
    return count


def disagreements(read: bool = True) -> list[str]:
    """Return what differs between the index and the articles, a line each; nothing if all is well.

    Unless ``read``, it counts and does not read every article.
    """
    if not is_current():
        if not Article.objects.published().exists():
            return []  # there is nothing to find yet
        return ["The index was built by another version of the analyzer, or not at all."]
    found: list[str] = backend().problems()
    published = Article.objects.published()
    missing = published.filter(search_document=None).count()
    if missing:
        found.append(f"{counted(missing, 'published article is', 'published articles are')} not in the index.")
    hidden = SearchDocument.objects.filter(article__isnull=False).exclude(article__status="published").count()
    if hidden:
        which = counted(hidden, "article that is not published is", "articles that are not published are")
        found.append(f"{which} in the index.")
    if not read:
        return found
    keys = list(published.filter(search_document__isnull=False).order_by("pk").values_list("pk", flat=True))
    stale = 0
    for start in range(0, len(keys), BATCH):
        part = keys[start : start + BATCH]
        stored = _stored(part)
        stale += sum(stored[article_id].content != content for article_id, content in contents(part, {}).items())
    if stale:
        which = counted(stale, "article is in the index as it was", "articles are in the index as they were")
        found.append(f"{which} before.")
    return found


def _next_write() -> _State | None:
    """Number this write, and return the state.

    The row's lock keeps other writers waiting, so that no number is seen before a lower one.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NEXT)
    return _state()


def _last_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(max(number), 0) FROM articles_searchdocument")
        return int(cursor.fetchone()[0])


def _stored(article_ids: Sequence[int]) -> dict[int, Document]:
    """Return the documents of those articles that are in the index."""
    return {
        article_id: Document(number, Content(day, stored_texts.expanded(bytes(stored)), unpacked_marks(bytes(marks))))
        for number, article_id, day, marks, stored in rows_of(_STORED, article_ids)
    }


def _store(
    gone: Iterable[Document],
    documents: Mapping[int, Document],
    serial: int,
    dictionary: int,
    rebuilding: bool = False,
) -> None:
    """Write down what the index holds now; of what it holds no more, the number."""
    rows: list[tuple[Any, ...]] = [(document.number, None, 0, b"", None, 1, 0, serial) for document in gone]
    places = stored_texts.store(
        [stored_texts.compressed(document.content.texts, dictionary) for document in documents.values()]
    )
    rows += [
        (document.number, article_id, document.content.day, packed_marks(document.content.marks), *place, serial)
        for (article_id, document), place in zip(documents.items(), places, strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.executemany(_STORE if rebuilding else _STORE + _REPLACE, rows)


def _analyses(readings: Mapping[int, Reading]) -> dict[str, Any]:
    return {reading.text: reading.analysis for reading in readings.values()}
