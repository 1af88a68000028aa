"""Workers over the wire: their beats, and the runs that they claim."""

from __future__ import annotations

from msgspec import Struct

from segue.model.bounds import Amount, Instant, Offset, PageSize, Seconds
from segue.model.pools import HEARTBEAT, Worker
from segue.model.runs import FlowRun, Id
from segue.wire.operation import Access, Durability, Operation
from segue.wire.requests import Lease, LeaseRequest, Nothing

#: Seconds that a server lets a claim wait at most.
LONGEST_CLAIM = 30.0
#: Runs that one claim is given at most.
MOST_CLAIMED = 100


class WorkerBeat(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Says that a worker is there; the first of a name makes it known."""

    work_pool_name: str
    name: str
    heartbeat_seconds: Seconds = HEARTBEAT
    work_queue_names: list[str] = []
    limit: Amount | None = None
    #: What it says of itself: its version, host, and process.
    facts: dict[str, object] = {}


class WorkerRef(Struct, frozen=True):
    """Names one worker of a pool."""

    work_pool_name: str
    name: str


class WorkerQuery(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A page of workers, by pool and name."""

    work_pool_names: list[str] | None = None
    names: list[str] | None = None
    #: Only those whose beats come, or only the others.
    online: bool | None = None
    #: Only those that said that they take no more runs, or only the others.
    left: bool | None = None
    #: Only those whose last beat came after this.
    beat_after: Instant | None = None
    limit: PageSize = 50
    after: str | None = None
    offset: Offset = 0


class Workers(Struct, frozen=True, kw_only=True):
    """A page of workers."""

    items: list[Worker]
    next: str | None = None


class ClaimWork(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Asks for runs that are due: of a pool's queues, or of deployments that no pool is asked for.

    A server answers as soon as there is one, and after `seconds` in any case. Each run comes with a lease, and with a token that is
    made from the request's.
    """

    #: Made by the asker: asked again, it is given what it was given.
    id: Id
    lease: LeaseRequest
    #: The worker's id and name, which the runs' history will show.
    worker_id: Id
    worker_name: str
    work_pool_name: str | None = None
    #: Empty: all queues of the pool.
    work_queue_names: list[str] = []
    deployment_ids: list[Id] = []
    limit: Amount = 1
    seconds: Seconds = 0.0
    #: Whether it is a beat as well, of a worker that has told before who it is.
    beats: bool = False

    def rows(self) -> list[tuple[str, str]]:
        """What is decided over: the limits of the pool, or of the deployments."""
        if self.work_pool_name is not None:
            return [("work_pool", self.work_pool_name)]
        return [("deployment", id) for id in self.deployment_ids]


class Assignment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A run that a worker shall start, and what with."""

    run: FlowRun
    lease: Lease
    deployment_name: str | None = None
    entrypoint: str | None = None
    path: str | None = None
    pull_steps: list[dict[str, object]] = []
    #: The pool's job configuration with the variables of deployment and run put in.
    configuration: dict[str, object] = {}


class ClaimedWork(Struct, frozen=True, kw_only=True):
    """The runs that were claimed, in the order in which they shall be started."""

    items: list[Assignment] = []
    #: Whether another process of the worker's machine may hold a lease: it shall look now and then whether that one lives.
    has_neighbours: bool = True


_R, _RUN = Access.READ, Access.RUN
_READ, _NOW = Durability.READ, Durability.NOW

_N, _AT = "workers", "/work-pools/{work_pool_name}/workers"
WORKER_BEAT = Operation(f"{_N}.beat", "POST", _AT, WorkerBeat, Worker, _RUN, Durability.SOON)
WORKER_READ = Operation(f"{_N}.read", "GET", f"{_AT}/{{name}}", WorkerRef, Worker, _R, _READ)
WORKER_LEAVE = Operation(f"{_N}.leave", "DELETE", f"{_AT}/{{name}}", WorkerRef, Nothing, _RUN, _NOW)
WORKER_LIST = Operation(f"{_N}.list", "POST", f"/{_N}/list", WorkerQuery, Workers, _R, _READ, get=f"/{_N}")
WORK_CLAIM = Operation(f"{_N}.claim", "POST", f"/{_N}/claim", ClaimWork, ClaimedWork, _RUN, _NOW, waits=True)
