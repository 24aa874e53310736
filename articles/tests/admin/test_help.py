"""The manual inside the admin: every page leads to where it is explained, and every picture is there and small."""

import re
from functools import cache
from pathlib import Path

import django
import polib
import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from articles.admin import help as manual
from articles.roles import REVIEWERS
from articles.tests.admin.roles import make_user
from articles.tests.factories import make_article
from articles.tests.importer.newsroom import ROOT
from articles.variants import script_of

LANGUAGES = ("en", "zh-hant", "zh-hans")
ENGLISH, CHINESE = ((manual.FOLDER / manual.FILES[language]).read_text() for language in ("en", "zh-hant"))
QUOTED = re.compile("「([^」]+)」")
# What stands in 「 」 and is no word of the interface.
NO_LABELS = {"410 Gone"}
# What stands in asterisks in the English manual as a word like any other.
NO_NAMES = {"new", "correction"}


def headings(language):
    return set(re.findall(r'<h[23] id="([^"]+)"', manual.manual(language).html))


def test_every_kind_of_row_is_explained():
    assert {model._meta.model_name for model in admin.site._registry} <= set(manual.HEADINGS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_heading_is_there(language):
    named = {*manual.HEADINGS.values(), *manual.ADDRESSES.values(), *manual.ACTIONS.values()}
    assert named <= set(manual.manual(language).anchors)
    assert set(manual.manual(language).anchors.values()) <= headings(language)
    assert set(re.findall(r'href="#([^"]+)"', manual.manual(language).html)) <= headings(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pictures_are_all_shown_and_small(language):
    html = manual.manual(language).html
    shown = re.findall(r'<img alt="[^"]+" src="([a-z.-]+)/([a-z]+)\.png"', html)
    (folder,) = {folder for folder, _name in shown}
    assert sorted(name for _folder, name in shown) == sorted(file.stem for file in (manual.FOLDER / folder).iterdir())
    assert len(shown) == html.count("<img")
    assert max(file.stat().st_size for file in (manual.FOLDER / folder).iterdir()) < 60_000


def sections(text):
    return re.split("^## ", text, flags=re.MULTILINE)


def test_both_manuals_say_the_same_section_by_section():
    english, chinese = sections(ENGLISH), sections(CHINESE)
    assert len(english) == len(chinese)
    for one, other in zip(english, chinese, strict=True):
        heading = one.partition("\n")[0]
        for mark in (r"^### ", r"^1\. ", r"^- ", r"^\d\. ", r"^!\[", r"^\| "):
            count = len(re.findall(mark, one, re.MULTILINE))
            assert len(re.findall(mark, other, re.MULTILINE)) == count, f"{heading}: {mark}"
        named = {name: label for name, label in manual.labels(one, "zh-hant").items() if name not in NO_NAMES}
        missing = {name: label for name, label in named.items() if f"「{label}」" not in other}
        assert not missing, f"{heading}: {missing}"
        code = re.compile(r"`(/?[a-z_./ 0-9-]+|\{\{.*?\}\})`")
        assert set(code.findall(one)) == set(code.findall(other)), heading


@cache
def words_of_the_interface(locale):
    folders = [ROOT, *(Path(django.__file__).parent / "contrib" / name for name in ("admin", "auth"))]
    found = [polib.mofile(str(folder / "locale" / locale / "LC_MESSAGES" / "django.mo")) for folder in folders]
    return {text for catalog in found for entry in catalog for text in [*entry.msgstr_plural.values(), entry.msgstr]}


@pytest.mark.parametrize(("language", "locale"), [("zh-hant", "zh_Hant"), ("zh-hans", "zh_Hans")])
def test_every_label_is_one_of_the_interface(language, locale):
    words = words_of_the_interface(locale)
    named = set(QUOTED.findall(manual.manual(language).html)) - NO_LABELS
    # the beginning of a message is enough
    unknown = {name for name in named if not any(word.startswith(name) for word in words)}
    assert unknown == set()
    assert len(named) > 50


def test_simplified_is_simplified():
    html = manual.manual("zh-hans").html
    assert "「標為已讀」" not in html
    assert script_of(re.sub("<[^>]*>", "", html)) == "Hans"


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
    picture = reverse("admin:help_picture", args=["editors", "desk"])
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
    for folder, name in (("editors", "settings"), ("screenshots", "desk"), ("..", "desk")):
        assert client.get(reverse("admin:help_picture", args=[folder, name])).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "lang", "heading", "said"),
    [("zh-hant", "zh-Hant-HK", "首頁", "保留更正"), ("zh-hans", "zh-Hans", "首頁", "标为已读")],
)
def test_readers_of_a_chinese_interface_read_it_in_chinese(client, language, lang, heading, said):
    client.force_login(make_user(REVIEWERS))
    front = client.get(reverse("admin:index"), {"lang": language}).content.decode()
    assert f'href="{reverse("admin:help")}#{heading}"' in front
    page = client.get(reverse("admin:help"), {"lang": language}).content.decode()
    assert f'<div class="manual" lang="{lang}">' in page
    assert f'id="{heading}"' in page
    assert said in page
    assert "Settle a conflict" not in page
    picture = reverse("admin:help_picture", args=["editors.zh-hant", "desk"])
    assert picture.removeprefix(reverse("admin:help")) in page
    assert b"".join(client.get(picture).streaming_content).startswith(b"\x89PNG")
