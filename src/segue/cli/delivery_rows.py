"""Deliveries as commands list them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, cast, get_args

import msgspec
import typer

from segue.backend.pages import every_item
from segue.backend.protocol import Backend
from segue.cli.cells import Cell, Column
from segue.cli.faults import Exit, Fault
from segue.cli.listing import Kind
from segue.cli.words import ago, short
from segue.host import clock
from segue.model.deliveries import Delivery, DeliveryStatus
from segue.wire import deliveries as w

#: How states look, in the colours of states of runs.
_LOOKS = {"sent": "COMPLETED", "failed": "FAILED", "waiting": "SCHEDULED", "duplicate": ""}
_STATUSES: tuple[str, ...] = get_args(DeliveryStatus)

StatusOption = Annotated[
    list[str] | None,
    typer.Option("--state", "-s", metavar="STATE", help="waiting, sent, failed or duplicate; repeat for several."),
]


def what(delivery: Delivery) -> str:
    """Return what was told, in a line."""
    first = delivery.messages[0]
    told = first.subject or first.body or delivery.kind
    return told if len(delivery.messages) == 1 else f"{len(delivery.messages)} messages: {told}"


DELIVERIES: Kind[Delivery] = Kind(
    columns=(
        Column("WHAT", stretches=True), Column("BY"), Column("STATE"), Column("ATTEMPTS", right=True), Column("MADE"),
        Column("AUTOMATION", spare=True), Column("ID", spare=True),
    ),
    cells=lambda each: (
        Cell(short(" ".join(what(each).split()), 60), "strong"), Cell(each.block or each.url or ""),
        Cell(each.status, _LOOKS[each.status]), Cell(str(each.attempts)), Cell(ago(each.created, clock.now())),
        Cell(each.automation_name), Cell(each.id),
    ),
    facts=msgspec.to_builtins,
    none_yet="No automation has told anybody anything yet.",
    none_fits="No delivery fits. `segue notification ls` lists all of them.",
)  # fmt: skip


def status_of(text: str) -> DeliveryStatus:
    """Return a status that somebody typed; raises `Fault`."""
    if text.lower() not in _STATUSES:
        raise Fault(f"--state {text!r} is none of {', '.join(_STATUSES)}.", Exit.USAGE)
    return cast("DeliveryStatus", text.lower())


def every(backend: Backend, query: w.DeliveryQuery) -> Iterator[Delivery]:
    """Yield all deliveries that fit, page by page."""
    return every_item(lambda asked: backend.call(w.DELIVERY_LIST, asked), query)
