from __future__ import annotations

import pytest

from segue.demo.checks import CheckFailed, nothing_multiplied, nulls_within, rows_arrived
from segue.demo.data import NULL_BUDGETS, TABLES, NullBudget

ALL = {table.name: table.rows for table in TABLES}
NULLS = {"flights.dep_delay": 8_255, "flights.arr_delay": 9_430} | {
    f"{budget.table}.{budget.column}": 0 for budget in NULL_BUDGETS if budget.most == 0
}


def test_all_rows_that_the_publisher_states() -> None:
    rows_arrived(ALL, TABLES)


def test_a_load_that_stopped_at_a_power_of_two_is_named_as_such() -> None:
    with pytest.raises(CheckFailed, match="flights: 65,536 rows where 336,776 are expected, 271,240 missing") as caught:
        rows_arrived(ALL | {"flights": 65_536}, TABLES)
    assert caught.value.findings[0].endswith("(65,536 is where many tools stop silently)")


def test_every_table_at_fault_is_named() -> None:
    with pytest.raises(CheckFailed) as caught:
        rows_arrived(ALL | {"planes": 3_323, "airlines": 0}, TABLES)
    assert caught.value.findings == [
        "planes: 3,323 rows where 3,322 are expected, 1 too many",
        "airlines: 0 rows where 16 are expected, 16 missing",
    ]


def test_a_table_that_was_not_counted_is_missing() -> None:
    with pytest.raises(CheckFailed, match="weather: 0 rows"):
        rows_arrived({name: rows for name, rows in ALL.items() if name != "weather"}, TABLES)


def test_the_cancelled_flights_are_within_budget() -> None:
    nulls_within(NULLS, NULL_BUDGETS)


@pytest.mark.parametrize("found", [0, 20_000])
def test_no_cancelled_flight_is_as_wrong_as_too_many(found: int) -> None:
    with pytest.raises(
        CheckFailed, match=rf"flights.dep_delay: {found:,} values are missing where 7,500 to 9,000 may be"
    ):
        nulls_within(NULLS | {"flights.dep_delay": found}, NULL_BUDGETS)


def test_a_key_may_never_be_missing() -> None:
    with pytest.raises(CheckFailed, match=r"t.id: 1 values are missing where none may be"):
        nulls_within({"t.id": 1}, [NullBudget("t", "id", least=0, most=0)])


def test_a_join_that_multiplies_rows() -> None:
    nothing_multiplied(336_776, 336_776)
    with pytest.raises(CheckFailed, match="336,776 flights went into the join and 336,836 rows came out"):
        nothing_multiplied(336_776, 336_836)
