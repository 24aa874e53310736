"""The picture of a year's days."""

from datetime import date, timedelta

from django.test import SimpleTestCase

from articles.heatmap import SHADES, shade, year_maps


class Shade(SimpleTestCase):
    """The darker, the more."""

    def test_nothing_is_nothing_and_a_busy_day_is_darkest(self) -> None:
        self.assertEqual([shade(number, 20) for number in (0, 1, 5, 6, 15, 16, 20, 900)], [0, 1, 1, 2, 3, 4, 4, 4])

    def test_it_never_leaves_the_scale_nor_goes_back(self) -> None:
        for busy in range(1, 60):
            shades = [shade(number, busy) for number in range(busy * 3)]
            self.assertEqual(shades, sorted(shades))
            self.assertEqual(set(shades[1:]) - set(range(1, SHADES + 1)), set())


class YearMaps(SimpleTestCase):
    """Years, weeks and squares."""

    def test_an_empty_archive_has_none(self) -> None:
        self.assertEqual(year_maps({}), [])

    def test_years_with_articles_newest_first(self) -> None:
        maps = year_maps({date(2019, 5, 1): 2, date(2021, 1, 1): 1, date(2019, 6, 1): 3})
        self.assertEqual([(drawn.year, drawn.number) for drawn in maps], [(2021, 1), (2019, 5)])
        self.assertEqual(dict(maps[1].months)[date(2019, 5, 1)], 2)
        self.assertEqual(len(maps[1].months), 12)

    def test_every_day_of_the_year_is_one_square(self) -> None:
        for year, length in ((2019, 365), (2020, 366), (2000, 366), (1, 365), (9999, 365)):
            with self.subTest(year=year):
                (drawn,) = year_maps({date(year, 12, 31): 7})
                squares = "".join(path for _shade, path in drawn.paths).split("z")[:-1]
                self.assertEqual(len(set(squares)), length)

    def test_a_day_stands_under_its_weekday_and_week(self) -> None:
        # 2021 began on a Friday; 2021-01-03 was a Sunday, the first day of the second column
        (drawn,) = year_maps({date(2021, 1, 3): 1})
        self.assertIn((1, "M10 0h8v8h-8z"), drawn.paths)
        (drawn,) = year_maps({date(2021, 1, 1): 1})
        self.assertIn((1, "M0 50h8v8h-8z"), drawn.paths)

    def test_a_week_counts_its_days_and_names_the_first_and_last_with_articles(self) -> None:
        sunday = date(2021, 5, 2)
        (drawn,) = year_maps({sunday + timedelta(days=n): n for n in (1, 3, 6, 7)})
        self.assertEqual(
            [(week.first, week.last, week.number) for week in drawn.weeks],
            [(date(2021, 5, 3), date(2021, 5, 8), 10), (date(2021, 5, 9), date(2021, 5, 9), 7)],
        )
        self.assertEqual(drawn.weeks[1].x - drawn.weeks[0].x, 10)

    def test_one_towering_day_does_not_pale_the_others(self) -> None:
        days = {date(2021, 1, 1) + timedelta(days=n): 10 for n in range(100)} | {date(2021, 6, 4): 5000}
        (drawn,) = year_maps(days)
        self.assertEqual({level for level, _path in drawn.paths}, {0, SHADES})
