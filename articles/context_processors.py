"""What every page knows."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils.translation import get_language

from articles import profile, reading, stamp
from articles.languages import LANG_ATTRIBUTES
from articles.models import Article, Section


def archive(request: HttpRequest) -> dict[str, Any]:
    """Give the archive's profile and the sections of the navigation.

    A template that does not name the sections, such as one of the admin, asks for nothing.
    """
    current = profile.current()
    return {
        "archive": current,
        "publication": current.name_in(get_language() or settings.LANGUAGE_CODE),
        "nav_sections": lambda: _sections(getattr(request, "archive_stamp", "") or stamp.current()),
        "site_url": settings.SITE_URL,
        "LANGUAGE_CODE": get_language(),
        "languages": [(code, name, LANG_ATTRIBUTES[code]) for code, name in settings.LANGUAGES],
        "text_script": reading.script(),
        "texts_convert": reading.is_offered(),
    }


@lru_cache(1)
def _sections(_stamp: str) -> list[Section]:
    """Return the sections that have something to read, as long as the archive's stamp is the same."""
    published = Article.objects.published().filter(section=OuterRef("pk"))
    return list(Section.objects.filter(Exists(published)))
