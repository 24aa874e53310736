"""What readers type."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.search.syntax import MOST_CLAUSES, parse


def shape(text):
    """Return a query's clauses in short: minus, field, words, star."""
    return [
        "|".join(
            ("-" if clause.excluded else "")
            + (f"{term.field}:" if term.field else "")
            + term.pattern
            + ("*" if term.is_prefix else "")
            for term in clause.terms
        )
        for clause in parse(text).clauses
    ]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", []),
        ("   ", []),
        ("渡輪", ["渡轮"]),
        ("渡輪 碼頭", ["渡轮", "码头"]),
        ("渡輪　碼頭", ["渡轮", "码头"]),
        ('"渡輪 碼頭"', ["渡轮/码头"]),
        ("「渡輪」", ["渡轮"]),
        ("“exact phrase”", [" exact phrase "]),
        ('"never closed', [" never closed "]),
        ("渡輪 -碼頭", ["渡轮", "-码头"]),
        ('渡輪 -"night ferry"', ["渡轮", "- night ferry "]),
        ("渡輪 OR 電車", ["渡轮|电车"]),
        ("a OR b OR c d", [" a | b | c ", " d "]),
        ("OR", [" or "]),
        ("OR OR", [" or "]),
        ("OR from:2019", []),
        ("OR a OR", [" a "]),
        ("a or b", [" a ", " or ", " b "]),
        ("a AND b", [" a ", " b "]),
        ("a AND -b", [" a ", "- b "]),
        ("from:2019 AND a", [" a "]),
        ("O\u200bR", [" or "]),
        ("a OR AND b", [" a | b "]),
        ("AND a", [" and ", " a "]),
        ("a and b", [" a ", " and ", " b "]),
        ('"a AND b"', [" a and b "]),
        ("a OR -b", [" a ", "- b "]),
        ("tele*", [" tele*"]),
        ("渡*", ["渡*"]),
        ("*", []),
        ("-", []),
        ("--a", ["- a "]),
        ("title:渡輪", ["title:渡轮"]),
        ("Title：渡輪", ["title:渡轮"]),
        ('tag:"New Pier"', ["tag: new pier "]),
        ("-author:林小鷗", ["-author:" + "林小鸥"]),
        ("title:", [" title "]),
        ("12:30", [" 12 30 "]),
        ("nofield:x", [" nofield x "]),
        ("https://harbourlight.example/1", [" https harbourlight example 1 "]),
        ("from:2019-13", [" from 2019 13 "]),
        ("BNO簽證 7.21", [" bno 签证", " 7 21 "]),
        ("a\0b", [" a ", " b "]),
        ("\u202a-渡輪\u202c", ["-渡轮"]),
        ("\ufefftitle:渡\u200b輪", ["title:渡轮"]),
        ("a a", [" a "]),
    ],
)
def test_clauses(typed, expected):
    assert shape(typed) == expected


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("from:2019", date(2019, 1, 1), None),
        ("from:2019-06 to:2019-07-01", date(2019, 6, 1), date(2019, 7, 1)),
        ("to:2020-02", None, date(2020, 2, 29)),
        ("from:2019/6/9 to:2019.6.12", date(2019, 6, 9), date(2019, 6, 12)),
        ("from:20190609 to:202002", date(2019, 6, 9), date(2020, 2, 29)),
        ("from:2019年6月 to:2019年6月12日", date(2019, 6, 1), date(2019, 6, 12)),
        ("from:２０１９年", date(2019, 1, 1), None),
        ("from:201913", None, None),
        ("from:2019\u200b-06\u200e", date(2019, 6, 1), None),
        ("from:2019 from:2020", date(2020, 1, 1), None),
        ("from:0000", None, None),
        ("to:2021-02-30", None, None),
    ],
)
def test_days(typed, first, last):
    query = parse(typed)
    assert (query.first, query.last) == (first, last)


def test_a_very_long_query_is_cut_and_says_so():
    query = parse(" ".join(f"w{number}" for number in range(200)))
    assert len(query.clauses) == MOST_CLAUSES
    assert query.is_cut
    assert parse("a" * 10_000).is_cut
    assert not parse("渡輪").is_cut


@given(st.text(max_size=300))
def test_nothing_that_can_be_typed_is_an_error(text):
    for clause in parse(text).clauses:
        assert all(term.pattern.strip(" ") for term in clause.terms)


@given(st.lists(st.sampled_from(["OR", "-", '"', "title:", "from:", "*", "NEAR(", "AND", "NOT", "(", ")", "^", "渡"])))
def test_operators_alone_are_harmless(parts):
    parse("".join(parts))
    parse(" ".join(parts))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("渡輪", True), ("title:渡輪 tag:海", True), ("tag:海 author:林", False), ("section:x -渡輪", False), ("", False)],
)
def test_what_has_only_a_tag_is_not_ranked(typed, expected):
    assert parse(typed).is_ranked == expected
