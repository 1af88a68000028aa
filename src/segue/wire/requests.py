"""Requests and answers of the operations; nouns come from the model and are not repeated here."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

from msgspec import UNSET, Struct

from segue.model.bounds import Amount, Instant, Offset, PageSize, Seconds, Span, Whole
from segue.model.records import Record
from segue.model.runs import FlowRun, Id, TaskRun, Terms
from segue.model.states import Actor, State
from segue.model.things import RunInput, Variable


class Nothing(Struct, frozen=True):
    """An empty request or answer."""


class ById(Struct, frozen=True):
    """Names one thing by id."""

    id: Id


class ByName(Struct, frozen=True):
    """Names one thing by name."""

    name: str


# --- leases ---------------------------------------------------------------------------------------------------------


class Holder(Struct, frozen=True, kw_only=True):
    """The process that holds a lease, told apart from every other process that ever ran on any machine."""

    host: str
    boot: str
    pid_namespace: str
    pid: Amount
    #: Start time of the process in the kernel's own unit, so that a reused pid is noticed.
    started: str


#: Seconds for which a lease is given, and for which a reaper must have been able to serve before it closes anything.
FULL_LEASE = 30.0
#: Seconds for which a service's lease is given to a process that renews it as often as that asks for: lost with its whole machine,
#: the service is back within half a minute, although the next begins only when the first has surely stopped.
SERVICE_LEASE = 18.0


class LeaseRequest(Struct, frozen=True, kw_only=True):
    """Asks to become the holder of a run's lease."""

    holder: Holder
    seconds: Span = FULL_LEASE
    #: Whether it is asked for through a server, which other machines reach as well.
    served: bool = False
    #: Seconds that are enough where the run is a service's: whoever says so heeds what the lease says then.
    service_seconds: Span | None = None
    #: Made by the asker: what it will show in the name of the run, so that an answer that was lost loses no token. A server keeps
    #: its hash. Of several leases claimed at once each has one that is made from it (`host.run_tokens`).
    token: str | None = None

    def __repr__(self) -> str:
        return f"LeaseRequest(holder={self.holder!r}, seconds={self.seconds!r})"


class Lease(Struct, frozen=True, kw_only=True):
    """The right to write for a run until `expires` by the database's clock."""

    id: Id
    fence: Whole
    expires: datetime
    #: Number of the last record that was applied under this fence.
    last_sequence: int = 0
    #: Tags under a concurrency limit; only tasks with these tags ask for a slot.
    limited_tags: list[str] = []
    #: For how long it is given each time, in seconds.
    seconds: float = FULL_LEASE


class Renewal(Struct, frozen=True, kw_only=True):
    """Renews several leases of one process at once and asks for news."""

    leases: list[tuple[Id, Whole]]
    seconds: Span = FULL_LEASE


class RenewalAnswer(Struct, frozen=True, kw_only=True):
    """What the holder must know: leases it lost, runs below its leases that somebody asked to cancel."""

    lost: list[Id] = []
    #: (flow run id, its Cancelling or Cancelled state) for each run the holder must stop.
    cancel: list[tuple[Id, State]] = []
    #: Tags under a concurrency limit; only tasks with these tags ask for a slot.
    limited_tags: list[str] = []


# --- flow runs ------------------------------------------------------------------------------------------------------


class NewFlow(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A flow to be known before it runs; one of this name is returned as it is."""

    name: str
    #: Made by the server where none is given.
    id: Id = ""


class NewFlowRun(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A flow run to be made, with its first states; idempotent by id and by idempotency key."""

    id: Id
    flow_name: str
    name: str
    #: Entered in order; a run made to start at once passes Pending and Running here.
    states: list[State]
    #: None for a run that another process will claim.
    lease: LeaseRequest | None = None
    parent_task_run_id: Id | None = None
    parent_flow_run_id: Id | None = None
    root_flow_run_id: Id | None = None
    flow_version: str | None = None
    entrypoint: str | None = None
    parameters: dict[str, object] = {}
    tags: list[str] = []
    durable: bool = False
    created_by: Actor | None = None
    idempotency_key: str | None = None
    #: The span that it belongs to, as W3C's header `traceparent` names it; of a request by HTTP that header is taken.
    traceparent: str | None = None
    terms: Terms | None = None


class Claim(Struct, frozen=True, kw_only=True):
    """Takes over a run that nobody holds, with a rising fence, and enters `states` (Pending, Running) in order.

    With `fence` it takes over from whoever holds the run under that fence and started this process for it: of two processes
    started under one fence, one begins.
    """

    id: Id
    lease: LeaseRequest
    states: list[State] = []
    fence: Whole | None = None
    #: How often it is begun again by itself when it crashes, where it is of a deployment.
    crash_retries: Whole = 0


class Grant(Struct, frozen=True, kw_only=True):
    """A run as it is now, and the lease on it if one was asked for."""

    run: FlowRun
    lease: Lease | None = None
    #: Another process may begin its work once the lease has ended: whoever cannot renew it must stop before.
    fused: bool = False
    #: Somebody chose from where it is done again: `flow-runs.redo` tells what may not be taken from before.
    redone: bool = False


class Proposal(Struct, frozen=True, kw_only=True):
    """Asks that a flow run go into a state. `state.id` is the transition id: repeated, it gets the first answer."""

    id: Id
    state: State
    #: The proposer's fence; None for somebody outside (a person, a program).
    fence: Whole | None = None
    force: bool = False


class Verdict(Struct, frozen=True, kw_only=True):
    """The answer to a proposal."""

    #: `accept`: the state is entered. `reject`: another state holds, see `state`. `wait`: ask again at `until`.
    #: `abort`: stop, there is nothing left to do for this process.
    status: str
    #: The run's state after the proposal.
    state: State
    reason: str | None = None
    until: datetime | None = None


class FlowRunEdit(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Changes descriptive facts of a flow run; None leaves a fact as it is."""

    id: Id
    name: str | None = None
    tags: list[str] | None = None
    parameters: dict[str, object] | None = None
    #: Put to those there are; null takes one away.
    labels: dict[str, str | int | float | bool | None] | None = None


class TaskRunEdit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Gives a task run another name."""

    id: Id
    name: str


# --- records --------------------------------------------------------------------------------------------------------


class Batch(Struct, frozen=True, kw_only=True):
    """Records of one lease in order; the first has number `first`."""

    lease_id: Id
    fence: Whole
    first: Whole
    records: list[Record]


class Applied(Struct, frozen=True, kw_only=True):
    """How far the stream of this lease is applied."""

    last_sequence: int


# --- variables, inputs ----------------------------------------------------------------------------------------------


class SetVariable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Sets a variable; an existing one is replaced only with `overwrite`."""

    name: str
    value: object
    tags: list[str] = []
    overwrite: bool = False
    #: Asked again by the same id, it is set once; made by the server where none is given.
    id: Id = ""


class VariableEdit(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Changes a variable; what is left out stays as it is."""

    name: str
    value: Any = UNSET
    tags: list[str] | None = None


class VariableQuery(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A page of variables, by name unless `sort` says otherwise."""

    name_like: str | None = None
    tags_all: list[str] | None = None
    created_after: Instant | None = None
    #: `name`, `created` or `updated`; a leading `-` turns the order round.
    sort: str = "name"
    limit: PageSize = 50
    after: str | None = None
    offset: Offset = 0


class Variables(Struct, frozen=True, kw_only=True):
    """A page of variables."""

    items: list[Variable]
    next: str | None = None


class PutInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Stores a run input; a key that exists is refused."""

    flow_run_id: Id
    key: str
    value: str
    sender: str | None = None


class InputQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Inputs of a run whose key starts with `prefix`, oldest first."""

    flow_run_id: Id
    prefix: str = ""
    exclude: list[str] = []
    limit: PageSize = 50


class Inputs(Struct, frozen=True, kw_only=True):
    """Run inputs."""

    items: list[RunInput]


class InputKey(Struct, frozen=True, kw_only=True):
    """Names one input of a run."""

    flow_run_id: Id
    key: str


# --- background tasks -----------------------------------------------------------------------------------------------


class Enqueue(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Hands a task run to whichever task worker serves its key; parameters lie in result storage at `inputs_ref`."""

    id: Id
    name: str
    task_name: str
    task_key: str
    state: State
    inputs_ref: str
    tags: list[str] = []
    parent_task_run_id: Id | None = None
    flow_run_id: Id | None = None
    #: Task runs that its inputs came from, by parameter.
    upstream: dict[str, list[Id]] = {}
    terms: Terms | None = None


class ClaimTasks(Struct, frozen=True, kw_only=True):
    """Claims waiting background task runs for a worker; each is handed to one claimant only."""

    task_keys: list[str]
    lease: LeaseRequest
    limit: Amount = 1
    #: Asked again by the same id, the first answer is given again.
    id: Id | None = None
    #: The lease (id, fence) that the claimant holds: all runs are claimed under it. Without one each run has a lease of its own.
    under: tuple[Id, Whole] | None = None
    #: A server answers as soon as there is a run, and after so long in any case.
    seconds: Seconds = 0.0


class ClaimedTasks(Struct, frozen=True, kw_only=True):
    """The claimed task runs, each with its own lease."""

    items: list[tuple[TaskRun, Lease]]


class TaskProposal(Struct, frozen=True, kw_only=True):
    """Sets the state of a task run from outside its lease."""

    id: Id
    state: State
    force: bool = False


# --- upkeep ---------------------------------------------------------------------------------------------------------


class Reap(Struct, frozen=True, kw_only=True):
    """Closes runs whose holder is gone: proven dead, or out of sight and expired by the database's clock."""

    #: Leases whose holder was looked at and is dead, with the fence seen.
    dead: list[tuple[Id, Whole]] = []
    #: Leases whose holder runs where the caller cannot look.
    unseen: list[Id] = []
    #: An expired lease is reaped only when the caller has been able to serve this long (seconds).
    serving_for: float = 0.0


class Reaped(Struct, frozen=True, kw_only=True):
    """What the reaper closed."""

    flow_runs: list[Id] = []
    task_runs: list[Id] = []


class OpenLease(Struct, frozen=True, kw_only=True):
    """A lease as the reaper sees it."""

    id: Id
    fence: Whole
    holder: Holder
    expires: datetime
    #: Whether it was granted through a server.
    served: bool = False
    #: Whether its run is closed; tasks of it are still open.
    over: bool = False


class OpenLeases(Struct, frozen=True, kw_only=True):
    """Leases that are held."""

    items: list[OpenLease]


class TakeLease(Struct, frozen=True, kw_only=True):
    """Opens a lease that belongs to no flow run: a process that runs tasks outside flows, or claims runs as a task worker."""

    id: Id
    lease: LeaseRequest
    kind: Literal["process", "task-worker"] = "process"


class EndLease(Struct, frozen=True, kw_only=True):
    """Gives a lease back."""

    id: Id
    fence: Whole


class Prune(Struct, frozen=True, kw_only=True):
    """Deletes what is older than its keep time; a kind left out is kept."""

    logs: timedelta | None = None
    events: timedelta | None = None
    task_runs: timedelta | None = None
    flow_runs: timedelta | None = None
    artifacts: timedelta | None = None


class Pruned(Struct, frozen=True, kw_only=True):
    """How many rows of each kind were (or would be) deleted."""

    logs: int = 0
    events: int = 0
    task_runs: int = 0
    flow_runs: int = 0
    artifacts: int = 0

    def __add__(self, more: Pruned) -> Pruned:
        return Pruned(
            logs=self.logs + more.logs,
            events=self.events + more.events,
            task_runs=self.task_runs + more.task_runs,
            flow_runs=self.flow_runs + more.flow_runs,
            artifacts=self.artifacts + more.artifacts,
        )


class PrunedSlice(Struct, frozen=True, kw_only=True):
    """What one slice of pruning deleted."""

    deleted: Pruned = Pruned()
    #: Whether another slice may find more.
    more: bool = False


class Tidiness(Struct, frozen=True, kw_only=True):
    """When what is past its keep time was last deleted, and who is at it."""

    #: When it was last finished; at first, when the database was made.
    last: datetime | None = None
    #: What the last round deleted, or this one so far.
    deleted: Pruned = Pruned()
    holder: Holder | None = None
    #: Until when nobody else is to begin.
    until: datetime | None = None


class TidinessRead(Struct, frozen=True, kw_only=True):
    """What is known of a database's tidiness, and whether it is time to see to it."""

    known: Tidiness
    due: bool


class ClaimTidying(Struct, frozen=True, kw_only=True):
    """Asks to be the one who tidies."""

    holder: Holder
    #: The holder whose claim was seen, if it was proven dead.
    gone: Holder | None = None


class TidyingClaim(Struct, frozen=True):
    """Whether the asker is to tidy now."""

    granted: bool


class Tidy(Struct, frozen=True, kw_only=True):
    """Deletes one slice in the name of whoever claimed to tidy."""

    holder: Holder
    keep: Prune


class Stats(Struct, frozen=True, kw_only=True):
    """What the store knows of itself."""

    backend: str
    schema_version: int
    rows: dict[str, int]
    open_leases: int
    flow_runs_by_state: dict[str, int]
