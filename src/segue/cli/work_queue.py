"""`segue work-queue`."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from segue.backend.pages import every_item
from segue.cli.cells import Cell, Column
from segue.cli.changes import change_facts, change_words, last_change
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
    StateOption,
    YesOption,
    since,
)
from segue.cli.record import PAGE, because, confirm, opened
from segue.cli.words import ago
from segue.cli.work_pool import complete as complete_pool
from segue.engine.session import reading
from segue.host import clock
from segue.host.ids import new_id
from segue.model.errors import AlreadyExists, InUse, NotFound
from segue.model.pools import WorkQueue
from segue.wire import pools as w

app = noun("Work queues: lines within a work pool, served by priority.")


def complete(incomplete: str) -> list[str]:
    """Return the names of queues for the shell."""
    query = w.WorkQueueQuery(name_like=incomplete or None, limit=100)
    return sorted({queue.name for queue in reading().call(w.QUEUE_LIST, query).items})


Name = Annotated[str, typer.Argument(help="Name of a queue.", metavar="NAME", autocompletion=complete)]
NewName = Annotated[str, typer.Argument(help="Name of the new queue.", metavar="NAME")]
Pool = Annotated[
    str, typer.Option("--pool", "-p", metavar="POOL", help="The work pool it is of.", autocompletion=complete_pool)
]
Limit = Annotated[int | None, typer.Option("--limit", "-l", metavar="N", min=0, help="Runs at once.")]
Priority = Annotated[
    int | None, typer.Option("--priority", "-q", metavar="N", min=0, help="Lower is served first; by default last.")
]

QUEUES: Kind[WorkQueue] = Kind(
    columns=(
        Column("POOL", stretches=True), Column("NAME", stretches=True), Column("PRIORITY", right=True), Column("STATUS"),
        Column("RUNNING", right=True), Column("LIMIT", right=True), Column("ASKED", spare=True),
    ),
    cells=lambda queue: (
        Cell(queue.work_pool_name),
        Cell(queue.name, "strong"),
        Cell(str(queue.priority)),
        Cell(queue.status),
        Cell(str(queue.active_slots)),
        Cell("" if queue.concurrency_limit is None else str(queue.concurrency_limit)),
        Cell(ago(queue.last_polled, clock.now()) or "never"),
    ),
    facts=msgspec.to_builtins,
    none_yet="There are no work queues yet. `segue work-pool create NAME --type process` makes a pool with its first queue.",
    none_fits="No work queue fits. `segue work-queue ls` lists all of them.",
)  # fmt: skip


@app.command("create")
def create(
    name: NewName,
    pool: Pool,
    priority: Priority = None,
    limit: Limit = None,
    description: Annotated[str | None, typer.Option("--description", metavar="TEXT", help="What it is for.")] = None,
    reason: ReasonOption = None,
) -> None:
    """Make a queue of a work pool.

    For example:

        segue work-queue create urgent --pool here --priority 0
    """
    because(reason)
    new = w.NewWorkQueue(
        id=new_id(), work_pool_name=pool, name=name, description=description, priority=priority, concurrency_limit=limit
    )
    try:
        made = opened().call(w.QUEUE_CREATE, new)
    except AlreadyExists:
        raise Fault(f"Work pool {pool!r} has a queue {name!r} already.", Exit.REFUSED) from None
    except NotFound as problem:
        raise Fault(str(problem), Exit.NOT_FOUND, hint="`segue work-pool ls` lists them.") from None
    typer.echo(f"Made work queue {name} of pool {pool}, with priority {made.priority}.")


@app.command("ls")
def ls(
    pool: Annotated[
        str | None,
        typer.Option("--pool", "-p", metavar="POOL", help="Only of this work pool.", autocompletion=complete_pool),
    ] = None,
    state: StateOption = None,
    flow: FlowOption = None,
    since_: SinceOption = None,
    limit: LimitOption = 50,
    count: CountOption = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """List queues by pool and priority. They have neither state nor flow: asking for one finds none.

    For example:

        segue work-queue ls --pool here
    """
    query = w.WorkQueueQuery(work_pool_names=None if pool is None else [pool], limit=PAGE)
    earliest = since(since_)
    backend = opened()
    found = () if state or flow else every_item(lambda asked: backend.call(w.QUEUE_LIST, asked), query)
    newer = (queue for queue in found if earliest is None or queue.created >= earliest)
    present(QUEUES, newer, Asked(limit, count, output, narrowed=bool(state or flow or since_ or pool)))


def _read(pool: str, name: str) -> WorkQueue:
    try:
        return opened().call(w.QUEUE_READ, w.QueueRef(pool, name))
    except NotFound as problem:
        raise Fault(str(problem), Exit.NOT_FOUND, hint="`segue work-queue ls` lists them.") from None


@app.command("inspect")
def inspect(name: Name, pool: Pool, output: OutputOption = Output.TABLE) -> None:
    """Show a queue: its priority and limit, when it was last asked, who changed it last and why.

    For example:

        segue work-queue inspect default --pool here
    """
    queue = _read(pool, name)
    change = last_change(opened(), f"segue.work-queue.{queue.id}")
    if output is Output.JSON:
        typer.echo(as_json({**msgspec.to_builtins(queue), **change_facts(change)}))
        return
    limit = "no limit" if queue.concurrency_limit is None else f"at most {queue.concurrency_limit}"
    typer.echo(f"Name      {queue.name}\nPool      {queue.work_pool_name}\nStatus    {queue.status}")
    typer.echo(f"Priority  {queue.priority}\nRunning   {queue.active_slots} ({limit})")
    typer.echo(
        f"Asked     {ago(queue.last_polled, clock.now()) or 'never'}\nChanged   {change_words(change)}\nId        {queue.id}"
    )


def _edited(edit: w.EditWorkQueue, said: str) -> None:
    _read(edit.work_pool_name, edit.name)
    opened().call(w.QUEUE_EDIT, edit)
    typer.echo(said)


@app.command("pause")
def pause(name: Name, pool: Pool, reason: ReasonOption = None) -> None:
    """Let no run of a queue start; those that run go on.

    For example:

        segue work-queue pause urgent --pool here
    """
    because(reason)
    _edited(
        w.EditWorkQueue(work_pool_name=pool, name=name, is_paused=True), f"Paused work queue {name} of pool {pool}."
    )


@app.command("resume")
def resume(name: Name, pool: Pool, reason: ReasonOption = None) -> None:
    """Let runs of a queue start again.

    For example:

        segue work-queue resume urgent --pool here
    """
    because(reason)
    _edited(
        w.EditWorkQueue(work_pool_name=pool, name=name, is_paused=False), f"Resumed work queue {name} of pool {pool}."
    )


@app.command("set-priority")
def set_priority(
    name: Name,
    priority: Annotated[int, typer.Argument(help="Lower is served first.", metavar="N", min=0)],
    pool: Pool,
    reason: ReasonOption = None,
) -> None:
    """Say which queue of a work pool is served first.

    For example:

        segue work-queue set-priority urgent 0 --pool here
    """
    because(reason)
    edit = w.EditWorkQueue(work_pool_name=pool, name=name, priority=priority)
    _edited(edit, f"Work queue {name} of pool {pool} has priority {priority}.")


@app.command("set-concurrency-limit")
def set_concurrency_limit(
    name: Name,
    limit: Annotated[int, typer.Argument(help="Runs at once; 0: none.", metavar="N", min=0)],
    pool: Pool,
    reason: ReasonOption = None,
) -> None:
    """Limit how many runs of a queue execute at once.

    For example:

        segue work-queue set-concurrency-limit urgent 2 --pool here
    """
    because(reason)
    edit = w.EditWorkQueue(work_pool_name=pool, name=name, concurrency_limit=limit)
    _edited(edit, f"At most {limit} runs of work queue {name} execute at once.")


@app.command("clear-concurrency-limit")
def clear_concurrency_limit(name: Name, pool: Pool, reason: ReasonOption = None) -> None:
    """Lift the limit of a queue.

    For example:

        segue work-queue clear-concurrency-limit urgent --pool here
    """
    because(reason)
    edit = w.EditWorkQueue(work_pool_name=pool, name=name, concurrency_limit=None)
    _edited(edit, f"Runs of work queue {name} are limited no longer.")


@app.command("delete")
def delete(name: Name, pool: Pool, yes: YesOption = False, reason: ReasonOption = None) -> None:
    """Delete a queue that no deployment needs.

    For example:

        segue work-queue delete urgent --pool here --yes
    """
    because(reason)
    _read(pool, name)
    confirm(f"Delete work queue {name} of pool {pool}?", yes=yes)
    try:
        opened().call(w.QUEUE_DELETE, w.QueueRef(pool, name))
    except InUse as problem:
        raise Fault(str(problem), Exit.REFUSED) from None
    typer.echo(f"Deleted work queue {name} of pool {pool}.")
