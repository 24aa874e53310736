"""Nothing that an editor can type breaks a public page."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles.importer.rows import refresh_statistics
from articles.models import Article, Author, Section, Tag
from articles.tests import factories, hostile
from articles.tests.admin.test_articles import form_data

pytestmark = pytest.mark.django_db
EVERYWHERE = ("/", "/search/", "/about/", "/authors/", "/tags/", "/archive/", "/feed/", "/sitemap.xml", "/robots.txt")
OWN = [
    "<script>alert(1)</script>",
    "</title></head></main></footer></body></html><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' autofocus onfocus=alert(1) x='",
    '[x](javascript:alert(1)) <a href="java\tscript:alert(1)">x</a> ![x](data:text/html,x)',
    "</script><script>alert(1)</script>",
    "<!--",
    "<![CDATA[ ]]> <?xml ?> &#0; &bogus; %00",
    "<svg/onload=alert(1)><style>*{display:none}</style><base href=//x.example>",
    "{% load x %}{{ settings.SECRET_KEY }}{{< figure 1 >}}{{< figure 99 >}}",
    "\x01\x02\x08\x1b\ufeff\u202e\u2066\u200b\ufffe\U0010ffff",
    "۱۲۳ ̷̢͝ 𠮷 👩‍👩‍👧 ﷽ " + "字" * 400,
    "<iframe srcdoc='<script>alert(1)</script>'></iframe><meta http-equiv=refresh content='0;url=//x.example'>",
    "../../../etc/passwd\r\nSet-Cookie: x=1\r\n\r\n",
    "#/?&=%2e%2e;,:@",
    ".",
    "..",
]
FIELDS = 9
MARKS = st.sampled_from(
    [
        *"<>\"'&;:/\\[](){}#!|`*_=-+%?\r\n\t",
        "]]>",
        "<!--",
        "</main>",
        "</title>",
        "{{<",
        ">}}",
        "{{",
        "{%",
        "javascript:",
    ]
    + ["<script>", "onerror=", "&#x", "字", "，", "\u202e", "\x0b", "\x7f", "\ud7ff", "http://", "a", "1", " "]
)
TEXTS = st.one_of(
    st.lists(MARKS, min_size=1, max_size=40).map("".join),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60),
    st.lists(st.sampled_from(OWN), min_size=1, max_size=3).map(" ".join),
)


def seeds(*articles: Article) -> list[str]:
    """Return the pages to begin with: those of these articles, and those that everything is on."""
    return [address for article in articles for address in hostile.addresses_of(article)] + list(EVERYWHERE)


@pytest.mark.any_database  # below, a part of them is put into whichever database it is
@pytest.mark.parametrize("text", OWN)
def test_our_own_cases_on_every_page(client, text):
    article, withheld = hostile.plant(text), hostile.plant_notice(text)
    assert client.get(withheld.get_absolute_url()).status_code == 410
    assert hostile.crawl(client, [withheld.get_absolute_url(), *seeds(article)], most=60) >= 15


@pytest.mark.any_database
def test_the_public_vectors_on_the_pages_of_their_articles(client):
    found = hostile.vectors()
    if not found:
        pytest.skip("no ../shared/security/vectors.json: the public collection of hostile markup is not here")
    assert len(found) > 1000
    # each vector in one field or two: all in all fields would take minutes
    for start in range(0, len(found), FIELDS):
        article = hostile.plant(*found[start : start + FIELDS])
        address = article.get_absolute_url()
        hostile.check(address, client.get(address))
    refresh_statistics()  # as after an import; a list of them takes PostgreSQL minutes else
    hostile.crawl(client, seeds(article), most=60)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXTS)
def test_whatever_is_typed(client, text):
    hostile.crawl(client, seeds(hostile.plant(text), hostile.plant_notice(text)), most=16)


def sign_in(client) -> None:
    client.force_login(get_user_model().objects.get_or_create(username="chief", is_superuser=True, is_staff=True)[0])


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXTS)
def test_whatever_is_typed_into_the_forms(client, text):
    """The forms take it or refuse it; what they take is harmless in the admin's own pages too."""
    sign_in(client)
    article = factories.make_article()
    factories.make_figure(article)
    form = reverse("admin:articles_article_change", args=[article.pk])
    data = form_data(client.get(form))
    changed = {key: text for key in data if key in ("title", "body", "reason") or key.startswith("figures-0-c")}
    assert client.post(form, data | changed | {"figures-0-alt": text}).status_code in (200, 302)
    for model, fields in (
        ("author", ("name", "role", "biography", "avatar_url")),
        ("section", ("name", "label_en")),
        ("tag", ("name",)),
    ):
        add = reverse(f"admin:articles_{model}_add")
        assert client.post(add, dict.fromkeys(fields, text) | {"position": 1}).status_code in (200, 302)
    for response in (client.get(form), client.get(reverse("admin:index")), client.get("/admin/articles/correction/")):
        assert response.status_code == 200
        assert "<script>alert" not in response.content.decode()
    article.refresh_from_db()
    names = [*Author.objects.all(), *Section.objects.all(), *Tag.objects.all()]
    hostile.crawl(
        client, [article.get_absolute_url(), *(row.get_absolute_url() for row in names), *EVERYWHERE], most=20
    )


@pytest.mark.parametrize(
    "page",
    [
        "<main></main><footer></footer><script>x</script>",
        "<main></main><footer></footer><a href=' java&#10;script:x'>",
        "<main></main><footer></footer><p onclick=x>",
        "<main></main><footer></footer><style></style>",
        "<main></main><main></main><footer></footer>",
        '<main></main><footer></footer><script type="application/ld+json">{</script>',
    ],
)
def test_the_check_notices(page):
    from django.http import HttpResponse

    with pytest.raises((AssertionError, ValueError)):
        hostile.check("/", HttpResponse(page))
