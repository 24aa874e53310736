"""Files that are looked for at the site's root."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from articles import profile
from articles.sitemaps import SITEMAPS

PAPER = "#fcfbf8"  # as in site.css


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Welcome robots everywhere but in the admin and in search, whose pages have no end."""
    lines = [
        "User-agent: *",
        "Disallow: /admin/",
        f"Disallow: {reverse('articles:search')}",
        "",
        f"Sitemap: {settings.SITE_URL}{reverse('sitemap-index')}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
def sitemap_index(request: HttpRequest) -> HttpResponse:
    """Name the sitemap's files, under ``SITE_URL``: Django's own view names them under whatever host was asked for."""
    files = []
    for name, kind in SITEMAPS.items():
        url = settings.SITE_URL + reverse("sitemap", args=[name])
        files += [url, *(f"{url}?p={number}" for number in range(2, kind.paginator.num_pages + 1))]
    return render(request, "sitemap_index.xml", {"files": files}, content_type="application/xml")


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """Describe the site for a telephone's home screen (W3C Web Application Manifest)."""
    newsroom = profile.current()
    language = get_language() or settings.LANGUAGE_CODE
    name = newsroom.name_in(language)
    icons = [
        ("icon-192.png", "192x192", "any"),
        ("icon-512.png", "512x512", "any"),
        ("icon-maskable-512.png", "512x512", "maskable"),
    ]
    content = {
        "name": name,
        "short_name": name,
        "lang": language,
        "start_url": reverse("articles:home"),
        "scope": reverse("articles:home"),
        "display": "minimal-ui",
        "background_color": PAPER,
        "theme_color": PAPER,
        "icons": [
            {"src": static(f"articles/icons/{file}"), "sizes": sizes, "type": "image/png", "purpose": purpose}
            for file, sizes, purpose in icons
        ],
    }
    return JsonResponse(content, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})
