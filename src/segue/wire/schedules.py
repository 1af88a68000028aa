"""Schedules of deployments over the wire: made, changed, foretold; and the ledger of what became of each instant."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from segue.model.bounds import Instant, Offset, PageSize, Seconds
from segue.model.runs import Id
from segue.model.schedules import CatchUp, Firing, FiringOutcome, Foreseen, OverlapPolicy, Rule, Schedule
from segue.wire.operation import Access, Durability, Operation
from segue.wire.requests import ById, Nothing

#: How many instants are foretold at most.
MOST = 1_000


class NewSchedule(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A schedule to be made."""

    rule: Rule
    slug: str | None = None
    active: bool = True
    parameters: dict[str, object] = {}
    jitter: Seconds = 0.0
    start: Instant | None = None
    end: Instant | None = None
    catch_up: CatchUp = CatchUp()
    overlap: OverlapPolicy = "allow"
    max_scheduled_runs: Annotated[int, Meta(ge=0, le=100)] | None = None
    #: Made by the server where none is given.
    id: Id = ""


class CreateSchedules(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Gives a deployment schedules; `replace`: instead of those it has. One that has the same slug is brought up to date."""

    deployment_id: Id
    schedules: list[NewSchedule]
    replace: bool = False


class OfDeployment(Struct, frozen=True):
    """Names the schedules of a deployment."""

    deployment_id: Id


class ScheduleQuery(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A page of schedules, by deployment and in the order in which they were made."""

    ids: list[Id] | None = None
    deployment_ids: list[Id] | None = None
    limit: PageSize = 50
    after: str | None = None
    offset: Offset = 0


class SchedulePage(Struct, frozen=True, kw_only=True):
    """A page of schedules."""

    items: list[Schedule]
    next: str | None = None


class EditSchedule(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Changes a schedule; what is left out stays as it is."""

    id: Id
    rule: Rule | UnsetType = UNSET
    slug: str | UnsetType | None = UNSET
    active: bool | UnsetType = UNSET
    parameters: dict[str, object] | UnsetType = UNSET
    jitter: Seconds | UnsetType = UNSET
    start: Instant | UnsetType | None = UNSET
    end: Instant | UnsetType | None = UNSET
    catch_up: CatchUp | UnsetType = UNSET
    overlap: OverlapPolicy | UnsetType = UNSET
    max_scheduled_runs: Annotated[int, Meta(ge=0, le=100)] | UnsetType | None = UNSET


class Schedules(Struct, frozen=True, kw_only=True):
    """Schedules, in the order in which they were made."""

    items: list[Schedule]


class Foretell(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Asks when a schedule fires next."""

    id: Id
    limit: Annotated[int, Meta(ge=1, le=MOST)] = 10
    #: By default now.
    after: Instant | None = None
    #: As if neither it nor its deployment were paused.
    even_paused: bool = False


class Preview(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Asks when a rule would fire."""

    rule: Rule
    limit: Annotated[int, Meta(ge=1, le=MOST)] = 10
    after: Instant | None = None
    start: Instant | None = None
    end: Instant | None = None


class Instants(Struct, frozen=True, kw_only=True):
    """When it fires, in order."""

    items: list[datetime]
    #: The same as the clocks of its zone show it.
    foreseen: list[Foreseen] = []


class FiringQuery(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A page of the ledger, the latest instants first."""

    schedule_ids: list[Id] | None = None
    deployment_ids: list[Id] | None = None
    outcomes: list[FiringOutcome] | None = None
    #: False: without those that did not fire because the schedule or its deployment was paused or deleted; True: those alone.
    willed: bool | None = None
    instant_after: Instant | None = None
    instant_before: Instant | None = None
    #: `instant`; a leading `-` turns the order round.
    sort: str = "-instant"
    limit: PageSize = 50
    after: str | None = None
    offset: Offset = 0


class Firings(Struct, frozen=True, kw_only=True):
    """A page of the ledger."""

    items: list[Firing]
    next: str | None = None


class FindDue(Struct, frozen=True, kw_only=True):
    """Asks which schedules must be looked at."""

    limit: PageSize = 50


class DueSchedules(Struct, frozen=True, kw_only=True):
    """Schedules whose instants have come; those that lack runs ahead of their time, or have one waiting for its turn."""

    due: list[Id] = []
    short: list[Id] = []
    queued: list[Id] = []
    #: Seconds to the next instant of all; None: there is none.
    wait: float | None = None


class Tend(Struct, frozen=True, kw_only=True):
    """Asks that schedules be brought up to date: what has come is fired, and runs are made ahead."""

    ids: list[Id]
    #: Only what has come.
    only_due: bool = False


class Tended(Struct, frozen=True, kw_only=True):
    """How many instants got their row."""

    fired: int = 0
    queued: int = 0
    skipped: int = 0


_R, _E, _A = Access.READ, Access.EDIT, Access.ADMIN
_READ, _NOW = Durability.READ, Durability.NOW

_N, _OF = "schedules", "/deployments/{deployment_id}/schedules"
SCHEDULE_CREATE = Operation(f"{_N}.create", "POST", _OF, CreateSchedules, Schedules, _E, _NOW)
SCHEDULE_LIST = Operation(f"{_N}.list", "GET", _OF, OfDeployment, Schedules, _R, _READ)
SCHEDULE_QUERY = Operation(f"{_N}.query", "POST", f"/{_N}/list", ScheduleQuery, SchedulePage, _R, _READ, get=f"/{_N}")
SCHEDULE_CLEAR = Operation(f"{_N}.clear", "DELETE", _OF, OfDeployment, Nothing, _E, _NOW)
SCHEDULE_READ = Operation(f"{_N}.read", "GET", f"/{_N}/{{id}}", ById, Schedule, _R, _READ)
SCHEDULE_EDIT = Operation(f"{_N}.edit", "PATCH", f"/{_N}/{{id}}", EditSchedule, Schedule, _E, _NOW)
SCHEDULE_DELETE = Operation(f"{_N}.delete", "DELETE", f"/{_N}/{{id}}", ById, Nothing, _E, _NOW)
SCHEDULE_NEXT = Operation(f"{_N}.next", "GET", f"/{_N}/{{id}}/next", Foretell, Instants, _R, _READ)
SCHEDULE_PREVIEW = Operation(f"{_N}.preview", "POST", f"/{_N}/preview", Preview, Instants, _R, _READ)
SCHEDULE_DUE = Operation(f"{_N}.due", "POST", f"/{_N}/due", FindDue, DueSchedules, _R, _READ)
SCHEDULE_TEND = Operation(f"{_N}.tend", "POST", f"/{_N}/tend", Tend, Tended, _A, _NOW)
FIRING_LIST = Operation("firings.list", "POST", "/firings/list", FiringQuery, Firings, _R, _READ, get="/firings")
