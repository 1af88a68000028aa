"""The ground on which havoc is made: a server, workers, deployments with schedules, and a ledger outside of all of them."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

from segue.backend.embedded import EmbeddedBackend
from segue.backend.open import connect_backend, open_backend
from segue.backend.protocol import Backend
from segue.host.ids import new_id
from segue.model.errors import SegueError
from segue.model.schedules import IntervalRule
from segue.wire import deployments as d
from segue.wire import schedules as s
from segue.wire.pools import POOL_CREATE, NewWorkPool
from segue.wire.slots import LIMIT_CREATE, NewLimit
from tests.serving_process import SEGUE, ServerProcess

ROOT = Path(__file__).parents[3]
PROGRAMS = ROOT / "tests" / "faults" / "programs"
FLOWS = ("plain", "gated", "tagged", "limited", "retried")
#: Seconds between two instants of a schedule.
EVERY = 2.0
LIMITS = {"gate": 2, "tag:narrow": 1}
_PATIENCE = 60.0


class Line(NamedTuple):
    """A line of the ledger: who was at what, and when the run had been begun how often."""

    word: str
    run: str
    attempt: int
    #: Its number and the space of processes in which it has that number.
    process: str


class Worker:
    """A worker of this machine; `apart`: in a process space of its own, so that nobody else can look at what it runs."""

    def __init__(self, ground: Ground, name: str, *, apart: bool = False) -> None:
        self.name = name
        self.apart = apart
        self._ground = ground
        self.process: subprocess.Popen[bytes] | None = None
        self.log = ground.folder / f"{name}.log"

    def start(self) -> None:
        """Start it."""
        words = [
            str(SEGUE),
            "worker",
            "start",
            "--pool",
            "here",
            "--type",
            "process",
            "--name",
            self.name,
            "--limit",
            "5",
        ]
        if self.apart:
            words = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", *words]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                words, env=self._ground.environment(self.name if self.apart else "workers"), stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def pids(self) -> list[int]:
        """Return its process and all that it has started, the eldest first."""
        assert self.process is not None
        found = [self.process.pid]
        for pid in found:
            try:
                found += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
            except OSError:
                continue
        return found

    def signal(self, number: int) -> None:
        """Send it a signal; one that is apart is a machine: what holds for it holds for all that it runs."""
        for pid in self.pids() if self.apart else self.pids()[:1]:
            send(pid, number)

    def kill(self) -> set[str]:
        """End it the hard way; returns which processes went with it."""
        assert self.process is not None
        # No process of it begins any more while they are counted.
        self.signal(signal.SIGSTOP)
        gone = set(filter(None, map(known_as, self.pids()))) if self.apart else set[str]()
        # What is stopped hears SIGKILL as well.
        self.signal(signal.SIGKILL)
        self.process.wait()
        return gone

    def itself(self) -> int:
        """Return the process of the worker, which is the first of those of a machine of its own."""
        return self.pids()[1 if self.apart else 0]

    def nursery(self) -> int:
        """Return its prepared interpreter."""
        return self.pids()[2 if self.apart else 1]

    def stop(self) -> None:
        """Ask it to end, and wait."""
        if self.process is None or self.process.poll() is not None:
            return
        self.signal(signal.SIGCONT)
        send(self.itself(), signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()
        self.process = None


class Ground:
    """One server, its workers, and what they run."""

    def __init__(self, folder: Path, *, url: str | None = None, apart: bool = False) -> None:
        self.folder = folder
        self.url = url or f"sqlite:///{folder / 'server' / 'segue.db'}"
        (folder / "server").mkdir()
        self.server = ServerProcess(folder / "server" / "home", "--no-ui", SEGUE_DATABASE_URL=self.url)
        self.workers = [Worker(self, f"w{number}", apart=apart and number > 0) for number in range(2)]
        self.asked: list[str] = []
        self.schedules: list[str] = []
        self.deployments: dict[str, str] = {}
        self.remote: Backend

    def environment(self, home: str) -> dict[str, str]:
        """Return what workers and their runs have around them."""
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("SEGUE_")},
            "SEGUE_HOME": str(self.folder / home), "SEGUE_API_URL": self.server.url, "HAVOC": str(self.folder),
            "PYTHONPATH": str(ROOT), "SEGUE_LOGGING_TO_CONSOLE": "false",
        }  # fmt: skip

    def open(self) -> None:
        """Start everything, and give the flows their deployments and schedules."""
        self.server.start()
        self.remote = connect_backend(self.server.url, key=None, home=str(self.folder / "asker"))
        call = self.remote.call
        call(POOL_CREATE, NewWorkPool(id=new_id(), name="here", type="process"))
        for name, slots in LIMITS.items():
            call(LIMIT_CREATE, NewLimit(id=new_id(), name=name, limit=slots))
        for number, flow in enumerate(FLOWS):
            deployment = self.deploy(flow, concurrency_limit=2 if flow == "limited" else None)
            anchor = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(milliseconds=300 * number)
            new = s.NewSchedule(rule=IntervalRule(interval=EVERY, anchor=anchor))
            made = call(s.SCHEDULE_CREATE, s.CreateSchedules(deployment_id=deployment, schedules=[new])).items
            self.schedules += [each.id for each in made]
        for worker in self.workers:
            worker.start()

    def deploy(self, flow: str, *, concurrency_limit: int | None = None) -> str:
        """Give a flow its deployment; returns its id."""
        new = d.PutDeployment(
            name="d", flow_name=flow, entrypoint=f"duties.py:{flow}", path=str(PROGRAMS), work_pool_name="here",
            concurrency_limit=concurrency_limit,
        )  # fmt: skip
        self.deployments[flow] = self.remote.call(d.DEPLOYMENT_PUT, new).id
        return self.deployments[flow]

    def ask(self, flow: str) -> None:
        """Ask for a run as a person does, who asks again while nobody answers."""
        new = d.NewRunOfDeployment(deployment_id=self.deployments[flow], id=new_id())
        self.insist(lambda: self.remote.call(d.DEPLOYMENT_RUN, new))
        self.asked.append(new.id)

    def rest(self) -> None:
        """Let the schedules rest."""
        for each in self.schedules:
            self.insist(partial(self.remote.call, s.SCHEDULE_EDIT, s.EditSchedule(id=each, active=False)))

    def insist(self, call: Callable[[], object]) -> None:
        """Call the server until it answers."""
        end = time.monotonic() + _PATIENCE
        while True:
            try:
                call()
            except SegueError as problem:
                if problem.status < 500 or time.monotonic() > end:
                    raise
                threading.Event().wait(0.1)
            else:
                return

    @contextmanager
    def opened(self) -> Iterator[EmbeddedBackend]:
        """Open the database itself, beside the server."""
        backend = open_backend(self.url, self.folder / "judge")
        try:
            yield backend
        finally:
            backend.close()

    def lines(self) -> list[Line]:
        """Read the ledger."""
        file = self.folder / "ledger"
        rows = [row.split() for row in file.read_text().splitlines()] if file.exists() else []
        return [Line(word, run, int(attempt), process) for word, run, attempt, process in rows]

    def close(self) -> None:
        """End everything."""
        for worker in self.workers:
            worker.stop()
        self.server.stop()
        if hasattr(self, "remote"):
            self.remote.close()


def known_as(pid: int) -> str | None:
    """Return how a process is called in the ledger; None when it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        space = Path(f"/proc/{pid}/ns/pid").stat().st_ino
    except OSError:
        return None
    numbers = next(line for line in status.splitlines() if line.startswith("NSpid:"))
    return f"{numbers.split()[-1]}@{space}"


def everybody() -> dict[str, int]:
    """Return the processes of this machine, as the ledger calls them."""
    pids = [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit()]
    return {name: pid for pid in pids if (name := known_as(pid)) is not None}


def send(pid: int, number: int) -> None:
    """Send a signal to a process that may be gone."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)
