"""The packages measured: which interpreter has them, and what surrounds their programs.

A program is written once, for Segue. For Prefect it is the same file with the word `segue` replaced: all that porting takes.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.harness import PROGRAMS, Bench, Done, Failed, environment, run


@dataclass(frozen=True)
class Segue:
    """This package, in the environment that runs the bench."""

    bench: Bench
    python: str = sys.executable

    @property
    def command(self) -> Path:
        """The command-line program."""
        return Path(self.python).with_name("segue")

    def env(self, home: Path, database: str = "") -> dict[str, str]:
        """The environment of a program that works in `home`."""
        more = {"SEGUE_DATABASE_URL": database} if database else {}
        return environment(HOME=str(home), SEGUE_HOME=str(home / "segue"), **more)

    def program(self, name: str, home: Path, *args: object, database: str = "") -> Done:
        """Run a program, then check that every run it says it made is in the database and Completed."""
        env = self.env(home, database)
        done = run([self.python, PROGRAMS / f"{name}.py", *map(str, args)], env, home)
        found = run([self.python, PROGRAMS / "counted.py"], env, home).said
        for kind in ("task_runs", "flow_runs"):
            made = done.said[kind]
            if found[kind] != {"COMPLETED": made}:
                raise Failed(f"{name}: {made:,} {kind.replace('_', ' ')} were made, in the database are {found[kind]}")
        return done


class Prefect:
    """The package whose vocabulary Segue keeps, in an environment of its own."""

    def __init__(self, bench: Bench, python: Path) -> None:
        self.bench = bench
        self.python = python
        self.command = python.with_name("prefect")
        self.version = _version(python, "prefect")

    def env(self, home: Path, url: str = "") -> dict[str, str]:
        """The environment of a program that works in `home`; with a server at `url`, else with none."""
        more = {"PREFECT_API_URL": url} if url else {}
        return environment(
            HOME=str(home), PREFECT_HOME=str(home / "prefect"), PREFECT_SERVER_ANALYTICS_ENABLED="false",
            DO_NOT_TRACK="1", **more,
        )  # fmt: skip

    def ported(self, name: str, home: Path) -> Path:
        """Write a program with the one word replaced, and return where."""
        path = home / f"{name}.py"
        path.write_text((PROGRAMS / f"{name}.py").read_text().replace("segue", "prefect").replace("Segue", "Prefect"))
        return path

    @contextmanager
    def server(self) -> Iterator[PrefectServer]:
        """Run a local server with its own database."""
        with self.bench.home() as home, socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
            free.close()
            url = f"http://127.0.0.1:{port}/api"
            command = [str(self.command), "server", "start", "--host", "127.0.0.1", "--port", str(port)]
            process = subprocess.Popen(
                command, env=self.env(home), cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            try:
                _await_health(url, process)
                yield PrefectServer(self, home, url)
            finally:
                process.terminate()
                process.wait(30)


@dataclass(frozen=True)
class PrefectServer:
    """A running server, and programs against it."""

    prefect: Prefect
    home: Path
    url: str

    def program(self, name: str, *args: object) -> tuple[Done, str]:
        """Run a program; returns with it how many of its task runs the server shows as Completed, and when."""
        path = self.prefect.ported(name, self.home)
        before = self.completed()
        done = run([self.prefect.python, path, *map(str, args)], self.prefect.env(self.home, self.url), self.home)
        made, ended = done.said["task_runs"], time.monotonic()
        while (found := self.completed() - before) < made and time.monotonic() - ended < 30:
            time.sleep(0.25)
        return done, f"{found:,} of {made:,} task runs visible {time.monotonic() - ended:.0f} s after the program ended"

    def completed(self) -> int:
        """How many task runs are Completed."""
        body = json.dumps({"task_runs": {"state": {"type": {"any_": ["COMPLETED"]}}}}).encode()
        request = urllib.request.Request(
            f"{self.url}/task_runs/count", data=body, headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.read())


class Dbos:
    """The package that is the yardstick for durable steps."""

    def __init__(self, python: Path) -> None:
        self.python = python
        self.version = _version(python, "dbos")

    def steps(self, home: Path, database: str, count: int) -> Done:
        """Run a workflow of so many steps."""
        program = PROGRAMS / "dbos_steps.py"
        return run([self.python, program, str(count), database], environment(HOME=str(home)), home)


def _version(python: Path, package: str) -> str:
    code = f"from importlib.metadata import version; print(version({package!r}))"
    return subprocess.run([str(python), "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def _await_health(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Failed(f"the server ended with {process.returncode}")
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise Failed("the server was not healthy within two minutes")
