"""The Content-Security-Policy: on every kind of page, and strict."""

import base64
import hashlib
import re

import pytest
from django.conf import settings
from django.urls import reverse

from articles import derived
from articles.tests.factories import make_article

HEADER = "Content-Security-Policy"


def policy(response):
    parts = (part.split() for part in response[HEADER].split(";"))
    return {name: sources for name, *sources in parts}


@pytest.fixture
def pages(db):
    article = make_article(title="渡輪照常開出")
    derived.rebuild([article])
    return [
        "/",
        article.get_absolute_url(),
        reverse("articles:search"),
        reverse("articles:feed"),
        "/no/such/page/",
        reverse("admin:login"),
        "/robots.txt",
    ]


def test_every_page_has_it(client, pages):
    for url in pages:
        found = policy(client.get(url))
        assert found["default-src"] == ["'self'"], url
        # scripts fall under default-src: no inline script, no eval, no other host
        assert not {"script-src", "script-src-elem", "script-src-attr"} & set(found)
        assert "'unsafe-inline'" not in found["style-src"]
        assert found["img-src"] == ["'self'", "data:", *settings.IMAGE_HOSTS]
        assert found["frame-ancestors"] == found["object-src"] == found["base-uri"] == ["'none'"]


def test_the_error_page_keeps_its_style(client):
    text = (settings.BASE_DIR / "templates" / "500.html").read_text()
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["style-src"]


@pytest.mark.parametrize("path", sorted((settings.BASE_DIR / "templates").rglob("*.html")), ids=lambda path: path.name)
def test_templates_hold_nothing_that_it_refuses(path):
    text = path.read_text()
    assert not re.search(r"<script(?![^>]*\b(src=|type=\"application/))", text), "an inline script"
    assert not re.search(r"\s(style|on[a-z]+)=[\"']", text), "an inline style or handler"
    assert path.name == "500.html" or "<style" not in text
