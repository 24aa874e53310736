"""Articles by month as a row of bars: the numbers behind the picture, across its width in percent. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

HEIGHT = 80  # of the highest bar, in pixels
LEAST = 2.0  # of a bar that is to be seen
FEWEST_MONTHS = 12  # of the axis: of fewer, a bar would be a block
GAP = 0.08  # of a month's width, to the next bar
MOST_LABELS = 6  # that a phone has room for
ROOM_FOR_A_LABEL = 90  # percent; a label further right would be cut off


@dataclass(frozen=True)
class Bar:
    """One month that has articles; ``x`` and ``width`` in percent of the picture, ``top`` and ``height`` in pixels."""

    month: date
    number: int
    url: str
    x: str
    width: str
    top: str
    height: str
    is_chosen: bool = False


@dataclass(frozen=True)
class Tick:
    """A January (or, of one year, each third month), with its label or none."""

    x: str
    label: str


@dataclass(frozen=True)
class Timeline:
    """The bars, the years of their axis, and the months between first and last that have nothing, as runs."""

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    most: int
    empty: tuple[tuple[date, date], ...]
    years: tuple[tuple[int, int], ...]


def timeline(
    days: Mapping[date, int],
    url_of: Callable[[date], str],
    axis: tuple[date, date] | None = None,
    chosen: date | None = None,
) -> Timeline | None:
    """Count the articles of each day by month and by year; return nothing if there are none.

    The picture reaches from the month of the first day to that of the last, or from one end of ``axis`` to the other;
    ``url_of`` gives the address that a month's bar leads to. The month ``chosen`` stands out.
    """
    months: dict[date, int] = {}
    years: dict[int, int] = {}
    for day, number in sorted(days.items()):
        month = day.replace(day=1)
        months[month] = months.get(month, 0) + number
        years[day.year] = years.get(day.year, 0) + number
    if not months:
        return None
    first, last = axis or (min(months), max(months))
    most = max(months.values())
    width = _width(first, last)
    return Timeline(
        bars=tuple(
            _bar(month, number, url_of(month), _months(first, month) * width, width, most, month == chosen)
            for month, number in months.items()
        ),
        ticks=tuple(_ticks(first, last)),
        most=most,
        empty=tuple(_runs(month for month in _between(min(months), max(months)) if month not in months)),
        years=tuple(years.items()),
    )


def _bar(month: date, number: int, url: str, x: float, width: float, most: int, is_chosen: bool) -> Bar:
    height = round(max(LEAST, HEIGHT * number / most), 1)  # once: a bar stands on the ground, and not below
    top = HEIGHT - height
    return Bar(month, number, url, f"{x:.3f}", f"{width * (1 - GAP):.3f}", f"{top:.1f}", f"{height:.1f}", is_chosen)


def _ticks(first: date, last: date) -> list[Tick]:
    width = _width(first, last)
    if first.year == last.year:
        months = [date(first.year, month, 1) for month in range(first.month, last.month + 1) if month % 3 == 1]
        return [Tick(f"{_months(first, day) * width:.3f}", f"{day:%Y-%m}") for day in months]
    years = range(first.year if first.month == 1 else first.year + 1, last.year + 1)
    step = -(-len(years) // MOST_LABELS)
    places = [(_months(first, date(year, 1, 1)) * width, year) for year in years]
    return [
        Tick(f"{x:.3f}", "" if number % step or x > ROOM_FOR_A_LABEL else str(year))
        for number, (x, year) in enumerate(places)
    ]


def _between(first: date, last: date) -> list[date]:
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]


def _runs(months: Iterable[date]) -> list[tuple[date, date]]:
    """Return the first and the last month of each row of months without a gap."""
    runs: list[tuple[date, date]] = []
    for month in months:
        if runs and _months(runs[-1][1], month) == 1:
            runs[-1] = runs[-1][0], month
        else:
            runs.append((month, month))
    return runs


def _months(first: date, day: date) -> int:
    return (day.year - first.year) * 12 + day.month - first.month


def _width(first: date, last: date) -> float:
    return 100 / max(_months(first, last) + 1, FEWEST_MONTHS)
