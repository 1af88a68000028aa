"""`segue server services`."""

from __future__ import annotations

from typing import NamedTuple

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
)
from segue.cli.server_state import look
from segue.cli.words import duration
from segue.host import config
from segue.wire.servers import Beat

app = noun("The loops of a server that look after its database.")


class Service(NamedTuple):
    """A loop of a server."""

    server: str
    name: str
    beat: Beat


SERVICES: Kind[Service] = Kind(
    columns=(Column("NAME"), Column("WHAT IT DOES", stretches=True), Column("STATE"), Column("LAST TURN"), Column("EVERY")),
    cells=lambda each: (
        Cell(each.name, "strong"),
        Cell(each.beat.purpose),
        Cell("at work" if each.beat.beating else "not at work", "plain" if each.beat.beating else "bad"),
        Cell("none yet" if each.beat.age is None else f"{duration(each.beat.age)} ago"),
        Cell(duration(each.beat.every) if each.beat.every else "when there is work"),
    ),
    facts=lambda each: {
        "server": each.server,
        "name": each.name,
        "purpose": each.beat.purpose,
        "beating": each.beat.beating,
        "age": each.beat.age,
        "every": each.beat.every,
    },
    none_yet="The server has no loops.",
    none_fits="Loops have neither state nor flow, nor a time at which they were made. `segue server services ls` lists them.",
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
    """List the loops of the server of this home, or of the one that SEGUE_API_URL names, and when each last had a turn.

    Asking for a state, a flow or a time finds none.

    For example:

        segue server services ls
    """
    asked = Asked(limit, count, output, narrowed=bool(state or flow or since_))
    if asked.narrowed:
        present(SERVICES, (), asked)
        return
    settings = config.current()
    servers = look(settings, None)
    if not servers:
        hint = "`segue server start` starts one; without a server, commands look after the database themselves."
        raise Fault(f"No server runs in {settings.home}.", Exit.NOT_FOUND, hint=hint)
    for each in servers:
        if not each.loops:
            raise Fault(f"The server at {each.url} is {each.state}: {each.why or 'it tells of no loops'}")
    present(SERVICES, [Service(each.url, name, beat) for each in servers for name, beat in each.loops.items()], asked)
