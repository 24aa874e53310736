"""A picture of how many articles there are of each month: where its bars and years stand, in percent of the width."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

HEIGHT = 80  # of the highest bar, in pixels
LEAST_MONTHS = 12  # of the axis: of less, a bar would be a block
MOST_LABELS = 6  # that a phone has room for
ROOM_FOR_A_LABEL = 90  # percent; a label further right would be cut off


@dataclass(frozen=True)
class Bar:
    """One month; ``x`` and ``width`` in percent of the picture, ``top`` and ``height`` in pixels."""

    month: str
    count: str
    x: str
    width: str
    top: str
    height: str
    url: str

    @property
    def label(self) -> str:
        """What is said of the bar."""
        return f"{self.month}: {self.count}"


@dataclass(frozen=True)
class Tick:
    """A January (or, of one year, each third month), with its label or none."""

    x: str
    label: str


def bars(months: Sequence[tuple[date, int]], first: date, last: date, url_of: Callable[[date], str]) -> list[Bar]:
    """Return a bar for each month that has articles, on an axis from one day's month to another's."""
    most = max((count for _month, count in months), default=1)
    slot = 100 / _span(first, last)
    found = []
    for month, count in months:
        height = max(2.0, HEIGHT * count / most)
        x, top = _months(first, month) * slot, HEIGHT - height
        found.append(
            Bar(
                f"{month:%Y-%m}",
                f"{count:,}",
                f"{x:.3f}",
                f"{slot * 0.92:.3f}",
                f"{top:.1f}",
                f"{height:.1f}",
                url_of(month),
            )
        )
    return found


def ticks(first: date, last: date) -> list[Tick]:
    """Return the years of an axis; of an axis of one year, some of its months."""
    slot = 100 / _span(first, last)
    if first.year == last.year:
        months = [date(first.year, month, 1) for month in range(first.month, last.month + 1) if month % 3 == 1]
        return [Tick(f"{_months(first, day) * slot:.3f}", f"{day:%Y-%m}") for day in months]
    years = range(first.year if first.month == 1 else first.year + 1, last.year + 1)
    step = -(-len(years) // MOST_LABELS)
    places = [(_months(first, date(year, 1, 1)) * slot, year) for year in years]
    return [
        Tick(f"{x:.3f}", "" if number % step or x > ROOM_FOR_A_LABEL else str(year))
        for number, (x, year) in enumerate(places)
    ]


def _months(first: date, day: date) -> int:
    return (day.year - first.year) * 12 + day.month - first.month


def _span(first: date, last: date) -> int:
    return max(_months(first, last) + 1, LEAST_MONTHS)
