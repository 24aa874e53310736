"""The manual inside the admin: every page leads to where it is explained, and every picture is there and small."""

import re

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from articles.admin import help as manual
from articles.roles import REVIEWERS
from articles.tests.admin.roles import make_user
from articles.tests.factories import make_article

PICTURES = manual.MANUAL.parent / "editors"
HTML = manual.manual()[0]
HEADINGS = set(re.findall(r'<h[23] id="([^"]+)"', HTML))


def test_every_kind_of_row_is_explained():
    assert {model._meta.model_name for model in admin.site._registry} <= set(manual.HEADINGS)


def test_every_heading_is_there():
    named = {*manual.HEADINGS.values(), *manual.ADDRESSES.values(), *manual.ACTIONS.values()}
    assert named <= HEADINGS
    assert set(re.findall(r'href="#([^"]+)"', HTML)) <= HEADINGS


def test_pictures_are_all_shown_and_small():
    shown = set(re.findall(r'<img alt="[^"]+" src="editors/([a-z]+)\.png"', HTML))
    assert shown == {file.stem for file in PICTURES.iterdir()}
    assert len(shown) == HTML.count("<img")
    assert max(file.stat().st_size for file in PICTURES.iterdir()) < 60_000


@pytest.mark.django_db
def test_pages_lead_to_their_heading(client):
    client.force_login(make_user(REVIEWERS))
    article = make_article()
    for address, heading in (
        (reverse("admin:index"), "the-front-page"),
        (reverse("admin:articles_article_changelist"), "find-an-article"),
        (reverse("admin:articles_article_change", args=[article.pk]), "correct-an-article"),
        (reverse("admin:articles_article_record", args=[article.pk]), "undo-a-correction"),
        (reverse("admin:articles_suggestion_changelist"), "decide-a-suggestion"),
        (reverse("admin:articles_article_history", args=[article.pk]), "correct-an-article"),
    ):
        assert f'href="{reverse("admin:help")}#{heading}"' in client.get(address).content.decode(), address


@pytest.mark.django_db
def test_what_an_action_asks_is_explained(admin_client):
    article = make_article()
    data = {"action": "withhold", "_selected_action": [article.pk]}
    content = admin_client.post(reverse("admin:articles_article_changelist"), data).content.decode()
    assert "#publish-review-withhold" in content


@pytest.mark.django_db
def test_who_works_here_reads_it(client):
    picture = reverse("admin:help_picture", args=["desk"])
    assert picture == reverse("admin:help") + "editors/desk.png"
    for address in (reverse("admin:help"), picture):
        assert client.get(address)["Location"].startswith(reverse("admin:login"))
    client.force_login(make_user(REVIEWERS))
    with CaptureQueriesContext(connection) as queries:
        page = client.get(reverse("admin:help"))
    assert len(queries) <= 15
    assert "Settle a conflict" in page.content.decode()
    response = client.get(picture)
    assert response["Content-Type"] == "image/png"
    assert b"".join(response.streaming_content).startswith(b"\x89PNG")
    assert client.get(reverse("admin:help_picture", args=["settings"])).status_code == 404
