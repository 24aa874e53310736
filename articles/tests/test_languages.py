"""The reader's choices: language and script, by address, cookie and browser."""

import re

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.urls import reverse

from articles.templatetags.archive_links import phrased
from articles.tests.factories import make_article, make_figure

HANT, HANS = "渡輪停航，居民說沒有船", "渡轮停航，居民说没有船"
LANG = re.compile(r'<html lang="([^"]+)">')


def lang_of(client: Client, path: str = "/", **headers: str) -> str:
    response = client.get(path, headers=headers)
    found = LANG.search(response.content.decode())
    assert found
    return found[1]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("browser", "expected"),
    [
        ("zh-HK,zh;q=0.9,en;q=0.8", "zh-Hant-HK"),
        ("zh-TW", "zh-Hant-HK"),
        ("zh-CN,zh;q=0.9", "zh-Hans"),
        ("zh-SG", "zh-Hans"),
        ("zh-Hans-HK", "zh-Hans"),
        ("zh", "zh-Hant-HK"),
        ("en-GB,zh-HK;q=0.5", "en"),
        ("fr,de;q=0.5", "zh-Hant-HK"),  # none of ours: the site's own
        ("", "zh-Hant-HK"),
    ],
)
def test_without_a_choice_the_browser_decides_then_the_site(client, browser, expected):
    with override_settings(LANGUAGE_CODE="zh-hant"):
        assert lang_of(client, accept_language=browser) == expected


@pytest.mark.django_db
def test_a_choice_is_answered_at_once_and_remembered(client):
    assert lang_of(client, "/?lang=zh-hans", accept_language="en") == "zh-Hans"
    cookie = client.cookies[settings.LANGUAGE_COOKIE_NAME]
    assert (cookie.value, cookie["samesite"], cookie["max-age"]) == ("zh-hans", "Lax", 365 * 24 * 60 * 60)
    assert lang_of(client, "/about/", accept_language="en") == "zh-Hans"
    assert lang_of(client, "/about/?lang=EN", accept_language="zh-HK") == "en"
    assert lang_of(client, "/about/", accept_language="zh-HK") == "en"


@pytest.mark.django_db
@pytest.mark.parametrize("nonsense", ["fr", "zh", "../../etc", "", "zh-hant\0", "x" * 5000])
def test_nonsense_is_as_if_nothing_had_been_asked(client, nonsense):
    response = client.get("/", {"lang": nonsense, "text": nonsense})
    assert response.status_code == 200
    assert not response.cookies
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "nonsense"
    client.cookies["text"] = "nonsense"
    assert lang_of(client) == "en"


@pytest.mark.django_db
def test_one_reader_does_not_choose_for_the_next(client):
    make_article("501", title=HANT, body=HANT)
    assert HANS in client.get("/?lang=zh-hans&text=hans").content.decode()
    stranger = Client().get("/")
    assert LANG.search(stranger.content.decode())[1] == "en"
    assert HANS not in stranger.content.decode()


@pytest.mark.django_db
def test_links_keep_what_else_the_reader_asked_for(client):
    html = client.get("/search/?q=渡輪&order=newest&lang=en&text=original").content.decode()
    asked = "q=%E6%B8%A1%E8%BC%AA&amp;order=newest"
    assert re.findall(r'<a href="(\?[^"]*)" hreflang="(.*?)"', html) == [
        (f"?{asked}&amp;lang=zh-hant", "zh-Hant-HK"),
        (f"?{asked}&amp;lang=en", "en"),
        (f"?{asked}&amp;lang=zh-hans", "zh-Hans"),
    ]
    assert f'<a href="?{asked}&amp;text=hans"' in html


@pytest.mark.django_db
def test_every_page_says_where_it_is_in_each_language(client):
    make_article("501", tags=["渡輪"])
    for path in ("/", "/article/501/", "/tag/渡輪/", "/archive/", "/about/"):
        html = client.get(path, {"lang": "en", "utm_source": "elsewhere", "x": "y"}).content.decode()
        own = f"{settings.SITE_URL}{path.replace('渡輪', '%E6%B8%A1%E8%BC%AA')}"
        assert re.findall(r'<link rel="(canonical|alternate)"(?: hreflang="(.*?)")? href="(.*?)"', html) == [
            ("canonical", "", own),
            ("alternate", "zh-Hant-HK", f"{own}?lang=zh-hant"),
            ("alternate", "en", f"{own}?lang=en"),
            ("alternate", "zh-Hans", f"{own}?lang=zh-hans"),
            ("alternate", "x-default", own),
        ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "varies"),
    [("/", True), ("/feed/", True), ("/search/suggest/?q=a", True), ("/robots.txt", False), ("/sitemap.xml", False)],
)
def test_caches_are_told_what_an_answer_depends_on(client, path, varies):
    vary = client.get(path).get("Vary", "")
    assert (("Accept-Language" in vary), ("Cookie" in vary)) == (varies, varies)


@pytest.mark.django_db
def test_the_admin_follows(client):
    with override_settings(LANGUAGE_CODE="zh-hant"):
        html = client.get(reverse("admin:login")).content.decode()
        assert "密碼" in html  # Django's own word
        assert "檔案庫" in html  # ours
        assert "Password" in client.get(reverse("admin:login"), {"lang": "en"}).content.decode()


def test_the_admin_offers_the_other_languages(admin_client):
    html = admin_client.get(reverse("admin:index"), {"lang": "zh-hans"}).content.decode()
    assert re.findall(r'<a href="\?lang=(.*?)"', html) == ["zh-hant", "en"]
    html = admin_client.get(reverse("admin:articles_article_changelist") + "?status__exact=published").content.decode()
    assert '<a href="?status__exact=published&amp;lang=zh-hant"' in html


@pytest.mark.django_db
def test_an_article_in_simplified(client):
    story = make_article("501", title=HANT, html=f"<p>{HANT}</p><p>{{{{&lt; figure 1 &gt;}}}}</p>", body=HANT)
    make_figure(story, caption=HANT, credit="記者攝")
    original = client.get("/article/501/").content.decode()
    assert f'<h1 lang="zh-Hant-HK">{phrased(HANT)}</h1>' in original
    assert 'href="?text=hans"' in original
    assert 'class="converted"' not in original

    converted = client.get("/article/501/?text=hans").content.decode()
    assert f'<h1 lang="zh-Hans">{phrased(HANS)}</h1>' in converted
    assert f'<div class="story-text" lang="zh-Hans">\n<p>{HANS}</p>' in converted
    assert f'alt="{HANS}"' in converted
    assert f'<span class="caption">{HANS}' in converted
    assert 'class="converted"' in converted
    assert 'href="?text=original"' in converted
    # remembered, on lists too, until the reader wants it otherwise
    assert client.cookies["text"]["samesite"] == "Lax"
    assert (
        f'lang="zh-Hans"><a href="/article/501/">{phrased(HANS)}</a>' in client.get("/section/本地/").content.decode()
    )
    assert HANT in client.get("/article/501/?text=original").content.decode()
    assert HANT in client.get("/section/本地/").content.decode()


@pytest.mark.django_db
def test_what_is_not_for_reading_stays_as_it_is(client):
    make_article("501", title=HANT, body=HANT, authors=["陳國樑"], tags=["選舉"])
    page = client.get("/article/501/?text=hans").content.decode()
    assert "陳國樑" in page
    assert "選舉" in page
    feed = client.get("/feed/?text=hans").content.decode()
    assert HANT in feed
    assert HANS not in feed


@pytest.mark.django_db
@pytest.mark.parametrize(("text", "lang"), [("The ferry has stopped.", "en"), (HANS, "zh-Hans"), (HANT, "zh-Hant-HK")])
def test_only_a_traditional_text_is_offered_in_simplified(client, text, lang):
    make_article("501", title=text, body=text)
    html = client.get("/article/501/").content.decode()
    assert f'<h1 lang="{lang}">{phrased(text)}</h1>' in html
    assert ('<a class="quiet" href="?text=hans"' in html) is (text == HANT)
    assert (
        f'<h1 lang="{lang if text != HANT else "zh-Hans"}">' in client.get("/article/501/?text=hans").content.decode()
    )


@pytest.mark.django_db
def test_numbers_are_grouped_as_papers_print_them(client):
    from django.contrib.humanize.templatetags.humanize import intcomma
    from django.utils import translation

    for language in ("zh-hant", "en", "zh-hans"):
        with translation.override(language):
            assert intcomma(1234567) == "1,234,567"
