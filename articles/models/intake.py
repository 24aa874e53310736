"""Imports that were asked for in the admin."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportRequest(models.Model):
    """One archive or folder on its way in: compared first, imported when an editor says so."""

    class Step(models.TextChoices):
        COMPARE = "compare", _("comparing")
        IMPORT = "import", _("importing")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for the worker")
        WORKING = "working", _("in work")
        READY = "ready", _("compared")
        DONE = "done", _("imported")
        FAILED = "failed", _("failed")
        INTERRUPTED = "interrupted", _("interrupted")
        CANCELLED = "cancelled", _("cancelled")

    name = models.CharField(_("source"), max_length=500)
    is_upload = models.BooleanField(_("uploaded"), default=False)
    step = models.CharField(_("step"), max_length=7, choices=Step, default=Step.COMPARE)
    state = models.CharField(_("state"), max_length=11, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False, help_text="How often this step was begun.")
    message = models.TextField(_("message"), blank=True)
    difference = models.JSONField(_("what an import would do"), default=dict)
    run = models.ForeignKey(
        "articles.ImportRun", models.SET_NULL, null=True, related_name="requests", verbose_name=_("import run")
    )
    editor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, verbose_name=_("editor"))
    created_at = models.DateTimeField(_("asked for"), auto_now_add=True)
    changed_at = models.DateTimeField(_("last step"), auto_now=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("import from the admin")
        verbose_name_plural = _("imports from the admin")
        indexes = [
            models.Index(
                fields=["id"],
                name="import_request_open",
                condition=models.Q(state__in=["waiting", "working", "ready", "failed", "interrupted"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.name}"

    @property
    def is_moving(self) -> bool:
        """Whether it goes on by itself."""
        return self.state in (self.State.WAITING, self.State.WORKING)
