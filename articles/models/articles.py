"""The stories that readers see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _
from taggit.managers import TaggableManager

from .addresses import address_of
from .figures import Figure
from .taxonomy import TaggedArticle

if TYPE_CHECKING:
    from .taxonomy import Author


class ArticleQuerySet(models.QuerySet["Article"]):
    """Selections of articles, named once."""

    def published(self) -> ArticleQuerySet:
        """Only what a reader may see."""
        return self.filter(status=Article.Status.PUBLISHED)

    def for_list(self) -> ArticleQuerySet:
        """Newest first, without the long columns, with what a teaser shows; of its pictures that is the first."""
        pictures = Figure.objects.filter(article=models.OuterRef("article"), kind=Figure.Kind.IMAGE)
        first = models.Subquery(pictures.order_by("position").values("pk")[:1])
        return (
            self.defer("body", "html", "imported")
            .select_related("section")
            .prefetch_related(
                models.Prefetch(
                    "bylines",
                    Byline.objects.select_related("author__alias_of").order_by("position"),
                    to_attr="signed_bylines",
                ),
                models.Prefetch("figures", Figure.objects.filter(pk=first), to_attr="images"),
            )
            .order_by("-sort_key")
        )


class Article(models.Model):
    """One story. Its permanent id is the newsroom's own; its text is that of its latest capture."""

    class Status(models.TextChoices):
        PUBLISHED = "published", _("published")
        REVIEW = "review", _("needs review")
        WITHHELD = "withheld", _("withheld")

    source_id = models.CharField(_("source id"), max_length=100, unique=True)
    text_capture = models.ForeignKey(
        "articles.Capture", models.PROTECT, related_name="text_of", verbose_name=_("capture that gives the text")
    )
    title = models.CharField(_("title"), max_length=500)
    published_on = models.DateField(_("date"), null=True, blank=True)
    date_inferred = models.BooleanField(_("date inferred"), default=False)
    date_evidence = models.CharField(_("evidence for the date"), max_length=300, blank=True)
    updated_at = models.DateTimeField(_("last updated by the newsroom"), null=True, blank=True)
    section = models.ForeignKey(
        "articles.Section",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="articles",
        verbose_name=_("section"),
    )
    authors = models.ManyToManyField(
        "articles.Author", through="articles.Byline", related_name="articles", verbose_name=_("authors")
    )
    tags = TaggableManager(through=TaggedArticle, blank=True, verbose_name=_("tags"))
    body = models.TextField(_("text"), blank=True, help_text=_("Markdown. {{< figure 2 >}} places the second figure."))
    html = models.TextField(editable=False, blank=True)
    excerpt = models.TextField(editable=False, blank=True)
    rendered_by = models.CharField(max_length=40, editable=False, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PUBLISHED)
    notice = models.TextField(_("public notice"), blank=True, help_text=_("Shown in place of a withheld article."))
    status_reason = models.TextField(
        _("internal reason"), blank=True, help_text=_("Why it is withheld or in review. Readers never see it.")
    )
    imported = models.JSONField(editable=False, default=dict, help_text="What the last import brought, field by field.")
    # date, then id: sorts, pages and neighbours come from this one indexed column.
    sort_key = models.CharField(max_length=120, editable=False, unique=True)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        ordering = ["-sort_key"]
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        permissions = [
            ("withhold_article", "Can withhold articles and publish them again"),
            ("merge_article", "Can decide which captures are one story"),
        ]
        indexes = [
            models.Index(fields=["status", "-sort_key"]),
            models.Index(fields=["section", "status", "-sort_key"]),
            models.Index(fields=["status", "published_on"]),
            # without it, an import would read every text to learn that none is of an earlier renderer
            models.Index(fields=["rendered_by"]),
            # editors look through the few dates that were inferred
            models.Index(fields=["-sort_key"], name="article_inferred", condition=models.Q(date_inferred=True)),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the article's permanent page."""
        return address_of("articles:article", self.source_id)

    def bylines_in_order(self) -> list[Author]:
        """Return the authors in the order in which they signed, each alias as the author that it stands for."""
        return list(dict.fromkeys(byline.signer for byline in self.bylines.select_related("author__alias_of")))


class Byline(models.Model):
    """One author of one article, with the words that the newsroom printed."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="bylines")
    author = models.ForeignKey("articles.Author", models.PROTECT, related_name="bylines", verbose_name=_("author"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    credit = models.CharField(_("as printed"), max_length=200, blank=True)

    class Meta:
        ordering = ["position"]
        verbose_name = _("byline")
        verbose_name_plural = _("bylines")
        constraints = [models.UniqueConstraint(fields=["article", "author"], name="author_once_an_article")]

    def __str__(self) -> str:
        return self.credit or str(self.author)

    @property
    def signer(self) -> Author:
        """The author that readers are led to."""
        return self.author.alias_of or self.author
