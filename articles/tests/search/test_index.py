"""The index follows the articles, in the same transaction."""

from datetime import date

import pytest
import zstandard
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import ProtectedError

from articles import corrections, derived
from articles.models import Article, SearchBlock, SearchDictionary, SearchDocument, SearchState, Tag
from articles.search import index, stored_texts
from articles.search.queries import Search, search
from articles.tests.factories import make_article, make_author, make_figure, make_tag

OTHER = zstandard.train_dictionary(1024, [f"it says {37 * number} and no more".encode() for number in range(2000)])
pytestmark = pytest.mark.django_db


@pytest.fixture
def article() -> Article:
    made = make_article("1", title="碼頭重開", body="船長說，風浪不大。", tags=["渡輪"], authors=["林小鷗"])
    make_figure(made, caption="第一班船", credit="")
    index.rebuild()
    return made


def found(typed: str) -> int:
    return search(Search(typed)).total


@pytest.mark.parametrize(
    "typed", ["碼頭", "风浪", "渡輪", "林小鷗", "第一班船", "tag:渡輪", "author:林小鷗", "section:本地"]
)
def test_all_of_an_article_is_searched(article, typed):
    assert found(typed) == 1


def test_a_correction_is_found_at_once_and_the_old_value_no_more(article):
    corrections.apply(article, [corrections.Change("title", "燈塔熄滅")], reason="Misprint.", editor=None)
    assert (found("title:燈塔"), found("title:碼頭")) == (1, 0)
    assert index.disagreements() == []


def test_a_correction_that_is_taken_back_leaves_no_trace(article):
    with pytest.raises(RuntimeError, match="stop"), transaction.atomic():
        corrections.apply(article, [corrections.Change("title", "燈塔熄滅")], reason="Misprint.", editor=None)
        raise RuntimeError("stop")
    assert (found("title:燈塔"), found("title:碼頭")) == (0, 1)
    assert index.disagreements() == []


def test_what_is_not_published_is_not_found(article):
    article.status = Article.Status.WITHHELD
    article.save()
    derived.rebuild([article])
    assert found("碼頭") == 0
    article.status = Article.Status.PUBLISHED
    article.save()
    derived.rebuild([article])
    assert found("碼頭") == 1
    assert index.disagreements() == []


def test_another_day_is_found_at_that_day(article):
    corrections.apply(article, [corrections.Change("published_on", "2019-05-04")], reason="Misprint.", editor=None)
    assert (found("from:2019-05-04 to:2019-05-04"), found("碼頭")) == (1, 1)
    corrections.apply(article, [corrections.Change("published_on", None)], reason="Nobody knows.", editor=None)
    assert (found("from:2000"), found("碼頭")) == (0, 1)
    assert index.disagreements() == []


def test_aliases_are_other_names_of_a_tag(article):
    make_tag("Star Ferry", alias_of=Tag.objects.get(name="渡輪"))
    derived.rebuild([article])
    assert (found("star ferry"), found("tag:ferry")) == (1, 1)


def test_nothing_new_writes_nothing(article, django_assert_max_num_queries):
    serial = SearchState.objects.get().serial
    assert index.update([article.pk]) == 0
    assert SearchState.objects.get().serial == serial


def test_an_article_cannot_go_before_search_has_forgotten_it(article):
    with pytest.raises(ProtectedError):
        article.delete()
    index.forget([article.pk])
    article.delete()
    assert found("碼頭") == 0


def test_an_index_of_another_analyzer_is_left_alone_until_it_is_rebuilt(article):
    SearchState.objects.update(analyzer="0")
    corrections.apply(article, [corrections.Change("title", "燈塔熄滅")], reason="Misprint.", editor=None)
    assert index.disagreements() == ["The index was built by another version of the analyzer, or not at all."]
    index.ensure()
    assert found("title:燈塔") == 1
    assert index.disagreements() == []


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda: make_article("2"), "1 published article is not in the index."),
        (lambda: Article.objects.update(title="燈塔"), "1 article is in the index as it was before."),
        (lambda: Article.objects.update(status="withheld"), "1 article that is not published is in the index."),
    ],
)
def test_the_check_notices(article, spoil, told, capsys):
    call_command("rebuild_search_index", "--check")
    spoil()
    with pytest.raises(CommandError, match=told):
        call_command("rebuild_search_index", "--check")
    call_command("rebuild_search_index", "--verbosity", "0")
    assert index.disagreements() == []


def test_the_command_says_what_it_did(article, capsys):
    make_author("陳大文")
    call_command("rebuild_search_index")
    assert "The search index holds 1 article;" in capsys.readouterr().out


def test_days_are_in_order_whenever_an_article_came(article):
    """Those that come later have higher numbers, whatever their days."""
    for key, day in (("1901", date(1901, 2, 3)), ("2", date(1, 1, 1)), ("3", date(2019, 3, 1)), ("4", None)):
        index.update([make_article(key, title=f"舊聞{key}", published_on=day).pk])
    stretches = ("to:1901", "from:1901-02-04", "to:1000", "from:1000 to:2019-03-01")
    assert [found(days) for days in stretches] == [2, 2, 1, 2]

    def order(typed: str, by: str) -> list[str]:
        return [hit.article.source_id for hit in search(Search(typed, order=by)).hits]

    assert order("", "oldest") == order("舊聞 OR 碼頭", "oldest") == ["2", "1901", "3", "1", "4"]
    assert order("", "newest") == ["1", "3", "1901", "2", "4"]
    # by rank too, only what is of these days
    assert order("title:舊聞 from:1901 to:2019-03-31", "rank") == ["3", "1901"]
    assert [count for _month, count in search(Search("舊聞")).months] == [1, 1, 1]
    before = search(Search("title:舊聞 to:2019-03")).total
    index.rebuild()
    assert search(Search("title:舊聞 to:2019-03")).total == before == 3
    assert index.disagreements() == []


@pytest.mark.parametrize("few", [stored_texts.ENOUGH, stored_texts.ENOUGH - 1])
def test_texts_are_compressed_with_a_dictionary_once_there_are_enough(article, few):
    made = [
        make_article(str(100 + number), body=f"第{number}天，" + "船長說，風浪不大。" * (number % 7)).pk
        for number in range(few)
    ]
    index.update(made)
    assert SearchDictionary.objects.count() == (few == stored_texts.ENOUGH)
    late = make_article("9", body="船長說，風浪不大。")
    index.update([late.pk])  # with the same dictionary
    assert SearchDictionary.objects.count() == (few == stored_texts.ENOUGH)
    assert (found("風浪"), found("第7天")) == (few - few // 7 + 1, 1)
    assert index.disagreements() == []
    index.rebuild()
    assert SearchDictionary.objects.count() == 1
    assert index.disagreements() == []


def test_a_text_whose_dictionary_went_between_two_questions_is_left_out(article, monkeypatch):
    content = zstandard.ZstdCompressor(dict_data=OTHER).compress(b"x" * 200)
    SearchBlock.objects.update(content=content)
    SearchDocument.objects.update(length=len(content))
    assert (search(Search("碼頭")).total, search(Search("碼頭")).hits) == (1, [])


def test_articles_without_a_date_have_numbers_too():
    for number in range(5):
        make_article(str(number), title="無日期", published_on=None)
    make_article("9", title="無日期", published_on=date(2000, 1, 1))
    index.rebuild()
    late = make_article("6", title="無日期", published_on=None)
    index.update([late.pk])
    assert (found("無日期"), found("無日期 from:2000"), found("無日期 to:2020")) == (7, 1, 1)
    for order in ("newest", "oldest"):
        hits = search(Search("無日期", order=order)).hits
        assert [hit.article.source_id for hit in hits][0] == "9"
        assert len(hits) == 7
    index.forget([late.pk])
    assert found("無日期") == 6
    late.delete()
    assert index.disagreements() == []
