"""`segue event stream` against a server: told as it happens, gone on with after an outage, and gaps are said."""

from __future__ import annotations

import json
import subprocess
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from segue.backend.open import open_backend
from segue.backend.pruner import prune
from segue.wire.events import EVENT_TELL, NewEvent, Tell
from segue.wire.requests import Prune
from tests.e2e.cli.desk import SEGUE
from tests.e2e.server.conftest import Reporting
from tests.serving_process import ServerProcess


class Follower:
    """A running `segue event stream -o json`, and what it has said."""

    def __init__(self, desk: Reporting, *words: str) -> None:
        self.process = desk.start(SEGUE, "event", "stream", "-o", "json", *words)
        self.events: list[dict[str, object]] = []
        self.said = ""
        for target in (self._hear, self._complain):
            threading.Thread(target=target, daemon=True).start()

    def _hear(self) -> None:
        assert self.process.stdout is not None
        self.events.extend(json.loads(line) for line in self.process.stdout)

    def _complain(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said += line

    @property
    def names(self) -> list[str]:
        return [str(event["name"]) for event in self.events]


def tell(home: Path, *names: str) -> None:
    """Tell events beside the server, into its database."""
    backend = open_backend("", home)
    items = [NewEvent(event=name, resource={"segue.resource.id": "orders/1"}) for name in names]
    backend.call(EVENT_TELL, Tell(items=items))
    backend.close()


def begun(desk: Reporting, home: Path, *words: str) -> Follower:
    """Start a follower and wait until it listens."""
    follower = Follower(desk, "--event", "hello*", "--event", "orders.*", *words)

    def heard() -> bool:
        tell(home, "hello")
        return bool(follower.events)

    desk.wait_for(heard, "the follower to hear something")
    return follower


def test_what_happened_while_the_server_was_away_is_told_once_and_in_order(
    desk: Reporting, server: ServerProcess
) -> None:
    follower = begun(desk, server.home)
    server.kill()
    expected = []
    for number in range(30):
        tell(server.home, f"orders.{number}", "other")
        expected.append(f"orders.{number}")
    desk.wait_for(lambda: "Trying again" in follower.said, "the follower to say that the server is away")
    server.start()
    tell(server.home, "orders.last")
    desk.wait_for(lambda: "orders.last" in follower.names, "the last event")
    assert [name for name in follower.names if name != "hello"] == [*expected, "orders.last"]
    assert follower.process.poll() is None


def test_what_was_deleted_while_the_server_was_away_is_said(desk: Reporting, server: ServerProcess) -> None:
    follower = begun(desk, server.home)
    server.kill()
    tell(server.home, *(f"orders.{number}" for number in range(5)))
    backend = open_backend("", server.home)
    assert prune(backend, Prune(events=timedelta(seconds=-60))).events >= 6
    backend.close()
    tell(server.home, "orders.hidden")
    server.start()
    desk.wait_for(lambda: "was deleted" in follower.said, "the follower to tell of the gap")

    def told() -> bool:
        tell(server.home, "orders.last")
        return "orders.last" in follower.names

    desk.wait_for(told, "the last event")


@pytest.mark.parametrize("remote", [True, False])
def test_one_begins_where_one_left_off(desk: Reporting, server: ServerProcess, remote: bool) -> None:
    tell(server.home, "orders.1", "orders.2", "orders.3")
    where = {} if remote else {"SEGUE_API_URL": "", "SEGUE_HOME": str(server.home)}
    listed = json.loads(desk.segue("event", "ls", "--event", "orders.*", "-o", "json", **where).stdout)
    seqs = {event["name"]: str(event["seq"]) for event in listed}
    words = ("event", "stream", "--event", "orders.*", "--run-once", "-o", "json")
    second = desk.segue(*words, "--after", seqs["orders.1"], **where)
    assert json.loads(second.stdout)["name"] == "orders.2"
    tell(server.home, "other")
    third = desk.segue(*words, "--after", seqs["orders.2"], **where)
    assert json.loads(third.stdout)["name"] == "orders.3"


def test_a_server_that_is_not_there_is_said(desk: Reporting, server: ServerProcess) -> None:
    server.kill()
    desk.patience = 1
    done = subprocess.run(
        [SEGUE, "event", "stream"],
        cwd=desk.folder,
        env=desk.surroundings(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, "cannot be used" in done.stderr) == (5, True)
    server.start()
