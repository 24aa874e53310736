"""What articles are filed under: sections, authors, tags."""

from typing import Any, Self

from django.core.files.storage import default_storage
from django.db import models
from django.utils.translation import gettext_lazy as _
from taggit.models import ItemBase, TagBase

from articles.slugs import slug_of

from .addresses import address_of
from .figures import shown_from


class Named(models.Model):
    """A tag or an author: a name with an address; an alias points to the one that its articles are listed under."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    slug = models.CharField(_("in its address"), max_length=300, unique=True)
    alias_of: models.ForeignKey[Self | None, Self | None] = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="aliases",
        verbose_name=_("alias of"),
        help_text=_("The one that readers are led to instead."),
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    def leads_to(self) -> Self:
        """Return what readers are led to: itself, unless it is an alias; aliases in a circle lead nowhere."""
        seen = {self.pk}
        row = self
        while row.alias_of and row.alias_of.pk not in seen:
            row = row.alias_of
            seen.add(row.pk)
        return self if row.alias_of else row


class Section(models.Model):
    """A part of the newspaper. Its label and order come from ``archive.toml``, if it is listed there."""

    name = models.CharField(_("name"), max_length=100, unique=True, help_text=_("As the newsroom wrote it."))
    slug = models.CharField(_("in its address"), max_length=200, unique=True)
    label_en = models.CharField(_("English label"), max_length=100, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=1000, help_text=_("Small numbers come first."))

    class Meta:
        ordering = ["position", "name"]
        verbose_name = _("section")
        verbose_name_plural = _("sections")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the section's page."""
        return address_of("articles:section", self.slug)


class Author(Named):
    """A person or desk that signed articles."""

    BY_AN_EDITOR = "~"  # sorts after the key of every story

    role = models.CharField(_("role"), max_length=50, blank=True, help_text=_("As printed: columnist, reporter …"))
    biography = models.TextField(_("biography"), blank=True)
    avatar_url = models.TextField(_("portrait, archived"), blank=True)
    avatar_original_url = models.TextField(_("portrait, original"), blank=True)
    described_as_of = models.CharField(
        max_length=120,
        blank=True,
        editable=False,
        help_text="Sort key of the story that role, biography and portrait are from; “~” once an editor wrote them.",
    )
    is_generic = models.BooleanField(_("not a person"), default=False, help_text=_("A byline such as “staff”."))

    class Meta:
        ordering = ["name"]
        verbose_name = _("author")
        verbose_name_plural = _("authors")
        permissions = [("merge_author", "Can merge authors")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(alias_of__isnull=True) | ~models.Q(alias_of=models.F("id")),
                name="author_is_not_its_own_alias",
            )
        ]

    def get_absolute_url(self) -> str:
        """Return the author's page."""
        return address_of("articles:author", self.slug)

    @property
    def avatar_src(self) -> str:
        """Where a browser loads the portrait from: our own copy, else the archived one if IMAGE_HOSTS allows it."""
        return (
            default_storage.url(self.avatar_url)
            if self.avatar_url.startswith("rescued/")
            else shown_from(self.avatar_url)
        )


class Tag(Named, TagBase):
    """A tag."""

    is_imported = models.BooleanField(default=False, editable=False, help_text="Goes when no article has it any more.")

    class Meta:
        ordering = ["name"]
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        permissions = [("merge_tag", "Can merge tags")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(alias_of__isnull=True) | ~models.Q(alias_of=models.F("id")),
                name="tag_is_not_its_own_alias",
            )
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; a new tag's slug is a function of its name, so that every archive agrees on its address."""
        self.slug = self.slug or slug_of(self.name)
        super(TagBase, self).save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        """Return the tag's page."""
        return address_of("articles:tag", self.slug)


class TaggedArticle(ItemBase):
    """One tag on one article, in the newsroom's order."""

    tag = models.ForeignKey(Tag, models.CASCADE, related_name="tagged_articles")
    content_object = models.ForeignKey("articles.Article", models.CASCADE, related_name="tagged")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position"]
        verbose_name = _("tag of an article")
        verbose_name_plural = _("tags of articles")
        constraints = [
            models.UniqueConstraint(fields=["content_object", "tag"], name="tag_once_an_article"),
        ]

    def __str__(self) -> str:
        return str(self.tag)
