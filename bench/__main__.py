"""Measure and print the table: `python -m bench [--quick] [--only starts,rates] [-o json]`.

A budget that is missed does not make the exit code: the table says so, and machines differ.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import apsw

from bench import (
    background,
    browsing,
    calls,
    clusters,
    due,
    fleet,
    intake,
    memory,
    pages,
    rates,
    reactions,
    served,
    slots,
    starts,
    steps,
    storage,
    timetable,
)
from bench.harness import Bench
from bench.pace import pace
from bench.peers import Dbos, Prefect, Segue
from bench.table import Row, as_json, as_text
from segue import __version__


def main() -> int:
    """Measure what was asked for."""
    options = _options()
    folder = Path(tempfile.mkdtemp(prefix="segue-bench-"))
    bench = Bench(options.quick, options.retries, folder)
    segue = Segue(bench)
    prefect = Prefect(bench, options.prefect) if options.prefect else None
    dbos = Dbos(options.dbos) if options.dbos else None
    measurements: dict[str, Callable[[], Iterable[Row]]] = {
        "starts": lambda: starts.measure(bench, segue, prefect),
        "rates": lambda: rates.measure(bench, segue, prefect),
        "steps": lambda: steps.measure(bench, segue, dbos),
        "storage": lambda: [storage.measure(bench, segue, prefect)],
        "memory": lambda: memory.measure(bench, segue, prefect),
        "served": lambda: served.measure(bench, segue, prefect),
        "calls": lambda: calls.measure(bench, segue, prefect),
        "intake": lambda: intake.measure(bench, segue, prefect),
        "reactions": lambda: reactions.measure(bench, segue, prefect),
        "due": lambda: due.measure(bench, segue, prefect),
        "slots": lambda: slots.measure(bench, segue, prefect),
        "background": lambda: background.measure(bench, segue, prefect),
        "clusters": lambda: clusters.measure(bench, segue, prefect),
        "fleet": lambda: fleet.measure(bench, segue),
        "timetable": lambda: timetable.measure(bench, segue),
        "pages": lambda: pages.measure(bench, segue),
        "browsing": lambda: browsing.measure(bench, segue, options.database),
    }
    facts = {
        "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "versions": ", ".join(
            [f"segue {__version__}", *([f"prefect {prefect.version}"] if prefect else []),
             *([f"dbos {dbos.version}"] if dbos else []), f"SQLite {apsw.sqlite_lib_version()}"]
        ),
        "pace before": pace(),
    }  # fmt: skip
    rows: list[Row] = []
    try:
        for name in options.only.split(",") if options.only else measurements:
            for row in measurements[name]():
                rows.append(row)
                print(f"measured: {row.what}", file=sys.stderr)
    finally:
        # Also where one measurement broke, or somebody had no more patience: an hour's figures are not thrown away.
        shutil.rmtree(folder, ignore_errors=True)
        facts["pace after"] = pace()
        print(as_json(rows, facts) if options.output == "json" else as_text(rows, facts), flush=True)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer runs and smaller counts: about five minutes")
    parser.add_argument(
        "--only",
        default="",
        help="some of: starts, rates, steps, storage, memory, served, calls, intake, reactions, due, slots, background, "
        "clusters, fleet, timetable, pages, browsing",
    )
    parser.add_argument("--database", default="", metavar="URL", help="for browsing: a database that is there already")
    parser.add_argument("--retries", type=int, default=2, help="measure again so often while others use the machine")
    parser.add_argument("--prefect", type=_absolute, help="interpreter of an environment that has prefect 3.9")
    parser.add_argument("--dbos", type=_absolute, help="interpreter of an environment that has dbos")
    parser.add_argument("-o", "--output", choices=["text", "json"], default="text")
    return parser.parse_args()


def _absolute(path: str) -> Path:
    # Not resolved: the interpreter of an environment is a link, and its own path is what makes it that environment's.
    return Path(path).absolute()


if __name__ == "__main__":
    sys.exit(main())
