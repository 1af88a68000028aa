"""The pipeline on its real input, whole and with faults put into it."""

from __future__ import annotations

import zipfile
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from segue import task
from segue.demo import pipeline
from segue.demo.checks import CheckFailed
from segue.demo.data import TABLES, Extract, source
from segue.engine.session import reading
from segue.wire.operations import ARTIFACT_LIST, TASK_RUN_LIST
from segue.wire.queries import ArtifactQuery, RunFilter, RunQuery

if TYPE_CHECKING:
    from segue.model.runs import TaskRun

pytestmark = pytest.mark.usefixtures("segue_home")


def tasks_of(run_id: str) -> list[TaskRun]:
    return reading().call(TASK_RUN_LIST, RunQuery(where=RunFilter(flow_run_ids=[run_id]), limit=200)).items


def short_load(statement: str) -> object:
    """Return a load that writes everything, reports success, and leaves something else in the file."""

    whole = pipeline.load.fn

    @task(name="load")
    def load(extracts: list[Extract], database: Path) -> Path:
        whole(extracts, database)
        with duckdb.connect(database) as warehouse:
            warehouse.execute(statement)
        return database

    return load


def test_a_year_of_flights(tmp_path: Path) -> None:
    state = pipeline.flights(source(), tmp_path / "out", return_state=True)
    summary = state.result()
    assert summary.rows == {table.name: table.rows for table in TABLES}
    assert summary.nulls["flights.dep_delay"] == 8_255
    assert len(summary.carriers) == 16
    assert [month.month for month in summary.months] == list(range(1, 13))
    assert sum(month.flights for month in summary.months) == 336_776
    assert sum(carrier.cancelled for carrier in summary.carriers) == 8_255
    assert (summary.months[2].worst_day, round(summary.months[2].worst_delay)) == (8, 84)
    assert summary.report.read_text().startswith("# Departures from New York, 2013")

    run_id = str(state.state_details.flow_run_id)
    artifacts = reading().call(ARTIFACT_LIST, ArtifactQuery(flow_run_ids=[run_id])).items
    assert {(artifact.key, artifact.type) for artifact in artifacts} == {
        ("flights-by-carrier", "table"),
        ("flights-report", "markdown"),
    }
    runs = tasks_of(run_id)
    assert len(runs) == sum(count for _, count in pipeline.STEPS)
    assert {run.state.kind for run in runs} == {"COMPLETED"}


def test_the_tables_are_read_side_by_side(tmp_path: Path) -> None:
    state = pipeline.flights(source(), tmp_path, return_state=True)
    reads = [run for run in tasks_of(str(state.state_details.flow_run_id)) if run.task_name == "read"]
    flights = next(run for run in reads if run.name == "read-flights")
    assert flights.end_time is not None
    assert all(run.start_time is not None and run.start_time < flights.end_time for run in reads)


def test_a_source_that_stops_at_row_65536_is_caught(tmp_path: Path) -> None:
    cut = tmp_path / "cut"
    cut.mkdir()
    for table in TABLES[1:]:
        (cut / table.file).symlink_to(source() / table.file)
    with (
        zipfile.ZipFile(source() / "flights.csv.zip") as whole,
        whole.open("flights.csv") as lines,
        zipfile.ZipFile(cut / "flights.csv.zip", "w") as short,
    ):
        short.writestr("flights.csv", b"".join(islice(lines, 65_536 + 1)))
    with pytest.raises(CheckFailed, match="flights: 65,536 rows where 336,776 are expected"):
        pipeline.flights(cut, tmp_path / "out")


def test_a_load_that_stops_at_row_65536_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "load", short_load("DELETE FROM flights WHERE rowid >= 65536"))
    state = pipeline.flights(source(), tmp_path, return_state=True)
    assert state.is_failed()
    with pytest.raises(CheckFailed, match="flights: 65,536 rows where 336,776 are expected, 271,240 missing"):
        state.result()
    runs = {run.task_name: run.state.kind for run in tasks_of(str(state.state_details.flow_run_id))}
    assert runs == {"read": "COMPLETED", "load": "COMPLETED", "count": "FAILED"}
    assert not (tmp_path / "report.md").exists()


SOME = "(SELECT rowid FROM flights WHERE dep_delay IS NOT NULL ORDER BY rowid LIMIT 11745)"


@pytest.mark.parametrize(
    ("found", "statement"),
    [
        ("0", "UPDATE flights SET dep_delay = 0 WHERE dep_delay IS NULL"),
        ("20,000", f"UPDATE flights SET dep_delay = NULL WHERE rowid IN {SOME}"),
    ],
)
def test_missing_values_out_of_budget_are_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: str, statement: str
) -> None:
    monkeypatch.setattr(pipeline, "load", short_load(statement))
    with pytest.raises(
        CheckFailed, match=rf"flights\.dep_delay: {found} values are missing where 7,500 to 9,000 may be"
    ):
        pipeline.flights(source(), tmp_path)
