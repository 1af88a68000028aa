"""`segue global-concurrency-limit`."""

from __future__ import annotations

from typing import Annotated

import typer

from segue.cli import limits
from segue.cli.faults import Exit, Fault
from segue.cli.group import noun
from segue.cli.options import (
    CountOption,
    FlowOption,
    LimitOption,
    Output,
    OutputOption,
    ReasonOption,
    SinceOption,
    StateOption,
)
from segue.cli.record import because, opened
from segue.host.ids import new_id
from segue.wire.requests import ByName
from segue.wire.slots import LIMIT_CREATE, LIMIT_DELETE, LIMIT_EDIT, LIMIT_RESET, LimitEdit, NewLimit, ResetLimit

app = noun("Limits on how many do something at once, or how often.")
MAKE = "segue global-concurrency-limit create NAME --limit 5"


def complete(incomplete: str) -> list[str]:
    """Return names for the shell."""
    return limits.names(incomplete, tags=False)


Name = Annotated[str, typer.Argument(help="Name of a limit.", metavar="NAME", autocompletion=complete)]
Slots = Annotated[int, typer.Option("--limit", "-l", metavar="N", min=0, help="Slots there are.")]
Decay = Annotated[
    float | None,
    typer.Option("--slot-decay-per-second", metavar="N", min=0, help="Slots freed each second, for `rate_limit`."),
]


Active = Annotated[
    int | None,
    typer.Option("--active-slots", "-a", metavar="0", help="0: none are taken. Others are counted by who holds them."),
]


@app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="Name of the new limit.", metavar="NAME")],
    limit: Slots,
    disable: Annotated[bool, typer.Option("--disable", help="Let everybody through for now.")] = False,
    active_slots: Active = None,
    slot_decay_per_second: Decay = None,
    reason: ReasonOption = None,
) -> None:
    """Make a limit that `concurrency(NAME)` and `rate_limit(NAME)` keep.

    For example:

        segue global-concurrency-limit create warehouse --limit 5
    """
    because(reason)
    _refuse_count(active_slots)
    new = NewLimit(
        id=new_id(), name=name, limit=limit, active=not disable, slot_decay_per_second=slot_decay_per_second or 0.0
    )
    made = opened().call(LIMIT_CREATE, new)
    typer.echo(f"Made limit {made.name!r} with {made.limit} slots.")


@app.command("update")
def update(
    name: Name,
    limit: Annotated[int | None, typer.Option("--limit", "-l", metavar="N", min=0, help="Slots there are.")] = None,
    new_name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="Another name.")] = None,
    active: Annotated[
        bool | None, typer.Option("--enable/--disable", help="Keep it again, or let everybody through for now.")
    ] = None,
    active_slots: Active = None,
    slot_decay_per_second: Decay = None,
    reason: ReasonOption = None,
) -> None:
    """Change a limit; whoever holds slots keeps them, unless `--active-slots 0` takes every slot back.

    For example:

        segue global-concurrency-limit update warehouse --limit 8
    """
    because(reason)
    _refuse_count(active_slots)
    limits.find(name, tag=False)
    if active_slots == 0:
        opened().call(LIMIT_RESET, ResetLimit(name=name))
    edit = LimitEdit(
        name=name, new_name=new_name, limit=limit, active=active, slot_decay_per_second=slot_decay_per_second
    )
    limits.show(opened().call(LIMIT_EDIT, edit), Output.TABLE)


def _refuse_count(active_slots: int | None) -> None:
    if active_slots:
        raise Fault(
            f"{active_slots} slots cannot be said to be taken: a slot is taken by who holds it.", Exit.USAGE,
            hint="`--active-slots 0` takes every slot back.",
        )  # fmt: skip


@app.command("enable")
def enable(name: Name, reason: ReasonOption = None) -> None:
    """Keep a limit again.

    For example:

        segue global-concurrency-limit enable warehouse
    """
    because(reason)
    limits.find(name, tag=False)
    limits.show(opened().call(LIMIT_EDIT, LimitEdit(name=name, active=True)), Output.TABLE)


@app.command("disable")
def disable(name: Name, reason: ReasonOption = None) -> None:
    """Let everybody through until the limit is enabled again.

    For example:

        segue global-concurrency-limit disable warehouse
    """
    because(reason)
    limits.find(name, tag=False)
    limits.show(opened().call(LIMIT_EDIT, LimitEdit(name=name, active=False)), Output.TABLE)


@app.command("reset")
def reset(name: Name, reason: ReasonOption = None) -> None:
    """Take every slot back, whoever holds it.

    For example:

        segue global-concurrency-limit reset warehouse
    """
    because(reason)
    limits.find(name, tag=False)
    limits.show(opened().call(LIMIT_RESET, ResetLimit(name=name)), Output.TABLE)


@app.command("inspect")
def inspect(name: Name, output: OutputOption = Output.TABLE) -> None:
    """Show a limit, who holds its slots and who waits.

    For example:

        segue global-concurrency-limit inspect warehouse -o json
    """
    limits.show(limits.find(name, tag=False), output)


@app.command("ls")
def ls(
    state: StateOption = None,
    flow: FlowOption = None,
    since_: SinceOption = None,
    limit: LimitOption = 50,
    count: CountOption = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """List limits, newest first. They have neither state nor flow: asking for one finds none.

    For example:

        segue global-concurrency-limit ls
    """
    none = bool(state or flow)
    limits.show_all(MAKE, tags=False, since_=since_, limit=limit, count=count, output=output, none=none)


@app.command("delete")
def delete(name: Name, reason: ReasonOption = None) -> None:
    """Delete a limit; whoever waits is let through.

    For example:

        segue global-concurrency-limit delete warehouse
    """
    because(reason)
    limits.find(name, tag=False)
    opened().call(LIMIT_DELETE, ByName(name))
    typer.echo(f"Deleted limit {name!r}.")
