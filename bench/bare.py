"""The floor for a page: a Django view that answers with bytes read once, served like the site; for ``bench.site``.

``BARE`` names the folder of pages. With ``BARE_MIDDLEWARE`` the view stands behind the site's own middleware, all but
the page cache: what every request to this site costs, whatever it asks for.
"""

import os
from pathlib import Path

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.urls import path

if os.environ.get("BARE_MIDDLEWARE"):
    os.environ["DJANGO_SETTINGS_MODULE"] = "newsarchive.settings"
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE.remove("articles.page_cache.PageCache")
else:
    settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["127.0.0.1"], MIDDLEWARE=[], SECRET_KEY="bare")  # noqa: S106
django.setup(set_prefix=False)

PAGES = {page.name: page.read_bytes() for page in Path(os.environ["BARE"]).iterdir()}


def page(request: HttpRequest, name: str) -> HttpResponse:
    """Return the page of that name."""
    # the site's own page for a 404 would look for addresses that are not here
    return HttpResponse(PAGES[name]) if name in PAGES else HttpResponseNotFound()


urlpatterns = [path("<str:name>", page)]
application = WSGIHandler()
