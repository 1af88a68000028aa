"""Flows as others can start them: where their code lies, and what a flow says of its deployments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, ParamSpec, cast

from segue.decorated import R_co
from segue.drawable import Drawable
from segue.engine.calling import in_async_code

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from segue.client.schemas.deployments import ConcurrencyLimitConfig
    from segue.deployments.runner import AnySchedule, EntrypointType, RunnerDeployment, Span
    from segue.docker import DockerImage
    from segue.events.schemas.deployment_triggers import DeploymentTriggerTypes
    from segue.fetched import Source
    from segue.flows import Flow
    from segue.runner.storage import RunnerStorage

P = ParamSpec("P")


class Deployable(Drawable[P, R_co]):
    """What can be deployed and served."""

    #: Where its code lies, if it was fetched.
    source: Source | None = None

    @classmethod
    def from_source(cls, source: str | Path | RunnerStorage | Any, entrypoint: str) -> Flow[..., Any]:
        """Return the flow `FILE.py:FUNCTION` of code that lies elsewhere; awaitable in async code.

        `source` is a folder, the address of a Git repository or of anything that fsspec knows (`s3://bucket/flows`), a place of
        `segue.runner.storage`, or a block that a folder can be fetched from. The flow can be called, deployed and served; its
        runs fetch the code anew. Where its libraries are not installed here it can be deployed all the same. Raises `PullFailed`,
        CannotLoad, MissingFlowError, UnspecifiedFlowError, ScriptError for a file that is no Python.
        """
        from segue import fetched  # noqa: PLC0415 - a door: few programs fetch code

        kind: Any = cls
        if in_async_code():
            return fetched.afrom_source(kind, source, entrypoint)  # type: ignore[return-value]  # what async code awaits
        return cast("Flow[..., Any]", fetched.from_source(kind, source, entrypoint))

    @classmethod
    async def afrom_source(cls, source: str | Path | RunnerStorage | Any, entrypoint: str) -> Flow[..., Any]:
        """Return a flow of code that lies elsewhere; the async form of `from_source`."""
        from segue import fetched  # noqa: PLC0415 - a door: few programs fetch code

        kind: Any = cls
        return cast("Flow[..., Any]", await fetched.afrom_source(kind, source, entrypoint))

    def to_deployment(
        self,
        name: str,
        interval: Span | Iterable[Span] | None = None,
        cron: str | Iterable[str] | None = None,
        rrule: str | Iterable[str] | None = None,
        paused: bool | None = None,  # noqa: FBT001 - in the place where users know it
        schedule: AnySchedule | None = None,
        schedules: Sequence[AnySchedule] | None = None,
        concurrency_limit: int | ConcurrencyLimitConfig | None = None,
        parameters: dict[str, Any] | None = None,
        triggers: Sequence[DeploymentTriggerTypes | dict[str, Any]] | None = None,
        description: str | None = None,
        tags: list[str] | None = None,
        version: str | None = None,
        version_type: str | None = None,
        enforce_parameter_schema: bool = True,  # noqa: FBT001, FBT002 - the same
        work_pool_name: str | None = None,
        work_queue_name: str | None = None,
        job_variables: dict[str, Any] | None = None,
        entrypoint_type: EntrypointType | None = None,
        *,
        keep_running: bool | None = None,
    ) -> RunnerDeployment:
        """Return a deployment of this flow, for `serve(...)` and `deploy(...)`; nothing is recorded until it is applied.

        Without a schedule those that the deployment has stay as they are; `schedules=[]` takes them away. The same goes for
        `triggers`, each of which becomes an automation that runs this deployment. With `keep_running` it is a
        service: one run of it is under way at any time, and is followed by the next when it ends, unless the deployment is paused;
        False takes that back, and without a word it stays as it is.
        `version_type="vcs:git"` makes the commit of the working folder the version; raises `PullFailed` where it is at none.
        Raises `ValueError` for schedules or triggers that are wrong, or given in several ways, `TypeError` for what is none.
        """
        from segue.deployments import runner  # noqa: PLC0415 - a door: few programs deploy

        return runner.RunnerDeployment(
            flow=cast("Flow[Any, Any]", self), name=name, triggers=runner.triggers_given(triggers),
            schedules=runner.schedules_given(interval, cron, rrule, schedule, schedules), paused=paused,
            parameters=dict(parameters or {}), description=description, tags=tuple(tags or ()),
            version=runner.version_given(version, version_type),
            enforce_parameter_schema=enforce_parameter_schema, concurrency_limit=concurrency_limit,
            work_pool_name=work_pool_name, work_queue_name=work_queue_name, job_variables=dict(job_variables or {}),
            entrypoint_type=entrypoint_type or runner.EntrypointType.FILE_PATH, keep_running=keep_running,
        )  # fmt: skip

    async def ato_deployment(self, name: str, **options: Any) -> RunnerDeployment:
        """Return a deployment of this flow; the async form of `to_deployment`, with the same options."""
        return self.to_deployment(name, **options)

    async def adeploy(self, name: str, work_pool_name: str | None = None, **options: Any) -> UUID:
        """Make a deployment of this flow on a work pool; the async form of `deploy`, with the same options."""
        deploy: Any = self.deploy
        made: UUID = await deploy(name, work_pool_name, **options)
        return made

    def deploy(
        self,
        name: str,
        work_pool_name: str | None = None,
        image: str | DockerImage | None = None,
        build: bool = True,  # noqa: FBT001, FBT002 - in the place where users know it
        push: bool = True,  # noqa: FBT001, FBT002 - the same
        work_queue_name: str | None = None,
        job_variables: dict[str, Any] | None = None,
        interval: Span | Iterable[Span] | None = None,
        cron: str | Iterable[str] | None = None,
        rrule: str | Iterable[str] | None = None,
        paused: bool | None = None,  # noqa: FBT001 - the same
        schedule: AnySchedule | None = None,
        schedules: Sequence[AnySchedule] | None = None,
        concurrency_limit: int | ConcurrencyLimitConfig | None = None,
        triggers: Sequence[DeploymentTriggerTypes | dict[str, Any]] | None = None,
        parameters: dict[str, Any] | None = None,
        description: str | None = None,
        tags: list[str] | None = None,
        version: str | None = None,
        version_type: str | None = None,
        enforce_parameter_schema: bool = True,  # noqa: FBT001, FBT002 - the same
        entrypoint_type: EntrypointType | None = None,
        print_next_steps: bool = True,  # noqa: FBT001, FBT002 - the same
        ignore_warnings: bool = False,  # noqa: FBT001, FBT002 - the same
        *,
        keep_running: bool | None = None,
    ) -> UUID:
        """Make a deployment of this flow on a work pool, or bring it up to date; returns its id. Awaitable in async code.

        The code is in an image that is built and pushed here, or is fetched for each run from where `from_source` found it; then no
        image is needed. Raises what `to_deployment` and `deploy` raise.
        """
        from segue.deployments import deploying  # noqa: PLC0415 - a door: few programs deploy

        deployment = self.to_deployment(
            name, interval, cron, rrule, paused, schedule, schedules, concurrency_limit=concurrency_limit, parameters=parameters,
            triggers=triggers, description=description, tags=tags, version=version, version_type=version_type,
            work_pool_name=work_pool_name, enforce_parameter_schema=enforce_parameter_schema, keep_running=keep_running,
            work_queue_name=work_queue_name, job_variables=job_variables, entrypoint_type=entrypoint_type,
        )  # fmt: skip
        return deploying.deploy_one(
            deployment, work_pool_name=work_pool_name, image=image, build=build, push=push,
            print_next_steps_message=print_next_steps, ignore_warnings=ignore_warnings,
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
        global_limit: int | ConcurrencyLimitConfig | None = None,
        *,
        triggers: Sequence[DeploymentTriggerTypes | dict[str, Any]] | None = None,
        parameters: dict[str, Any] | None = None,
        description: str | None = None,
        tags: list[str] | None = None,
        version: str | None = None,
        version_type: str | None = None,
        enforce_parameter_schema: bool = True,
        pause_on_shutdown: bool = True,
        print_starting_message: bool = True,
        limit: int | None = None,
        webserver: bool = False,
        entrypoint_type: EntrypointType | None = None,
        keep_running: bool | None = None,
    ) -> None:
        """Make a deployment of this flow and run its runs until this process is asked to end.

        `limit` bounds how many this process has at once, `global_limit` how many there are anywhere. It calls out and is never
        called, so there is no `webserver`. Raises CannotServe, and what `to_deployment` raises.
        """
        from segue import serving  # noqa: PLC0415 - a door: few programs serve

        deployment = self.to_deployment(
            name or self.name, interval, cron, rrule, paused, schedule, schedules, concurrency_limit=global_limit,
            parameters=parameters, triggers=triggers, description=description, tags=tags, version=version,
            version_type=version_type, enforce_parameter_schema=enforce_parameter_schema, entrypoint_type=entrypoint_type,
            keep_running=keep_running,
        )  # fmt: skip
        serving.serve(
            deployment, pause_on_shutdown=pause_on_shutdown, print_starting_message=print_starting_message, limit=limit,
            webserver=webserver,
        )  # fmt: skip
