"""Names while typing, and what may have been meant."""

import pytest

from articles.models import Tag
from articles.search import index
from articles.search.suggestions import did_you_mean, suggestions
from articles.tests.factories import make_article, make_tag

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def archive():
    for number in range(3):
        make_article(str(number), title=f"燈塔{number}", tags=["移民潮"], authors=["陳大文"], body="渡輪公司")
    make_article("8", title="午夜渡輪", tags=["渡輪", "Carrie Lam"], authors=["林小鷗"], body="習近平")
    make_article("9", title="午夜碼頭", tags=["渡輪碼頭", "午夜渡輪"], authors=["渡輪記者"], body="習近平")
    make_article("10", title="白日", tags=["渡輪碼頭"], authors=["林小鷗"])
    make_tag("渡輪無人寫")
    make_tag("Night Ferry", alias_of=Tag.objects.get(name="渡輪"))
    index.rebuild()


def names(typed):
    return [name for name, _kind, _url in suggestions(typed)]


def test_names_that_begin_so_come_first_then_those_of_most_articles():
    assert names("渡轮") == ["渡輪碼頭", "渡輪", "午夜渡輪", "渡輪記者", "午夜渡輪"]


def test_each_leads_to_its_page():
    assert suggestions("林小") == [("林小鷗", "author", "/author/%E6%9E%97%E5%B0%8F%E9%B7%97/")]
    (name, kind, url) = suggestions("燈塔2")[0]
    assert (name, kind) == ("燈塔2", "article")
    assert url.startswith("/article/2/")


def test_an_alias_is_a_name_too():
    assert names("night") == ["Night Ferry"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("移民朝", "移民潮"),
        ("移民超", "移民潮"),
        ("陈大交", "陳大文"),
        ("carie lam", "Carrie Lam"),
        ("Carrie Lan", "Carrie Lam"),
        ("移民朝 渡輪", "移民潮 渡輪"),
        ("移民", ""),  # two characters may mean anything
        ("移民朝流", ""),
        ("渡輪無人書", ""),  # no article has that tag
        ("完全不同的事", ""),
        ("習近乎", ""),  # in a text, but nobody's name
        ("carpet", ""),
        ("", ""),
        ("渡" * 500, ""),
        ("移民朝 完全不同", ""),  # with both words nothing would be found
        ("渡輪公司移民潮", "渡輪公司 移民潮"),
        ("渡轮公司陈大文", "渡轮公司 陈大文"),
        ("燈塔 渡輪公司移民潮", "燈塔 渡輪公司 移民潮"),
        ("渡輪燈塔公司", "渡輪 燈塔 公司"),
        ("渡輪公司燈塔移民潮", "渡輪公司 燈塔 移民潮"),
        ("渡輪公司" * 4, ""),
        ("2021-12-28", "from:2021-12-28 to:2021-12-28"),
        ("2021年12月28日 渡輪", "from:2021-12-28 to:2021-12-28 渡輪"),
        ("2019-08", ""),
    ],
)
def test_did_you_mean(typed, meant):
    assert did_you_mean(typed) == meant


@pytest.mark.parametrize("typed", ["渡輪碼頭無人知曉之夜航班次", " ".join(["渡輪碼頭無人知曉之夜航班次"[:11]] * 5)])
def test_what_is_asked_to_mend_a_query_has_an_end(typed, django_assert_max_num_queries):
    with django_assert_max_num_queries(120):
        did_you_mean(typed)
