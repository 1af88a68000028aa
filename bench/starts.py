"""What it costs to start: CPU time of whole processes, in multiples of a bare interpreter's start.

The programs take turns, round by round, so that whatever slows the machine for a while slows all of them.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from bench.harness import PROGRAMS, Bench, Done, Failed, run
from bench.peers import Package, Prefect, Segue
from bench.servers import Server, serving
from bench.table import Row

Start = Callable[[Path], float]


def measure(bench: Bench, segue: Segue, prefect: Prefect | None) -> list[Row]:
    """Measure bare interpreter, import, `--help`, and the hello flow with and without a server."""
    with ExitStack() as servers:
        home, other = servers.enter_context(bench.home()), servers.enter_context(bench.home())
        ours = _ours(segue, home, servers.enter_context(serving(bench, segue)))
        theirs = _theirs(prefect, other, servers.enter_context(serving(bench, prefect))) if prefect is not None else {}
        bare, rows = _rows(bench, ours, theirs)
        try:
            _check(segue, home)
        except Failed as problem:
            rows["hello"].notes.append(str(problem))
    first = Row("bare interpreter: python -c pass, CPU", "ms", bare * 1000, better="less")
    first.foreign = rows["hello"].foreign
    return [first, *rows.values()]


def _ours(segue: Segue, home: Path, server: Server) -> dict[str, Start]:
    env = segue.env(home)
    return {
        "bare": lambda at: run([segue.python, "-c", "pass"], env, at).cpu,
        "import": lambda at: run([segue.python, "-c", "from segue import flow, task"], env, at).cpu,
        "help": lambda at: run([segue.command, "--help"], env, at).cpu,
        "hello": lambda at: run([segue.python, PROGRAMS / "hello.py"], env, at).cpu,
        **_reported(segue, server),
    }


def _theirs(prefect: Prefect, home: Path, server: Server) -> dict[str, Start]:
    env = prefect.env(home)
    program = prefect.ported("hello", home)
    return {
        "import": lambda at: run([prefect.python, "-c", "from prefect import flow, task"], env, at).cpu,
        "help": lambda at: run([prefect.command, "--help"], env, at).cpu,
        "hello": lambda at: run([prefect.python, program], env, at).cpu,
        **_reported(prefect, server),
    }


def _reported(package: Package, server: Server) -> dict[str, Start]:
    """The hello flow that reports to a running server: CPU of its whole process, and how long a person waits for it."""
    env = package.env(server.home, url=server.url)
    program = package.ported("hello", server.home)

    def hello(at: Path) -> Done:
        before = server.completed("flow_runs")
        done = run([package.python, program], env, at)
        if server.completed("flow_runs") != before + 1:
            raise Failed("the server does not show the hello flow as Completed")
        return done

    return {"reported": lambda at: hello(at).cpu, "reported, wall": lambda at: hello(at).wall}


def _rows(bench: Bench, ours: dict[str, Start], theirs: dict[str, Start]) -> tuple[float, dict[str, Row]]:
    whats = {
        "import": Row("from segue import flow, task", "x bare", budget=7, better="less"),
        "help": Row("segue --help", "x bare", budget=12, better="less"),
        "hello": Row("hello flow, whole process, no server", "x bare", budget=18, better="less"),
        "reported": Row("hello flow against a running server", "x bare", budget=28, better="less"),
        "reported, wall": Row("hello flow against a running server, wall", "ms", better="less"),
    }
    with bench.home() as at:
        _warm(ours, whats, "", at)
        _warm(theirs, whats, "Prefect: ", at)
        seconds: dict[str, list[float]] = {name: [] for name in ours}

        def rounds() -> dict[str, list[float]]:
            taken: dict[str, list[float]] = {name: [] for name in ours}
            for _ in range(7 if bench.quick else 21):
                for name, start in ours.items():
                    taken[name].append(start(at))
            return taken

        quietest = bench.quietly(rounds)
        seconds = quietest.value
        bare = statistics.median(seconds["bare"])
        for name, row in whats.items():
            row.foreign = quietest.foreign
            one = bare if row.unit == "x bare" else 0.001
            if name in ours:
                row.segue = statistics.median(seconds[name]) / one
            if name in theirs:
                times = 1 if name == "hello" and bench.quick else 3
                row.prefect = statistics.median(theirs[name](at) for _ in range(times)) / one
    return bare, whats


def _warm(starts: dict[str, Start], rows: dict[str, Row], whose: str, at: Path) -> None:
    """Run each once: byte code is compiled, the database made. What cannot run at all is left out, and said."""
    for name, start in list(starts.items()):
        try:
            start(at)
        except Failed as problem:
            del starts[name]
            rows[name].notes.append(f"{whose}{problem}")


def _check(segue: Segue, home: Path) -> None:
    """Every hello flow must be in the database, Completed, with its task."""
    found = run([segue.python, PROGRAMS / "counted.py"], segue.env(home), home).said
    kinds = {state for states in found.values() for state in states}
    if kinds != {"COMPLETED"} or found["task_runs"] != found["flow_runs"]:
        raise Failed(f"hello: in the database are {found}")
