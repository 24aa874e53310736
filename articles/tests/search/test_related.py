"""Articles on the same matter."""

from datetime import date

import pytest

from articles.search import index
from articles.search.related import related
from articles.tests.factories import make_article

pytestmark = pytest.mark.django_db


def ids(article):
    return [other.source_id for other in related(article)]


def test_a_rare_tag_tells_more_than_a_frequent_one():
    for number in range(8):
        make_article(f"9{number}", tags=["本地"], title=f"無關{number}")
    article = make_article("1", tags=["本地", "渡輪"], title="甲乙")
    make_article("2", tags=["渡輪"], title="丙丁")
    index.rebuild()
    found = ids(article)
    assert found[0] == "2"
    assert "1" not in found
    assert len(found) == 6


def test_among_equals_the_title_decides():
    article = make_article("1", tags=["渡輪"], title="碼頭重開的第一日")
    make_article("2", tags=["渡輪"], title="渡輪公司的年報")
    make_article("3", tags=["渡輪"], title="碼頭重開的第二日")
    index.rebuild()
    assert ids(article) == ["3", "2"]


def test_the_same_title_makes_up_for_a_tag_among_many_that_share_both():
    article = make_article("1", tags=["渡輪", "碼頭"], title="碼頭重開")
    for number in range(8):
        make_article(f"9{number}", tags=["渡輪", "碼頭"], title=f"無關{number}")
    make_article("2", tags=["渡輪"], title="碼頭重開")
    index.rebuild()
    assert ids(article)[0] == "2"
    assert len(ids(article)) == 6


def test_without_tags_words_of_the_title_serve():
    article = make_article("1", title="碼頭重開的第一日")
    make_article("2", title="碼頭重開的第二日")
    make_article("3", title="完全無關")
    index.rebuild()
    assert ids(article) == ["2"]


def test_what_is_not_published_is_not_shown():
    article = make_article("1", tags=["渡輪"])
    make_article("2", tags=["渡輪"], status="withheld")
    index.rebuild()
    assert ids(article) == []


def test_an_article_that_the_index_does_not_know():
    assert ids(make_article("1", title="，", published_on=date(2020, 1, 1))) == []


def test_the_page_shows_them(client):
    make_article("1", tags=["渡輪"], title="碼頭重開")
    make_article("2", tags=["渡輪"], title="<b>燈塔</b>")
    index.rebuild()
    text = client.get("/article/1/").content.decode()
    assert "On the same matter" in text
    assert "&lt;b&gt;燈塔&lt;/b&gt;</a>" in text
