"""The record of an article: which pages were saved of it, what the newsroom changed, and any two pages compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from articles import edits, profile, provenance
from articles.comparison import Kind, Piece, compare, compare_names, length, passages, readable
from articles.edits import Version
from articles.models import Article, Capture, Correction
from articles.readable_corrections import ReadableCorrection, readable_corrections
from articles.views.redirects import published_or_answer
from articles.views.saved_pages import SavedPage, exchanged, find, saved_pages


@dataclass(frozen=True)
class PublishedVersion:
    """One version that the newsroom published, and what it changed."""

    number: int
    version: Version
    pages: list[SavedPage]
    before: SavedPage | None  # the last page of the version before
    title: list[Piece]
    came: int  # characters
    went: int
    pictures_came: int
    pictures_went: int
    pictures_changed: tuple[SavedPage, SavedPage] | None  # within the version, in two pages that read the same

    @property
    def page(self) -> SavedPage:
        """The page that stands for the version."""
        return self.pages[0]

    @property
    def is_current(self) -> bool:
        """Whether it is the one that the article's page shows."""
        return any(page.edition.is_current for page in self.pages)


@require_safe
def record(request: HttpRequest, source_id: str) -> HttpResponse:
    """Show all that is known of how an article came to be what it is."""
    story = published_or_answer(request, _story(source_id), source_id, "articles:record")
    if isinstance(story, HttpResponse):
        return story
    pages = saved_pages(story)
    versions = edits.versions_of([page.edition for page in pages])
    context = {
        "article": story,
        "pages": pages,
        "versions": _published(versions, pages),
        "sentence": edits.sentence(versions, _day(story), _zone()),
        "date_reason": provenance.date_reason(story.date_evidence),
        "corrections": _corrections(story),
    }
    return render(request, "articles/record.html", context)


@require_safe
def compare_chosen(request: HttpRequest, source_id: str) -> HttpResponse:
    """Lead the choice of two pages, ``?a=…&b=…``, to the address of their comparison; without one, to the record."""
    chosen = [request.GET.get(name, "") for name in ("a", "b")]
    if all(chosen) and not any("/" in ref for ref in chosen):
        return redirect("articles:compare", source_id, *chosen)
    return redirect("articles:record", source_id)


@require_safe
def comparison(request: HttpRequest, source_id: str, before: str, after: str) -> HttpResponse:
    """Show what differs between two saved pages of one story."""
    story = published_or_answer(request, _story(source_id), source_id, "articles:compare", before, after)
    if isinstance(story, HttpResponse):
        return story
    pages = saved_pages(story)
    old, new = find(pages, before), find(pages, after)
    title = compare(old.edition.title, new.edition.title, share=2)
    text = compare(old.text, new.text, share=2)
    came, went = exchanged(old, new)
    context = {
        "article": story,
        "old": old,
        "new": new,
        "title": title if _is_change(title) else [],
        "passages": passages(text) if _is_change(text) else [],
        "is_same": not _is_change(title) and not _is_change(text),
        "lists": _lists(old.capture, new.capture),
        "pictures_came": came,
        "pictures_went": went,
        **_steps(edits.versions_of([page.edition for page in pages]), pages, old, new),
    }
    return render(request, "articles/compare.html", context)


def _story(source_id: str) -> Article | None:
    return Article.objects.filter(source_id=source_id).select_related("section").defer("body", "html").first()


def _zone() -> ZoneInfo:
    return ZoneInfo(profile.current().time_zone)


def _day(story: Article) -> Any:
    """Return the day on which the story was published, if it is known and not inferred."""
    return None if story.date_inferred else story.published_on


def _is_change(pieces: list[Piece]) -> bool:
    return any(piece.kind is not Kind.SAME for piece in pieces)


def _published(versions: Sequence[Version], pages: Sequence[SavedPage]) -> list[PublishedVersion]:
    by_key = {page.edition.key: page for page in pages}
    found: list[PublishedVersion] = []
    for number, version in enumerate(versions, 1):
        own = [by_key[edition.key] for edition in version.editions]
        before = found[-1].pages[-1] if found else None
        came = went = 0
        if before and version.new_text:
            words = [readable(page.edition.body, lambda _number: "") for page in (before, own[0])]
            text = compare(words[0], words[1], share=len(versions))
            came, went = length(text, Kind.INSERTED), length(text, Kind.DELETED)
        pictures = exchanged(before, own[0]) if before else ([], [])
        found.append(
            PublishedVersion(
                number=number,
                version=version,
                pages=own,
                before=before,
                title=_title(before, own[0], len(versions)) if before and version.new_title else [],
                came=came,
                went=went,
                pictures_came=len(pictures[0]),
                pictures_went=len(pictures[1]),
                pictures_changed=_changed_within(own),
            )
        )
    return found


def _title(before: SavedPage, page: SavedPage, share: int) -> list[Piece]:
    return compare(before.edition.title, page.edition.title, share=share)


def _changed_within(pages: Sequence[SavedPage]) -> tuple[SavedPage, SavedPage] | None:
    """Return the first and the last of some pages if their pictures, or the words under them, differ."""
    seen = [[(picture.name, picture.words) for picture in page.pictures.values()] for page in (pages[0], pages[-1])]
    return (pages[0], pages[-1]) if seen[0] != seen[1] else None


def _lists(old: Capture, new: Capture) -> list[tuple[str, list[Piece]]]:
    """Return what else differs: section, authors, tags; each with its label."""
    pairs = [
        (_("Section"), [old.section_name], [new.section_name]),
        (_("Authors"), _names(old), _names(new)),
        (_("Tags"), list(map(str, old.tag_names)), list(map(str, new.tag_names))),
    ]
    # in what order a page named its tags says nothing
    pairs = [(label, a, b) for label, a, b in pairs if set(a) != set(b)]
    compared = ((label, compare_names(list(filter(None, a)), list(filter(None, b)))) for label, a, b in pairs)
    return [(label, pieces) for label, pieces in compared if _is_change(pieces)]


def _names(capture: Capture) -> list[str]:
    return [str(byline.get("name", "")) for byline in capture.bylines]


def _steps(
    versions: Sequence[Version], pages: Sequence[SavedPage], old: SavedPage, new: SavedPage
) -> dict[str, tuple[str, str, int, int] | None]:
    """Return the comparisons before and after this one, along the versions that the newsroom published.

    Each as its two pages' numbers and its two versions'.
    """
    by_key = {page.edition.key: page for page in pages}
    place = {edition.key: number for number, version in enumerate(versions) for edition in version.editions}

    def step(number: int) -> tuple[str, str, int, int] | None:
        if not 0 < number < len(versions):
            return None
        before, after = versions[number - 1].editions[-1], versions[number].first
        return by_key[before.key].ref, by_key[after.key].ref, number, number + 1

    here = place[new.edition.key]
    if here != place[old.edition.key] + 1:
        return {"earlier": None, "later": None}
    return {"earlier": step(here - 1), "later": step(here + 1)}


def _corrections(story: Article) -> list[ReadableCorrection]:
    return readable_corrections(Correction.objects.public().filter(article=story).with_fate())
