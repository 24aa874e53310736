"""Search as a whole, on whichever database the tests run on: sets, counts and facets, judged by brute force."""

import itertools
import random
from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles.models import Article, SearchDocument, TaggedArticle
from articles.search import columns, index, queries, sqlite
from articles.search.queries import Search, search
from articles.search.syntax import parse
from articles.tests.factories import make_article, make_figure
from articles.tests.search.judge import judged_articles, verdict

pytestmark = pytest.mark.django_db
PIECES = (
    "渡輪 碼頭 碼 頭 臺北 台北 習近平 习近平 BNO簽證 2019年 2019 年底 7.21 7 21 ferry Ferries tele telegram café "
    "移民潮 831 太子站 香港 香港人 人 蘋果日報 苹果 Carrie Lam 葛亮 葛\U000e0100亮 fer\u00adry 港\u3164人"
).split(" ")
GAPS = ("", "", "，", " ", "。\n\n", "「", "-", "'")


def invented_text(chance: random.Random, words: int) -> str:
    return "".join(chance.choice(PIECES) + chance.choice(GAPS) for _ in range(words))


@pytest.fixture
def archive():
    chance = random.Random(7)  # noqa: S311
    for number in range(60):
        article = make_article(
            str(number + 1),
            title=invented_text(chance, 4) or "題",
            body=invented_text(chance, 25),
            published_on=date(2017, 1, 1) + timedelta(days=chance.randrange(1500)) if number % 9 else None,
            section=chance.choice(["眾聞", "眾說", None]),
            authors=chance.sample(["林小鷗", "陳大文", "Carrie Lam"], chance.randrange(3)),
            tags=chance.sample(["渡輪", "碼頭", "移民潮", "New Pier", "831"], chance.randrange(4)),
        )
        if number % 3 == 0:
            make_figure(article, caption=invented_text(chance, 3), credit="")
    index.rebuild()
    return judged_articles()


def found_by(asked: Search) -> list[int]:
    """Return the keys of all hits, page by page."""
    found, page = [], 1
    while True:
        result = search(Search(**{**vars(asked), "page": page}))
        if not result.hits:
            assert len(found) == result.total
            return found
        found += [hit.article.pk for hit in result.hits]
        page += 1


def queries_of_all_kinds(chance: random.Random, count: int) -> list[str]:
    kinds = (
        lambda: chance.choice(PIECES),
        lambda: invented_text(chance, 2),
        lambda: f'"{invented_text(chance, 2)}"',
        lambda: " ".join(chance.sample(PIECES, 2)),
        lambda: f"{chance.choice(PIECES)} -{chance.choice(PIECES)}",
        lambda: f"-{chance.choice(PIECES)}",
        lambda: f"{chance.choice(PIECES)} OR {chance.choice(PIECES)} {chance.choice(PIECES)}",
        lambda: f"{chance.choice(['te', 'fer', 'c', '20', '渡'])}*",
        lambda: f"title:{chance.choice(PIECES)}",
        lambda: f"tag:{chance.choice(['渡輪', 'pier', '8', '8*', '碼'])}",
        lambda: f"author:{chance.choice(['林', '小鷗', 'lam', 'carrie'])} {chance.choice(PIECES)}",
        lambda: f"section:{chance.choice(['眾', '聞', 'x'])} {chance.choice(PIECES)}",
        lambda: f"from:2018-03 {chance.choice(PIECES)}",
        lambda: f"{chance.choice(PIECES)} to:2019-05-06 from:2018",
        lambda: chance.choice("渡人頭年香"),
        lambda: f"{chance.choice('渡人頭')} {chance.choice('年香台')}",
        lambda: f"{chance.choice('渡人頭')} -{chance.choice('年香台')}",
        lambda: "from:2018 to:2018-12",
    )
    return [kinds[number % len(kinds)]() for number in range(count)]


def test_what_is_found_is_what_brute_force_finds(archive):
    differ = []
    for typed in queries_of_all_kinds(random.Random(3), 360):  # noqa: S311
        query = parse(typed)
        if not query:
            continue
        expected = verdict(query, archive)
        for order in ("rank", "newest", "oldest"):
            found = found_by(Search(typed, order=order))
            if set(found) != expected or len(found) != len(expected):
                differ.append((typed, order, len(found), len(expected)))
    assert differ == []


WORDS = st.sampled_from(PIECES) | st.text("渡輪碼頭香港人年2019abA -,「", min_size=1, max_size=6)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "-", "title:", "tag:", "author:", "section:"]),
            WORDS,
            st.sampled_from(["", "*", " OR"]),
        ),
        max_size=5,
    )
)
def test_any_query_is_judged_the_same(archive, parts):
    typed = " ".join("".join(part) for part in parts)
    query = parse(typed)
    if query:
        assert set(found_by(Search(typed))) == verdict(query, archive)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=80) | st.text('"*-():^{}[]+<>=%_\\\0 ORNEAR渡', max_size=80))
def test_nothing_typed_is_an_error(archive, typed):
    search(Search(typed))


HOSTILE = [
    "渡" * 10_000,
    "a" * 10_000,
    '"' * 999,
    " OR " * 500,
    "-" * 999,
    " ".join(f"渡{number}" for number in range(200)),
    "渡輪\0碼頭",
    'NEAR("a" "b", 5)',
    "{title} : x",
    "^渡輪",
    "%_%",
    "'; DROP TABLE articles_article; --",
]


def test_hostile_queries(archive, subtests, django_assert_max_num_queries):
    for typed in HOSTILE:
        with subtests.test(typed[:40]), django_assert_max_num_queries(7):
            search(Search(typed))


def test_facets_and_months_count_all_hits(archive):
    result = search(Search("渡輪"))
    hits = Article.objects.filter(pk__in=verdict(parse("渡輪"), archive))
    years = Counter(day.year for day in hits.values_list("published_on", flat=True) if day)
    assert {int(value.slug): value.count for value in result.facets["year"]} == years
    tags = Counter(TaggedArticle.objects.filter(content_object__in=hits).values_list("tag__name", flat=True))
    assert {value.name: value.count for value in result.facets["tag"]} == tags
    sections = Counter(name for name in hits.values_list("section__name", flat=True) if name)
    assert {value.name: value.count for value in result.facets["section"]} == sections
    assert sum(count for _month, count in result.months) + result.undated == result.total == hits.count()


def test_narrowing_gives_what_the_facet_counts(archive):
    for name, typed in itertools.product(["section", "author", "tag", "year"], ["渡輪", "人", ""]):
        for value in search(Search(typed)).facets[name]:
            chosen = int(value.slug) if name == "year" else value.slug
            narrowed = search(Search(typed, **{name: chosen}))
            assert narrowed.total == value.count, (name, typed)
            assert [other for other in narrowed.facets[name] if other.is_chosen][0].count == value.count


def test_narrowing_to_what_is_not_there_finds_nothing(archive):
    assert search(Search("渡輪", tag="nothing")).total == 0


def test_a_month(archive):
    month, count = search(Search("渡輪")).months[0]
    year = search(Search("渡輪", year=month.year))
    found = search(Search("渡輪", year=month.year, month=month.month))
    assert found.total == count == found.facets["year"][0].count
    assert found.months == year.months  # to go on to another
    assert len(year.months) > 1
    days = search(Search(f"渡輪 from:{month:%Y-%m} to:{month:%Y-%m}", year=month.year, month=month.month))
    assert (days.total, days.months) == (count, [(month, count)])
    assert search(Search(year=month.year, month=month.month)).months == search(Search(year=month.year)).months


def test_words_in_the_title_count_most():
    for number, (title, body, tags) in enumerate(
        [("無關", "渡輪開出。" * 3, ()), ("渡輪", "無關", ()), ("無關", "無關", ("渡輪",)), ("無關", "無關", ())]
    ):
        make_article(str(number), title=title, body=body, tags=tags)
    index.rebuild()
    assert [hit.article.source_id for hit in search(Search("渡輪")).hits] == ["1", "2", "0"]


def test_a_field_counts_where_it_is_asked_for_and_of_equal_hits_the_newest_come_first():
    for number, tag in enumerate(["渡輪", "碼頭", "海港"]):
        make_article(str(number), title="渡輪", tags=[tag], published_on=date(2020, 1, number + 1))
    index.rebuild()
    assert [hit.article.source_id for hit in search(Search("title:渡輪")).hits] == ["2", "1", "0"]


@pytest.mark.parametrize("typed", ["諸葛亮", "諸葛\U000e0100亮", "诸葛\ufe00亮"])
def test_variants_of_a_character_are_that_character(typed):
    article = make_article("1", title="諸葛\U000e0100亮", body="諸葛亮，諸葛\ufe00亮。")
    index.rebuild()
    (hit,) = search(Search(typed)).hits
    assert hit.article.pk == article.pk
    assert [piece.text for piece in hit.title if piece.is_hit] == ["諸葛\U000e0100亮"]
    assert [piece.text for piece in hit.passages if piece.is_hit] == ["諸葛亮", "諸葛\ufe00亮"]


def test_of_very_many_hits_titles_come_first_then_the_newest(monkeypatch):
    for number, title in enumerate(["無關", "渡輪", "無關"]):
        make_article(str(number), title=title, body="渡輪", published_on=date(2020, 1, number + 1))
    index.rebuild()
    monkeypatch.setattr(sqlite, "RANKED", 2)
    assert [hit.article.source_id for hit in search(Search("渡輪")).hits] == ["1", "2", "0"]


@pytest.mark.parametrize(
    "typed",
    [
        "author:記者林小鷗",
        'author:"特約記者 林小鷗"',
        "author:記者林小*",
        "author:记者林小鸥",
        'author:"众新闻特约记者　林小鷗"',
        "author:記\u200b者林小鷗",
    ],
)
def test_an_author_is_found_with_a_job_title_in_front(typed):
    make_article("1", authors=["林小鷗"])
    make_article("2", authors=["本報記者"])
    index.rebuild()
    assert [hit.article.source_id for hit in search(Search(typed)).hits] == ["1"]


@pytest.mark.parametrize("typed", ["author:Chan*", "author:記者Chan*", "author:記者Ch*"])
def test_so_is_one_whose_name_is_letters_by_how_it_begins(typed):
    for number, name in enumerate(["Changsha", "Chan", "Chan Tai", "Marian Quill"]):
        make_article(str(number), authors=[name])
    index.rebuild()
    assert {hit.article.source_id for hit in search(Search(typed)).hits} == {"0", "1", "2"}


@pytest.mark.parametrize("typed", ["author:記者阿才", "author:记者阿才", "author:记者阿*"])
def test_an_author_who_is_called_by_a_job_is_found_by_it(typed):
    make_article("1", authors=["記者阿才"])
    make_article("2", authors=["阿才"])
    index.rebuild()
    assert [hit.article.source_id for hit in search(Search(typed)).hits] == ["1"]


def test_a_page_of_hits_takes_few_queries(archive, django_assert_max_num_queries):
    for typed in ("渡輪", "渡", "from:2018", "title:渡輪 section:眾"):
        with django_assert_max_num_queries(7):
            search(Search(typed))


def test_a_month_is_counted_while_somebody_writes(transactional_db, monkeypatch):
    for number in range(5):
        make_article(str(number), title="渡輪", published_on=date(2019, 12, number + 1))
    index.rebuild()
    find = index.backend().find
    later: list[int] = []

    def find_and_write(*asked, **how):
        found = find(*asked, **how)
        if not later:  # after the month was asked for, and before its year is
            later.append(make_article("9", title="渡輪", published_on=date(2019, 12, 31)).pk)
            index.update(later)
        return found

    monkeypatch.setattr(index.backend(), "find", find_and_write)
    result = search(Search("渡輪", year=2019, month=12))
    assert (result.total, result.months) == (5, [(date(2019, 12, 1), 6)])


def test_an_older_state_does_not_take_the_arrays_back(transactional_db):
    index.rebuild()
    older = columns._state()
    index.update([make_article("1", title="渡輪").pk])
    known = columns.current()
    assert columns.current(older) is known


def test_the_arrays_follow_the_index(transactional_db):
    index.rebuild()
    article = make_article("1", title="渡輪", tags=["碼頭"])
    index.update([article.pk])
    first = columns.current()
    assert first is columns.current()
    assert [value.name for value in search(Search("渡輪")).facets["tag"]] == ["碼頭"]
    TaggedArticle.objects.all().delete()
    index.update([article.pk])
    assert search(Search("渡輪")).facets["tag"] == []
    index.forget([article.pk])
    assert (search(Search("渡輪")).total, search(Search("from:2000")).total) == (0, 0)
    assert SearchDocument.objects.filter(article=None).count() == 1


def test_pages_hold_every_hit_once_however_few_are_ranked(archive, monkeypatch):
    monkeypatch.setattr(queries, "PAGE", 7)
    for typed in (
        "渡輪",
        "渡 輪",
        "渡輪 人",
        "渡輪 OR 人",
        "人 OR 渡輪 -年",
        "title:渡輪 OR tele*",
        "author:林",
        "-渡輪 人",
    ):
        expected = verdict(parse(typed), archive)
        for ranked in (0, 3, 8000):
            monkeypatch.setattr(sqlite, "RANKED", ranked)
            found = found_by(Search(typed))
            assert len(found) == len(set(found)), (typed, ranked)
            assert set(found) == expected, (typed, ranked)


def test_of_many_hits_those_with_the_word_in_their_title_are_ranked_still(monkeypatch):
    for number, (title, body) in enumerate(
        [("渡輪", "無關"), ("渡輪渡輪渡輪", "渡輪"), ("無關", "渡輪"), ("無關", "渡輪")]
    ):
        make_article(str(number), title=title, body=body, published_on=date(2020, 1, 9 - number))
    index.rebuild()
    monkeypatch.setattr(sqlite, "RANKED", 3)
    ids = [hit.article.source_id for hit in search(Search("渡輪")).hits]
    assert set(ids[:2]) == {"0", "1"}
    assert ids[2:] == ["2", "3"]
