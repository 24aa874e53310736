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
    """Give the archive's profile and stamp, and the sections of the navigation.

    A template that names neither the stamp nor the sections, such as one of the admin, asks for nothing.
    """
    current = profile.current()

    def now() -> str:
        # the page cache has asked already, but for readers with a session
        if not hasattr(request, "archive_stamp"):
            request.archive_stamp = stamp.current()  # type: ignore[attr-defined]
        return str(request.archive_stamp)  # type: ignore[attr-defined]

    return {
        "archive": current,
        "publication": current.name_in(get_language() or settings.LANGUAGE_CODE),
        "archive_stamp": now,
        "nav_sections": lambda: _sections(now()),
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
