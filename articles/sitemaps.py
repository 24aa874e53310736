"""The sitemap: what search engines may list."""

from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import Model, QuerySet

from articles.models import Article, Author, Section, Tag


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
    """Every published article, oldest row first, so that the files already fetched stay as they are."""

    def items(self) -> QuerySet[Article]:
        """Select them with no more than their address and dates."""
        return Article.objects.published().only("source_id", "updated_at", "published_on").order_by("pk")

    def lastmod(self, item: Article) -> date | datetime | None:
        """Return the newsroom's last change."""
        return item.updated_at or item.published_on


class ListSitemap(ArchiveSitemap):
    """The pages of one model's rows."""

    def __init__(self, rows: QuerySet[Any]) -> None:
        """Keep the rows, which need a ``slug``."""
        self.rows = rows

    def items(self) -> QuerySet[Model]:
        """Select them with no more than their address."""
        return self.rows.only("slug").order_by("pk")


SITEMAPS = {
    "articles": ArticleSitemap,
    "sections": ListSitemap(Section.objects.all()),
    "authors": ListSitemap(Author.objects.filter(alias_of=None)),
    "tags": ListSitemap(Tag.objects.filter(alias_of=None)),
}
