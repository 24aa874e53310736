"""The app's registration with Django, and that of the admin."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ArticlesConfig(AppConfig):
    """The one app of the archive."""

    name = "articles"
    verbose_name = _("Archive")

    def ready(self) -> None:
        """Register the checks; see to the stamp's triggers after each migration, which may have dropped them."""
        from articles import checks, stamp  # noqa: F401  not at the top: they need the models

        post_migrate.connect(stamp.install, sender=self)


class DeskConfig(AdminConfig):
    """Django's admin, with a front page that says what there is to do."""

    default_site = "articles.admin_site.DeskSite"
