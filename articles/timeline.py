"""Articles by month as a row of bars: the numbers behind the picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT = 720, 120
FEWEST_MONTHS = 12  # a bar is never wider than a twelfth of the picture


@dataclass(frozen=True)
class Bar:
    """One month that has articles; ``x``, ``y``, ``width`` and ``height`` are in the picture's own units."""

    month: date
    number: int
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True)
class Timeline:
    """The bars from the first month to the last, and the months between that have nothing."""

    bars: tuple[Bar, ...]
    most: int
    empty: tuple[date, ...]
    years: tuple[tuple[int, int], ...]
    width: int = WIDTH
    height: int = HEIGHT


def timeline(days: Mapping[date, int]) -> Timeline | None:
    """Count the articles of each day by month and by year; return nothing if there are none."""
    months: dict[date, int] = {}
    years: dict[int, int] = {}
    for day, number in sorted(days.items()):
        month = day.replace(day=1)
        months[month] = months.get(month, 0) + number
        years[day.year] = years.get(day.year, 0) + number
    if not months:
        return None
    first, last = min(months), max(months)
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    span = [date(number // 12, number % 12 + 1, 1) for number in numbers]
    most = max(months.values())
    width = WIDTH / max(len(span), FEWEST_MONTHS)
    return Timeline(
        bars=tuple(
            _bar(month, months[month], place * width, width, most)
            for place, month in enumerate(span)
            if month in months
        ),
        most=most,
        empty=tuple(month for month in span if month not in months),
        years=tuple(years.items()),
    )


def _bar(month: date, number: int, x: float, width: float, most: int) -> Bar:
    height = max(2.0, HEIGHT * number / most)
    return Bar(month, number, f"{x:.2f}", f"{HEIGHT - height:.1f}", f"{max(width - 1, 0.5):.2f}", f"{height:.1f}")
