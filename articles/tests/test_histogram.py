"""The picture of when."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from articles.histogram import HEIGHT, bars, ticks

FIRST, LAST = date(2017, 3, 9), date(2021, 12, 30)


def test_bars_stand_in_their_month():
    first, second = bars([(date(2017, 3, 1), 1), (date(2021, 12, 1), 40)], FIRST, LAST, lambda day: f"/{day:%Y-%m}")
    assert (first.x, first.url, first.label) == ("0.000", "/2017-03", "2017-03: 1")
    assert float(first.height) == HEIGHT / 40
    assert float(second.x) + 100 / 58 > 99.9
    assert (second.top, second.height) == ("0.0", f"{HEIGHT:.1f}")


def test_the_fewest_can_be_seen():
    few, _many = bars([(date(2019, 1, 1), 1), (date(2019, 2, 1), 9000)], FIRST, LAST, str)
    assert few.height == "2.0"


def test_years_are_marked():
    assert [tick.label for tick in ticks(FIRST, LAST)] == ["2018", "2019", "2020", "2021"]
    assert [tick.label for tick in ticks(date(1999, 1, 1), date(2018, 12, 1)) if tick.label] == [
        "1999", "2003", "2007", "2011", "2015",
    ]  # fmt: skip
    # no label where the picture ends
    assert [tick.label for tick in ticks(date(2019, 1, 1), date(2020, 1, 31))] == ["2019", ""]


def test_months_of_one_year_are_marked():
    marked = ticks(date(2020, 1, 1), date(2020, 12, 31))
    assert [(tick.x, tick.label) for tick in marked] == [
        ("0.000", "2020-01"),
        ("25.000", "2020-04"),
        ("50.000", "2020-07"),
        ("75.000", "2020-10"),
    ]


@given(st.dates(date(1850, 1, 1), date(2100, 1, 1)), st.dates(date(1850, 1, 1), date(2100, 1, 1)))
def test_all_is_within_the_picture(one, other):
    first, last = sorted((one, other))
    months = [(first.replace(day=1), 3), (last.replace(day=1), 1)] if first < last else [(first.replace(day=1), 3)]
    for bar in bars(months, first, last, str):
        assert 0 <= float(bar.x) <= float(bar.x) + float(bar.width) <= 100.01
        assert float(bar.top) + float(bar.height) <= HEIGHT + 0.1
    assert all(0 <= float(tick.x) <= 100 for tick in ticks(first, last))
