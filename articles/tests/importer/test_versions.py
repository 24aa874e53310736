"""Grouping on records alone: which captures are one story, and which are not."""

import datetime
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.importer.fingerprints import fingerprint_of, likeness
from articles.importer.versions import Version, group, id_order, normalised, text_order
from articles.tests.importer.folders import CLAUSES

DAY = datetime.date(2019, 3, 4)
NEXT_DAY = datetime.date(2019, 3, 5)
TEXT = "。".join(CLAUSES)
EDITED = "。".join([*CLAUSES[:-1], "下次諮詢會改在碼頭舉行"])
HALF = "。".join([*CLAUSES[:9], *(f"另一段全新的文字第{number}句" for number in range(3))])
OTHER = "。".join(f"市場今日的第{number}種蔬菜價錢上升" for number in range(12))


def version(source_id, title="渡輪減班", day=DAY, text=TEXT, byline=("林岸",), **more):
    return Version(int(source_id), source_id, title, day, byline, fingerprint=fingerprint_of(text), **more)


def together(*versions):
    in_order = sorted(versions, key=lambda one: one.published_on or datetime.date.min)
    stories = group(in_order).story_of
    return len({stories[one.source_id] for one in versions}) == 1


@pytest.mark.parametrize(
    ("why", "one", "other", "expected"),
    [
        ("same title, day and byline", version("1"), version("2", text=EDITED), True),
        ("the title in full width", version("1", title="BNO 減班"), version("2", title="ＢＮＯ減班"), True),
        ("another byline, the same text", version("1"), version("2", byline=("周晴",)), True),
        ("another byline, another text", version("1"), version("2", byline=("周晴",), text=OTHER), False),
        ("one title on one day over two texts", version("1"), version("2", text=OTHER), False),
        ("a series: same title, another day", version("1"), version("2", day=NEXT_DAY, text=OTHER), False),
        ("a series with the same text", version("1"), version("2", day=NEXT_DAY), False),
        ("a new title over the same text", version("1"), version("2", title="渡輪加價"), True),
        ("a new title far away in id", version("1"), version("900", title="渡輪加價"), False),
        ("a new title by another author", version("1"), version("2", title="渡輪加價", byline=("周晴",)), False),
        ("a new title, half of the text", version("1"), version("2", title="渡輪加價", text=HALF), False),
        ("a link and the title", version("1", linked_id="2"), version("2", day=NEXT_DAY, text=OTHER), True),
        ("a link and the day", version("1", linked_id="2"), version("2", title="全新", text=OTHER), True),
        ("a link and nothing else", version("1", linked_id="2"), version("2", "全新", NEXT_DAY, OTHER), False),
        ("a link to nowhere", version("1", linked_id="77"), version("2", "全新", NEXT_DAY, OTHER), False),
        ("no date, same title and text", version("1", day=None), version("2"), True),
        ("no date, same title, another text", version("1", day=None), version("2", text=OTHER), False),
        ("no title and no text", version("1", title="", text=""), version("2", title="", text=""), False),
    ],
)
def test_evidence(why, one, other, expected):
    assert together(one, other) is expected, why


def test_what_is_only_likely_is_suggested_with_its_evidence():
    found = group([version("1"), version("2", title="渡輪加價", text=HALF)])
    assert list(found.suggestions) == [("1", "2")]
    assert "of the text" in found.suggestions["1", "2"]


def test_every_version_but_a_single_one_names_its_evidence():
    found = group(
        [version("1", linked_id="3"), version("2"), version("3", text=EDITED), version("9", "全新", text=OTHER)]
    )
    assert found.story_of == {"1": "1", "2": "1", "3": "1", "9": "9"}
    assert found.evidence["1"] == "a URL of 1 names 3"
    assert found.evidence["2"].startswith("same title and day as")
    assert "9" not in found.evidence


def test_an_editors_pin_stands_above_all_evidence():
    apart = group([version("1", linked_id="2"), version("2", pinned_story="2")])
    assert apart.story_of == {"1": "1", "2": "2"}
    joined = group([version("1"), version("2", "全新", DAY, OTHER, pinned_story="1")])
    assert joined.story_of == {"1": "1", "2": "1"}


def test_the_latest_update_gives_the_text_else_the_highest_id():
    early = datetime.datetime(2019, 3, 4, 1, tzinfo=datetime.UTC)
    versions = [version("12"), version("9"), version("3", updated_at=early)]
    assert [one.source_id for one in sorted(versions, key=text_order)] == ["9", "12", "3"]


def test_a_day_between_two_neighbours_of_one_day_is_inferred():
    found = group(
        [version("11", day=None, text=OTHER, title="無日期"), version("10", text=""), version("12", "乙", text="")]
    )
    day, why = found.neighbour_dates["11"]
    assert day == DAY
    assert why == "10 and 12, the ids around it, are of that day"
    apart = group([version("11", day=None), version("10", text=""), version("12", "乙", NEXT_DAY, "")])
    assert apart.neighbour_dates == {}


def test_normalised_leaves_letters_and_digits():
    assert normalised("【引渡修例】　ＡＢＣ－１２") == "引渡修例abc12"


def test_ids_sort_by_value_and_words_after_numbers():
    assert sorted(["10", "9", "a", "100"], key=id_order) == ["9", "10", "100", "a"]


def test_likeness_is_the_share_of_common_clauses():
    assert likeness(fingerprint_of(TEXT), fingerprint_of(TEXT)) == 1
    assert likeness(fingerprint_of(TEXT), fingerprint_of(OTHER)) < 0.05
    assert likeness(fingerprint_of(TEXT), fingerprint_of("短文")) == 0


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["甲題", "乙題"]),
            st.sampled_from([DAY, NEXT_DAY, None]),
            st.sampled_from([TEXT, EDITED, HALF, OTHER, ""]),
            st.sampled_from(["", "1", "3", "5"]),
        ),
        min_size=1,
        max_size=8,
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_of_captures_does_not_matter(rows, shuffler: random.Random):
    versions = [
        version(str(number), title, day, text, linked_id=link)
        for number, (title, day, text, link) in enumerate(rows, 1)
    ]
    shuffled = versions.copy()
    shuffler.shuffle(shuffled)
    by_day = sorted(shuffled, key=lambda one: one.published_on or datetime.date.min)
    straight = sorted(versions, key=lambda one: one.published_on or datetime.date.min)
    assert group(by_day) == group(straight)
