"""How to cite an article: a page, files to download, and what the article's own page tells machines."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from articles import profile
from articles.citations import BY_SUFFIX, FORMATS, Citation, Format, Signature, one_line
from articles.metadata import Image, Page
from articles.models import Article, Author, Capture, Figure, Tag, TaggedArticle
from articles.templatetags.archive_links import language_of, web_url
from articles.views.redirects import published_or_answer


def absolute(path: str) -> str:
    """Return a path of this site, or an address of another, as an absolute URL."""
    return settings.SITE_URL + path if path.startswith("/") else path


def citation_of(
    article: Article, authors: Iterable[Author], tags: Iterable[Tag] = (), capture: Capture | None = None
) -> Citation:
    """Return what can be said of an article; without its capture, where it stood and was saved is left out."""
    newsroom = profile.current()
    language = language_of(article.title)
    return Citation(
        source_id=article.source_id,
        title=one_line(article.title),
        language=language,
        authors=tuple(
            Signature(author.name, is_person=not author.is_generic, url=absolute(author.get_absolute_url()))
            for author in authors
        ),
        publication=newsroom.name_in(language),
        publication_en=newsroom.publication.get("en", ""),
        published_on=article.published_on,
        date_inferred=article.date_inferred,
        section=article.section.name if article.section else "",
        tags=tuple(tag.name for tag in tags),
        abstract=one_line(article.excerpt),
        original_url=web_url(capture.original_url) if capture else "",
        wayback_url=web_url(capture.wayback_url) if capture else "",
        captured_at=capture.captured_at if capture else None,
        here=absolute(article.get_absolute_url()),
    )


def page_of(article: Article, citation: Citation) -> Page:
    """Return what an article's page says of itself; its figures and public corrections must be at hand."""
    pictures = (figure for figure in article.figures.all() if figure.kind == Figure.Kind.IMAGE and web_url(figure.src))
    return Page(
        citation=citation,
        site_name=profile.current().name_in(get_language() or settings.LANGUAGE_CODE),
        site_url=absolute(reverse("articles:home")),
        section_url=absolute(article.section.get_absolute_url()) if article.section else "",
        updated_at=article.updated_at,
        images=tuple(
            Image(absolute(web_url(figure.src)), one_line(figure.caption), one_line(figure.credit))
            for figure in pictures
        ),
        corrections=tuple(
            (correction.created_at, correction.reason)
            for correction in article.public_corrections  # type: ignore[attr-defined]
            if correction.is_active
        ),
    )


def _cited(request: HttpRequest, source_id: str) -> Citation | HttpResponse:
    """Return what an address asks to cite, or the answer that the article's own address would give."""
    found = (
        Article.objects.filter(source_id=source_id)
        .select_related("section", "text_capture")
        .defer(
            "body",
            "html",
            "imported",
            *(f"text_capture__{name}" for name in ("original", "front_matter", "body", "removed", "bylines")),
        )
        .prefetch_related(Prefetch("tagged", TaggedArticle.objects.select_related("tag__alias_of")))
        .first()
    )
    story = published_or_answer(request, found, source_id)
    if isinstance(story, HttpResponse):
        return story
    tags = dict.fromkeys(tagged.tag.alias_of or tagged.tag for tagged in story.tagged.all())
    return citation_of(story, story.bylines_in_order(), tags, story.text_capture)


@require_safe
def cite(request: HttpRequest, source_id: str) -> HttpResponse:
    """Show every way to cite an article."""
    cited = _cited(request, source_id)
    if isinstance(cited, HttpResponse):
        return cited
    return render(request, "articles/cite.html", {"citation": cited, "cited": written(cited)})


def written(citation: Citation) -> list[tuple[Format, str]]:
    """Return each format with the citation written in it."""
    return [(one, one.write(citation)) for one in FORMATS]


@require_safe
def download(request: HttpRequest, source_id: str, suffix: str) -> HttpResponse:
    """Send a citation as a file."""
    cited = _cited(request, source_id)
    if isinstance(cited, HttpResponse):
        return cited
    one = BY_SUFFIX[suffix]
    name = f"{cited.source_id}.{suffix}"
    return HttpResponse(
        one.write(cited),
        content_type=one.content_type,
        headers={"Content-Disposition": content_disposition_header(True, name), "X-Robots-Tag": "noindex"},
    )
