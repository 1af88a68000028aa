"""`segue notification`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, cast, get_args

import msgspec
import typer

from segue.backend.protocol import Backend
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
    ReasonOption,
    SinceOption,
    since,
)
from segue.cli.record import PAGE, because, opened
from segue.cli.words import ago, short
from segue.engine.session import reading
from segue.host import clock
from segue.model.deliveries import Delivery, DeliveryStatus
from segue.model.errors import NotFound
from segue.wire import deliveries as w
from segue.wire.requests import ById

app = noun("What automations told the world outside, with every attempt.")

#: How states look, in the colours of states of runs.
_LOOKS = {"sent": "COMPLETED", "failed": "FAILED", "waiting": "SCHEDULED", "duplicate": ""}
_STATUSES: tuple[str, ...] = get_args(DeliveryStatus)


def complete(incomplete: str) -> list[str]:
    """Return ids for the shell."""
    found = reading().call(w.DELIVERY_LIST, w.DeliveryQuery(limit=PAGE)).items
    return [each.id for each in found if each.id.startswith(incomplete)]


Id = Annotated[str, typer.Argument(help="Id of a delivery.", metavar="ID", autocompletion=complete)]


def _what(delivery: Delivery) -> str:
    first = delivery.messages[0]
    told = first.subject or first.body or delivery.kind
    return told if len(delivery.messages) == 1 else f"{len(delivery.messages)} messages: {told}"


DELIVERIES: Kind[Delivery] = Kind(
    columns=(
        Column("WHAT", stretches=True), Column("BY"), Column("STATE"), Column("ATTEMPTS", right=True), Column("MADE"),
        Column("AUTOMATION", spare=True), Column("ID", spare=True),
    ),
    cells=lambda each: (
        Cell(short(" ".join(_what(each).split()), 60), "strong"), Cell(each.block or each.url or ""),
        Cell(each.status, _LOOKS[each.status]), Cell(str(each.attempts)), Cell(ago(each.created, clock.now())),
        Cell(each.automation_name), Cell(each.id),
    ),
    facts=msgspec.to_builtins,
    none_yet="No automation has told anybody anything yet.",
    none_fits="No delivery fits. `segue notification ls` lists all of them.",
)  # fmt: skip


@app.command("ls")
def ls(
    state: Annotated[
        list[str] | None,
        typer.Option("--state", "-s", metavar="STATE", help="waiting, sent, failed or duplicate; repeat for several."),
    ] = None,
    flow: FlowOption = None,
    since_: SinceOption = None,
    limit: LimitOption = 50,
    count: CountOption = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """List what automations told the world outside, newest first: messages, calls of webhooks and of functions.

    They belong to no flow: asking for one finds none.

    For example:

        segue notification ls --state failed
    """
    backend = opened()
    statuses = None if state is None else [_status(each) for each in state]
    query = w.DeliveryQuery(statuses=statuses, created_after=since(since_), limit=PAGE)
    asked = Asked(limit, count, output, narrowed=bool(state or flow or since_))
    if flow:
        present(DELIVERIES, (), asked)
        return
    present(DELIVERIES, _all(backend, query), asked, total=lambda: backend.call(w.DELIVERY_COUNT, query).count)


def _status(text: str) -> DeliveryStatus:
    if text.lower() not in _STATUSES:
        raise Fault(f"--state {text!r} is none of {', '.join(_STATUSES)}.", Exit.USAGE)
    return cast("DeliveryStatus", text.lower())


def _all(backend: Backend, query: w.DeliveryQuery) -> Iterator[Delivery]:
    while True:
        page = backend.call(w.DELIVERY_LIST, query)
        yield from page.items
        if page.next is None:
            return
        query = msgspec.structs.replace(query, after=page.next)


@app.command("inspect")
def inspect(id: Id, output: OutputOption = Output.TABLE) -> None:
    """Show what was told, to whom, and how each attempt went.

    For example:

        segue notification inspect 0198e1c0-5a7b-7000-8000-3d1f2a6b9c01
    """
    found = _found(opened(), id)
    if output is Output.JSON:
        typer.echo(as_json(msgspec.to_builtins(found)))
        return
    now = clock.now()
    facts = [
        ("by", found.block or found.url or ""), ("state", found.status), ("reason", found.reason or ""),
        ("due", "" if found.due is None else ago(found.due, now)), ("automation", found.automation_name),
        ("same as", found.duplicate_of or ""), ("made", ago(found.created, now)), ("id", found.id),
    ]  # fmt: skip
    typer.echo(_what(found))
    for name, value in facts:
        if value:
            typer.echo(f"  {name:<10}  {value}")
    for message in found.messages:
        typer.echo(f"\n{message.subject}".rstrip())
        typer.echo("\n".join(f"  {line}" for line in message.body.splitlines()))
    if found.tries:
        typer.echo("\nAttempts:")
    for each in found.tries:
        typer.echo(f"  {ago(each.at, now)}, {each.seconds:.1f} s: {each.detail}")


@app.command("retry")
def retry(id: Id, reason: ReasonOption = None) -> None:
    """Send one now that was given up or that waits.

    For example:

        segue notification retry 0198e1c0-5a7b-7000-8000-3d1f2a6b9c01 --reason "the chat is back"
    """
    because(reason)
    backend = opened()
    found = _found(backend, id)
    made = backend.call(w.DELIVERY_RETRY, ById(found.id))
    where = made.block or made.url or "its address"
    typer.echo(f"It is sent through {where} as soon as a server looks after it.")


def _found(backend: Backend, id: str) -> Delivery:
    try:
        return backend.call(w.DELIVERY_READ, ById(id))
    except NotFound:
        hint = "`segue notification ls -o json` lists them with their ids."
        raise Fault(f"There is no delivery {id!r}.", Exit.NOT_FOUND, hint=hint) from None
