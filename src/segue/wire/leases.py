"""What holders of leases hear, and what they report of each other: requests, answers and operations."""

from __future__ import annotations

from msgspec import Struct

from segue.model.bounds import Seconds, Whole
from segue.model.runs import Id
from segue.model.states import State
from segue.wire.operation import Access, Durability, Operation
from segue.wire.requests import Holder, OpenLeases, Reaped

#: Seconds that a server lets somebody listen at most.
LONGEST_LISTEN = 30.0


class Listen(Struct, frozen=True, kw_only=True):
    """Asks what a process must know; a server answers as soon as there is something, and after `seconds` in any case."""

    holder: Holder
    #: Leases that the process holds, as far as it knows: of these it hears when they are lost.
    leases: list[tuple[Id, Whole]] = []
    #: Ids of the Cancelling and Suspended states it heard of: they are no news.
    known: list[Id] = []
    #: Claims on slots of which it heard that it is their turn: they are no news.
    turns: list[Id] = []
    #: The asker is this worker: it hears of the runs that it started as well, whichever process holds them now.
    worker_id: Id | None = None
    seconds: Seconds = 0.0


class News(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a process must know; empty when there is nothing."""

    #: Leases it does not hold any more, with or without somebody else holding them now.
    lost: list[Id] = []
    #: (flow run id, its Cancelling or Cancelled state) for each run it must stop; its Suspended state for each that it must let go.
    cancel: list[tuple[Id, State]] = []
    #: Its claims on slots whose turn it is: asked for again, they are granted.
    turns: list[Id] = []


class Neighbours(Struct, frozen=True, kw_only=True):
    """Asks for the leases held by processes of the asker's machine."""

    holder: Holder


class Obituary(Struct, frozen=True, kw_only=True):
    """Reports leases, with the fences seen, whose holders the reporter has proven dead on its own machine."""

    reporter: Holder
    dead: list[tuple[Id, Whole]]


_RUN = Access.RUN
LEASE_LISTEN = Operation("leases.listen", "POST", "/leases/listen", Listen, News, _RUN, Durability.READ, waits=True)
LEASE_NEIGHBOURS = Operation(
    "leases.neighbours", "POST", "/leases/neighbours", Neighbours, OpenLeases, Access.READ, Durability.READ
)
LEASE_BURY = Operation("leases.bury", "POST", "/leases/bury", Obituary, Reaped, _RUN, Durability.NOW)
