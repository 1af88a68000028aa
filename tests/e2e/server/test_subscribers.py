"""Programs that follow events: filtered by the server, gone on with after it was killed or the connection was cut."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from segue.backend.open import open_backend
from segue.wire.events import EVENT_TELL, NewEvent, Tell
from tests.e2e.cli.desk import Desk
from tests.e2e.server.conftest import Reporting
from tests.relay import Relay
from tests.serving_process import ServerProcess

PROGRAM = Path(__file__).parent / "programs" / "subscribing.py"
CUSTOMER = {"segue.resource.id": "shop.customer.3", "segue.resource.role": "customer"}


class Heard:
    """A program that runs, and the lines it has printed."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        self.said = ""
        for target in (self._hear, self._complain):
            threading.Thread(target=target, daemon=True).start()

    def _hear(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(line.strip() for line in self.process.stdout)

    def _complain(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said += line


@pytest.fixture
def cable(desk: Reporting, server: ServerProcess) -> Iterator[Relay]:
    """Lay a cable between the desk and the server."""
    relay = Relay([server.port])
    desk.url = f"http://127.0.0.1:{relay.port}/api"
    yield relay
    relay.close()


def tell(home: Path, *names: str, related: bool = True) -> None:
    """Tell events beside the server, into its database."""
    backend = open_backend("", home)
    items = [
        NewEvent(event=name, resource={"segue.resource.id": "orders/1"}, related=[CUSTOMER] if related else [])
        for name in names
    ]
    backend.call(EVENT_TELL, Tell(items=items))
    backend.close()


def begun(desk: Desk) -> Heard:
    heard = Heard(desk.start(sys.executable, PROGRAM, "orders"))
    desk.wait_for(lambda: heard.lines == ["listening"], "the program to listen")
    return heard


def ended(desk: Desk, heard: Heard, expected: list[str]) -> None:
    desk.wait_for(lambda: heard.process.poll() is not None, "the end of the program")
    assert heard.process.returncode == 0, heard.said
    desk.wait_for(lambda: heard.lines[1:] == expected, f"what was told, not {heard.lines}")


def test_what_the_server_filters_is_told_once_and_in_order_after_it_was_killed(
    desk: Reporting, server: ServerProcess
) -> None:
    heard = begun(desk)
    tell(server.home, "orders.first", "orders.draft.1", "other")
    tell(server.home, "orders.of-nobody", related=False)
    desk.wait_for(lambda: "orders.first" in heard.lines, "the first event")
    server.kill()
    tell(server.home, *(f"orders.{number}" for number in range(300)), "orders.draft.2")
    desk.wait_for(lambda: "Trying again" in heard.said, "the program to say that the server is away")
    server.start()
    tell(server.home, "orders.last")
    ended(desk, heard, ["orders.first", *(f"orders.{number}" for number in range(300)), "orders.last"])


def test_a_connection_that_is_cut_again_and_again_loses_nothing(
    desk: Reporting, server: ServerProcess, cable: Relay
) -> None:
    heard = begun(desk)
    expected = []
    for number in range(5):
        cable.whole = number % 2 == 0
        cable.cut()
        tell(server.home, f"orders.{number}.a", f"orders.{number}.b")
        cable.whole = True
        expected += [f"orders.{number}.a", f"orders.{number}.b"]
        desk.wait_for(lambda: heard.lines[1:] == expected, f"{expected}")  # noqa: B023 - it is waited for here
    tell(server.home, "orders.last")
    ended(desk, heard, [*expected, "orders.last"])


def test_a_program_that_shall_not_wait_for_a_server_hears_of_its_end(desk: Reporting, server: ServerProcess) -> None:
    program = desk.write(
        "impatient.py",
        """
        import asyncio
        from segue.events import get_events_subscriber

        async def main():
            async with get_events_subscriber(reconnection_attempts=1) as events:
                print("listening", flush=True)
                async for event in events:
                    pass

        asyncio.run(main())
        """,
    )
    heard = Heard(desk.start(sys.executable, program))
    desk.wait_for(lambda: heard.lines == ["listening"], "the program to listen")
    server.kill()
    desk.wait_for(lambda: heard.process.poll() is not None, "the end of the program")
    desk.wait_for(lambda: "cannot be used" in heard.said, "the program to say why")
    assert heard.process.returncode == 1
    server.start()


@pytest.mark.parametrize("remote", [True, False])
def test_a_run_is_followed_from_its_beginning_to_its_end(desk: Reporting, server: ServerProcess, remote: bool) -> None:
    if not remote:
        desk.url = ""
    flow = desk.write(
        "flows.py",
        """
        import time
        from pathlib import Path
        from segue import flow, get_run_logger, task

        @task
        def step():
            get_run_logger().info("in the task")

        @flow
        def hello():
            get_run_logger().info("first line")
            step()
            while not Path("go").exists():
                time.sleep(0.05)
            get_run_logger().info("last line")

        hello()
        """,
    )
    running = desk.start(sys.executable, flow)
    found: list[str] = []

    def is_there() -> bool:
        found[:] = [str(run["id"]) for run in desk.items("flow-run", "ls")]
        return bool(found)

    desk.wait_for(is_there, "the run")
    heard = Heard(desk.start(sys.executable, PROGRAM, "run", found[0]))
    desk.wait_for(lambda: "in the task" in heard.lines, "the line of the task")
    assert heard.process.poll() is None
    (desk.folder / "go").touch()
    desk.wait_for(lambda: heard.process.poll() is not None, "the end of the program")
    assert heard.process.returncode == 0, heard.said
    expected = {
        "segue.flow-run.Running", "first line", "segue.task-run.Completed", "in the task", "last line",
        "segue.flow-run.Completed",
    }  # fmt: skip
    desk.wait_for(lambda: expected <= set(heard.lines), f"{expected}")
    assert len(set(heard.lines)) == len(heard.lines), heard.lines
    assert running.wait(60) == 0
    # Of a run that is over everything is told, and that is all.
    again = desk.type(sys.executable, PROGRAM, "run", found[0])
    assert again.returncode == 0, again.stderr
    assert sorted(again.stdout.splitlines()) == sorted(heard.lines)
