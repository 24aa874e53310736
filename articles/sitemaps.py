"""The sitemap: what search engines may list."""

from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.urls import reverse
from django.utils import timezone

from articles import counts
from articles.citations import ascii_url
from articles.models import Article, Figure, Section
from articles.templatetags.archive_links import web_url
from articles.views.citations import absolute

IMAGES = 1000  # an address, says the protocol


class ArchiveSitemap(Sitemap):
    """Addresses under ``SITE_URL``, in files of at most 10,000."""

    limit = 10_000
    protocol = urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site: Any = None) -> str:
        """Return this site's host, whatever name the request came by."""
        return urlsplit(settings.SITE_URL).netloc

    def get_latest_lastmod(self) -> None:
        """Leave the index without dates: Django would load every article for them."""


class ArticleSitemap(ArchiveSitemap):
    """Every published article with its pictures, oldest row first: the files already fetched stay as they are."""

    def items(self) -> QuerySet[Article]:
        """Select them with no more than addresses and dates."""
        pictures = Figure.objects.filter(kind=Figure.Kind.IMAGE).order_by("article", "position")
        few = pictures.only("article", "file", "archived_url", "original_url")
        return (
            Article.objects.published()
            .only("source_id", "updated_at", "published_on")
            .prefetch_related(Prefetch("figures", few, to_attr="pictures"))
            .order_by("pk")
        )

    def lastmod(self, item: Article) -> date | None:
        """Return the day of the newsroom's last change; Django compares these, and a day with a time it cannot."""
        return timezone.localdate(item.updated_at) if item.updated_at else item.published_on

    def get_urls(self, page: int | str = 1, site: Any = None, protocol: str | None = None) -> list[dict[str, Any]]:
        """Add the pictures' addresses."""
        urls = super().get_urls(page, site, protocol)
        for url in urls:
            found = (web_url(figure.src) for figure in url["item"].pictures[:IMAGES])
            url["images"] = [ascii_url(absolute(src)) for src in found if src]
        return urls


class PageSitemap(ArchiveSitemap):
    """Pages that are not of one article: overviews, sections, authors, tags, days. Each item is an address here."""

    def __init__(self, addresses: Callable[[], list[str]]) -> None:
        """Keep what lists the addresses, in an order that stays."""
        self.addresses = addresses

    def items(self) -> list[str]:
        """Return the addresses."""
        return self.addresses()

    def location(self, item: str) -> str:
        """Return the address itself."""
        return item


def _overviews() -> list[str]:
    names = ("home", "about", "archive", "authors", "tags", "corrections", "lost")
    months = dict.fromkeys((day.year, day.month) for day in counts.days())
    years = dict.fromkeys(year for year, _month in months)
    return [
        *(reverse(f"articles:{name}") for name in names),
        *(reverse("articles:year", args=[year]) for year in years),
        *(reverse("articles:month", args=month) for month in months),
    ]


def _days() -> list[str]:
    return [reverse("articles:day", args=[day.year, day.month, day.day]) for day in counts.days()]


def _sections() -> list[str]:
    published = Article.objects.published().filter(section=OuterRef("pk"))
    return [section.get_absolute_url() for section in Section.objects.filter(Exists(published)).order_by("pk")]


def _authors() -> list[str]:
    return [reverse("articles:author", args=[author.slug]) for author in counts.authors()]


def _tags() -> list[str]:
    return [reverse("articles:tag", args=[slug]) for slug in sorted(tag.slug for tag in counts.tags())]


SITEMAPS: dict[str, ArchiveSitemap] = {
    "articles": ArticleSitemap(),
    "pages": PageSitemap(_overviews),
    "days": PageSitemap(_days),
    "sections": PageSitemap(_sections),
    "authors": PageSitemap(_authors),
    "tags": PageSitemap(_tags),
}
