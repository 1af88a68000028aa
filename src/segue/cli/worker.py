"""`segue worker`."""

from __future__ import annotations

from typing import Annotated

import typer

from segue.backend.pages import every_item
from segue.cli.cells import Cell, Column
from segue.cli.faults import Exit, Fault
from segue.cli.group import noun
from segue.cli.listing import Asked, Kind, present
from segue.cli.options import (
    CountOption,
    FlowOption,
    LimitOption,
    Output,
    OutputOption,
    SinceOption,
    StateOption,
    since,
)
from segue.cli.record import opened
from segue.cli.words import ago
from segue.host import clock, config
from segue.host.process import this_process
from segue.model.launches import WorkerPlan
from segue.model.pools import Worker
from segue.wire.pools import POOL_LIST, WorkPoolQuery
from segue.wire.workers import WORKER_LIST, WorkerQuery
from segue.worker.working import work

app = noun("Workers: claim runs of a work pool and start them, here or in containers.")


def complete_pool(incomplete: str) -> list[str]:
    """Return names of work pools for the shell."""
    found = opened().call(POOL_LIST, WorkPoolQuery(name_like=incomplete or None, limit=100)).items
    return [pool.name for pool in found]


_WORDS = {"online": True, "offline": False}

PoolOption = Annotated[
    list[str] | None,
    typer.Option("--pool", "-p", metavar="POOL", help="Only those of this work pool; repeat for several."),
]


@app.command("start")
def start(
    pool: Annotated[
        str,
        typer.Option("--pool", "-p", metavar="POOL", help="Work pool to take runs from.", autocompletion=complete_pool),
    ],
    work_queue: Annotated[
        list[str] | None,
        typer.Option("--work-queue", "--queue", "-q", metavar="QUEUE", help="Only this queue; repeat for several."),
    ] = None,
    type: Annotated[
        str | None,
        typer.Option(
            "--type",
            "-t",
            metavar="TYPE",
            help="process or docker; by default the pool's. Makes a pool that is not there.",
        ),
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", "-l", metavar="N", min=1, help="Runs at once at most.")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", "-n", metavar="NAME", help="Its name in the pool.")] = None,
    run_once: Annotated[bool, typer.Option("--run-once", help="Run what is due now, and end.")] = False,
) -> None:
    """Take runs from a work pool and start them, until stopped.

    Ctrl-C or SIGTERM lets the runs under way end; a second one ends them. The worker calls the server and is never called, so it
    needs no open port.

    For example:

        segue worker start --pool laptops --limit 4
    """
    if not config.current().api.url:
        raise Fault(
            "A worker needs a server, and none is named here.", Exit.USAGE,
            hint="`segue server start --background` starts one and says what to export; `segue login URL` connects to another.",
        )  # fmt: skip
    me = this_process()
    plan = WorkerPlan(
        name=name or f"{me.host}-{me.pid}", type=type, work_pool_name=pool, work_queue_names=list(work_queue or []), limit=limit,
        run_once=run_once, heartbeat_seconds=config.current().worker.heartbeat_seconds,
    )  # fmt: skip
    work(plan)


@app.command("ls")
def ls(
    pool: PoolOption = None,
    state: StateOption = None,
    flow: FlowOption = None,
    since_: SinceOption = None,
    limit: LimitOption = 50,
    count: CountOption = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """List workers, whether their beats come, and what they run.

    `--state` is online or offline; `--since` keeps those that were heard of since.

    For example:

        segue worker ls --pool laptops
    """
    if flow:
        raise Fault("Workers belong to no flow: leave --flow out.", Exit.USAGE)
    wanted = [word.lower() for word in state or ()]
    if any(word not in _WORDS for word in wanted):
        raise Fault(f"--state {state} is neither online nor offline.", Exit.USAGE)
    online = _WORDS[wanted[0]] if len(set(wanted)) == 1 else None
    after = since(since_)
    backend = opened()
    query = WorkerQuery(work_pool_names=pool, online=online, limit=1_000)
    found = every_item(lambda asked: backend.call(WORKER_LIST, asked), query)
    shown = [worker for worker in found if after is None or worker.last_heartbeat >= after]
    kind = Kind(
        columns=[
            Column("NAME"), Column("POOL"), Column("TYPE"), Column("STATUS"), Column("RUNS", right=True),
            Column("LIMIT", right=True), Column("LAST BEAT"),
        ],
        cells=_cells,
        facts=_facts,
        none_yet="There are no workers yet. `segue worker start --pool POOL` starts one.",
        none_fits="No worker fits that.",
    )  # fmt: skip
    present(kind, shown, Asked(limit, count, output, narrowed=bool(pool or state or since_)))


def _cells(worker: Worker) -> list[Cell]:
    online = worker.status == "ONLINE"
    return [
        Cell(worker.name, "strong"),
        Cell(worker.work_pool_name),
        Cell(str(worker.facts.get("type", ""))),
        Cell(worker.status.lower(), "good" if online else "faint"),
        Cell(str(len(worker.flow_run_ids))),
        Cell("" if worker.limit is None else str(worker.limit)),
        Cell("left" if worker.last_heartbeat.year < 2000 else ago(worker.last_heartbeat, clock.now()), "faint"),
    ]


def _facts(worker: Worker) -> dict[str, object]:
    return {
        "id": worker.id, "name": worker.name, "work_pool": worker.work_pool_name, "status": worker.status,
        "last_heartbeat": worker.last_heartbeat, "limit": worker.limit, "work_queues": worker.work_queue_names,
        "flow_run_ids": worker.flow_run_ids, "facts": worker.facts,
    }  # fmt: skip
