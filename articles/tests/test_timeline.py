"""Articles by month."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from articles.timeline import HEIGHT, WIDTH, timeline

DAYS = st.dictionaries(st.dates(date(1990, 1, 1), date(2050, 12, 31)), st.integers(1, 10_000), min_size=1, max_size=40)


def test_nothing_makes_no_picture() -> None:
    assert timeline({}) is None


def test_months_between_have_no_bar() -> None:
    found = timeline({date(2020, 12, 31): 2, date(2021, 3, 1): 1, date(2020, 12, 1): 2})
    assert found is not None
    assert [(bar.month, bar.number, bar.height) for bar in found.bars] == [
        (date(2020, 12, 1), 4, "120.0"),
        (date(2021, 3, 1), 1, "30.0"),
    ]
    assert found.empty == (date(2021, 1, 1), date(2021, 2, 1))
    assert found.years == ((2020, 4), (2021, 1))


@given(DAYS)
def test_every_article_is_in_one_bar_and_every_bar_in_the_picture(days) -> None:
    found = timeline(days)
    assert found is not None
    assert sum(bar.number for bar in found.bars) == sum(number for _year, number in found.years) == sum(days.values())
    assert len(found.bars) + len(found.empty) == len({*(bar.month for bar in found.bars), *found.empty})
    for bar, after in zip(found.bars, [*found.bars[1:], None], strict=True):
        assert 0 <= float(bar.x) <= WIDTH - float(bar.width) + 0.5
        assert 0 <= float(bar.y) <= HEIGHT - float(bar.height) + 0.1
        assert after is None or float(after.x) >= float(bar.x) + float(bar.width) - 0.02
