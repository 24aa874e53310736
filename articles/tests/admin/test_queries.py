"""Every page of the admin asks at most fifteen questions, however many rows it shows."""

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from articles import bulk, corrections, merging
from articles.models import Article, Author, Conflict, ImportIssue, ImportRun, Suggestion, Tag
from articles.tests.factories import make_article, make_author, make_capture, make_figure, make_tag

pytestmark = pytest.mark.django_db
MOST = 15
ROWS = 12


@pytest.fixture
def desk(admin_client, admin_user):
    """Fill every list of the admin."""
    made = []
    run = ImportRun.objects.create(sources=["rescue.zip"], state="done", report={"issues": ROWS})
    for n in range(ROWS):
        article = make_article(f"6{n:04d}", authors=[f"作者{n}", "林勵"], tags=[f"標籤{n}", "渡輪"], section=f"版{n}")
        made.append(article)
        capture = make_capture(f"7{n:04d}", article=article)
        make_figure(article, 1)
        make_figure(article, 2, caption="", alt="")
        corrections.apply(article, [corrections.Change("title", f"改{n}")], reason="核對", editor=admin_user)
        Conflict.objects.create(
            article=article, field="title", digest=str(n), base="甲", ours="乙", theirs="丙", run=run
        )
        ImportIssue.objects.create(run=run, digest=str(n), path="a.md", kind=f"k{n % 3}", message="x", capture=capture)
        make_tag(f"別名{n}")
        merging.merge(Tag, f"別名{n}", f"標籤{n}", editor=admin_user)
        make_author(f"記者{n}號")
        merging.merge(Author, f"記者{n}號", f"作者{n}", editor=admin_user)
        for kind, left, right in (("tags", f"標籤{n}", "渡輪"), ("authors", f"作者{n}", "林勵")):
            Suggestion.objects.create(kind=kind, left=left, right=right, evidence="x")
    for n in range(ROWS):
        make_tag(f"專題{n}")
        plan = bulk.file_under(bulk.chosen([article.pk for article in made]), add_tags=[f"專題{n}"])
        bulk.make(plan, "Tags", reason="專題", editor=admin_user)
    return admin_client


def asked(client, url):
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url)
    assert response.status_code == 200, url
    return len(queries)


def test_lists_and_forms(desk):
    counted = {}
    for model in admin.site._registry:
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        rows = list(model._default_manager.order_by("-pk")[:1])
        urls = [reverse(f"admin:{name}_changelist")]
        urls += [reverse(f"admin:{name}_{view}", args=[row.pk]) for row in rows for view in ("change", "history")]
        counted |= {url: asked(desk, url) for url in urls}
    assert {url: count for url, count in counted.items() if count > MOST} == {}


def test_pages_of_their_own(desk):
    article = Article.objects.first()
    counted = {
        url: asked(desk, url)
        for url in (
            reverse("admin:index"),
            reverse("admin:help"),
            reverse("admin:articles_article_record", args=[article.pk]),
            reverse("admin:articles_article_changelist") + "?status__exact=published&missing=caption&year=2021",
            reverse("admin:articles_tag_changelist") + "?use=none",
            reverse("admin:articles_author_changelist") + "?alias=yes",
        )
    }
    assert {url: count for url, count in counted.items() if count > MOST} == {}


@pytest.mark.parametrize("action", ["replace", "file_under", "withhold"])
def test_what_actions_ask(desk, action):
    keys = list(Article.objects.values_list("pk", flat=True))
    data = {"action": action, "_selected_action": keys}
    if action == "replace":
        data |= {"look": "1", "find": "渡輪", "put": "小輪", "fields_searched": ["title", "body"], "reason": "核對"}
    if action == "file_under":
        data |= {"look": "1", "add_tags": [Tag.objects.get(name="別名1").pk], "reason": "核對"}
    with CaptureQueriesContext(connection) as queries:
        response = desk.post(reverse("admin:articles_article_changelist"), data)
    assert response.status_code == 200
    assert len(queries) <= MOST
