"""Every day of a year as a small square, the darker the more was published: the numbers behind the picture.

Squares of one shade are one path, so that a year is five paths and not 365 elements; above them lies one link a week.
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

SHADES = 4
CELL = 10  # a square and the gap beside it
SQUARE = 8


@dataclass(frozen=True)
class Week:
    """A column of the picture: the days from Sunday on, as far as they are of its year, that have articles."""

    x: int
    first: date
    last: date
    number: int


@dataclass(frozen=True)
class YearMap:
    """One year's picture."""

    year: int
    number: int
    paths: tuple[tuple[int, str], ...]
    weeks: tuple[Week, ...]
    months: tuple[tuple[date, int], ...]


def year_maps(days: Mapping[date, int]) -> list[YearMap]:
    """Draw every year that has articles, newest first."""
    if not days:
        return []
    busy = _busy(days)
    return [_year_map(year, days, busy) for year in sorted({day.year for day in days}, reverse=True)]


def _busy(days: Mapping[date, int]) -> int:
    """Return what counts as a busy day: a single day that towers above all would leave the others pale."""
    numbers = sorted(days.values())
    return numbers[int(len(numbers) * 0.95)]


def shade(number: int, busy: int) -> int:
    """Return the shade of a day: 0 for none, up to SHADES for a busy one."""
    if not number:
        return 0
    return min(SHADES, 1 + (SHADES * number - 1) // max(busy, SHADES))


def _year_map(year: int, days: Mapping[date, int], busy: int) -> YearMap:
    first = date(year, 1, 1)
    length = 366 if isleap(year) else 365
    before = first.isoweekday() % 7  # days of the first week, from Sunday on, that are of the year before
    squares: dict[int, list[str]] = {}
    weeks: dict[int, list[date]] = {}
    months: dict[date, int] = {date(year, month, 1): 0 for month in range(1, 13)}
    for offset in range(length):
        day = first + timedelta(days=offset)
        column, row = divmod(before + offset, 7)
        number = days.get(day, 0)
        squares.setdefault(shade(number, busy), []).append(
            f"M{column * CELL} {row * CELL}h{SQUARE}v{SQUARE}h-{SQUARE}z"
        )
        if number:
            weeks.setdefault(column, []).append(day)
            months[day.replace(day=1)] += number
    return YearMap(
        year=year,
        number=sum(months.values()),
        paths=tuple((level, "".join(parts)) for level, parts in sorted(squares.items())),
        weeks=tuple(
            Week(column * CELL, present[0], present[-1], sum(days[day] for day in present))
            for column, present in weeks.items()
        ),
        months=tuple(months.items()),
    )
