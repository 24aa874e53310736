"""Every address and every action of the admin, tried by every role."""

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, reverse

from articles import bulk, corrections, merging, publishing, steps
from articles.models import (
    Article,
    Author,
    Capture,
    CaptureChange,
    Conflict,
    Correction,
    Figure,
    ImportIssue,
    ImportRequest,
    ImportRun,
    Section,
    Suggestion,
    Tag,
)
from articles.roles import CHIEF_EDITORS, EDITORS, REVIEWERS
from articles.tests.admin.roles import ROLES, make_user
from articles.tests.admin.test_articles import form_data
from articles.tests.factories import make_article, make_author, make_capture, make_figure, make_section, make_tag
from articles.tests.importer.newsroom import tables

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
NOBODY = "nobody"

# The lowest role that may look at an address (GET), and the lowest that may change something there (POST).
LOOK = (REVIEWERS, NOBODY)
ADDRESSES = {
    "article": {
        "changelist": LOOK,
        "change": (REVIEWERS, EDITORS),
        "history": LOOK,
        "preview": (NOBODY, EDITORS),
        "record": (REVIEWERS, EDITORS),
    },
    "author": {
        "changelist": LOOK,
        "change": (REVIEWERS, EDITORS),
        "history": LOOK,
        "add": (EDITORS, EDITORS),
        "delete": (CHIEF_EDITORS, CHIEF_EDITORS),
    },
    "authormerge": {"changelist": LOOK, "change": LOOK, "history": LOOK, "undo": (NOBODY, CHIEF_EDITORS)},
    "bulkchange": {"changelist": LOOK, "change": LOOK, "history": LOOK, "undo": (NOBODY, EDITORS)},
    "capture": {"changelist": LOOK, "change": LOOK, "history": LOOK, "group": (NOBODY, CHIEF_EDITORS)},
    "conflict": {"changelist": LOOK, "change": LOOK, "history": LOOK, "resolve": (NOBODY, EDITORS)},
    "correction": {"changelist": LOOK, "change": LOOK, "history": LOOK, "revert": (NOBODY, EDITORS)},
    "importissue": {"changelist": LOOK, "change": LOOK, "history": LOOK},
    "importrequest": {
        "changelist": LOOK,
        "change": LOOK,
        "history": LOOK,
        "add": (CHIEF_EDITORS, CHIEF_EDITORS),
        "step": (NOBODY, CHIEF_EDITORS),
    },
    "importrun": {"changelist": LOOK, "change": LOOK, "history": LOOK, "undo": (CHIEF_EDITORS, CHIEF_EDITORS)},
    "section": {
        "changelist": LOOK,
        "change": (REVIEWERS, CHIEF_EDITORS),
        "history": LOOK,
        "add": (CHIEF_EDITORS, CHIEF_EDITORS),
        "delete": (CHIEF_EDITORS, CHIEF_EDITORS),
    },
    "suggestion": {"changelist": LOOK, "change": LOOK, "history": LOOK, "decide": (NOBODY, CHIEF_EDITORS)},
    "tagmerge": {"changelist": LOOK, "change": LOOK, "history": LOOK, "undo": (NOBODY, CHIEF_EDITORS)},
    "tag": {
        "changelist": LOOK,
        "change": (REVIEWERS, CHIEF_EDITORS),
        "history": LOOK,
        "add": (EDITORS, EDITORS),
        "delete": (CHIEF_EDITORS, CHIEF_EDITORS),
    },
}
ACTIONS = {
    "article": {
        "merge": CHIEF_EDITORS,
        "publish": EDITORS,
        "review": EDITORS,
        "withhold": CHIEF_EDITORS,
        "replace": EDITORS,
        "file_under": EDITORS,
    },
    "author": {"merge": CHIEF_EDITORS, "remove_unused": CHIEF_EDITORS},
    "capture": {"split": CHIEF_EDITORS, "release": CHIEF_EDITORS},
    "importissue": {"mark_read": EDITORS, "mark_unread": EDITORS},
    "suggestion": {"accept": CHIEF_EDITORS, "dismiss": CHIEF_EDITORS, "reopen": CHIEF_EDITORS},
    "tag": {"merge": CHIEF_EDITORS, "remove_unused": CHIEF_EDITORS},
}
# What is posted where an empty form changes nothing.
FORMS = {
    "author": {"name": "白鷺"},
    "section": {"name": "文化", "position": 3},
    "tag": {"name": "清晨"},
    "conflict_resolve": {"choice": "take"},
    "correction_revert": {"reason": "誤改"},
    "bulkchange_undo": {"reason": "誤改"},
    "capture_group": {"choice": "split"},
    "suggestion_decide": {"choice": "accept"},
    "importrequest_step": {"step": "cancel"},
    "importrequest_add": {"folder": str(settings.BASE_DIR / "seeds")},
    "delete": {"post": "yes"},
}


def models():
    return {model._meta.model_name: model for model in admin.site._registry if model._meta.app_label == "articles"}


def addresses():
    """Return the name of every address of the archive's own rows: model and view."""

    def names(patterns):
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from names(pattern.url_patterns)
            elif isinstance(pattern, URLPattern) and (pattern.name or "").startswith("articles_"):
                yield pattern

    return {tuple(pattern.name.split("_")[1:]): pattern for pattern in names(admin.site.get_urls())}


def may(role, lowest):
    return lowest != NOBODY and ROLES.index(role) >= ROLES.index(lowest)


@pytest.fixture
def rows():
    """Return one row of each model, with something to do at each."""
    article = make_article("60001", title="渡輪照常關出", authors=["林小鷗"], tags=["渡輪"])
    Article.objects.filter(pk=article.pk).update(imported={"title": "渡輪照常關出"})
    make_figure(article)
    make_capture("60002", article=article)
    change = corrections.Change("title", "渡輪照常開出")
    (correction,) = corrections.apply(article, [change], reason="印刷版如此", editor=None)
    run = ImportRun.objects.create(sources=["a"], state="done")
    make_tag("小輪")
    merged = merging.merge(Tag, "小輪", "渡輪", editor=None)
    make_author("記者林小鷗")
    merged_author = merging.merge(Author, "記者林小鷗", "林小鷗", editor=None)
    CaptureChange.objects.create(run=run, key="none", path="none.md")
    found = {
        "article": article,
        "author": make_author("無人用"),
        "authormerge": merged_author,
        "bulkchange": bulk.make(
            bulk.file_under([article], add_tags=["清晨"]),
            steps.filed(add_tags=["清晨"]),
            reason="核對",
            editor=None,
        ),
        "capture": article.text_capture,
        "conflict": Conflict.objects.create(
            article=article, field="title", digest="1", base="渡輪照常關出", theirs="停航", ours="渡輪照常開出"
        ),
        "correction": correction,
        "importissue": ImportIssue.objects.create(run=run, digest="1", path="a.md", kind="x", message="x"),
        "importrequest": ImportRequest.objects.create(name="a", state="ready"),
        "importrun": run,
        "section": make_section("無人用"),
        "suggestion": Suggestion.objects.create(kind="tags", left="渡輪", right="渡船"),
        "tag": make_tag("渡船"),
        "tagmerge": merged,
    }
    assert set(found) == set(models())
    return found


def test_every_address_is_in_the_table():
    known = {(model, view) for model, views in ADDRESSES.items() for view in views}
    refused = {(model, view) for model, view in addresses() if view in ("add", "delete")} - known
    assert set(addresses()) - refused == known
    assert set(ADDRESSES) == set(models())


def test_every_action_is_in_the_table():
    request = RequestFactory().get("/")
    request.user = get_user_model()(is_superuser=True, is_active=True, is_staff=True)
    found = {name: set(admin.site._registry[model].get_actions(request)) for name, model in models().items()}
    # Django's own bulk deletion would pass all rules by
    assert {name: actions for name, actions in found.items() if actions} == {
        name: set(actions) for name, actions in ACTIONS.items()
    }


@pytest.mark.parametrize("role", ROLES)
def test_every_address_for_every_role(client, rows, role):
    client.force_login(make_user(role))
    for (model, view), pattern in addresses().items():
        look, change = ADDRESSES[model].get(view, (NOBODY, NOBODY))
        takes_row = bool(pattern.pattern.converters)
        url = reverse(f"admin:articles_{model}_{view}", args=[rows[model].pk] if takes_row else [])
        before = tables()
        status = client.get(url).status_code
        assert tables() == before, f"GET {url} wrote something"
        assert (status == 200) is may(role, look), f"{role}: GET {url} answered {status}"
        if may(role, change):
            continue
        data = FORMS.get(view) or FORMS.get(f"{model}_{view}") or FORMS.get(model) or {"title": "改", "reason": "試"}
        client.post(url, data)
        assert tables() == before, f"{role}: POST {url} wrote something"


@pytest.mark.parametrize("role", ROLES)
def test_every_change_by_those_who_may(client, rows, role):
    client.force_login(make_user(role))
    # suggestions are made anew whenever captures change stories: theirs comes first
    for model in sorted(ADDRESSES, key="suggestion".__ne__):
        for view, (_look, change) in ADDRESSES[model].items():
            if not may(role, change) or model == "article":  # its form is tested on its own
                continue
            takes_row = bool(addresses()[model, view].pattern.converters)
            url = reverse(f"admin:articles_{model}_{view}", args=[rows[model].pk] if takes_row else [])
            data = FORMS.get(view) or FORMS.get(f"{model}_{view}") or FORMS.get(model) or {}
            if view == "delete":
                continue  # last, and only of rows that nothing needs: below
            assert client.post(url, data).status_code in (200, 302), f"{role}: POST {url}"
    assert Conflict.objects.filter(state="taken").exists() is may(role, EDITORS)
    assert Author.objects.filter(name="白鷺").exists() is may(role, EDITORS)
    assert Section.objects.filter(name="文化").exists() is may(role, CHIEF_EDITORS)
    assert ImportRun.objects.filter(state="undone").exists() is may(role, CHIEF_EDITORS)
    assert Suggestion.objects.filter(state="accepted").exists() is may(role, CHIEF_EDITORS)
    for model in ("author", "section"):
        client.post(reverse(f"admin:articles_{model}_delete", args=[rows[model].pk]), {"post": "yes"})
        assert models()[model].objects.filter(pk=rows[model].pk).exists() is not may(role, CHIEF_EDITORS)


@pytest.mark.parametrize("role", ROLES)
def test_every_action_for_every_role(client, rows, role):
    user = make_user(role)
    client.force_login(user)
    request = RequestFactory().get("/")
    request.user = user
    for name, actions in ACTIONS.items():
        model_admin = admin.site._registry[models()[name]]
        offered = set(model_admin.get_actions(request))
        assert offered == {action for action, lowest in actions.items() if may(role, lowest)}, f"{role}: {name}"
        for action in set(actions) - offered:
            before = tables()
            data = {"action": action, "_selected_action": [rows[name].pk], "apply": "yes", "reason": "試"}
            client.post(reverse(f"admin:articles_{name}_changelist"), data)
            assert tables() == before, f"{role}: {action} wrote something"


def test_a_visitor_and_a_stranger_are_sent_away(client, rows):
    stranger = get_user_model().objects.create_user("stranger", password="a-password-for-the-test")
    for login in (lambda: None, lambda: client.force_login(stranger)):
        login()
        before = tables()
        for (model, view), pattern in addresses().items():
            url = reverse(f"admin:articles_{model}_{view}", args=[rows[model].pk] if pattern.pattern.converters else [])
            for response in (client.get(url), client.post(url, {"choice": "take", "reason": "試", "post": "yes"})):
                assert response.status_code == 302
                assert response["Location"].startswith(reverse("admin:login"))
        assert tables() == before
        assert not LogEntry.objects.exists()


def test_an_editor_sends_to_review_and_does_not_withhold(client, rows):
    client.force_login(make_user(EDITORS))
    url = reverse("admin:articles_article_change", args=[rows["article"].pk])
    response = client.get(url)
    content = response.content.decode()
    assert 'name="title"' in content
    assert 'value="review"' in content
    assert 'value="withheld"' not in content
    assert 'name="notice"' not in content
    data = form_data(response)
    client.post(url, data | {"status": "withheld", "status_reason": "試", "notice": "試"})
    assert Article.objects.get().status == "published"
    client.post(url, data | {"status": "review", "status_reason": "來源存疑", "notice": "試"})
    assert Article.objects.values_list("status", "status_reason", "notice").get() == ("review", "來源存疑", "")


def test_an_editor_does_not_publish_what_is_withheld(client, rows):
    publishing.set_status([rows["article"].pk], "withheld", notice="應家屬要求", reason="來信")
    client.force_login(make_user(EDITORS))
    url = reverse("admin:articles_article_change", args=[rows["article"].pk])
    response = client.get(url)
    assert 'name="status"' not in response.content.decode()
    client.post(url, form_data(response) | {"status": "published", "reason": "試"})
    data = {"action": "publish", "_selected_action": [rows["article"].pk]}
    response = client.post(reverse("admin:articles_article_changelist"), data, follow=True)
    said = response.content.decode()
    assert "stays so" in said
    assert "0 articles" not in said
    assert Article.objects.get().status == "withheld"


def test_a_group_keeps_what_it_was_given_besides():
    make_user(EDITORS)
    group = Group.objects.get(name=EDITORS)
    group.permissions.add(*Group.objects.get(name=CHIEF_EDITORS).permissions.all()[:3])
    before = set(group.permissions.values_list("pk", flat=True))
    make_user(EDITORS, "another")
    assert set(group.permissions.values_list("pk", flat=True)) == before


def test_all_that_is_shown_can_be_seen_by_reviewers():
    user = make_user(REVIEWERS)
    for model in (Article, Author, Capture, Conflict, Correction, Figure, ImportIssue, ImportRun, Section, Suggestion):
        assert user.has_perm(f"articles.view_{model._meta.model_name}")
    assert all(permission.startswith("articles.view_") for permission in user.get_all_permissions())
