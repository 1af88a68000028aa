"""`segue debug`."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from segue.backend.embedded import EmbeddedBackend
from segue.cli.faults import Exit, Fault
from segue.cli.group import noun
from segue.cli.health import examine
from segue.cli.version import facts_of_versions
from segue.engine.session import reading
from segue.host import clock, config
from segue.model.errors import SegueError
from segue.wire.operations import FLOW_RUN_LIST, LEASE_LIST, LOG_LIST, UPKEEP_STATS
from segue.wire.queries import LogQuery, RunQuery
from segue.wire.requests import Nothing

app = noun("Collect what a report of a problem needs.")

_LINES, _RUNS = 500, 50


@app.callback()
def _group() -> None:
    """Keep `bundle` a word of its own although it is the only one."""


@app.command("bundle")
def bundle(
    path: Annotated[Path | None, typer.Argument(help="Where to write it.", metavar="PATH")] = None,
    logs: Annotated[bool, typer.Option("--logs/--no-logs", help="With the last log lines of runs.")] = True,
) -> None:
    """Write a zip file for a report of a problem: versions, settings without secrets, findings, statistics, last log lines.

    Neither parameters, results, variables nor artifacts are in it. Log lines are what your code logged: look before you send it.

    For example:

        segue debug bundle report.zip --no-logs
    """
    target = (path or Path(f"segue-debug-{clock.now():%Y%m%d-%H%M%S}.zip")).absolute()
    if target.exists():
        raise Fault(f"The file {target} exists already.", Exit.REFUSED)
    parts = _parts(logs=logs)
    with zipfile.ZipFile(target, "x", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    target.chmod(0o600)
    typer.echo(f"Wrote {target}: {', '.join(parts)}.")


def _parts(*, logs: bool) -> dict[str, str]:
    parts = {
        "versions.json": _json(facts_of_versions()),
        "settings.json": _json(config.explain()),
        "doctor.json": _json(list(examine())),
    }
    try:
        backend = reading()
        if not isinstance(backend, EmbeddedBackend):
            return parts
        parts["statistics.json"] = _json(backend.call(UPKEEP_STATS, Nothing()))
        parts["writer.json"] = _json(backend.metrics())
        parts["leases.json"] = _json(backend.call(LEASE_LIST, Nothing()))
        parts["flow-runs.json"] = _json(_runs(backend))
        if logs:
            parts["logs.txt"] = _lines(backend)
    except SegueError as problem:
        # A database that cannot be read is what such a report is often about.
        parts["problem.txt"] = f"{problem}\n"
    return parts


def _runs(backend: EmbeddedBackend) -> list[dict[str, object]]:
    runs = backend.call(FLOW_RUN_LIST, RunQuery(limit=_RUNS)).items
    return [
        {
            "id": run.id, "name": run.name, "flow": run.flow_name, "state": run.state.name, "created": run.created,
            "start_time": run.start_time, "end_time": run.end_time, "run_count": run.run_count, "durable": run.durable,
        }
        for run in runs
    ]  # fmt: skip


def _lines(backend: EmbeddedBackend) -> str:
    lines = backend.call(LOG_LIST, LogQuery(sort="-timestamp", limit=_LINES)).items
    return "".join(
        f"{line.timestamp.isoformat()} {line.level} {line.name} {line.message}\n" for line in reversed(lines)
    )


def _json(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"
