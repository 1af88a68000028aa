"""A made-up year of runs is made of rows as the product writes them, and the product reads it."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from bench.generate import generate
from bench.harness import Bench
from bench.history import COLUMNS, DAY, History
from bench.peers import Segue
from bench.servers import Server, serving
from segue.backend.open import open_backend
from segue.wire import operations as op
from segue.wire.queries import LogQuery, RunFilter, RunQuery
from segue.wire.requests import ById

#: What runs of a user's flow leave behind, to compare with.
REAL = """
from segue import flow, get_run_logger, tags, task
from segue.artifacts import create_markdown_artifact

@task
def fetch(day):
    get_run_logger().info("part 1 of 2")
    return [1]

@task
def parse(rows):
    if not rows:
        raise ValueError("no rows")

@flow
def load_orders(day="2026-01-31", region="eu"):
    rows = fetch.submit(day)
    parse.submit(rows).result()
    create_markdown_artifact("# done", key="load-orders-report")

@flow
def failing():
    parse([])

for tag in ("prod", None):
    with tags(*[tag] if tag else []):
        load_orders()
try:
    failing()
except ValueError:
    pass
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("generated") / "segue"
    end = time.time_ns() // 1000
    made = generate("", home, History(200, 950, end - 365 * DAY, end))
    assert made["flow_run"] == 200
    assert 800 <= made["task_run"] <= 950
    return home


def shapes(path: Path, table: str) -> set[tuple[tuple[str, object], ...]]:
    """Of the rows of finished work: which columns hold what kind of value."""
    connection = apsw.Connection(str(path))
    columns = [str(name) for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")]
    kinds = ", ".join(f"typeof({name})" for name in columns)
    over = {"flow_run": "state_type", "task_run": "state_type", "state_row": "type"}
    which = f"WHERE {over[table]} <> 'SCHEDULED'" if table in over else ""
    rows = connection.execute(f"SELECT {kinds} FROM {table} {which}").fetchall()
    connection.close()
    return {tuple(zip(columns, row, strict=True)) for row in rows}


@pytest.mark.parametrize("table", COLUMNS)
def test_rows_are_as_the_product_writes_them(table: str, home: Path, tmp_path: Path) -> None:
    script = tmp_path / "real.py"
    script.write_text(REAL)
    env = Segue(Bench(quick=True, retries=0, folder=tmp_path)).env(tmp_path)
    subprocess.run([sys.executable, str(script)], env=env, check=True, capture_output=True)
    real, made = shapes(tmp_path / "segue" / "segue.db", table), shapes(home / "segue.db", table)
    # With tags or without, with inputs or without: a run is as good in either way.
    either = {"tags", "parameters", "upstream", "name"}
    real, made = ({tuple(cell for cell in row if cell[0] not in either) for row in each} for each in (real, made))
    assert made <= real


def test_the_product_reads_what_was_made(home: Path) -> None:
    backend = open_backend("", home)
    try:
        assert backend.check() == []
        runs = backend.call(op.FLOW_RUN_LIST, RunQuery(limit=1_000)).items
        tasks = backend.call(op.TASK_RUN_LIST, RunQuery(limit=1_000)).items
        assert len(runs) == 200
        assert {run.state.kind for run in runs} >= {"COMPLETED", "FAILED", "SCHEDULED"}
        over = [run for run in runs if run.state.final]
        assert all(run.end_time and run.start_time and run.created <= run.start_time <= run.end_time for run in over)
        assert (
            max(run.created for run in runs) - min(run.created for run in runs)
            > (runs[0].created - runs[-1].created) / 2
        )
        for run in over[:20]:
            history = backend.call(op.FLOW_RUN_HISTORY, ById(run.id)).items
            assert [row.state.kind for row in history] == ["PENDING", "RUNNING", run.state.kind]
            own = [task for task in tasks if task.flow_run_id == run.id]
            assert backend.call(op.TASK_RUN_COUNT, RunFilter(flow_run_ids=[run.id])).count == len(own)
        for task in tasks[:20]:
            assert len(backend.call(op.TASK_RUN_HISTORY, ById(task.id)).items) == 3
        assert backend.call(op.LOG_COUNT, LogQuery()).count > 0
        assert len({task.id for task in tasks}) == len(tasks)
    finally:
        backend.close()


def test_a_database_that_is_not_empty_is_refused(home: Path) -> None:
    with pytest.raises(SystemExit, match="is not empty"):
        generate("", home, History(10, 10, 0, DAY))


@pytest.fixture
def server(home: Path, tmp_path: Path) -> Iterator[Server]:
    bench = Bench(quick=True, retries=0, folder=tmp_path)
    # A copy: what a server adds is not for the tests that count what was made.
    shutil.copytree(home, tmp_path / "home" / "segue")
    with serving(bench, Segue(bench), tmp_path / "home") as server:
        yield server


def test_a_server_goes_on_where_the_year_ends(server: Server, home: Path) -> None:
    before = server.completed("task_runs")
    seen = server.watched("sequential", 20)
    assert seen.visible == 20
    assert server.completed("task_runs") == before + 20
    states = server.ask("/events/list", {"limit": 5})["items"]
    assert states[0]["event"] == "segue.flow-run.Completed"


def test_the_command_tells_what_it_made_and_how_fast(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "bench.generate",
        "--runs",
        "50",
        "--task-runs",
        "100",
        "--home",
        str(tmp_path / "made"),
    ]
    done = subprocess.run(command, cwd=Path(__file__).parents[3], check=True, capture_output=True, text=True)
    assert "50 flow_run, " in done.stdout
    assert "rows/s" in done.stdout
    env = {"SEGUE_HOME": str(tmp_path / "made"), "PATH": ""}
    listed = subprocess.run(
        [Path(sys.executable).with_name("segue"), "flow-run", "ls", "-o", "json"],
        env=env,
        check=True,
        capture_output=True,
        text=True,
    )
    assert len(json.loads(listed.stdout)) == 50
