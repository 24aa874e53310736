"""The pages that were saved of one story, in the order in which the newsroom wrote them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from django.db.models import Prefetch
from django.http import Http404
from django.utils.translation import gettext as _

from articles import edits, provenance
from articles.comparison import readable
from articles.edits import Edition
from articles.models import Article, Capture, Figure, ImportIssue

HEAVY = ("original", "front_matter", "removed", "fingerprint")


@dataclass(frozen=True)
class Picture:
    """A figure as a saved page had it, before any correction of the archive's; known by the name of its file."""

    name: str
    caption: str
    credit: str
    url: str

    @property
    def words(self) -> str:
        """What is read under it."""
        return f"{self.caption}／{self.credit}" if self.caption and self.credit else self.caption or self.credit


@dataclass(frozen=True)
class SavedPage:
    """One capture, as its story's record shows it."""

    ref: str
    capture: Capture
    edition: Edition
    pictures: dict[int, Picture]

    @property
    def reason(self) -> str:
        """Why it belongs to the story."""
        capture = self.capture
        return provenance.grouping_reason(capture.evidence, capture.source_id, decided=bool(capture.pinned_story))

    @property
    def issues(self) -> list[str]:
        """What an import met in its file, in words for readers, each once."""
        words = (provenance.issue_in_words(issue.kind) for issue in self.capture.issues.all())
        return [text for text in dict.fromkeys(words) if text]

    @property
    def text(self) -> str:
        """What a reader saw, with the words of each figure in its place."""
        return readable(self.edition.body, self._figure)

    def _figure(self, number: str) -> str:
        picture = self.pictures.get(int(number))
        return f"▣ {picture.words or picture.name}".rstrip() if picture else ""


def edition_of(capture: Capture, current: int) -> Edition:
    """Return what is compared of a capture; ``current`` is the key of the one that gives the article its text."""
    return Edition(
        key=capture.key,
        source_id=capture.source_id,
        title=capture.title,
        body=capture.body,
        updated_at=capture.updated_at,
        captured_at=capture.captured_at,
        is_current=capture.pk == current,
    )


def saved_pages(story: Article) -> list[SavedPage]:
    """Return a story's captures in the order in which the newsroom wrote them."""
    captures = list(
        story.captures.filter(kind=Capture.Kind.TEXT)
        .defer(*HEAVY)
        .prefetch_related("figures", Prefetch("issues", ImportIssue.objects.order_by("line", "pk")))
    )
    by_key = {capture.key: capture for capture in captures}
    count = Counter(capture.source_id for capture in captures)
    imported = story.imported.get("figures", {})
    pages = []
    for edition in edits.in_order([edition_of(capture, story.text_capture_id) for capture in captures]):
        capture = by_key[edition.key]
        # a number that was saved once is enough to name its page, now and after the next import
        ref = capture.source_id if count[capture.source_id] == 1 else capture.key
        pictures = {
            figure.position: _picture(figure, imported if edition.is_current else {})
            for figure in capture.figures.all()
        }
        pages.append(SavedPage(ref, capture, edition, pictures))
    return pages


def _picture(figure: Figure, imported: dict[str, dict[str, str]]) -> Picture:
    """Return a figure with the words that its page gave it: ``imported`` has those that editors may have corrected."""
    words = imported.get(figure.original_url or figure.archived_url, {})
    url = figure.original_url or figure.archived_url
    return Picture(
        name=_file_name(url),
        caption=words.get("caption", figure.caption),
        credit=words.get("credit", figure.credit),
        url=figure.archived_url or figure.original_url,
    )


def _file_name(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return unquote(parts.path.rstrip("/").rsplit("/", 1)[-1]) or url


def find(pages: Sequence[SavedPage], ref: str) -> SavedPage:
    """Return the page that a part of an address names: by its key, or by its number the first that was saved.

    Raises Http404 for one that the story does not have.
    """
    found = [page for page in pages if page.edition.key == ref]
    if not found:
        of_number = [page for page in pages if page.edition.source_id == ref]
        found = sorted(of_number, key=lambda page: page.edition.key)
    if not found:
        raise Http404(_("This article has no such saved page."))
    return found[0]


def exchanged(before: SavedPage, after: SavedPage) -> tuple[list[Picture], list[Picture]]:
    """Return the pictures that came, and those that went."""
    old, new = Counter(), Counter()  # type: Counter[str], Counter[str]
    old.update(picture.name for picture in before.pictures.values())
    new.update(picture.name for picture in after.pictures.values())
    return _only(after, new - old), _only(before, old - new)


def _only(page: SavedPage, wanted: Counter[str]) -> list[Picture]:
    found = []
    for picture in page.pictures.values():
        if wanted[picture.name] > 0:
            wanted[picture.name] -= 1
            found.append(picture)
    return found
