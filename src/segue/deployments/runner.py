"""A flow as it is to be deployed: what `flow.to_deployment` returns, and `serve` takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID

from segue.client.schemas.schedules import SCHEDULE_TYPES
from segue.engine.session import session
from segue.model.errors import SegueError
from segue.schedules import Cron, Interval, RRule, Schedule
from segue.wire.deployments import DEPLOYMENT_PUT, PutDeployment
from segue.wire.schedules import SCHEDULE_CREATE, CreateSchedules, NewSchedule

if TYPE_CHECKING:
    from segue.flows import Flow

#: A schedule, in either of the forms that users know.
AnySchedule: TypeAlias = Schedule | SCHEDULE_TYPES
Span: TypeAlias = float | timedelta


class CannotServe(SegueError):
    """This cannot be served: {why}"""  # noqa: D400 - it ends with somebody else's words

    code = "serve.impossible"
    status = 422


@dataclass(frozen=True)
class RunnerDeployment:
    """A deployment of a flow of this program; `apply` makes it, or brings it up to date."""

    flow: Flow[Any, Any]
    name: str
    #: None leaves alone those that the deployment has.
    schedules: Sequence[AnySchedule] | None = None
    paused: bool = False
    parameters: dict[str, Any] = field(default_factory=dict)
    description: str | None = None
    tags: Sequence[str] = ()
    version: str | None = None
    enforce_parameter_schema: bool = True
    concurrency_limit: int | None = None
    work_pool_name: str | None = None
    work_queue_name: str | None = None
    job_variables: dict[str, Any] = field(default_factory=dict)

    def apply(self) -> UUID:
        """Make the deployment, or bring it up to date; returns its id.

        Its schedules become those that are given here. Raises CannotServe for a flow that no other process could find, and what the
        service says against the rest.
        """
        flow = self.flow
        entrypoint = flow.spec.entrypoint
        if entrypoint is None or "<locals>" in entrypoint:
            raise CannotServe(
                why=f"the flow {flow.name!r} is not at the top level of a file, so no other process can find it. Move it there."
            )
        new = PutDeployment(
            name=self.name, flow_name=flow.name, version=self.version or flow.version, entrypoint=entrypoint,
            parameters=flow.serialize_parameters(dict(self.parameters)),
            parameter_openapi_schema=flow.parameters.model_dump_for_openapi(),
            enforce_parameter_schema=self.enforce_parameter_schema, tags=list(self.tags), description=self.description,
            paused=self.paused, concurrency_limit=self.concurrency_limit, work_pool_name=self.work_pool_name,
            work_queue_name=self.work_queue_name, job_variables=dict(self.job_variables),
        )  # fmt: skip
        call = session().backend.call
        made = call(DEPLOYMENT_PUT, new)
        if self.schedules is not None:
            wanted = [_request(each) for each in self.schedules]
            call(SCHEDULE_CREATE, CreateSchedules(deployment_id=made.id, schedules=wanted, replace=True))
        return UUID(made.id)


def _request(schedule: AnySchedule) -> NewSchedule:
    return schedule.request() if isinstance(schedule, Schedule) else NewSchedule(rule=schedule.rule)


def schedules_given(
    interval: Span | Iterable[Span] | None,
    cron: str | Iterable[str] | None,
    rrule: str | Iterable[str] | None,
    schedule: AnySchedule | None,
    schedules: Sequence[AnySchedule] | None,
) -> list[AnySchedule] | None:
    """Return the schedules that one of these ways of giving them comes to, None where none is used.

    Raises `ValueError` where several are used at once, or one is wrong, and `TypeError` for what is no schedule.
    """
    ways = {"interval": interval, "cron": cron, "rrule": rrule, "schedule": schedule, "schedules": schedules}
    used = [name for name, way in ways.items() if way is not None]
    if len(used) > 1:
        raise ValueError(
            f"Give schedules in one way only; here are {' and '.join(used)}. `schedules=[...]` takes several."
        )
    if interval is not None:
        return [Interval(each) for each in ([interval] if isinstance(interval, int | float | timedelta) else interval)]
    if cron is not None:
        return [Cron(each) for each in ([cron] if isinstance(cron, str) else cron)]
    if rrule is not None:
        return [RRule(each) for each in ([rrule] if isinstance(rrule, str) else rrule)]
    if schedule is not None:
        schedules = [schedule]
    if schedules is None:
        return None
    for each in schedules:
        if not isinstance(each, AnySchedule):
            raise TypeError(f"{each!r} is no schedule; make one with Cron, Interval or RRule of segue.schedules.")
    return list(schedules)
