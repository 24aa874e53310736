"""What a dry run tells of pages that give no article its text: readers meet them in a record, or among the lost."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from articles.importer.captures import file_before
from articles.importer.loader import FieldChange
from articles.importer.parser import parse
from articles.importer.records import ParsedCapture
from articles.models import Article, Capture, CaptureChange, ImportRun
from articles.profile import ArchiveProfile

READ = 100  # pages that are read, and held, at once
EARLIER, LOST = ", an earlier version of ", ", a lost page"  # after a page's key; the admin says them in its languages


def changes_of_other_pages(run: ImportRun, profile: ArchiveProfile) -> Iterator[FieldChange]:
    """Yield what this run has changed of earlier versions and of lost pages; its stories tell the rest."""
    shown = Article.objects.values("text_capture__key")
    changed = CaptureChange.objects.filter(run=run, before__isnull=False).exclude(key__in=shown).order_by("pk")
    waiting = changed.iterator(chunk_size=READ)
    while part := list(islice(waiting, READ)):
        pages = _pages([change.key for change in part])
        for change in part:
            now, before = pages[change.key], parse(file_before(change), profile)
            what = f"{EARLIER}{now.article.source_id}" if now.article else LOST
            for field, (old, new) in _fields(before, now).items():
                if old != new:
                    yield FieldChange(f"{now.key}{what}", field, old, new)


def _pages(keys: list[str]) -> dict[str, Capture]:
    """Return pages as they are, by key, with their figures and the number of their story."""
    long = ("original", "front_matter", "removed", "fingerprint")
    of_articles = ("article__body", "article__html", "article__imported", "article__excerpt")
    rows = Capture.objects.filter(key__in=keys).select_related("article").defer(*long, *of_articles)
    return {page.key: page for page in rows.prefetch_related("figures")}


def _fields(before: ParsedCapture, now: Capture) -> dict[str, tuple[object, object]]:
    """Return what readers see of a page, as it was and as it is."""
    return {
        "title": (before.title, now.title),
        "published_on": (before.published_on, now.published_on),
        "updated_at": (before.updated_at, now.updated_at),
        "section": (before.section, now.section_name),
        "authors": ([byline.credit for byline in before.bylines], [byline["credit"] for byline in now.bylines]),
        "tags": (list(before.tags), now.tag_names),
        "figures": (
            [[figure.original_url, figure.caption, figure.credit] for figure in before.figures],
            [[figure.original_url, figure.caption, figure.credit] for figure in now.figures.all()],
        ),
        "body": (before.body, now.body),
        "original_url": (before.original_url, now.original_url),
        "wayback_url": (before.wayback_url, now.wayback_url),
        "captured_at": (before.captured_at, now.captured_at),
    }
