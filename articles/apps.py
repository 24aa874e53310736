"""The app's registration with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ArticlesConfig(AppConfig):
    """The one app of the archive."""

    name = "articles"
    verbose_name = _("Archive")
