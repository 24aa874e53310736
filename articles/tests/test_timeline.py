"""Articles by month."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from articles.timeline import HEIGHT, Timeline, timeline

DAYS = st.dictionaries(st.dates(date(1850, 1, 1), date(2100, 1, 1)), st.integers(1, 10_000), min_size=1, max_size=40)


def picture(days: dict[date, int], axis: tuple[date, date] | None = None) -> Timeline:
    found = timeline(days, lambda month: f"/{month:%Y-%m}", axis)
    assert found is not None
    return found


def test_nothing_makes_no_picture() -> None:
    assert timeline({}, str) is None


def test_months_between_have_no_bar() -> None:
    found = picture({date(2020, 12, 31): 2, date(2021, 3, 1): 1, date(2020, 12, 1): 2})
    assert [(bar.month, bar.number, bar.top, bar.height, bar.url) for bar in found.bars] == [
        (date(2020, 12, 1), 4, "0.0", "80.0", "/2020-12"),
        (date(2021, 3, 1), 1, "60.0", "20.0", "/2021-03"),
    ]
    assert found.empty == ((date(2021, 1, 1), date(2021, 2, 1)),)
    assert found.years == ((2020, 4), (2021, 1))


def test_bars_stand_in_their_month_of_the_axis() -> None:
    axis = date(2017, 3, 9), date(2021, 12, 30)
    first, second = picture({date(2017, 3, 1): 1, date(2021, 12, 1): 40}, axis).bars
    assert first.x == "0.000"
    assert float(second.x) + 100 / 58 > 99.9
    assert picture({date(2017, 4, 1): 1}, axis).bars[0].x == f"{100 / 58:.3f}"


def test_the_fewest_can_be_seen() -> None:
    assert picture({date(2019, 1, 1): 1, date(2019, 2, 1): 9000}).bars[0].height == "2.0"


@pytest.mark.parametrize(
    ("first", "last", "labels"),
    [
        (date(2017, 3, 9), date(2021, 12, 30), ["2018", "2019", "2020", "2021"]),
        (date(1999, 1, 1), date(2018, 12, 1), ["1999", "2003", "2007", "2011", "2015"]),
        (date(2019, 1, 1), date(2020, 1, 31), ["2019"]),  # no label where the picture ends
        (date(2020, 1, 1), date(2020, 12, 31), ["2020-01", "2020-04", "2020-07", "2020-10"]),
    ],
)
def test_years_are_marked_or_months_of_one(first: date, last: date, labels: list[str]) -> None:
    assert [tick.label for tick in picture({first: 1, last: 1}).ticks if tick.label] == labels


@example({date(2000, 1, 1): 285, date(2000, 2, 1): 8000}, False)  # noqa: FBT003  # both halves of 2.85 round up
@given(DAYS, st.booleans())
def test_every_article_is_in_one_bar_and_every_bar_in_the_picture(days: dict[date, int], is_given: bool) -> None:
    found = picture(days, (min(days), max(days)) if is_given else None)
    assert sum(bar.number for bar in found.bars) == sum(number for _year, number in found.years) == sum(days.values())
    assert len(found.bars) + len(found.empty) == len({*(bar.month for bar in found.bars), *found.empty})
    for bar, after in zip(found.bars, [*found.bars[1:], None], strict=True):
        assert 0 <= float(bar.x) <= float(bar.x) + float(bar.width) <= 100.01
        assert 0 <= float(bar.top) <= float(bar.top) + float(bar.height) <= HEIGHT + 0.1
        assert after is None or float(after.x) >= float(bar.x) + float(bar.width) - 0.02
    assert all(0 <= float(tick.x) <= 100 for tick in found.ticks)
