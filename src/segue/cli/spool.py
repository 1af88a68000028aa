"""`segue spool`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from segue.backend.open import connect_backend
from segue.backend.spools import Waiting, waiting
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
from segue.cli.words import ago, plural, size
from segue.engine.session import caller
from segue.host import clock, config
from segue.model.errors import SegueError

app = noun("Records that wait on this machine for a server that was away.")


def _since(spool: Waiting) -> datetime:
    return datetime.fromtimestamp(spool.since, UTC)


def _cells(spool: Waiting) -> list[Cell]:
    by = "its process" if spool.held else "the next command"
    records = f"{spool.records:,}{' and its end' if spool.ended else ''}"
    return [
        Cell(spool.run_id or "events of no run"), Cell(spool.server), Cell(records), Cell(size(spool.size)),
        Cell(ago(_since(spool), clock.now())), Cell(by),
    ]  # fmt: skip


SPOOLS: Kind[Waiting] = Kind(
    columns=(
        Column("RUN"), Column("SERVER", stretches=True), Column("RECORDS", right=True), Column("SIZE", right=True),
        Column("SINCE"), Column("DELIVERED BY", spare=True),
    ),
    cells=_cells,
    facts=lambda spool: {
        "run_id": spool.run_id,
        "server": spool.server,
        "records": spool.records,
        "ended": spool.ended,
        "size": spool.size,
        "since": _since(spool),
        "age": round(clock.now().timestamp() - spool.since, 3),
        "held": spool.held,
        "path": spool.path,
    },
    none_yet="Nothing waits: every record of this home is where it belongs.",
    none_fits="Nothing that waits fits. `segue spool ls` lists all of it.",
)  # fmt: skip


@app.command("ls")
def ls(
    state: StateOption = None,
    flow: FlowOption = None,
    since_: SinceOption = None,
    limit: LimitOption = 50,
    count: CountOption = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """List the runs whose records wait, newest first. Neither state nor flow is known of them: asking for one finds none.

    For example:

        segue spool ls -o json
    """
    after = since(since_)
    found = [] if state or flow else waiting(config.current().home)
    newest = sorted(found, key=lambda spool: spool.since, reverse=True)
    kept = [spool for spool in newest if after is None or _since(spool) >= after]
    present(SPOOLS, kept, Asked(limit, count, output, narrowed=bool(state or flow or since_)))


@app.command("flush")
def flush(
    server: Annotated[
        str | None, typer.Option("--server", metavar="URL", help="Only what waits for this server.")
    ] = None,
) -> None:
    """Deliver what waits, in order; what a living process holds is left to it.

    For example:

        segue spool flush
    """
    settings = config.current()
    left = [spool for spool in waiting(settings.home) if server is None or spool.server == server.rstrip("/")]
    servers = sorted({spool.server for spool in left if not spool.held})
    if not servers:
        typer.echo("Nothing waits that is not being delivered." if left else SPOOLS.none_yet)
        return
    failures = []
    for address in servers:
        mine = settings.api.url is not None and settings.api.url.rstrip("/") == address
        key = settings.api.key if mine else None
        backend = connect_backend(address, key=key, home=settings.home, caller=caller, settings=settings)
        try:
            done = backend.deliver_leftovers()
        except SegueError as problem:
            failures.append(str(problem))
        else:
            typer.echo(f"Delivered {plural(done, 'spool')} to {address}.")
        finally:
            backend.close()
    if failures:
        raise Fault("\n".join(failures), Exit.FAILED)
