"""Images and videos."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import models
from django.utils.translation import gettext_lazy as _

# What an editor should look at; each has an index of its own, since figures are many and these are few.
WITHOUT_CAPTION = models.Q(article__isnull=False, kind="image", caption="", alt="")
WITHOUT_PICTURE = models.Q(article__isnull=False, kind="image", file="", archived_url="")


def shown_from(url: str) -> str:
    """Return the URL of an image elsewhere if pages may show it from there (IMAGE_HOSTS), else an empty string."""
    try:
        host = urlsplit(url).hostname
    except ValueError:  # a URL whose host is no host
        return ""
    return url if host in settings.IMAGE_HOSTS else ""


class Figure(models.Model):
    """One image or video of one capture; those of the capture that gives the text are the article's."""

    class Kind(models.TextChoices):
        IMAGE = "image", _("image")
        VIDEO = "video", _("video")

    capture = models.ForeignKey("articles.Capture", models.CASCADE, related_name="figures", editable=False)
    article = models.ForeignKey(
        "articles.Article",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="figures",
        help_text="Set while this figure's capture gives the article its text.",
    )
    position = models.PositiveSmallIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=5, choices=Kind)
    caption = models.TextField(_("caption"), blank=True)
    credit = models.CharField(_("credit"), max_length=300, blank=True)
    alt = models.TextField(_("alternative text"), blank=True, help_text=_("Empty: the caption serves."))
    original_url = models.TextField(_("original URL"), blank=True)
    archived_url = models.TextField(_("archived URL"), blank=True)
    file = models.CharField(_("own copy"), max_length=300, blank=True, help_text="Name in the media storage.")
    host = models.CharField(_("video host"), max_length=50, blank=True)

    class Meta:
        ordering = ["position"]
        verbose_name = _("figure")
        verbose_name_plural = _("figures")
        indexes = [
            models.Index(
                fields=["article"],
                name="figure_without_caption",
                condition=WITHOUT_CAPTION,
            ),
            models.Index(
                fields=["article"],
                name="figure_without_picture",
                condition=WITHOUT_PICTURE,
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["capture", "position"], name="figure_number_once_a_capture"),
        ]

    def __str__(self) -> str:
        return self.caption or f"{self.get_kind_display()} {self.position}"

    @property
    def src(self) -> str:
        """Where a browser loads the image from: our own copy, else the archived one if IMAGE_HOSTS allows it."""
        return default_storage.url(self.file) if self.file else shown_from(self.elsewhere)

    @property
    def elsewhere(self) -> str:
        """Where others keep it: at the archived URL, else at the original one."""
        return self.archived_url or self.original_url

    @property
    def text_alternative(self) -> str:
        """What is read aloud in place of the image."""
        return self.alt or self.caption
