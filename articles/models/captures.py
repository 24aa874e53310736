"""Imported files, kept as they came."""

from __future__ import annotations

import zlib

from django.db import models
from django.utils.translation import gettext_lazy as _


class CaptureQuerySet(models.QuerySet["Capture"]):
    """Selections of captures, named once."""

    def lost(self) -> CaptureQuerySet:
        """Only placeholders whose story no capture has the text of, under their own number or the one they name."""
        text = Capture.objects.filter(kind=Capture.Kind.TEXT)
        return self.filter(
            ~models.Exists(text.filter(source_id=models.OuterRef("source_id"))),
            ~models.Exists(text.filter(source_id=models.OuterRef("linked_id"))),
            kind=Capture.Kind.PLACEHOLDER,
        )


class Capture(models.Model):
    """One saved page at one moment: the file's own bytes, and what was read from them."""

    class Kind(models.TextChoices):
        TEXT = "text", _("text")
        PLACEHOLDER = "placeholder", _("placeholder")

    # source id and moment: what survives when a file is renamed or its folder is packed as a zip
    key = models.CharField(max_length=150, unique=True, editable=False)
    source_id = models.CharField(_("source id"), max_length=100, db_index=True)
    path = models.TextField(_("path in the source"))
    sha256 = models.CharField("sha256", max_length=64, db_index=True)
    original = models.BinaryField(editable=False, help_text="The file's bytes, compressed by zlib.")
    original_size = models.PositiveIntegerField(_("size in bytes"))
    parsed_by = models.CharField(max_length=60, help_text="Parser version and profile digest.")
    kind = models.CharField(_("kind"), max_length=11, choices=Kind)
    placeholder_rule = models.CharField(_("placeholder rule"), max_length=100, blank=True)
    original_url = models.TextField(_("original URL"), blank=True)
    wayback_url = models.TextField(_("Wayback URL"), blank=True)
    captured_at = models.DateTimeField(_("captured at"), null=True, blank=True)
    front_matter = models.JSONField(_("front matter"), default=dict)
    title = models.CharField(_("title"), max_length=500, blank=True)
    published_on = models.DateField(_("date"), null=True, blank=True)
    updated_at = models.DateTimeField(_("last updated by the newsroom"), null=True, blank=True)
    section_name = models.CharField(_("section"), max_length=100, blank=True)
    bylines = models.JSONField(default=list, help_text="The authors: name, credit, generic, role, biography, portrait.")
    tag_names = models.JSONField(_("tags"), default=list)
    body = models.TextField(_("text"), blank=True)
    is_draft = models.BooleanField(_("draft"), default=False)
    removed = models.JSONField(_("removed by rule"), default=list, help_text="Rule and text of what cleaning took out.")
    linked_id = models.CharField(
        _("id named in the URL"), max_length=100, blank=True, help_text=_("Another version of the same story.")
    )
    inferred_on = models.DateField(_("date inferred"), null=True, blank=True)
    inferred_from = models.CharField(_("evidence for the date"), max_length=300, blank=True)
    # MinHash of the text's clauses: near-identical texts are found without reading any text again
    fingerprint = models.BinaryField(editable=False, default=b"")
    evidence = models.CharField(_("why it is in this story"), max_length=200, blank=True)
    pinned_story = models.CharField(
        _("story, by an editor's decision"),
        max_length=100,
        blank=True,
        help_text=_("Source id of the story that an editor put this capture into. No import changes it."),
    )
    gives_text = models.BooleanField(
        _("gives the text, by an editor's decision"),
        default=False,
        help_text=_("Whichever version is the latest. No import changes it."),
    )
    article = models.ForeignKey(
        "articles.Article",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="captures",
        verbose_name=_("article"),
    )
    # True from the moment a capture changes until its article has followed: a killed import goes on from here.
    pending = models.BooleanField(default=True, editable=False)

    objects = CaptureQuerySet.as_manager()

    class Meta:
        ordering = ["source_id", "captured_at"]
        verbose_name = _("capture")
        verbose_name_plural = _("captures")
        indexes = [
            models.Index(fields=["pending"], name="capture_pending", condition=models.Q(pending=True)),
            models.Index(fields=["kind", "source_id"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="text") | models.Q(article__isnull=True), name="placeholder_has_no_article"
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def original_bytes(self) -> bytes:
        """The file exactly as it was read."""
        return zlib.decompress(self.original)
