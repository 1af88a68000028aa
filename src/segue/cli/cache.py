"""`segue cache`."""

from __future__ import annotations

from typing import Annotated

import typer

from segue.backend.protocol import Backend
from segue.cli.cells import Cell
from segue.cli.failures import Line
from segue.cli.faults import Exit, Fault
from segue.cli.group import noun
from segue.cli.listing import as_json
from segue.cli.options import Output, OutputOption
from segue.cli.record import complete_task_run, opened, task_run
from segue.cli.words import ago
from segue.host import clock
from segue.model.runs import CacheFacts, InputHash, TaskRun
from segue.wire.operations import TASK_RUN_LIST
from segue.wire.queries import RunFilter, RunQuery

app = noun("Why a task was, or was not, answered from the cache.")

_PAGE = 200


@app.callback()
def _group() -> None:
    """Keep `explain` a word of its own although it is the only one."""


@app.command("explain")
def explain(
    run: Annotated[
        str,
        typer.Argument(
            help="A task run: id, part of an id, name, or FLOW_RUN/NAME.",
            metavar="TASK_RUN",
            autocompletion=complete_task_run,
        ),
    ],
    output: OutputOption = Output.TABLE,
) -> None:
    """Explain a task run's cache key: its parts, and what differs from the run before.

    For example:

        segue cache explain amber-lynx/fetch-0
    """
    backend = opened()
    found = task_run(backend, run)
    if found.cache is None or found.cache.policy is None:
        raise Fault(
            f"No cache key was computed for task run {found.name}.",
            Exit.REFUSED,
            hint=f"Caching needs a policy and persisted results: @task(persist_result=True) on {found.task_name!r}.",
        )
    before = earlier(backend, found)
    if output is Output.JSON:
        typer.echo(as_json(_as_facts(found, before)))
        return
    from segue.cli.tables import print_lines  # noqa: PLC0415 - a door: programs that read JSON do not pay for rich

    print_lines(_report(found, found.cache, before))


def earlier(backend: Backend, run: TaskRun) -> TaskRun | None:
    """Return the newest earlier run of the same task whose key is known."""
    where = RunFilter(task_keys=[run.task_key], created_before=run.created)
    query = RunQuery(where=where, sort="-created", limit=_PAGE)
    while True:
        page = backend.call(TASK_RUN_LIST, query)
        for candidate in page.items:
            if candidate.id < run.id and candidate.cache is not None and candidate.cache.policy is not None:
                return candidate
        if page.next is None:
            return None
        query = RunQuery(where=where, sort="-created", limit=_PAGE, after=page.next)


def differing(now: CacheFacts, before: CacheFacts) -> tuple[list[str], list[str]]:
    """Return the names of the parts of a key that differ, and of the inputs that do."""
    mine, theirs = _hashes(now), _hashes(before)
    parts = [name for name in {**now.parts, **before.parts} if now.parts.get(name) != before.parts.get(name)]
    inputs = [name for name in {**mine, **theirs} if mine.get(name) != theirs.get(name) or mine.get(name) is None]
    return parts, inputs


def _hashes(facts: CacheFacts) -> dict[str, str | None]:
    return {entry.name: entry.hash for entry in facts.inputs}


def _as_facts(run: TaskRun, before: TaskRun | None) -> dict[str, object]:
    facts = run.cache
    other = before.cache if before is not None else None
    parts, inputs = differing(facts, other) if facts is not None and other is not None else ([], [])
    mine, theirs = _hashes(facts) if facts is not None else {}, _hashes(other) if other is not None else {}
    return {
        "id": run.id,
        "name": run.name,
        "cache": facts,
        "compared_with": None if before is None else {"id": before.id, "name": before.name, "cache": other},
        "same_key": facts is not None and other is not None and facts.key is not None and facts.key == other.key,
        "differing_parts": parts,
        "differing_inputs": [{"name": name, "now": mine.get(name), "before": theirs.get(name)} for name in inputs],
    }


def _report(run: TaskRun, facts: CacheFacts, before: TaskRun | None) -> list[Line]:
    lines: list[Line] = [
        (Cell("Task run    ", "faint"), Cell(run.name, "strong"), Cell(f"  {run.id}", "faint")),
        (Cell("Policy      ", "faint"), Cell(facts.policy or "")),
        (Cell("Key         ", "faint"), Cell(facts.key or "none: it could not be computed")),
        (Cell("Outcome     ", "faint"), Cell(*_outcome(facts))),
    ]
    lines += [_row("Parts" if not n else "", name, value) for n, (name, value) in enumerate(facts.parts.items())]
    lines += [_row("Inputs" if not n else "", entry.name, _hash(entry)) for n, entry in enumerate(facts.inputs)]
    lines.append((Cell(""),))
    other = before.cache if before is not None else None
    if before is None or other is None:
        return [*lines, (Cell("There is no earlier run of this task to compare with."),)]
    when = ago(before.created, clock.now())
    lines.append((Cell("Compared    ", "faint"), Cell(before.name), Cell(f"  {before.id}, {when}", "faint")))
    return [*lines, *_differences(facts, other)]


def _outcome(facts: CacheFacts) -> tuple[str, str]:
    if facts.hit:
        return "the result of an earlier run was reused", "good"
    if facts.key is None:
        return "it ran, and its result cannot be reused", "warning"
    return "there was no result under this key: it ran", "warning"


def _differences(now: CacheFacts, before: CacheFacts) -> list[Line]:
    if now.key is not None and now.key == before.key:
        return [(Cell("            The keys are the same.", "good"),)]
    parts, inputs = differing(now, before)
    mine = {entry.name: entry for entry in now.inputs}
    theirs = {entry.name: entry for entry in before.inputs}
    lines: list[Line] = []
    for name in inputs:
        old, new = _hash(theirs.get(name)), _hash(mine.get(name))
        lines.append((Cell("Differs     ", "bad"), Cell(f"input {name}: "), Cell(f"{old} → {new}")))
    for name in parts:
        if name == "inputs" and inputs:
            continue
        old, new = before.parts.get(name, "absent"), now.parts.get(name, "absent")
        lines.append((Cell("Differs     ", "bad"), Cell(f"{name}: "), Cell(f"{old} → {new}")))
    if now.policy != before.policy:
        lines.append((Cell("Differs     ", "bad"), Cell(f"policy: {before.policy} → {now.policy}")))
    return lines or [(Cell("            Nothing that is recorded differs; the key was computed another way."),)]


def _row(title: str, name: str, value: str) -> Line:
    return (Cell(f"{title:<12}", "faint"), Cell(f"{name:<20} "), Cell(value, "faint"))


def _hash(entry: InputHash | None) -> str:
    if entry is None:
        return "absent"
    return entry.hash if entry.hash is not None else f"not hashable ({entry.reason or 'no reason known'})"
