"""`segue notification`."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from segue.backend.protocol import Backend
from segue.cli.delivery_rows import DELIVERIES, StatusOption, every, status_of, what
from segue.cli.faults import Exit, Fault
from segue.cli.group import noun
from segue.cli.listing import Asked, as_json, present
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
from segue.cli.words import ago
from segue.engine.session import reading
from segue.host import clock
from segue.model.deliveries import Delivery
from segue.model.errors import NotFound
from segue.wire import deliveries as w
from segue.wire.requests import ById

app = noun("What automations told the world outside, with every attempt.")


def complete(incomplete: str) -> list[str]:
    """Return ids for the shell."""
    found = reading().call(w.DELIVERY_LIST, w.DeliveryQuery(limit=PAGE)).items
    return [each.id for each in found if each.id.startswith(incomplete)]


Id = Annotated[str, typer.Argument(help="Id of a delivery.", metavar="ID", autocompletion=complete)]


@app.command("ls")
def ls(
    state: StatusOption = None,
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
    statuses = None if state is None else [status_of(each) for each in state]
    query = w.DeliveryQuery(statuses=statuses, created_after=since(since_), limit=PAGE)
    asked = Asked(limit, count, output, narrowed=bool(state or flow or since_))
    if flow:
        present(DELIVERIES, (), asked)
        return
    present(DELIVERIES, every(backend, query), asked, total=lambda: backend.call(w.DELIVERY_COUNT, query).count)


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
    typer.echo(what(found))
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
