"""The check of the search index that Django's own ``check`` command runs."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from articles import checks
from articles.models import Article
from articles.search import index
from articles.tests.factories import make_article

pytestmark = pytest.mark.django_db


def said(capsys, **options):
    call_command("check", databases=["default"], **options)
    return "".join(capsys.readouterr())


def test_nothing_is_wrong(capsys):
    assert "no issues" in said(capsys)
    make_article("1")
    index.rebuild()
    assert "no issues" in said(capsys)


def test_an_index_that_was_never_built(capsys):
    make_article("1")
    assert "another version of the analyzer, or not at all" in said(capsys)
    assert "manage.py rebuild_search_index" in said(capsys)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda: make_article("2"), "1 published article is not in the index."),
        (lambda: Article.objects.update(status="withheld"), "1 article that is not published is in the index."),
    ],
)
def test_articles_and_index_that_differ(capsys, spoil, told):
    make_article("1")
    index.rebuild()
    spoil()
    assert told in said(capsys)


def test_not_without_a_database_nor_before_the_last_migration():
    make_article("1")
    assert checks.search_index_agrees(None, None) == []
    assert checks.search_index_agrees(None, ["default"]) != []
    last = MigrationRecorder.Migration.objects.filter(app="articles").order_by("name").last()
    MigrationRecorder(connection).record_unapplied("articles", last.name)
    assert checks.search_index_agrees(None, ["default"]) == []
