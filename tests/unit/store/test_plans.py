"""The statements of the catalogue have one plan each, prepared once; what is composed is planned for its values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from segue.store import statements
from segue.store.sqlite import SqliteDatabase
from segue.store.statements import statement

_FOLDER = Path(statements.__file__).parent / "sql"
_NAMES = sorted(path.stem for path in _FOLDER.glob("*.sql") if not path.stem.endswith(".postgresql"))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    found = SqliteDatabase(str(tmp_path / "segue.db"))
    yield found
    found.close()


class Prepared:
    """Sees what a connection prepares: SQLite asks then, and only then, what a statement may do."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._asked = 0
        connection.authorizer = self._ask

    def _ask(self, *_: object) -> int:
        self._asked += 1
        return apsw.SQLITE_OK

    def anything(self) -> bool:
        """Say whether anything was prepared since the last call."""
        asked, self._asked = self._asked, 0
        return asked > 0


@pytest.mark.parametrize("name", ["flow_run_read", "flow_run_moving", "flow_run_history", "task_run_read"])
def test_a_statement_is_not_prepared_anew_for_every_value(database: SqliteDatabase, name: str) -> None:
    session = database.reader()
    prepared, found = Prepared(session._connection), []
    for id in ("one", "another", "a third"):
        session.rows(name, id=id)
        found.append(prepared.anything())
    assert found == [True, False, False]


def test_no_statement_is_the_worse_for_being_planned_without_its_values(database: SqliteDatabase) -> None:
    """What knows no values must not look through a table for want of knowing that it is asked for little."""
    connection = database._connect()
    told: list[str] = []
    for name in _NAMES:
        text = statement(name)
        for many in (1, 100_000):
            values: dict[str, int | str] = {
                each: many
                if re.search(rf"(LIMIT|OFFSET)\s*:{each}\b", text)
                else "[]"
                if f"each(:{each}" in text
                else 1
                for each in re.findall(r"(?<![:\w]):([a-z_]+)\b", text)
            }
            plans = []
            for one_plan in (0, 1):
                connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, one_plan)
                explained = connection.execute(f"EXPLAIN QUERY PLAN {text}", values, can_cache=False)
                plans.append([str(row[3]) for row in explained])
            if plans[0] != plans[1]:
                told.append(f"{name}, {many}: {plans}")
    assert len(_NAMES) > 300
    assert not told


def test_what_is_composed_uses_an_index_of_the_rows_that_are_asked_for(database: SqliteDatabase) -> None:
    session = database.reader()
    asked = (
        "EXPLAIN QUERY PLAN SELECT id FROM flow_run WHERE state_type = :kind AND work_queue_id = :queue ORDER BY due"
    )
    assert "flow_run_queue_due" in str(session.select(asked, {"kind": "SCHEDULED", "queue": "q"}))
    # Statements of the catalogue have one plan again afterwards, and so has what follows them.
    session.rows("flow_run_read", id="one")
    prepared = Prepared(session._connection)
    session.rows("flow_run_read", id="one")
    assert prepared.anything()
    session.rows("flow_run_read", id="another")
    assert not prepared.anything()


@pytest.mark.parametrize(
    ("index", "names"),
    [
        ("flow_run_queue_open", ["work_queue_by_id", "work_queue_read", "work_queue_select", "work_pool_read", "work_pool_select"]),
        ("flow_run_schedule_open", ["flow_runs_of_schedule_open"]),
        ("flow_run_worker", ["worker_runs", "workers_seen"]),
        ("task_run_open", ["task_runs_open", "flow_run_below"]),
    ],
)  # fmt: skip
def test_what_is_open_is_found_by_its_index(database: SqliteDatabase, index: str, names: list[str]) -> None:
    """An index of a part of the rows serves a statement only as long as both say alike which part."""
    for name in names:
        values = dict.fromkeys(re.findall(r"(?<![:\w]):([a-z_]+)\b", statement(name)), "[]")
        plan = database._connect().execute(f"EXPLAIN QUERY PLAN {statement(name)}", values)
        assert any(f"INDEX {index} " in str(row[3]) for row in plan), name
