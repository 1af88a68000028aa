"""A flow as it is to be deployed: what `flow.to_deployment` returns, and `serve` and `deploy` take."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID

from segue.client.schemas.deployments import ConcurrencyLimitConfig
from segue.client.schemas.schedules import SCHEDULE_TYPES
from segue.engine.session import session
from segue.model.deployments import ConcurrencyOptions
from segue.model.errors import SegueError
from segue.model.runs import Id
from segue.parameters import as_json
from segue.pulling import commit_here
from segue.schedules import Cron, Interval, RRule, Schedule
from segue.wire.automations import AUTOMATION_OWN, NewAutomation, OwnedAutomations
from segue.wire.deployments import DEPLOYMENT_PUT, PutDeployment
from segue.wire.schedules import SCHEDULE_CREATE, CreateSchedules, NewSchedule

if TYPE_CHECKING:
    from segue.events.schemas.deployment_triggers import BaseDeploymentTrigger, DeploymentTriggerTypes
    from segue.flows import Flow

#: A schedule, in either of the forms that users know.
AnySchedule: TypeAlias = Schedule | SCHEDULE_TYPES
Span: TypeAlias = float | timedelta


class EntrypointType(Enum):
    """How a deployment names its flow: by the file that it stands in, or by the module."""

    FILE_PATH = "file_path"
    MODULE_PATH = "module_path"


class CannotServe(SegueError):
    """This cannot be served: {why}"""  # noqa: D400 - it ends with somebody else's words

    code = "serve.impossible"
    status = 422


class CannotDeploy(SegueError):
    """This cannot be deployed: {why}"""  # noqa: D400 - it ends with somebody else's words

    code = "deploy.impossible"
    status = 422


@dataclass(frozen=True)
class RunnerDeployment:
    """A deployment of a flow; `apply` makes it, or brings it up to date."""

    flow: Flow[Any, Any]
    name: str
    #: None leaves alone those that the deployment has.
    schedules: Sequence[AnySchedule] | None = None
    triggers: Sequence[BaseDeploymentTrigger] | None = None
    #: None: not paused where it is new, else as it was.
    paused: bool | None = None
    parameters: dict[str, Any] = field(default_factory=dict)
    description: str | None = None
    tags: Sequence[str] = ()
    version: str | None = None
    enforce_parameter_schema: bool = True
    concurrency_limit: int | ConcurrencyLimitConfig | None = None
    work_pool_name: str | None = None
    work_queue_name: str | None = None
    job_variables: dict[str, Any] = field(default_factory=dict)
    entrypoint_type: EntrypointType = EntrypointType.FILE_PATH
    #: A service: one run of it is under way at any time, unless it is paused. None: as it was.
    keep_running: bool | None = None
    #: By which the code is fetched, and the flow's place in it, where these do not follow from the flow.
    pull_steps: Sequence[dict[str, object]] | None = None
    place: str | None = None

    def __await__(self) -> Generator[None, None, RunnerDeployment]:
        """Async code may await `flow.to_deployment(...)`: nothing is waited for."""
        yield from ()
        return self

    @property
    def flow_name(self) -> str:
        """The name of its flow."""
        return self.flow.name

    @property
    def full_name(self) -> str:
        """`FLOW/NAME`, by which it is run."""
        return f"{self.flow.name}/{self.name}"

    @property
    def storage(self) -> Any:
        """Where its code lies, if the flow was made by `from_source`."""
        return None if self.flow.source is None else self.flow.source.storage

    @property
    def entrypoint(self) -> str:
        """How a process that runs it finds the flow: in its storage, else on this machine; raises CannotServe."""
        if self.place is not None:
            return self.place
        if self.flow.source is not None:
            return self.flow.source.entrypoint
        if self.entrypoint_type is EntrypointType.MODULE_PATH:
            return f"{self.flow.fn.__module__}:{self.flow.fn.__qualname__}"
        found = self.flow.spec.entrypoint
        if found is None or "<locals>" in found:
            raise CannotServe(
                why=f"the flow {self.flow.name!r} is not at the top level of a file, so no other process can find it. "
                "Move it there."
            )
        return found

    def apply(self, work_pool_name: str | None = None, image: str | None = None) -> UUID:
        """Make the deployment, or bring it up to date; returns its id.

        Its schedules and triggers become those that are given here. `image` is one that has the code in its working folder, as it
        lies below the folder of this process. Raises CannotServe for a flow that no other process could find, ValueError for a
        secret that is saved nowhere, and what the service says against the rest.
        """
        flow, entrypoint = self.flow, self.entrypoint
        variables = dict(self.job_variables)
        if image is not None:
            variables["image"] = image
            if flow.source is None and self.place is None:
                entrypoint = _below(entrypoint)
        limit, options = _limit(self.concurrency_limit)
        new = PutDeployment(
            name=self.name, flow_name=flow.name, version=self.version or flow.version, entrypoint=entrypoint,
            pull_steps=self._pulled(),
            parameters=as_json(self.parameters), parameter_openapi_schema=flow.parameters.model_dump_for_openapi(),
            enforce_parameter_schema=self.enforce_parameter_schema, tags=list(self.tags),
            description=self.description or flow.description, paused=self.paused, concurrency_limit=limit,
            concurrency_options=options, work_pool_name=work_pool_name or self.work_pool_name,
            work_queue_name=self.work_queue_name, job_variables=variables, keep_running=self.keep_running,
        )  # fmt: skip
        call = session().backend.call
        made = call(DEPLOYMENT_PUT, new)
        if self.schedules is not None:
            wanted = [_request(each) for each in self.schedules]
            call(SCHEDULE_CREATE, CreateSchedules(deployment_id=made.id, schedules=wanted, replace=True))
        if self.triggers is not None:
            owner = f"segue.deployment.{made.id}"
            call(AUTOMATION_OWN, OwnedAutomations(owner_resource=owner, automations=self._automations(made.id)))
        return UUID(made.id)

    def _pulled(self) -> list[dict[str, object]]:
        if self.pull_steps is not None:
            return list(self.pull_steps)
        return [] if self.storage is None else [self.storage.to_pull_step()]

    def _automations(self, id: Id) -> list[NewAutomation]:
        made = []
        for number, trigger in enumerate(self.triggers or (), start=1):
            trigger.set_deployment_id(UUID(id))
            made.append(trigger.request(f"{self.full_name}__automation_{number}"))
        return made


def triggers_given(
    triggers: Sequence[DeploymentTriggerTypes | dict[str, Any]] | None,
) -> list[BaseDeploymentTrigger] | None:
    """Return triggers, each given as one or as its fields; raises ValueError for what is wrong, TypeError for what is none."""
    if not triggers:
        return None if triggers is None else []
    from segue.events.schemas.deployment_triggers import understood  # noqa: PLC0415 - a door: few deployments have triggers

    return [understood(each) for each in triggers]


def version_given(version: str | None, version_type: str | None) -> str | None:
    """Return the user's word for a version: as it is given, or the commit that the working folder is at.

    Raises ValueError for a type that there is not, `PullFailed` where the folder is at no commit.
    """
    if version_type not in {None, "segue:simple", "vcs:git"}:
        raise ValueError(f"{version_type!r} is neither 'segue:simple' nor 'vcs:git'.")
    return commit_here() if version is None and version_type == "vcs:git" else version


def _limit(given: int | ConcurrencyLimitConfig | None) -> tuple[int | None, ConcurrencyOptions]:
    if isinstance(given, ConcurrencyLimitConfig):
        return given.limit, given.options
    return given, ConcurrencyOptions()


def _below(entrypoint: str) -> str:
    """Return an entrypoint by its way from the folder of this process, which is the folder of the code in an image."""
    place, colon, function = entrypoint.rpartition(":")
    if not place.endswith(".py"):
        return entrypoint
    path = Path(os.path.relpath(place))
    if path.parts[0] == "..":
        raise CannotDeploy(
            why=f"{place} does not lie below {Path.cwd()}, so it is not in the image. Deploy from its folder."
        )
    return f"{path.as_posix()}{colon}{function}"


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
