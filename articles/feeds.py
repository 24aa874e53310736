"""Atom feeds with full text: the latest articles of the archive, of a section, an author or a tag."""

import re
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed, get_tag_uri
from django.utils.html import escape, format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.xmlutils import SimplerXMLGenerator

from articles import profile, reading
from articles.models import Article, Author, Byline, Correction, Section, Tag, TaggedArticle
from articles.readable_corrections import ReadableCorrection, readable_corrections
from articles.templatetags.archive_links import date_shown, label
from articles.templatetags.article_text import addresses_here, article_text

LENGTH = 30
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
# Everything that XML 1.0 allows none of; Django's feed raises an error on one such character.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    """Return the text without the characters that XML forbids."""
    return _FORBIDDEN.sub("", text)


class FullTextAtom(Atom1Feed):
    """Atom with a ``content`` element beside the summary."""

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        """Write what Django writes, then the full text; addresses in it start at this site."""
        super().add_item_elements(handler, item)
        base = {"type": "html", "xml:base": f"{settings.SITE_URL}/"}
        handler.addQuickElement("content", item["content"], base)


class LatestArticles(Feed):
    """The latest articles."""

    feed_type = FullTextAtom

    @property
    def language(self) -> str:  # type: ignore[override]
        """Return the newsroom's language: most of the text is in it."""
        return profile.current().language

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Return what the feed is of; this one is of the whole archive."""

    def name(self, of: Any) -> str:
        """Return the name of what the feed is of."""
        return ""

    def title(self, of: Any) -> str:
        """Return the publication's name, after the name of what the feed is of."""
        publication = profile.current().name_in(get_language() or settings.LANGUAGE_CODE)
        return xml_text(" – ".join(filter(None, [self.name(of), publication])))

    def subtitle(self, of: Any) -> str:
        """Say what the feed holds."""
        if name := self.name(of):
            return xml_text(_("The latest articles of the archive: %(name)s") % {"name": name})
        return _("The latest articles of the archive")

    def link(self, of: Any) -> str:
        """Return the page that lists the same articles."""
        return settings.SITE_URL + (of.get_absolute_url() if of else reverse("articles:home"))

    def feed_url(self, of: Any) -> str:
        """Return the feed's own address."""
        return settings.SITE_URL + reverse("articles:feed")

    def author_name(self, of: Any) -> str:
        """Return the publication's name: Atom asks for an author where an entry has none."""
        return xml_text(next(iter(profile.current().publication.values())))

    def chosen(self, of: Any) -> QuerySet[Article]:
        """Select the articles."""
        return Article.objects.published()

    def items(self, of: Any) -> list[Article]:
        """Return the articles."""
        latest = (
            self.chosen(of)
            .select_related("section", "text_capture")
            .prefetch_related("bylines__author__alias_of", "figures", "tagged__tag")
            .defer("body", "imported", *(f"text_capture__{name}" for name in ("original", "front_matter", "body")))
            .order_by("-sort_key")[:LENGTH]
        )
        articles = list(latest)
        addresses = addresses_here(articles)  # one query for all of them
        with reading.original():
            for article in articles:
                text = article_text(article, addresses)
                if article.date_inferred:  # Atom's own date cannot say so
                    text = format_html("<p>{}</p>\n{}", date_shown(article), text)
                article.feed_text = xml_text(text)  # type: ignore[attr-defined]
        return articles

    def item_title(self, item: Article) -> str:
        """Return the headline; Django itself escapes it."""
        return xml_text(item.title)

    def item_description(self, item: Article) -> str:
        """Return the beginning of the text; feed readers take a summary for HTML."""
        return escape(xml_text(item.excerpt))

    def item_link(self, item: Article) -> str:
        """Return the permanent address."""
        return settings.SITE_URL + item.get_absolute_url()

    def item_author_name(self, item: Article) -> str:
        """Return the names of the authors."""
        return xml_text(", ".join(dict.fromkeys(byline.signer.name for byline in item.bylines.all())))

    def item_categories(self, item: Article) -> list[str]:
        """Return the section and the tags."""
        names = [item.section.name] if item.section else []
        return [xml_text(name) for name in (*names, *(tagged.tag.name for tagged in item.tagged.all()))]

    def item_pubdate(self, item: Article) -> datetime | None:
        """Return the beginning of the day, where the newsroom was."""
        if item.published_on is None:
            return None
        return datetime.combine(item.published_on, time(), ZoneInfo(profile.current().time_zone))

    def item_updateddate(self, item: Article) -> datetime | None:
        """Return the last update by the newsroom, else the best that is known: Atom asks for one of every entry."""
        return item.updated_at or self.item_pubdate(item) or item.text_capture.captured_at or _BEGINNING

    def item_extra_kwargs(self, item: Article) -> dict[str, str]:
        """Give the full text to ``FullTextAtom``."""
        return {"content": item.feed_text}  # type: ignore[attr-defined]


class SectionFeed(LatestArticles):
    """The latest articles of one section."""

    def get_object(self, request: HttpRequest, slug: str) -> Section:
        """Return the section."""
        return get_object_or_404(Section, slug=slug)

    def name(self, of: Section) -> str:
        """Return the section's name in the reader's language."""
        return label(of)

    def feed_url(self, of: Section) -> str:
        """Return the feed's own address."""
        return settings.SITE_URL + reverse("articles:section-feed", args=[of.slug])

    def chosen(self, of: Section) -> QuerySet[Article]:
        """Select the section's articles."""
        return Article.objects.published().filter(section=of)


class AuthorFeed(LatestArticles):
    """The latest articles that one author signed."""

    def get_object(self, request: HttpRequest, slug: str) -> Author:
        """Return the author, or the author that an alias stands for."""
        found: Author = get_object_or_404(Author.objects.select_related("alias_of"), slug=slug)
        return found.leads_to()

    def name(self, of: Author) -> str:
        """Return the author's name."""
        return of.name

    def feed_url(self, of: Author) -> str:
        """Return the feed's own address."""
        return settings.SITE_URL + reverse("articles:author-feed", args=[of.slug])

    def chosen(self, of: Author) -> QuerySet[Article]:
        """Select what the author signed under any name, each article once."""
        names = Author.objects.filter(Q(pk=of.pk) | Q(alias_of=of)).values("pk")
        return Article.objects.published().filter(pk__in=Byline.objects.filter(author__in=names).values("article"))


class TagFeed(LatestArticles):
    """The latest articles under one tag and its aliases."""

    def get_object(self, request: HttpRequest, slug: str) -> Tag:
        """Return the tag, or the tag that an alias stands for."""
        found: Tag = get_object_or_404(Tag.objects.select_related("alias_of"), slug=slug)
        return found.leads_to()

    def name(self, of: Tag) -> str:
        """Return the tag's name."""
        return of.name

    def feed_url(self, of: Tag) -> str:
        """Return the feed's own address."""
        return settings.SITE_URL + reverse("articles:tag-feed", args=[of.slug])

    def chosen(self, of: Tag) -> QuerySet[Article]:
        """Select the articles that have the tag or an alias of it, each once."""
        same = Tag.objects.filter(Q(pk=of.pk) | Q(alias_of=of)).values("pk")
        return Article.objects.published().filter(
            pk__in=TaggedArticle.objects.filter(tag__in=same).values("content_object")
        )


class LatestCorrections(Feed):
    """The latest corrections by the archive's editors, each with its difference."""

    feed_type = FullTextAtom

    def title(self) -> str:
        """Say what the feed is of."""
        name = profile.current().name_in(get_language() or settings.LANGUAGE_CODE)
        return _("Corrections – %(publication)s") % {"publication": name}

    def subtitle(self) -> str:
        """Say what the feed holds."""
        return _("What the editors of this archive corrected, and why")

    def link(self) -> str:
        """Return the page that lists them."""
        return settings.SITE_URL + reverse("articles:corrections")

    def feed_url(self) -> str:
        """Return the feed's own address."""
        return settings.SITE_URL + reverse("articles:corrections-feed")

    def items(self) -> list[ReadableCorrection]:
        """Return the corrections."""
        return readable_corrections(Correction.objects.for_list()[:LENGTH])

    def item_title(self, item: ReadableCorrection) -> str:
        """Return the headline and the field; Django itself escapes it."""
        return xml_text(f"{item.correction.article.title}: {item.label}")

    def item_description(self, item: ReadableCorrection) -> str:
        """Return the reason; feed readers take a summary for HTML."""
        return escape(xml_text(item.correction.reason))

    def item_link(self, item: ReadableCorrection) -> str:
        """Return its place in the record of its article."""
        record = reverse("articles:record", args=[item.correction.article.source_id])
        return f"{settings.SITE_URL}{record}#correction-{item.correction.pk}"

    def item_guid(self, item: ReadableCorrection) -> str:
        """Return an id that stays even if its article gets another number."""
        return get_tag_uri(f"{settings.SITE_URL}/corrections/{item.correction.pk}", item.correction.created_at)

    def item_author_name(self, item: ReadableCorrection) -> str:
        """Name nobody: an editor of this archive."""
        return _("An editor of this archive")

    def item_pubdate(self, item: ReadableCorrection) -> datetime:
        """Return when it was made."""
        return item.correction.created_at

    def item_updateddate(self, item: ReadableCorrection) -> datetime:
        """Return the same: a correction does not change."""
        return item.correction.created_at

    def item_extra_kwargs(self, item: ReadableCorrection) -> dict[str, str]:
        """Give the reason and the difference to ``FullTextAtom``."""
        return {"content": xml_text(render_to_string("includes/_correction_feed.html", {"row": item}))}
