"""What deployments, work queues and automations do, many in one answer: what a list shows beside each; rows of the table."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from segue.model.automations import FiringState
from segue.model.runs import Id
from segue.model.schedules import Schedule
from segue.wire.operation import Access, Durability, Operation

#: Deployments, work pools or automations that are asked about at once at most.
MOST = 200
#: Runs of a deployment that are told at most.
RUNS = 10
#: Firings and actions of an automation that are counted at most.
COUNTED = 1_001


class DeploymentsAsked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Asks what deployments are doing."""

    #: 200 at most.
    ids: list[Id]


class RunInBrief(Struct, frozen=True, kw_only=True):
    """A flow run, as far as a list of deployments tells of it."""

    id: Id
    name: str
    state_type: str
    state_name: str
    #: When it is, or was, to begin.
    expected_start_time: datetime | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None


class DeploymentActivity(Struct, frozen=True, kw_only=True):
    """What a deployment did last and does next."""

    deployment_id: Id
    #: Its latest runs that began or ended, at most ten, the last first.
    runs: list[RunInBrief] = []
    #: The run that comes first of those that nobody has begun.
    next_run: RunInBrief | None = None
    #: In the order in which they were made.
    schedules: list[Schedule] = []


class DeploymentActivities(Struct, frozen=True, kw_only=True):
    """The deployments that are there, in the order in which they were asked about."""

    items: list[DeploymentActivity]


class PoolsAsked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Asks what waits in work pools, by their names."""

    #: 200 at most.
    names: list[str]


class QueueActivity(Struct, frozen=True, kw_only=True):
    """What waits in a work queue."""

    work_queue_id: Id
    work_queue_name: str
    work_pool_name: str
    #: Runs whose time has come and that nobody has begun, counted up to ten thousand; for how many seconds the first waits.
    waiting: int = 0
    waiting_for: float = 0.0
    #: How many of them are named Late.
    late: int = 0


class QueueActivities(Struct, frozen=True, kw_only=True):
    """The queues of the work pools that are there, by pool and priority."""

    items: list[QueueActivity]


class AutomationsAsked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Asks what automations have done of late."""

    #: 200 at most.
    ids: list[Id]


class FiringInBrief(Struct, frozen=True, kw_only=True):
    """A firing, as far as a list of automations tells of it."""

    id: Id
    state: FiringState
    fired: datetime
    reason: str


class AutomationActivity(Struct, frozen=True, kw_only=True):
    """What an automation has done of late."""

    automation_id: Id
    #: None: it has not fired, or that is no longer known.
    last: FiringInBrief | None = None
    #: Its firings of the last 24 hours, and how many of the actions of that time were given up; of the latest 1,001 of each.
    fired: int = 0
    failed: int = 0


class AutomationActivities(Struct, frozen=True, kw_only=True):
    """The automations in the order in which they were asked about."""

    items: list[AutomationActivity]


_READ = Durability.READ
DEPLOYMENTS_ACTIVITY = Operation(
    "deployments.activity", "POST", "/deployments/activity", DeploymentsAsked, DeploymentActivities, Access.READ, _READ
)
POOLS_ACTIVITY = Operation(
    "work-pools.activity", "POST", "/work-pools/activity", PoolsAsked, QueueActivities, Access.READ, _READ
)
AUTOMATIONS_ACTIVITY = Operation(
    "automations.activity", "POST", "/automations/activity", AutomationsAsked, AutomationActivities, Access.READ, _READ
)
