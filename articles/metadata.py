"""What an article's page tells machines about itself. Pure: records in, names and values out.

Highwire tags and Dublin Core are read by Zotero and library software, OpenGraph by whatever shows a link's preview,
JSON-LD (schema.org) by search engines.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote

from articles.citations import Citation, Signature, ascii_url

Pairs = list[tuple[str, str]]

IMAGES = 5  # of an article with more, the first ones
# A proxy in front refuses an answer with headers of more than a few kilobytes; some addresses are that long.
MAX_HEADER_URL = 700


@dataclass(frozen=True)
class Image:
    """One picture of the article; its URL is absolute."""

    url: str
    caption: str
    credit: str


@dataclass(frozen=True)
class Page:
    """One article's page."""

    citation: Citation
    site_name: str
    site_url: str  # the front page
    section_url: str  # empty without a section
    updated_at: datetime | None  # by the newsroom
    images: tuple[Image, ...]
    corrections: tuple[tuple[datetime, str], ...]  # when and why


@dataclass(frozen=True)
class Metadata:
    """All of it, as the template writes it down."""

    names: Pairs  # <meta name>
    properties: Pairs  # <meta property>
    json_ld: dict[str, Any]


def metadata_of(page: Page) -> Metadata:
    """Return all that a page says of itself."""
    names = [*highwire(page.citation), *dublin_core(page.citation), *twitter_card(page)]
    return Metadata(names, open_graph(page), json_ld(page))


def highwire(citation: Citation) -> Pairs:
    """Return the ``citation_*`` tags."""
    day = citation.published_on
    return _known(
        ("citation_title", citation.title),
        *(("citation_author", author.name) for author in citation.authors),
        ("citation_publication_date", day.isoformat().replace("-", "/") if day else ""),
        ("citation_journal_title", citation.publication),
        ("citation_language", citation.language),
        ("citation_public_url", citation.here),
        *(("citation_keywords", tag) for tag in citation.tags),
    )


def dublin_core(citation: Citation) -> Pairs:
    """Return the ``DC.*`` tags."""
    return _known(
        ("DC.type", "newspaperArticle"),  # Zotero goes by the first
        ("DC.type", "Text"),
        ("DC.title", citation.title),
        *(("DC.creator", author.name) for author in citation.authors),
        ("DC.publisher", citation.publication),
        ("DC.date", citation.published_on.isoformat() if citation.published_on else ""),
        ("DC.language", citation.language),
        ("DC.identifier", citation.here),
        ("DC.source", citation.original_url),
        ("DC.relation", citation.wayback_url),
        *(("DC.subject", tag) for tag in citation.tags),
    )


def open_graph(page: Page) -> Pairs:
    """Return the ``og:*`` and ``article:*`` properties."""
    citation = page.citation
    first = page.images[0] if page.images else Image("", "", "")
    return _known(
        ("og:type", "article"),
        ("og:title", citation.title),
        ("og:url", citation.here),
        ("og:description", citation.abstract),
        ("og:site_name", page.site_name),
        ("og:locale", _locale(citation.language)),
        ("og:image", ascii_url(first.url)),
        ("og:image:alt", first.caption if first.url else ""),
        ("article:published_time", citation.published_on.isoformat() if citation.published_on else ""),
        ("article:modified_time", page.updated_at.isoformat() if page.updated_at else ""),
        ("article:section", citation.section),
        *(("article:author", author.url) for author in citation.authors),
        *(("article:tag", tag) for tag in citation.tags),
    )


def twitter_card(page: Page) -> Pairs:
    """Return the one ``twitter:*`` tag that does not fall back to OpenGraph."""
    return [("twitter:card", "summary_large_image" if page.images else "summary")]


def json_ld(page: Page) -> dict[str, Any]:
    """Return the page as schema.org data: the article, and the way to it from the front page."""
    return {"@context": "https://schema.org", "@graph": [_news_article(page), _breadcrumbs(page)]}


def _news_article(page: Page) -> dict[str, Any]:
    citation = page.citation
    publisher = _filled(
        {
            "@type": "NewsMediaOrganization",
            "name": citation.publication,
            "alternateName": citation.publication_en if citation.publication_en != citation.publication else "",
        }
    )
    return _filled(
        {
            "@type": "NewsArticle",
            "@id": citation.here,
            "url": citation.here,
            "mainEntityOfPage": citation.here,
            "headline": citation.title,
            "description": citation.abstract,
            "inLanguage": citation.language,
            "datePublished": citation.published_on.isoformat() if citation.published_on else "",
            "dateModified": page.updated_at.isoformat() if page.updated_at else "",
            # an unsigned story is the newsroom's own
            "author": [_author(author) for author in citation.authors] or [publisher],
            "publisher": publisher,
            "image": [_image(image) for image in page.images[:IMAGES]],
            "articleSection": citation.section,
            "keywords": list(citation.tags),
            "isAccessibleForFree": True,
            "isBasedOn": citation.original_url,
            "archivedAt": citation.wayback_url,
            "correction": [
                {"@type": "CorrectionComment", "datePublished": made_at.isoformat(timespec="seconds"), "text": reason}
                for made_at, reason in page.corrections
            ],
        }
    )


def _author(author: Signature) -> dict[str, Any]:
    kind = "Person" if author.is_person else "Organization"
    return _filled({"@type": kind, "name": author.name, "url": author.url})


def _image(image: Image) -> dict[str, Any]:
    return _filled(
        {"@type": "ImageObject", "url": ascii_url(image.url), "caption": image.caption, "creditText": image.credit},
    )


def _breadcrumbs(page: Page) -> dict[str, Any]:
    citation = page.citation
    way = [(page.site_name, page.site_url), (citation.section, page.section_url), (citation.title, citation.here)]
    steps = [(name, url) for name, url in way if name and url]
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": name, "item": url}
            for position, (name, url) in enumerate(steps, 1)
        ],
    }


def memento_links(citation: Citation) -> str:
    """Return the value of an HTTP header ``Link`` (RFC 7089): where the page stood, and the copy of it that was saved.

    The page here is no memento itself: its text was taken out of the copy and set anew.
    """
    links = []
    if _fits_a_header(original := _header_url(citation.original_url)):
        links.append(f'<{original}>; rel="original"')
        links.append(f'<https://web.archive.org/web/{original}>; rel="timegate"')
    if citation.captured_at and _fits_a_header(copy := _header_url(citation.wayback_url)):
        moment = citation.captured_at.astimezone(UTC)
        links.append(f'<{copy}>; rel="memento"; datetime="{format_datetime(moment, usegmt=True)}"')
    return ", ".join(links)


def _header_url(url: str) -> str:
    return quote(url, safe="%/:=&?~#+!$,;@()*.-_'[]", errors="replace")


def _fits_a_header(url: str) -> bool:
    return 0 < len(url) <= MAX_HEADER_URL


def _locale(language: str) -> str:
    """Return OpenGraph's form of a language with a region (``zh_HK``), or an empty string."""
    parts = language.split("-")
    return f"{parts[0]}_{parts[-1].upper()}" if len(parts) > 1 and len(parts[-1]) == 2 else ""


def _known(*pairs: tuple[str, str]) -> Pairs:
    return [(name, value) for name, value in pairs if value]


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in ("", [], None)}
