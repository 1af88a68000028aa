"""`segue event`."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import nullcontext
from enum import Enum
from pathlib import Path
from typing import Annotated, TextIO

import msgspec
import typer

from segue.backend.pages import every_item
from segue.backend.protocol import Backend
from segue.backend.remote import RemoteBackend
from segue.cli.cells import Cell, Column
from segue.cli.faults import Exit, Fault
from segue.cli.group import noun
from segue.cli.listing import Asked, Kind, as_json, present
from segue.cli.options import (
    CountOption,
    FlowOption,
    LimitOption,
    Output,
    OutputOption,
    SinceOption,
    StateOption,
    parameters,
    since,
    states,
)
from segue.cli.record import PAGE, opened
from segue.cli.words import ago, short
from segue.decide.naming import FLOW, RESOURCE_ID, RESOURCE_NAME, RESOURCE_ROLE
from segue.engine.lives import current_reason
from segue.host import clock
from segue.model.errors import NotFound
from segue.wire.events import EVENT_COUNT, EVENT_LIST, EVENT_READ, EVENT_TELL, EventId, EventQuery, FedEvent, Tell
from segue.wire.live import StreamQuery
from segue.wire.operations import FLOW_LIST
from segue.wire.queries import FlowQuery

app = noun("What happened: emit events, list them, follow them.")

#: Seconds between two looks at the feed.
LOOK = 0.2


class Lines(Enum):
    """Forms of a line in a stream of events."""

    TEXT = "text"
    TABLE = "table"
    JSON = "json"


NameOption = Annotated[
    list[str] | None,
    typer.Option(
        "--event", "--name", "-e", metavar="NAME", help="Only events of this name; `*` stands for any characters."
    ),
]
ResourceOption = Annotated[
    list[str] | None,
    typer.Option("--resource", metavar="ID", help="Only what happened to this resource; `*` as above."),
]
ActorOption = Annotated[str | None, typer.Option("--actor", metavar="NAME", help="Only what this one caused.")]
TextOption = Annotated[str | None, typer.Option("--text", metavar="WORDS", help="Only events with these words.")]


def _resource(event: FedEvent) -> str:
    return event.resource.get(RESOURCE_NAME) or event.resource[RESOURCE_ID]


def _facts(event: FedEvent) -> dict[str, object]:
    facts: dict[str, object] = msgspec.to_builtins(event)
    return {"id": event.id, "name": event.event, **facts}


EVENTS: Kind[FedEvent] = Kind(
    columns=(Column("EVENT", stretches=True), Column("RESOURCE", stretches=True), Column("WHO"), Column("WHEN"), Column("ID")),
    cells=lambda event: (
        Cell(event.event, "strong"),
        Cell(short(_resource(event), 60)),
        Cell(event.actor.name if event.actor is not None else ""),
        Cell(ago(event.occurred, clock.now())),
        Cell(event.id),
    ),
    facts=_facts,
    none_yet="Nothing happened yet. `segue event emit NAME --resource-id ID` tells of something; runs of flows are events too.",
    none_fits="No event fits. `segue event ls` lists all of them.",
)  # fmt: skip
#: Who changes something says why.
CHANGES = msgspec.structs.replace(
    EVENTS,
    columns=(*EVENTS.columns[:3], Column("WHY", stretches=True), *EVENTS.columns[3:]),
    cells=lambda event: (*EVENTS.cells(event)[:3], Cell(short(event.reason or "", 60)), *EVENTS.cells(event)[3:]),
)


@app.command("emit")
def emit(
    event: Annotated[str, typer.Argument(help="Name of the event.", metavar="NAME")],
    resource_id: Annotated[str, typer.Option("--resource-id", metavar="ID", help="What it happened to.")],
    resource: Annotated[
        list[str] | None, typer.Option("--resource", metavar="KEY=VALUE", help="Another label of the resource.")
    ] = None,
    related: Annotated[
        list[str] | None,
        typer.Option("--related", metavar="ROLE=ID", help="What else has to do with it; repeat for several."),
    ] = None,
    payload: Annotated[
        str | None, typer.Option("--payload", metavar="JSON", help="Any facts, as a JSON object.")
    ] = None,
    id: Annotated[str | None, typer.Option("--id", help="Told again by the same id, it is kept once.")] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Why.")] = None,
) -> None:
    """Tell that something happened; prints the event's id.

    For example:

        segue event emit orders.arrived --resource-id orders/2026-01-31.csv --payload '{"rows": 1200}'
    """
    current_reason.set(reason)
    others = [pair.partition("=") for pair in related or ()]
    for role, _, other in others:
        if not role or not other:
            raise Fault("--related is written ROLE=ID, such as --related customer=shop.customer.3.", Exit.USAGE)
    labels = {key: str(value) for key, value in parameters(resource).items()}
    told = opened().call(
        EVENT_TELL,
        Tell(
            event=event,
            id=id,
            resource={RESOURCE_ID: resource_id, **labels},
            related=[{RESOURCE_ID: other, RESOURCE_ROLE: role} for role, _, other in others],
            payload=parameters(None, payload),
        ),
    )
    typer.echo(told.ids[0])


@app.command("ls")
def ls(
    name: NameOption = None,
    resource: ResourceOption = None,
    actor: ActorOption = None,
    text: TextOption = None,
    changes: Annotated[
        bool, typer.Option("--changes", help="Only who made, changed or deleted what; kept for good.")
    ] = False,
    state: StateOption = None,
    flow: FlowOption = None,
    since_: SinceOption = None,
    limit: LimitOption = 50,
    count: CountOption = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """List what happened, newest first; states of runs are events as well.

    For example:

        segue event ls --event 'segue.*-run.*' --state FAILED --since 1h
    """
    backend = opened()
    wanted = states(state)
    flows = (
        None if flow is None else [f"{FLOW}{each.id}" for each in backend.call(FLOW_LIST, FlowQuery(names=flow)).items]
    )
    query = EventQuery(
        names=name, resource_ids=resource, any_resource_ids=flows, actor=actor, text=text, occurred_after=since(since_),
        changes=changes, state_types=wanted.types or None, state_names=wanted.names or None,
    )  # fmt: skip
    asked = Asked(limit, count, output, narrowed=query != EventQuery())
    present(
        CHANGES if changes else EVENTS,
        _all(backend, query),
        asked,
        total=lambda: backend.call(EVENT_COUNT, query).count,
    )


def _all(backend: Backend, query: EventQuery) -> Iterator[FedEvent]:
    query = msgspec.structs.replace(query, limit=PAGE)
    return every_item(lambda asked: backend.call(EVENT_LIST, asked), query)


@app.command("inspect")
def inspect(id: Annotated[str, typer.Argument(help="Id of an event.", metavar="ID")]) -> None:
    """Show one event with all its facts, as JSON.

    For example:

        segue event inspect 01a20f12-a816-7004-a919-a31f7ab38091
    """
    try:
        event = opened().call(EVENT_READ, EventId(id))
    except NotFound:
        raise Fault(f"There is no event {id!r}. `segue event ls` lists what happened.", Exit.NOT_FOUND) from None
    typer.echo(as_json(event))


@app.command("stream")
def stream(
    name: NameOption = None,
    resource: ResourceOption = None,
    after: Annotated[
        int | None,
        typer.Option("--after", metavar="SEQ", min=0, help="Begin behind the event with this `seq`, not now."),
    ] = None,
    run_once: Annotated[bool, typer.Option("--run-once", help="End after the first event.")] = False,
    output_file: Annotated[
        Path | None, typer.Option("--output-file", metavar="PATH", help="Write to this file, behind what is in it.")
    ] = None,
    output: Annotated[
        Lines, typer.Option("--output", "--format", "-o", help="For people (text, table), or for programs.")
    ] = Lines.TEXT,
) -> None:
    """Follow what happens until interrupted; with `-o json` one object a line, each with its `seq` to go on from.

    A server that goes away is waited for, and what happened meanwhile is told when it is back; what was deleted meanwhile is
    said on standard error.

    For example:

        segue event stream --event 'orders.*' -o json
    """
    backend = opened()
    told = (
        _told(backend, name, resource, after)
        if isinstance(backend, RemoteBackend)
        else _looked_up(backend, name, resource, after)
    )
    with nullcontext() if output_file is None else _opened_file(output_file) as file:
        for event in told:
            line = msgspec.json.encode(_facts(event)).decode() if output is Lines.JSON else _line(event)
            typer.echo(line, file=file)
            if run_once:
                return


def _opened_file(path: Path) -> TextIO:
    try:
        return path.open("a", encoding="utf-8", buffering=1)
    except OSError as problem:
        raise Fault(f"Nothing can be written to {path}: {problem.strerror}.", Exit.REFUSED) from problem


def _told(
    backend: RemoteBackend, names: list[str] | None, resources: list[str] | None, after: int | None
) -> Iterator[FedEvent]:
    """Yield events as a server tells of them."""
    query = StreamQuery(
        kinds=["runs", "events"], names=names, resource_ids=resources, after=None if after is None else str(after)
    )
    for message in backend.follow(query):
        if message.kind in ("run", "event"):
            yield msgspec.json.decode(message.data, type=FedEvent)
        elif message.kind == "gap":
            _say_gap()


def _looked_up(
    backend: Backend, names: list[str] | None, resources: list[str] | None, after: int | None
) -> Iterator[FedEvent]:
    """Yield events as they appear in the database."""
    newest = backend.call(EVENT_LIST, EventQuery(limit=1)).items
    last = newest[0].seq if newest else 0
    if after is not None and _is_gone(backend, after, last):
        _say_gap()
    else:
        last = last if after is None else after
    query = EventQuery(names=names, resource_ids=resources, sort="seq", after_seq=last, limit=PAGE)
    pause = threading.Event()
    while True:
        page = backend.call(EVENT_LIST, query)
        yield from page.items
        if page.next is not None:
            query = msgspec.structs.replace(query, after=page.next)
        elif page.items:
            query = msgspec.structs.replace(query, after=None, after_seq=page.items[-1].seq)
        else:
            pause.wait(LOOK)


def _is_gone(backend: Backend, after: int, newest: int) -> bool:
    if after > newest:
        return True
    found = backend.call(EVENT_LIST, EventQuery(after_seq=after - 1, sort="seq", limit=1)).items
    return after > 0 and bool(found) and found[0].seq != after


def _say_gap() -> None:
    typer.echo("What came next was deleted, or is of another database: what follows begins now.", err=True)


def _line(event: FedEvent) -> str:
    who = f" by {event.actor.name}" if event.actor is not None else ""
    return f"{event.occurred.astimezone():%H:%M:%S} {event.event} {_resource(event)}{who}"
