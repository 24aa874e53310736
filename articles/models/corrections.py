"""What editors changed, and where a new import disagrees."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from articles import steps


class BulkChange(models.Model):
    """Corrections of many articles, or another status, that were given in one step, and can be undone in one."""

    # what was done, as data that steps.py says in the language of whoever looks
    what = models.JSONField(_("what was done"), default=dict)
    # what was done, in the language of its editor: only of steps that an earlier version made
    description = models.CharField(max_length=300, blank=True)
    reason = models.CharField(_("reason"), max_length=500)
    editor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, verbose_name=_("editor"))
    created_at = models.DateTimeField(_("time"), auto_now_add=True)
    undone_at = models.DateTimeField(_("undone"), null=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("bulk change")
        verbose_name_plural = _("bulk changes")

    def __str__(self) -> str:
        return self.description or steps.said(self.what)


class StatusChange(models.Model):
    """What readers saw of one article before and after a step: status, notice and internal reason."""

    step = models.ForeignKey(BulkChange, models.CASCADE, related_name="statuses")
    article = models.ForeignKey("articles.Article", models.CASCADE, related_name="+")
    before = models.JSONField()
    after = models.JSONField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.before['status']} → {self.after['status']}"


class CorrectionQuerySet(models.QuerySet["Correction"]):
    """Selections of corrections, named once."""

    def public(self) -> CorrectionQuerySet:
        """Only what a reader may see: none that is minor, and none of an article that is not published."""
        return self.filter(is_minor=False, article__status="published")

    def with_fate(self) -> CorrectionQuerySet:
        """Say of each, as ``replaced``, whether a later one of the same field took its place."""
        same = {name: models.OuterRef(name) for name in ("article", "field", "figure_url")}
        return self.annotate(replaced=models.Exists(Correction.objects.filter(**same, pk__gt=models.OuterRef("pk"))))

    def for_list(self) -> CorrectionQuerySet:
        """Public ones with their articles' headlines, the last first."""
        article = ("article__source_id", "article__title")
        fields = (field.attname for field in Correction._meta.concrete_fields)
        return (
            self.public().with_fate().select_related("article").only(*fields, *article).order_by("-created_at", "-pk")
        )


class Correction(models.Model):
    """One change to one field of one article, by an editor, for a reason."""

    article = models.ForeignKey("articles.Article", models.CASCADE, related_name="corrections")
    field = models.CharField(_("field"), max_length=30)
    # the figure it is about, by its original URL, since numbers shift between versions
    figure_url = models.TextField(_("figure"), blank=True)
    before = models.JSONField(_("before"), null=True)
    after = models.JSONField(_("after"), null=True)
    reason = models.CharField(_("reason"), max_length=500)
    editor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="corrections", verbose_name=_("editor")
    )
    created_at = models.DateTimeField(_("time"), auto_now_add=True, db_index=True)
    is_minor = models.BooleanField(_("minor"), default=False, help_text=_("Kept off the public list."))
    bulk = models.ForeignKey(
        BulkChange, models.SET_NULL, null=True, related_name="corrections", verbose_name=_("bulk change")
    )
    is_active = models.BooleanField(_("in force"), default=True, help_text=_("Off once reverted or replaced."))

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        indexes = [models.Index(fields=["article", "is_active"])]

    def __str__(self) -> str:
        return f"{self.field}: {self.reason}"


class Conflict(models.Model):
    """A re-import brought a new value for a field that an editor had corrected."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        KEPT = "kept", _("correction kept")
        TAKEN = "taken", _("import taken")

    article = models.ForeignKey("articles.Article", models.CASCADE, related_name="conflicts")
    field = models.CharField(_("field"), max_length=30)
    figure_url = models.TextField(_("figure"), blank=True)
    digest = models.CharField(max_length=64, editable=False)
    base = models.JSONField(_("last import"), null=True)
    theirs = models.JSONField(_("this import"), null=True)
    ours = models.JSONField(_("correction"), null=True)
    state = models.CharField(_("state"), max_length=5, choices=State, default=State.OPEN, db_index=True)
    run = models.ForeignKey("articles.ImportRun", models.SET_NULL, null=True, related_name="conflict_rows")

    class Meta:
        ordering = ["-id"]
        verbose_name = _("conflict")
        verbose_name_plural = _("conflicts")
        constraints = [models.UniqueConstraint(fields=["article", "digest"], name="conflict_listed_once")]

    def __str__(self) -> str:
        return f"{self.get_state_display()}: {self.field}"


class Merge(models.Model):
    """One name that an editor led to another. The rows may go; the record, by their names, stays."""

    name = models.CharField(_("name"), max_length=200)
    into = models.CharField(_("leads to"), max_length=200)
    moved = models.JSONField(_("aliases that went along"), default=list)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    editor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, verbose_name=_("editor"))
    created_at = models.DateTimeField(_("time"), auto_now_add=True)
    undone_at = models.DateTimeField(_("undone"), null=True)

    class Meta:
        abstract = True
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.name} → {self.into}"


class TagMerge(Merge):
    """One tag that an editor led to another."""

    class Meta(Merge.Meta):
        verbose_name = _("merged tag")
        verbose_name_plural = _("merged tags")


class AuthorMerge(Merge):
    """One author that an editor led to another."""

    class Meta(Merge.Meta):
        verbose_name = _("merged author")
        verbose_name_plural = _("merged authors")


class Suggestion(models.Model):
    """Something that is only likely: an editor accepts or dismisses it, once."""

    class Kind(models.TextChoices):
        VERSIONS = "versions", _("versions of one story")
        TAGS = "tags", _("names of one tag")
        AUTHORS = "authors", _("names of one author")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        ACCEPTED = "accepted", _("accepted")
        DISMISSED = "dismissed", _("dismissed")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    # source ids of two captures, or names of two tags or authors; the one that sorts first is left
    left = models.CharField(max_length=200)
    right = models.CharField(max_length=200)
    evidence = models.CharField(_("evidence"), max_length=300)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.OPEN, db_index=True)

    class Meta:
        ordering = ["kind", "left", "right"]
        verbose_name = _("suggestion")
        verbose_name_plural = _("suggestions")
        constraints = [models.UniqueConstraint(fields=["kind", "left", "right"], name="suggestion_made_once")]

    def __str__(self) -> str:
        return f"{self.left} = {self.right}?"

    @property
    def names(self) -> tuple[str, str]:
        """Both sides."""
        return self.left, self.right
