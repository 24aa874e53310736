"""Measures the pages of the admin on one database: ``python -m bench.admin COUNT`` fills an empty one first.

Prints JSON: of each page its queries, how long it takes in milliseconds, and which queries read a whole large table.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

MOST_QUERIES = 15
REPEATS = 3
LARGE = ("articles_article", "articles_capture", "articles_figure", "articles_taggedarticle", "articles_byline")
CHOSEN = 50  # articles that an action is begun with
ROWS = 2000  # corrections, and as many import issues


@dataclass
class Page:
    """What one page of the admin costs."""

    name: str
    queries: int
    milliseconds: float
    scans: list[str]


def fill() -> None:
    """Give an archive of invented articles what editors and imports leave behind."""
    from articles import steps
    from articles.models import (
        Article,
        BulkChange,
        CaptureChange,
        Conflict,
        Correction,
        Figure,
        ImportIssue,
        ImportRequest,
        ImportRun,
        Suggestion,
        Tag,
        TagMerge,
    )  # fmt: skip
    from articles.search import index

    Figure.objects.bulk_create(
        (
            Figure(
                capture_id=capture, article_id=article, position=1, kind="image", caption="" if n % 10 == 0 else "圖",
                original_url=f"https://www.example.org/{n}.jpg", archived_url=f"https://web.archive.org/{n}.jpg",
            )
            for n, (article, capture) in enumerate(Article.objects.values_list("pk", "text_capture_id"))
        ),
        batch_size=1000,
    )  # fmt: skip
    articles = list(Article.objects.order_by("pk")[:ROWS])
    runs = [ImportRun.objects.create(sources=["/srv/articles"], state="done") for _run in range(30)]
    CaptureChange.objects.create(run=runs[-1], key="1@x")
    step = BulkChange.objects.create(what=steps.filed(add_tags=["Tags"]), reason="A measurement.")
    Correction.objects.bulk_create(
        Correction(article=a, field="title", before="舊", after=a.title, reason="A measurement.", bulk=step)
        for a in articles
    )
    Conflict.objects.bulk_create(
        Conflict(article=a, field="title", digest=str(n), base="甲", theirs="乙", ours=a.title, run=runs[-1])
        for n, a in enumerate(articles[:200])
    )
    ImportIssue.objects.bulk_create(
        ImportIssue(run=runs[n % 30], digest=str(n), path=f"{n}.md", kind=f"kind-{n % 20}", message="x")
        for n in range(ROWS)
    )
    names = list(Tag.objects.values_list("name", flat=True)[:400])
    Suggestion.objects.bulk_create(
        Suggestion(kind="tags", left=min(pair), right=max(pair), evidence="x")
        for pair in zip(names[::2], names[1::2], strict=True)
    )
    TagMerge.objects.bulk_create(TagMerge(name=name, into=names[0]) for name in names[:50])
    ImportRequest.objects.create(name="/srv/articles", state="ready", difference={"files": 1})
    index.rebuild()


def requests() -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Yield name, method, address and data of every kind of page, with what makes each work hardest."""
    from django.apps import apps
    from django.contrib import admin
    from django.urls import reverse

    from articles.models import Article, ImportRun, Tag

    some = Article.objects.order_by("pk")[:CHOSEN]
    yield "front page", "get", reverse("admin:index"), {}
    yield "two-factor sign-in", "get", reverse("admin:two_factor"), {}
    for model in sorted(apps.get_app_config("articles").get_models(), key=lambda model: model._meta.label):
        if not admin.site.is_registered(model):
            continue
        name, address = model._meta.model_name, f"admin:articles_{model._meta.model_name}"
        row = model._default_manager.order_by("pk").first()
        yield f"{name}: list", "get", reverse(f"{address}_changelist"), {}
        yield f"{name}: page 3", "get", reverse(f"{address}_changelist"), {"p": 3}
        if row is not None:
            yield f"{name}: form", "get", reverse(f"{address}_change", args=[row.pk]), {}
            yield f"{name}: history", "get", reverse(f"{address}_history", args=[row.pk]), {}
        if admin.site.get_model_admin(model).search_fields:
            yield f"{name}: search", "get", reverse(f"{address}_changelist"), {"q": "新聞"}
    for name in ("author", "section", "tag", "importrequest"):
        yield f"{name}: add", "get", reverse(f"admin:articles_{name}_add"), {}
    articles = reverse("admin:articles_article_changelist")
    for data in (
        {"status__exact": "published"}, {"status__exact": "review"}, {"year": "2019"}, {"year": "none"},
        {"missing": "caption"}, {"missing": "picture"}, {"section__id__exact": "1"}, {"date_inferred__exact": "1"},
        {"section__id__exact": "1", "year": "2019", "status__exact": "published"}, {"q": "4711"}, {"o": "1"},
    ):  # fmt: skip
        yield f"article: list {'&'.join(f'{key}={value}' for key, value in data.items())}", "get", articles, data
    first = some[0]
    yield "article: record", "get", reverse("admin:articles_article_record", args=[first.pk]), {}
    run = ImportRun.objects.order_by("-pk").first()
    yield "importrun: undo", "get", reverse("admin:articles_importrun_undo", args=[run.pk if run else 0]), {}
    for data in ({"kind": "kind-1"}, {"is_read__exact": "0"}, {"run": "3"}):
        yield f"importissue: list {data}", "get", reverse("admin:articles_importissue_changelist"), data
    for data in ({"use": "none"}, {"alias": "yes"}):
        yield f"tag: list {data}", "get", reverse("admin:articles_tag_changelist"), data
    yield "capture: list lost", "get", reverse("admin:articles_capture_changelist"), {"lost": "yes"}
    for model_name, field in (("taggedarticle", "tag"), ("byline", "author"), ("article", "section")):
        data = {"app_label": "articles", "model_name": model_name, "field_name": field, "term": "新"}
        yield f"autocomplete: {field}", "get", reverse("admin:autocomplete"), data
    chosen = {"_selected_action": [article.pk for article in some]}
    for action in ("replace", "file_under", "review", "withhold"):
        yield f"article: {action}, {CHOSEN} chosen", "post", articles, chosen | {"action": action}
    tags = list(Tag.objects.values_list("pk", flat=True)[:CHOSEN])
    merge = {"action": "merge", "_selected_action": tags}
    yield f"tag: merge, {CHOSEN} chosen", "post", reverse("admin:articles_tag_changelist"), merge


def measured(repeats: int = REPEATS) -> Iterator[Page]:
    """Fetch every page as a chief editor who has signed in with a second factor."""
    from django.contrib.auth import get_user_model
    from django.contrib.auth.models import Group
    from django.db import connection
    from django.test import Client
    from django_otp import DEVICE_ID_SESSION_KEY
    from django_otp.plugins.otp_totp.models import TOTPDevice

    from articles.roles import CHIEF_EDITORS

    user, _made = get_user_model()._default_manager.get_or_create(
        username="measurement", defaults={"is_staff": True, "password": "!"}
    )
    user.groups.add(Group.objects.get(name=CHIEF_EDITORS))
    client = Client()
    client.force_login(user)
    device, _made = TOTPDevice.objects.get_or_create(user=user, confirmed=True)
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.save()
    for name, method, address, data in requests():
        call = getattr(client, method)
        asked: list[tuple[str, Any]] = []

        def note(execute: Any, sql: str, params: Any, many: bool, context: Any, asked: Any = asked) -> Any:
            asked.append((sql, params))
            return execute(sql, params, many, context)

        with connection.execute_wrapper(note):
            status = call(address, data).status_code
        if status not in (200, 302):  # a list that is shorter than three pages leads to its beginning
            raise SystemExit(f"{name}: {address} answered {status}")
        times = []
        for _repeat in range(repeats):
            started = time.perf_counter()
            call(address, data)
            times.append((time.perf_counter() - started) * 1000)
        scans = sorted(set(scans_of(asked)))
        yield Page(name, len(asked), round(statistics.median(times or [0]), 1), scans)


def scans_of(asked: list[tuple[str, Any]]) -> Iterator[str]:
    """Yield which large tables are read from end to end without an index; SQLite says so, and only it."""
    from django.db import connection

    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        for sql, params in asked:
            if not sql.startswith("SELECT"):
                continue
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
            for _id, _parent, _unused, detail in cursor.fetchall():
                if detail.startswith("SCAN ") and "INDEX" not in detail and detail.split()[1] in LARGE:
                    yield f"{detail.split()[1]}: {sql[:300]}"


def main() -> None:
    """Measure, and print."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsarchive.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.test import override_settings

    from articles.models import Article
    from bench import invented

    count = int(sys.argv[1])
    if not Article.objects.exists():
        invented.fill(count)
        fill()
    plain_files = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    with override_settings(ALLOWED_HOSTS=["testserver"], STORAGES=settings.STORAGES | plain_files):
        said = [asdict(page) for page in measured()]
    sys.stdout.write(json.dumps({"articles": Article.objects.count(), "pages": said}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
