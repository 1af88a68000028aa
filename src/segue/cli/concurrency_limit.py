"""`segue concurrency-limit`."""

from __future__ import annotations

from typing import Annotated

import typer

from segue.cli import limits
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
from segue.model.errors import AlreadyExists
from segue.model.slots import TAG
from segue.wire.requests import ByName
from segue.wire.slots import LIMIT_CREATE, LIMIT_DELETE, LIMIT_EDIT, LIMIT_RESET, LimitEdit, NewLimit, ResetLimit

app = noun("Limits on how many tasks with a tag run at once.")
MAKE = "segue concurrency-limit create TAG 5"


def complete(incomplete: str) -> list[str]:
    """Return tags for the shell."""
    return limits.names(incomplete, tags=True)


Tag = Annotated[str, typer.Argument(help="A tag of tasks.", metavar="TAG", autocompletion=complete)]


@app.command("create")
def create(
    tag: Annotated[str, typer.Argument(help="A tag of tasks.", metavar="TAG")],
    concurrency_limit: Annotated[int, typer.Argument(help="How many run at once; 0: none.", metavar="N", min=0)],
    reason: ReasonOption = None,
) -> None:
    """Limit the tasks with a tag; runs that go on hear of it within ten seconds. A tag that has a limit gets another.

    For example:

        segue concurrency-limit create warehouse 5
    """
    because(reason)
    name = f"{TAG}{tag}"
    try:
        opened().call(LIMIT_CREATE, NewLimit(id=new_id(), name=name, limit=concurrency_limit))
    except AlreadyExists:
        opened().call(LIMIT_EDIT, LimitEdit(name=name, limit=concurrency_limit))
    typer.echo(f"At most {concurrency_limit} tasks with tag {tag!r} run at once.")


@app.command("inspect")
def inspect(tag: Tag, output: OutputOption = Output.TABLE) -> None:
    """Show the limit on a tag, which tasks hold its slots and which wait.

    For example:

        segue concurrency-limit inspect warehouse
    """
    limits.show(limits.find(tag, tag=True), output)


@app.command("reset")
def reset(tag: Tag, reason: ReasonOption = None) -> None:
    """Take every slot back, whichever task holds it.

    For example:

        segue concurrency-limit reset warehouse
    """
    because(reason)
    limits.find(tag, tag=True)
    limits.show(opened().call(LIMIT_RESET, ResetLimit(name=f"{TAG}{tag}")), Output.TABLE)


@app.command("ls")
def ls(
    state: StateOption = None,
    flow: FlowOption = None,
    since_: SinceOption = None,
    limit: LimitOption = 50,
    count: CountOption = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """List the limits on tags, newest first. They have neither state nor flow: asking for one finds none.

    For example:

        segue concurrency-limit ls
    """
    none = bool(state or flow)
    limits.show_all(MAKE, tags=True, since_=since_, limit=limit, count=count, output=output, none=none)


@app.command("delete")
def delete(tag: Tag, reason: ReasonOption = None) -> None:
    """Lift the limit on a tag.

    For example:

        segue concurrency-limit delete warehouse
    """
    because(reason)
    limits.find(tag, tag=True)
    opened().call(LIMIT_DELETE, ByName(f"{TAG}{tag}"))
    typer.echo(f"Tasks with tag {tag!r} are limited no longer.")
