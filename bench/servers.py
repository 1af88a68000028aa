"""Running servers of either package, each in a home of its own on a free port of this machine, and what is asked of them."""

from __future__ import annotations

import http
import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.harness import PROGRAMS, Bench, Done, Failed, environment, run
from bench.load import family
from bench.peers import Package

#: One request of a load: method, path below the API, body.
Request = tuple[str, str, object]

#: Where a server counts runs that are Completed, and what it is asked.
_COUNTS: dict[tuple[str, str], tuple[str, object]] = {
    ("segue", "task_runs"): ("/task-runs/count", {"state_types": ["COMPLETED"]}),
    ("segue", "flow_runs"): ("/flow-runs/count", {"state_types": ["COMPLETED"]}),
    ("prefect", "task_runs"): ("/task_runs/count", {"task_runs": {"state": {"type": {"any_": ["COMPLETED"]}}}}),
    ("prefect", "flow_runs"): ("/flow_runs/count", {"flow_runs": {"state": {"type": {"any_": ["COMPLETED"]}}}}),
}


@dataclass
class Server:
    """A server that answers."""

    package: Package
    home: Path
    port: int
    process: subprocess.Popen[bytes]
    #: Seconds from its start to its first answer.
    took: float

    @property
    def url(self) -> str:
        """Where its API is."""
        return f"http://127.0.0.1:{self.port}/api"

    def ask(self, path: str, body: object = None) -> Any:
        """Ask one thing of the API: POST with a body, GET without."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}{path}", data=data, headers={"Content-Type": "application/json"})
        for pause in (*self.package.pauses, None):
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    return json.loads(answer.read() or b"null")
            except urllib.error.HTTPError as problem:
                if problem.code != http.HTTPStatus.SERVICE_UNAVAILABLE or pause is None:
                    raise Failed(f"{path}: {problem.code} {problem.read()[:300].decode(errors='replace')}") from problem
                time.sleep(pause)
        raise AssertionError

    def completed(self, kind: str = "task_runs") -> int:
        """How many `task_runs` or `flow_runs` are Completed."""
        found = self.ask(*_COUNTS[self.package.name, kind])
        return int(found["count"] if isinstance(found, dict) else found)

    def program(self, name: str, *args: object) -> tuple[Done, str]:
        """Run a program; returns with it how many of its task runs the server shows as Completed, and when."""
        seen = self.watched(name, *args)
        when = f"{seen.visible:,} of {seen.made:,} task runs visible {seen.after:.1f} s after the program ended"
        return seen.done, when

    def watched(self, name: str, *args: object, patience: float = 30.0) -> Watched:
        """Run a program and wait until the server shows all of its task runs as Completed, but not for ever."""
        path = self.package.ported(name, self.home)
        before = self.completed()
        done = run([self.package.python, path, *map(str, args)], self.package.env(self.home, url=self.url), self.home)
        made, ended = done.said["task_runs"], time.perf_counter()
        while (found := self.completed() - before) < made and time.perf_counter() - ended < patience:
            time.sleep(0.25)
        return Watched(done, made, found, time.perf_counter() - ended, time.perf_counter())

    def load(self, requests: Sequence[Request], clients: int, *, keep: str | None = None) -> Load:
        """Let so many clients make these requests, each once; `keep`: the part of each answer that is wanted."""
        return self._load({"lanes": [requests], "shared": clients, "keep": keep})

    def lanes(self, lanes: Sequence[Sequence[Request]]) -> Load:
        """Let one client for each lane make its requests in their order."""
        return self._load({"lanes": lanes})

    def _load(self, plan: dict[str, Any]) -> Load:
        path = self.home / "load.json"
        lanes = [[(method, f"/api{at}", body) for method, at, body in lane] for lane in plan["lanes"]]
        path.write_text(json.dumps({**plan, "port": self.port, "lanes": lanes}))
        return Load(**run([self.package.python, PROGRAMS / "clients.py", path], environment(), self.home).said)

    @property
    def cpu(self) -> float:
        """Seconds of CPU that it has used, with all below it."""
        ticks = 0
        for pid in family(self.process.pid):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))
        return ticks / os.sysconf("SC_CLK_TCK")

    @property
    def memory(self) -> float:
        """Megabytes of memory in use, by all of its processes."""
        texts = [Path(f"/proc/{pid}/status").read_text() for pid in family(self.process.pid)]
        return sum(int(text.partition("VmRSS:")[2].split()[0]) for text in texts) / 1000


@dataclass(frozen=True)
class Watched:
    """A program that ran against a server, and what the server showed of it."""

    done: Done
    made: int
    visible: int
    #: Seconds from the program's end until then.
    after: float
    #: When that was, on the clock that programs read as well.
    at: float


@dataclass(frozen=True)
class Load:
    """What came of many requests."""

    seconds: float
    began: float
    done: int
    #: How many failed, by status, and the first such answer.
    failed: dict[str, int]
    first: str | None
    kept: list[Any]
    #: Milliseconds; of successes alone.
    p50: float = float("nan")
    p95: float = float("nan")
    p99: float = float("nan")

    @property
    def rate(self) -> float:
        """Successes a second."""
        return self.done / self.seconds

    @property
    def told(self) -> str:
        """Latencies and failures, in words."""
        failures = "".join(
            f", {count} {'answered ' + status if status != '0' else 'cut off'}" for status, count in self.failed.items()
        )
        return f"p50 {self.p50:.1f} ms, p99 {self.p99:.1f} ms{failures or ', none failed'}"


@contextmanager
def serving(bench: Bench, package: Package, home: Path | None = None, *, database: str = "") -> Iterator[Server]:
    """Run a server, in `home` or in a home of its own; it is ended afterwards."""
    if home is None:
        with bench.home() as fresh, serving(bench, package, fresh, database=database) as server:
            yield server
        return
    port = free_port()
    command = [package.command, "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    began = time.perf_counter()
    process = subprocess.Popen(
        command, env=package.env(home, database=database), cwd=home, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _await_health(port, process)
        yield Server(package, home, port, process, time.perf_counter() - began)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _await_health(port: int, process: subprocess.Popen[bytes]) -> None:
    # Over a bare socket and often: the bench itself must not be what takes the time.
    asked = b"GET /api/health HTTP/1.1\r\nhost: 127.0.0.1:%d\r\nconnection: close\r\n\r\n" % port
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Failed(f"the server ended with {process.returncode}")
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as link:
                link.sendall(asked)
                if link.recv(100).split()[1:2] == [b"200"]:
                    return
        except OSError:
            pass
        time.sleep(0.01)
    raise Failed("the server was not healthy within two minutes")
