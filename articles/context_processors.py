"""What every page knows."""

from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils.translation import get_language

from articles import profile, reading
from articles.languages import LANG_ATTRIBUTES
from articles.models import Article, Section


def archive(request: HttpRequest) -> dict[str, Any]:
    """Give the archive's profile and the sections of the navigation.

    The sections are a lazy queryset: a page that does not show them, such as one of the admin, asks nothing.
    """
    current = profile.current()
    published = Article.objects.published().filter(section=OuterRef("pk"))
    return {
        "archive": current,
        "publication": current.name_in(get_language() or settings.LANGUAGE_CODE),
        "nav_sections": Section.objects.filter(Exists(published)),
        "site_url": settings.SITE_URL,
        "LANGUAGE_CODE": get_language(),
        "languages": [(code, name, LANG_ATTRIBUTES[code]) for code, name in settings.LANGUAGES],
        "text_script": reading.script(),
        "texts_convert": reading.is_offered(),
    }
