"""Flows as others can start them: what a flow says of its deployments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, ParamSpec, cast

from segue.decorated import R_co
from segue.drawable import Drawable

if TYPE_CHECKING:
    from segue.deployments.runner import AnySchedule, RunnerDeployment, Span
    from segue.flows import Flow

P = ParamSpec("P")


class Deployable(Drawable[P, R_co]):
    """What can be deployed and served."""

    def to_deployment(
        self,
        name: str,
        interval: Span | Iterable[Span] | None = None,
        cron: str | Iterable[str] | None = None,
        rrule: str | Iterable[str] | None = None,
        paused: bool | None = None,  # noqa: FBT001 - in the place where users know it
        schedule: AnySchedule | None = None,
        schedules: Sequence[AnySchedule] | None = None,
        concurrency_limit: int | None = None,
        parameters: dict[str, Any] | None = None,
        description: str | None = None,
        tags: list[str] | None = None,
        version: str | None = None,
        enforce_parameter_schema: bool = True,  # noqa: FBT001, FBT002 - the same
        work_pool_name: str | None = None,
        work_queue_name: str | None = None,
        job_variables: dict[str, Any] | None = None,
    ) -> RunnerDeployment:
        """Return a deployment of this flow, for `serve(...)`; nothing is recorded until it is applied.

        Without a schedule those that the deployment has stay as they are; `schedules=[]` takes them away. Raises `ValueError` for
        schedules that are wrong or given in several ways, `TypeError` for what is none.
        """
        from segue.deployments.runner import RunnerDeployment, schedules_given  # noqa: PLC0415 - a door: few programs deploy

        return RunnerDeployment(
            flow=cast("Flow[Any, Any]", self), name=name, schedules=schedules_given(interval, cron, rrule, schedule, schedules),
            paused=bool(paused), parameters=dict(parameters or {}), description=description, tags=tuple(tags or ()),
            version=version, enforce_parameter_schema=enforce_parameter_schema, concurrency_limit=concurrency_limit,
            work_pool_name=work_pool_name, work_queue_name=work_queue_name, job_variables=dict(job_variables or {}),
        )  # fmt: skip

    def serve(
        self,
        name: str | None = None,
        interval: Span | Iterable[Span] | None = None,
        cron: str | Iterable[str] | None = None,
        rrule: str | Iterable[str] | None = None,
        paused: bool | None = None,  # noqa: FBT001 - in the place where users know it
        schedule: AnySchedule | None = None,
        schedules: Sequence[AnySchedule] | None = None,
        global_limit: int | None = None,
        *,
        parameters: dict[str, Any] | None = None,
        description: str | None = None,
        tags: list[str] | None = None,
        version: str | None = None,
        enforce_parameter_schema: bool = True,
        pause_on_shutdown: bool = True,
        print_starting_message: bool = True,
        limit: int | None = None,
    ) -> None:
        """Make a deployment of this flow and run its runs until this process is asked to end.

        `limit` bounds how many this process has at once, `global_limit` how many there are anywhere. Raises CannotServe, and what
        `to_deployment` raises.
        """
        from segue import serving  # noqa: PLC0415 - a door: few programs serve

        deployment = self.to_deployment(
            name or self.name, interval, cron, rrule, paused, schedule, schedules, concurrency_limit=global_limit,
            parameters=parameters, description=description, tags=tags, version=version,
            enforce_parameter_schema=enforce_parameter_schema,
        )  # fmt: skip
        serving.serve(
            deployment, pause_on_shutdown=pause_on_shutdown, print_starting_message=print_starting_message, limit=limit
        )
