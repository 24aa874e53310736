"""The counts of the whole archive."""

from datetime import date

import pytest
from django.core.cache import cache

from articles import counts
from articles.models import Article, Tag
from articles.tests.factories import make_article, make_capture, make_correction, make_figure, make_tag

pytestmark = pytest.mark.django_db
REVIEW, WITHHELD = Article.Status.REVIEW, Article.Status.WITHHELD


def test_days_are_those_of_published_articles() -> None:
    for day in (date(2021, 5, 4), date(2021, 5, 4), date(2020, 1, 1), None):
        make_article(published_on=day)
    make_article(published_on=date(2019, 1, 1), status=WITHHELD)
    assert list(counts.days().items()) == [(date(2020, 1, 1), 1), (date(2021, 5, 4), 2)]


def test_tags_count_an_article_once_with_its_aliases() -> None:
    ferry = make_tag("渡海小輪")
    alias = make_tag("Ferry", alias_of=ferry)
    make_article(tags=[ferry, alias])
    make_article(tags=[alias])
    make_article(tags=["碼頭"])
    make_article(tags=["碼頭", ferry], status=REVIEW)
    make_tag("無文章")
    assert [(tag.name, tag.slug, tag.number) for tag in counts.tags()] == [
        ("渡海小輪", ferry.slug, 2),
        ("碼頭", make_tag("碼頭").slug, 1),
    ]


def test_aliases_in_a_circle_are_still_counted() -> None:
    port = make_tag("港口")
    harbour = make_tag("海港", alias_of=port)
    Tag.objects.filter(pk=port.pk).update(alias_of=harbour)
    make_article(tags=[port])
    assert [tag.number for tag in counts.tags()] == [1]


def test_authors_have_their_years() -> None:
    for year in (2017, 2019, 2020, 2020):
        make_article(authors=["林小鷗"], published_on=date(year, 3, 1))
    make_article(authors=["周望潮", "林小鷗"], published_on=None)
    make_article(authors=["丁浪"], status=REVIEW)
    drawn = {author.name: author for author in counts.authors()}
    assert set(drawn) == {"林小鷗", "周望潮"}
    assert (drawn["林小鷗"].number, drawn["林小鷗"].spans) == (5, [(2017, 2017), (2019, 2020)])
    assert (drawn["周望潮"].number, drawn["周望潮"].spans) == (1, [])


def test_holdings_tell_what_is_missing() -> None:
    story = make_article("1", authors=["林小鷗"], published_on=None)
    make_article("2", date_inferred=True)
    make_article("3", status=WITHHELD)
    make_figure(story)
    make_figure(story, 2, file="rescued/a.jpg")
    make_correction(story)
    make_correction(story, is_minor=True)
    for path in "ab":
        make_capture("9", kind="placeholder", path=path)
    make_capture("1", kind="placeholder")  # its text was saved another time
    assert counts.holdings() == counts.Holdings(
        articles=2,
        undated=1,
        inferred=1,
        captures=6,
        lost=1,
        authors=1,
        pictures=2,
        pictures_elsewhere=1,
        corrections=1,
    )


def test_an_answer_is_kept_for_some_minutes(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    make_article(published_on=date(2021, 5, 4))
    first = counts.days()
    make_article(published_on=date(2021, 5, 4))
    with django_assert_num_queries(0):
        assert counts.days() == first
    cache.clear()
    assert counts.days() != first


def test_an_empty_answer_is_kept_too(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    counts.tags()
    with django_assert_num_queries(0):
        assert counts.tags() == counts.most_covered() == []
