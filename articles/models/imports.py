"""The record of imports."""

from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportRun(models.Model):
    """One run of the importer, with its report."""

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        UNDONE = "undone", _("undone")

    started_at = models.DateTimeField(_("started"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.RUNNING)
    sources = models.JSONField(_("sources"), default=list)
    report = models.JSONField(_("report"), default=dict)
    is_decision = models.BooleanField(_("an editor's decision"), default=False, editable=False)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("import run")
        verbose_name_plural = _("import runs")
        permissions = [("undo_importrun", "Can undo import runs")]

    def __str__(self) -> str:
        return f"{self.pk}: {self.source_names}"

    @property
    def source_names(self) -> str:
        """Return how people know the sources: an upload by the name of its file, anything else by its path."""
        uploads = settings.UPLOAD_FOLDER
        return ", ".join(Path(name).name if Path(name).is_relative_to(uploads) else name for name in self.sources)


class ImportIssue(models.Model):
    """Something an import could not read, or had to guess, about one file. The same finding is kept once."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="issues", verbose_name=_("import run"))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    path = models.TextField(_("path"))
    line = models.PositiveIntegerField(_("line"), null=True)
    kind = models.CharField(_("kind"), max_length=50, db_index=True)
    message = models.TextField(_("message"))
    capture = models.ForeignKey(
        "articles.Capture", models.CASCADE, null=True, related_name="issues", verbose_name=_("capture")
    )
    is_read = models.BooleanField(_("read"), default=False, help_text=_("An editor has seen to it."))

    class Meta:
        ordering = ["id"]
        verbose_name = _("import issue")
        verbose_name_plural = _("import issues")
        indexes = [models.Index(fields=["kind"], name="issue_unread", condition=models.Q(is_read=False))]

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


class CaptureChange(models.Model):
    """What one import run did to one capture, so that it can be undone: the file before, or nothing if it is new."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="changes")
    key = models.CharField(max_length=150)
    path = models.TextField(blank=True)
    before = models.BinaryField(null=True, help_text="The bytes of the file before, compressed by zlib.")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["run", "key"], name="capture_changed_once_a_run")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.key}"
