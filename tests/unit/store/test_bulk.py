"""Few rows and many rows of a bulk statement come to the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segue.store import statements
from segue.store.bulk import FEW, FOR_FEW, Rows, few
from segue.store.session import Param
from segue.store.sqlite import SqliteDatabase, SqliteWriter

text = st.text(st.characters(exclude_categories=["Cs"]))
numbers = st.integers(-(2**63), 2**63 - 1)
#: Microseconds of the years 1 to 9999.
times = st.integers(-62_135_596_800_000_000, 253_402_300_799_999_999)
bodies = st.none() | st.dictionaries(text, text | numbers | st.booleans() | st.none() | st.lists(text), max_size=3)
ids = st.uuids().map(str)
states = st.tuples(
    st.sampled_from([None, 0, 1]), st.sampled_from([0, 1, 2]), ids, text, st.none() | text, times, ids, bodies
)
tasks = st.tuples(
    ids, st.none() | ids, st.just(0), text, st.integers(0, 9), text, text, numbers, st.none() | numbers, st.none() | numbers,
    st.none() | st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 9), text, st.none() | st.lists(text), bodies,
    bodies, st.none() | text, st.none() | text, st.none() | ids, st.none() | text,
)  # fmt: skip
flow_runs = st.tuples(
    ids, st.just("etl"), text, st.integers(1, 9), text, text, times, times, st.none() | ids, numbers, st.none() | ids,
    st.none() | ids, st.none() | ids, st.none() | text, st.none() | text, bodies, st.none() | st.lists(text),
    st.integers(0, 1), st.integers(0, 9), times, st.none() | times, st.none() | times, st.floats(0, 1e9), bodies,
    st.none() | text, st.none() | times, st.none() | text,
)  # fmt: skip
kinds = st.sampled_from(["RUNNING", "PAUSED", "COMPLETED", "FAILED", "CRASHED", "CANCELLED"])
moves = st.tuples(
    st.integers(1, 9), kinds, text, times, st.integers(0, 9), st.none() | times,
    st.none() | times, st.none() | st.floats(0, 1e9), st.none() | times,
)  # fmt: skip


@pytest.fixture(scope="module")
def writer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteWriter]:
    database = SqliteDatabase(str(tmp_path_factory.mktemp("bulk") / "segue.db"))
    yield database.writer()
    database.close()


def stored(writer: SqliteWriter, name: str, table: str, rows: Rows, **params: Param) -> list[object]:
    """Return what a bulk statement leaves in a table, and take it back."""
    writer.begin()
    writer.put(name, rows, **params)
    found: list[object] = list(writer.select(f"SELECT *, typeof(id) FROM {table} ORDER BY id", {}))
    writer.rollback()
    return found


def as_text(rows: list[list[object]]) -> Rows:
    many = Rows(rows)
    many.cells = None
    return many


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(states, min_size=1, max_size=FEW))
def test_states(writer: SqliteWriter, drawn: list[tuple[object, ...]]) -> None:
    rows: list[list[object]] = [[number, *row] for number, row in enumerate(drawn, start=1)]
    one = stored(writer, "states_insert", "state_row", Rows(rows), base=40, now=0)
    assert one == stored(writer, "states_insert", "state_row", as_text(rows), base=40, now=0)
    assert one


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(tasks, min_size=1, max_size=FEW))
def test_task_runs(writer: SqliteWriter, drawn: list[tuple[object, ...]]) -> None:
    rows = [list(row) for row in drawn]
    params: dict[str, Param] = {"base": 40, "tasks": "[7]", "lease_id": "lease"}
    one = stored(writer, "task_runs_insert", "task_run", Rows(rows), **params)
    assert one == stored(writer, "task_runs_insert", "task_run", as_text(rows), **params)
    assert one


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(flow_runs, moves)
def test_flow_runs(writer: SqliteWriter, drawn: tuple[object, ...], moved: tuple[object, ...]) -> None:
    """Made, with their flow, and moved: what there is afterwards is the same whichever way the rows went."""
    flow, run, move = [["f", "etl", 7]], [list(drawn)], [[drawn[0], *moved]]
    found: list[list[object]] = []
    for rows in (Rows, as_text):
        writer.begin()
        writer.put("flows_intern", rows(flow))
        writer.put("flow_runs_insert", rows(run), base=40)
        made = writer.select("SELECT * FROM flow_run", {})
        writer.put("flow_runs_update", rows(move), base=50)
        found.append([made, writer.select("SELECT * FROM flow_run", {}), writer.select("SELECT * FROM flow", {})])
        writer.rollback()
    assert found[0] == found[1]
    assert found[0][0] != found[0][1]


@pytest.mark.parametrize("name", sorted(FOR_FEW))
def test_a_statement_for_few_rows_has_a_parameter_for_each_cell(name: str) -> None:
    width = 1 + max(int(found) for found in re.findall(r"value ->> (\d+)", statements.statement(name)))
    for count in (1, FEW):
        spelt, names = few(name, count, width)
        assert "json_each" not in re.sub(r"--.*", "", spelt)
        assert not re.search(r"\bvalue ->>|(?<!:):[a-z]", spelt)
        assert max(int(found) for found in re.findall(r"\?(\d+)", spelt)) == len(names) + count * width


@pytest.mark.parametrize("name", sorted(FOR_FEW))
def test_a_statement_for_one_row_makes_no_table_of_its_own(tmp_path: Path, name: str) -> None:
    """Each such table has a cache of pages, made anew whenever the statement runs: ten of them cost more than the change."""
    width = 1 + max(int(found) for found in re.findall(r"value ->> (\d+)", statements.statement(name)))
    spelt, names = few(name, 1, width)
    database = SqliteDatabase(str(tmp_path / "segue.db"))
    program = database._connect().execute(f"EXPLAIN {spelt}", [None] * (len(names) + width))
    assert "OpenEphemeral" not in {str(step[1]) for step in program}
    database.close()


def test_many_rows_are_taken_as_text_before_the_database_is_needed() -> None:
    assert Rows([[1, "a"]] * FEW).cells == [1, "a"] * FEW
    many = Rows([[1, "a\0"]] * (FEW + 1))
    assert many.cells is None
    assert many.text == "[" + ",".join(['[1,"a\\ufffd"]'] * (FEW + 1)) + "]"
    with pytest.raises(TypeError, match="unsupported"):
        Rows([[object()]])
