"""The packages measured: which interpreter has them, and what surrounds their programs.

A program is written once, for Segue. For Prefect it is the same file with the word `segue` replaced: all that porting takes.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bench.harness import PROGRAMS, Bench, Done, Failed, environment, run


class Package(Protocol):
    """A package with flows and a server."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def python(self) -> str:
        """The interpreter of the environment that has it."""
        ...

    @property
    def command(self) -> str:
        """Its command-line program."""
        ...

    @property
    def pauses(self) -> tuple[float, ...]:
        """Seconds after which a request is made again that its server answered with 503: none may be, or as its own client does."""
        ...

    def env(self, home: Path, *, database: str = "", url: str = "") -> dict[str, str]:
        """The environment of a program that works in `home`; with the server at `url`, else with none."""
        ...

    def ported(self, name: str, home: Path) -> Path:
        """A program in this package's words."""
        ...


@dataclass(frozen=True)
class Segue:
    """This package, in the environment that runs the bench."""

    bench: Bench
    python: str = sys.executable
    name: str = "segue"
    pauses: tuple[float, ...] = ()

    @property
    def command(self) -> str:
        """The command-line program."""
        return str(Path(self.python).with_name("segue"))

    def env(self, home: Path, *, database: str = "", url: str = "") -> dict[str, str]:
        """The environment of a program that works in `home`; with the server at `url`, else with none."""
        more = {"SEGUE_DATABASE_URL": database, "SEGUE_API_URL": url}
        given = {name: value for name, value in more.items() if value}
        return environment(HOME=str(home), SEGUE_HOME=str(home / "segue"), **given)

    def ported(self, name: str, home: Path) -> Path:  # noqa: ARG002 - as every package
        """A program in this package's words, which are those it was written in."""
        return PROGRAMS / f"{name}.py"

    def program(self, name: str, home: Path, *args: object, database: str = "") -> Done:
        """Run a program, then check that every run it says it made is in the database and Completed."""
        env = self.env(home, database=database)
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
        self.name = "prefect"
        # Its server says 503 where SQLite was locked for too long; its client makes five more attempts by default.
        self.pauses: tuple[float, ...] = (2.0, 4.0, 8.0, 16.0, 32.0)
        self.python = str(python)
        self.command = str(python.with_name("prefect"))
        self.version = _version(python, "prefect")

    def env(self, home: Path, *, database: str = "", url: str = "") -> dict[str, str]:
        """The environment of a program that works in `home`; with a server at `url`, else with none."""
        more = {"PREFECT_API_URL": url, "PREFECT_API_DATABASE_CONNECTION_URL": database}
        given = {name: value for name, value in more.items() if value}
        return environment(
            HOME=str(home), PREFECT_HOME=str(home / "prefect"), PREFECT_SERVER_ANALYTICS_ENABLED="false",
            DO_NOT_TRACK="1", **given,
        )  # fmt: skip

    def ported(self, name: str, home: Path) -> Path:
        """Write a program with the one word replaced, and return where."""
        path = home / f"{name}.py"
        path.write_text((PROGRAMS / f"{name}.py").read_text().replace("segue", "prefect").replace("Segue", "Prefect"))
        return path


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
