"""What the newsroom changed, in a sentence."""

import datetime
import itertools
from zoneinfo import ZoneInfo

import pytest

from articles.edits import Edition, in_order, sentence, versions_of

ZONE = ZoneInfo("Asia/Hong_Kong")
DAY = datetime.date(2021, 3, 1)
MORNING = datetime.datetime(2021, 3, 1, 8, 0, tzinfo=ZONE)
SAVED = datetime.datetime(2021, 12, 30, tzinfo=datetime.UTC)


def at(hours: float) -> datetime.datetime:
    return MORNING + datetime.timedelta(hours=hours)


def edition(source_id: str, title: str = "題", body: str = "文", hours: float | None = None, **kw: object) -> Edition:
    updated_at = None if hours is None else at(hours)
    return Edition(f"{source_id}@", source_id, title, body, updated_at, SAVED, **kw)


# Each version: headline, text, hours after 8 in the morning of the day of publication (or None: not known).
@pytest.mark.parametrize(
    ("versions", "published_on", "expected"),
    [
        ([("a", "1", 0)], DAY, ""),
        ([("a", "1", 0), ("a", "1", 3)], DAY, ""),
        (
            [("a", "1", 0), ("a", "2", 1), ("b", "3", 2), ("b", "4", 5)],
            DAY,
            "Edited 3 times in 5 hours; the headline once",
        ),
        ([("a", "1", 0), ("a", "2", 5)], DAY, "Edited once in 5 hours"),
        ([("a", "1", 0), ("a", "2", 0.001)], DAY, "Edited once in 1 minute"),
        # both pages give one time: it is that of the second, and the first's is not known
        ([("a", "1", 0), ("a", "2", 0)], DAY, "Edited once on the day it was published"),
        ([("a", "1", 0), ("a", "2", 0.75)], DAY, "Edited once in 45 minutes"),
        ([("a", "1", 0), ("a", "2", 1.99)], DAY, "Edited once in 119 minutes"),
        ([("a", "1", 0), ("a", "2", 47)], DAY, "Edited once in 47 hours"),
        ([("a", "1", 0), ("a", "2", 48)], DAY, "Edited once in 2 days"),
        ([("a", "1", 0), ("b", "1", 5)], DAY, "Edited once in 5 hours; only the headline"),
        ([("a", "1", None), ("b", "1", None), ("c", "2", None)], None, "Edited twice; the headline twice"),
        (
            [("a", "1", None), ("b", "2", None), ("c", "2", None), ("d", "2", None)],
            None,
            "Edited 3 times; the headline 3 times",
        ),
        ([("a", "1", None), ("a", "2", None)], DAY, "Edited once"),
        # the first version's time is not known, but the day of publication is
        ([("a", "1", None), ("a", "2", 10)], DAY, "Edited once on the day it was published"),
        ([("a", "1", None), ("a", "2", 15.9)], DAY, "Edited once on the day it was published"),
        ([("a", "1", None), ("a", "2", 16)], DAY, "Edited once within 2 days"),
        ([("a", "1", None), ("b", "2", 39)], DAY, "Edited once within 2 days; the headline once"),
        ([("a", "1", None), ("a", "2", 40)], None, "Edited once"),
        ([("a", "1", None), ("a", "2", -40)], DAY, "Edited once"),  # a date that an editor corrected
        # back and forth is twice
        ([("a", "1", 0), ("b", "1", 1), ("a", "1", 2)], DAY, "Edited twice in 2 hours; only the headline"),
        # what a reader cannot see is no edit
        ([("a b", "一二", 0), ("a  b", "**一二**", 1), ("a b", "[一二](https://a.example/)", 2)], DAY, ""),
        ([("a", "一\n\n{{< figure 1 >}}", 0), ("a", "一\n\n{{< figure 2 >}}", 1)], DAY, ""),
        ([("a", "一", 0), ("a", "一\n\n{{< figure 1 >}}", 1)], DAY, "Edited once in 60 minutes"),
    ],
)
def test_the_sentence(versions, published_on, expected) -> None:
    editions = [edition(str(number), *version) for number, version in enumerate(versions)]
    assert sentence(versions_of(editions), published_on, ZONE) == expected


def test_captures_that_read_the_same_are_one_version() -> None:
    found = versions_of([edition("1"), edition("2"), edition("3", body="別"), edition("4", title="新", body="別")])
    assert [[one.source_id for one in version.editions] for version in found] == [["1", "2"], ["3"], ["4"]]
    assert [(version.new_title, version.new_text) for version in found] == [
        (False, False),
        (False, True),
        (True, False),
    ]
    assert versions_of([]) == []


def test_a_version_knows_the_time_that_any_of_its_captures_gives() -> None:
    (version,) = versions_of([edition("1"), edition("2", hours=3), edition("3", hours=5)])
    assert version.updated_at == at(3)


@pytest.mark.parametrize(
    ("editions", "expected"),
    [
        ([("9", None), ("10", None), ("8", None)], ["8", "9", "10"]),
        # the page itself keeps its number and was edited last
        ([("5", 9, True), ("6", None), ("7", None)], ["6", "7", "5"]),
        # a time is stronger than a number, and places the others around it
        ([("5", 4), ("6", 1), ("7", 2), ("8", None), ("9", 5, True)], ["6", "7", "5", "8", "9"]),
        ([("5", 1), ("6", None), ("7", 2), ("8", None), ("4", 3, True)], ["5", "6", "7", "8", "4"]),
        ([("3", None), ("b", None), ("12", None, True)], ["3", "b", "12"]),
        # the first number shows the last edit too: it was saved again after the others
        ([("5", 3), ("6", None), ("7", None), ("8", 3, True)], ["6", "7", "5", "8"]),
        ([("5", 3), ("6", None), ("8", 3), ("9", 4, True)], ["6", "5", "8", "9"]),
        ([], []),
    ],
)
def test_the_order_in_which_the_newsroom_wrote(editions, expected) -> None:
    given = [edition(id_, hours=hours, is_current=bool(current)) for id_, hours, *current in editions]
    for order in itertools.permutations(given):
        assert [one.source_id for one in in_order(order)] == expected


def test_one_page_saved_twice_comes_in_the_order_of_saving() -> None:
    twice = [Edition(f"1@{day}", "1", "題", "文", None, SAVED + datetime.timedelta(days=day)) for day in (2, 1, 3)]
    assert [one.key for one in in_order(twice)] == ["1@1", "1@2", "1@3"]
