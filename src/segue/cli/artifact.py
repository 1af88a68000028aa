"""`segue artifact`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec
import typer

from segue.backend.protocol import Backend
from segue.cli.cells import Cell, Column
from segue.cli.faults import Exit, Fault
from segue.cli.group import noun
from segue.cli.listing import Asked, Kind, as_json, present, state_facts
from segue.cli.options import (
    CountOption,
    FlowOption,
    LimitOption,
    Output,
    OutputOption,
    ReasonOption,
    SinceOption,
    StateOption,
    States,
    YesOption,
    since,
    states,
)
from segue.cli.record import PAGE, because, confirm, opened
from segue.cli.words import ago, instant
from segue.engine.session import reading
from segue.host import clock
from segue.model.runs import FlowRun
from segue.model.things import Artifact
from segue.wire.operations import (
    ARTIFACT_COUNT,
    ARTIFACT_DELETE,
    ARTIFACT_LIST,
    FLOW_RUN_LIST,
)
from segue.wire.queries import ArtifactQuery, RunFilter, RunQuery
from segue.wire.requests import ById

app = noun("What runs left behind: tables, pages, links.")


class Left(msgspec.Struct, frozen=True):
    """An artifact and the flow run that left it."""

    artifact: Artifact
    run: FlowRun | None


def complete(incomplete: str) -> list[str]:
    """Return the keys of artifacts for the shell."""
    found = reading().call(ARTIFACT_LIST, ArtifactQuery(key_like=incomplete or None, latest=True, limit=100)).items
    return [artifact.key for artifact in found if artifact.key is not None]


Key = Annotated[
    str, typer.Argument(help="Key or id; a key means its newest version.", metavar="ARTIFACT", autocompletion=complete)
]

ARTIFACTS: Kind[Left] = Kind(
    columns=(
        Column("KEY", stretches=True), Column("TYPE"), Column("DESCRIPTION", stretches=True), Column("LEFT BY", stretches=True),
        Column("WHEN"), Column("ID", spare=True),
    ),
    cells=lambda left: (
        Cell(left.artifact.key or "", "strong"),
        Cell(left.artifact.type),
        Cell(left.artifact.description or ""),
        Cell(left.run.name if left.run is not None else ""),
        Cell(ago(left.artifact.updated, clock.now())),
        Cell(left.artifact.id, "faint"),
    ),
    facts=lambda left: {
        "id": left.artifact.id,
        "name": left.artifact.key,
        "state": state_facts(left.run.state.kind, left.run.state.name) if left.run is not None else None,
        "key": left.artifact.key,
        "type": left.artifact.type,
        "description": left.artifact.description,
        "created": left.artifact.created,
        "updated": left.artifact.updated,
        "flow_run_id": left.artifact.flow_run_id,
        "task_run_id": left.artifact.task_run_id,
    },
    none_yet="No run left an artifact yet. `create_table_artifact` and its like, from segue.artifacts, leave one.",
    none_fits="No artifact fits. `segue artifact ls` lists all of them.",
)  # fmt: skip


@app.command("ls")
def ls(
    state: StateOption = None,
    flow: FlowOption = None,
    since_: SinceOption = None,
    limit: LimitOption = 50,
    all_: Annotated[bool, typer.Option("--all", help="Every version, not only the newest of each key.")] = False,
    count: CountOption = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """List artifacts, newest first; state and flow are those of the run that left one.

    For example:

        segue artifact ls --flow flights-2013
    """
    backend, wanted = opened(), states(state)
    query = ArtifactQuery(created_after=since(since_), limit=PAGE)
    items = _left(backend, query, wanted, flow, versions=all_)
    plain = all_ and not (state or flow)
    total = (lambda: backend.call(ARTIFACT_COUNT, query).count) if plain else None
    present(ARTIFACTS, items, Asked(limit, count, output, narrowed=bool(state or flow or since_)), total=total)


def _left(
    backend: Backend, query: ArtifactQuery, wanted: States, flows: list[str] | None, *, versions: bool
) -> Iterator[Left]:
    seen: set[str] = set()
    while True:
        page = backend.call(ARTIFACT_LIST, query)
        runs = _runs(backend, page.items)
        for artifact in page.items:
            # Newest first, so the first of a key is its newest version; what has no key is a thing of its own.
            if not versions and artifact.key is not None and artifact.key in seen:
                continue
            seen.add(artifact.key or "")
            left = Left(artifact, runs.get(artifact.flow_run_id or ""))
            if _fits(left, wanted, flows):
                yield left
        if page.next is None:
            return
        query = msgspec.structs.replace(query, after=page.next)


def _runs(backend: Backend, artifacts: list[Artifact]) -> dict[str, FlowRun]:
    ids = sorted({artifact.flow_run_id for artifact in artifacts if artifact.flow_run_id is not None})
    if not ids:
        return {}
    return {run.id: run for run in backend.call(FLOW_RUN_LIST, RunQuery(where=RunFilter(ids=ids), limit=PAGE)).items}


def _fits(left: Left, wanted: States, flows: list[str] | None) -> bool:
    if left.run is None:
        return flows is None and not (wanted.types or wanted.names)
    return (not flows or left.run.flow_name in flows) and wanted.hold(left.run.state.kind, left.run.state.name)


@app.command("inspect")
def inspect(artifact: Key, output: OutputOption = Output.TABLE) -> None:
    """Show an artifact with its content.

    For example:

        segue artifact inspect flights-report
    """
    found = _one(opened(), artifact)
    if output is Output.JSON:
        typer.echo(as_json({"name": found.key, **msgspec.to_builtins(found), "data": content(found)}))
        return
    from segue.cli.artifact_view import print_artifact  # noqa: PLC0415 - a door: programs do not pay for rich

    head = f"{found.key or 'Artifact without a key'}  {found.type}  {instant(found.updated, clock.now())}"
    print_artifact(head, found.description, found.type, content(found))


def content(artifact: Artifact) -> object:
    """Return the content; tables are stored as JSON text."""
    if artifact.type == "table" and isinstance(artifact.data, str):
        try:
            return msgspec.json.decode(artifact.data)
        except msgspec.DecodeError:
            return artifact.data
    return artifact.data


def _one(backend: Backend, given: str) -> Artifact:
    found = backend.call(ARTIFACT_LIST, ArtifactQuery(keys=[given], limit=1)).items
    found = found or backend.call(ARTIFACT_LIST, ArtifactQuery(ids=[given], limit=1)).items
    if not found:
        raise Fault(f"There is no artifact {given!r}.", Exit.NOT_FOUND, hint="`segue artifact ls` lists them.")
    return found[0]


@app.command("delete")
def delete(artifact: Key, yes: YesOption = False, reason: ReasonOption = None) -> None:
    """Delete an artifact; a key means all its versions.

    For example:

        segue artifact delete flights-report --yes
    """
    because(reason)
    backend = opened()
    first = _one(backend, artifact)
    by_key = first.key is not None and first.key == artifact
    versions = backend.call(ARTIFACT_COUNT, ArtifactQuery(keys=[artifact])).count if by_key else 1
    confirm(f"Delete artifact {artifact} ({versions} version{'' if versions == 1 else 's'})?", yes=yes)
    while by_key and (found := backend.call(ARTIFACT_LIST, ArtifactQuery(keys=[artifact], limit=PAGE)).items):
        for each in found:
            backend.call(ARTIFACT_DELETE, ById(each.id))
    if not by_key:
        backend.call(ARTIFACT_DELETE, ById(first.id))
    typer.echo(f"Deleted artifact {artifact}.")
