import datetime

import pytest

from articles import derived
from articles.derived import sort_key_of
from articles.rendering import RENDERER_VERSION
from articles.tests.factories import make_article

DAY = datetime.date(2019, 8, 24)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ((DAY, "9"), (DAY, "10")),
        ((DAY, "999"), (datetime.date(2019, 8, 25), "1")),
        ((None, "99999"), (datetime.date(1900, 1, 1), "1")),
        ((None, "9"), (None, "10")),
    ],
)
def test_sort_keys_follow_date_then_number(earlier, later):
    assert sort_key_of(*earlier) < sort_key_of(*later)


def test_sort_keys_of_long_ids_fit_their_column():
    assert len(sort_key_of(DAY, "x" * 100)) <= 120


@pytest.mark.django_db
def test_rebuild_computes_and_stores_what_is_derived():
    articles = [make_article(body="**渡輪**準時"), make_article(body="第二篇")]
    assert derived.rebuild(articles) == 2
    articles[0].refresh_from_db()
    assert articles[0].html == "<p><strong>渡輪</strong>準時</p>"
    assert articles[0].excerpt == "渡輪準時"
    assert articles[0].rendered_by == RENDERER_VERSION
    assert articles[0].sort_key == sort_key_of(articles[0].published_on, articles[0].source_id)


@pytest.mark.django_db
def test_rebuild_costs_the_same_few_queries_for_many_articles(django_assert_max_num_queries):
    articles = [make_article() for _ in range(20)]
    with django_assert_max_num_queries(4):
        derived.rebuild(iter(articles))


@pytest.mark.django_db
def test_rebuild_of_nothing():
    assert derived.rebuild([]) == 0
