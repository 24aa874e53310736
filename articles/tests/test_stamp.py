"""The stamp changes with whatever readers see, in the same transaction, whoever wrote."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from articles import stamp
from articles.models import Article, Author, ImportRun, Section, Tag
from articles.tests.factories import make_article, make_author, make_correction, make_figure

pytestmark = pytest.mark.django_db


def changed_by(action) -> bool:
    before = stamp.current()
    action()
    return stamp.current() != before


def test_it_stays_while_nothing_changes():
    make_article("501")
    assert not changed_by(lambda: list(Article.objects.all()))


@pytest.mark.parametrize(
    "action",
    [
        lambda story: make_article("502"),
        lambda story: Article.objects.filter(pk=story.pk).update(title="改了"),
        lambda story: Article.objects.bulk_update([story], ["title"]),
        lambda story: Author.objects.bulk_create([Author(name="新人", slug="new")]),
        lambda story: Author.objects.filter(name="林小鷗").update(biography="寫海。"),
        lambda story: Section.objects.update(label_en="Local"),
        lambda story: Tag.objects.create(name="海"),
        lambda story: story.tagged.all().delete(),
        lambda story: make_figure(story),
        lambda story: make_correction(story),
        lambda story: story.text_capture.save(),
    ],
)
def test_it_changes_with_each_kind_of_write(action):
    story = make_article("501", authors=["林小鷗"], tags=["渡輪"])
    assert changed_by(lambda: action(story))


def test_plain_sql_counts_too():
    author = make_author()
    with connection.cursor() as cursor:
        assert changed_by(lambda: cursor.execute("UPDATE articles_author SET role = 'x' WHERE id = %s", [author.pk]))


def test_what_no_page_shows_does_not_change_it():
    assert not changed_by(lambda: ImportRun.objects.create(sources=["a"]))


def test_a_transaction_that_fails_leaves_it_as_it_was():
    before = stamp.current()
    with transaction.atomic():
        point = transaction.savepoint()
        make_article("501")
        inside = stamp.current()
        transaction.savepoint_rollback(point)
    assert inside != before
    assert stamp.current() == before


def triggers() -> dict[str, str]:
    with connection.cursor() as cursor:
        return stamp._triggers(cursor, connection.vendor)


def test_every_table_that_is_watched_has_its_triggers():
    """A new model is watched from its first migration on, unless it is named in NOT_SHOWN."""
    events = len(stamp._events(connection.vendor))
    tables = [model._meta.db_table for model in stamp.watched()]
    assert sorted(triggers().values()) == sorted(tables * events)


@pytest.mark.django_db(transaction=True)
def test_a_table_that_a_migration_makes_anew_gets_them_back():
    if connection.vendor == "sqlite":
        with connection.schema_editor() as editor:
            editor._remake_table(Tag)  # what many a migration does there
        assert "articles_tag" not in triggers().values()
    else:
        stamp.uninstall()
        assert triggers() == {}
    assert not changed_by(lambda: Tag.objects.create(name="海"))
    stamp.install()
    assert changed_by(lambda: Tag.objects.create(name="浪"))
    test_every_table_that_is_watched_has_its_triggers()


def test_installing_twice_changes_nothing():
    before = triggers(), stamp.current()
    stamp.install()
    assert (triggers(), stamp.current()) == before


@pytest.mark.django_db(transaction=True)
def test_an_emptied_database_has_a_stamp_all_the_same():
    call_command("flush", interactive=False, verbosity=0)
    assert changed_by(lambda: make_article("501"))


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_writers_do_not_wait_for_each_other():
    """Two open transactions both change the stamp: with one row for all, the second would wait for the first."""
    other = connection.copy()
    first, second = make_author("甲"), make_author("乙")
    before = stamp.current()
    try:
        with transaction.atomic():
            Author.objects.filter(pk=first.pk).update(role="x")
            with other.cursor() as cursor:
                cursor.execute("SET lock_timeout = '2s'")
                cursor.execute("UPDATE articles_author SET role = 'y' WHERE id = %s", [second.pk])
        assert stamp.current() != before
    finally:
        other.close()
