"""`run_deployment`: a run of a deployment made from anywhere, waited for if wanted, and shown in the flow run that starts it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from segue.client.methods.calls import Calls, id_text
from segue.client.orchestration import SegueClient, SyncSegueClient
from segue.client.schemas.objects import FlowRun
from segue.engine.asks import AwaitAll, Do, Script, Sleep
from segue.engine.lives import FlowLife, TaskLife, current_flow, current_tags, current_task
from segue.engine.session import who
from segue.engine.spec import TaskSpec
from segue.engine.stamp import pending
from segue.host import clock
from segue.host.ids import new_id
from segue.model.deployments import Deployment
from segue.model.states import Cancelled, Failed
from segue.pairs import aplay, play
from segue.parameters import as_json
from segue.upstream import Upstream, resolved
from segue.wire.deployments import (
    DEPLOYMENT_READ,
    DEPLOYMENT_READ_NAMED,
    DEPLOYMENT_RUN,
    ByFlowAndName,
    NewRunOfDeployment,
    StandIn,
)
from segue.wire.operations import FLOW_RUN_HISTORY, FLOW_RUN_LIST, FLOW_RUN_READ
from segue.wire.queries import RunFilter, RunQuery
from segue.wire.requests import ById

#: A look at the record costs little, so an end is seen this soon (seconds) whatever `poll_interval` says.
_SOON = 0.2
#: Runs that one call in a durable flow may have made, one for each time that the flow was tried again.
_TRIES = 100


class _Wanted(Struct, frozen=True, kw_only=True):
    """A run as it was asked for."""

    name: str | UUID
    parameters: dict[str, Any]
    new: NewRunOfDeployment
    timeout: float | None
    poll_interval: float
    as_subflow: bool


def run_deployment(
    name: str | UUID,
    client: SegueClient | SyncSegueClient | None = None,  # noqa: ARG001 - users' word; all clients ask alike
    parameters: dict[str, Any] | None = None,
    scheduled_time: datetime | None = None,
    flow_run_name: str | None = None,
    timeout: float | None = None,
    poll_interval: float | None = 5,
    tags: Iterable[str] | None = None,
    idempotency_key: str | None = None,
    work_queue_name: str | None = None,
    as_subflow: bool | None = True,  # noqa: FBT001, FBT002 - in the place where users know it
    job_variables: dict[str, Any] | None = None,
) -> FlowRun:
    """Make a run of the deployment `FLOW/NAME` (or of this id), and return it when it is over. Awaitable in async code.

    `timeout` and `poll_interval` are seconds: with `timeout=0` the run is returned as soon as it is made, and after a longer one
    in whatever state it is in then. Within a flow run it is shown as a subflow, unless `as_subflow=False`: it is cancelled with its
    parent, and goes on when that ends otherwise. A durable flow that is resumed finds the run that it made before. Futures among
    the parameters are waited for.

    Raises ObjectNotFound, ValueError for a negative timeout or a parameter that JSON cannot hold, and what the service says
    against parameters and job variables.
    """
    new = _new(scheduled_time, flow_run_name, tags, idempotency_key, work_queue_name, job_variables)
    return play(_run(_wanted(name, parameters, new, timeout, poll_interval, as_subflow=bool(as_subflow))))


async def arun_deployment(
    name: str | UUID,
    client: SegueClient | SyncSegueClient | None = None,  # noqa: ARG001 - users' word; all clients ask alike
    parameters: dict[str, Any] | None = None,
    scheduled_time: datetime | None = None,
    flow_run_name: str | None = None,
    timeout: float | None = None,
    poll_interval: float | None = 5,
    tags: Iterable[str] | None = None,
    idempotency_key: str | None = None,
    work_queue_name: str | None = None,
    as_subflow: bool | None = True,  # noqa: FBT001, FBT002 - in the place where users know it
    job_variables: dict[str, Any] | None = None,
) -> FlowRun:
    """Make a run of a deployment and return it when it is over; the async form of `run_deployment`."""
    new = _new(scheduled_time, flow_run_name, tags, idempotency_key, work_queue_name, job_variables)
    return await aplay(_run(_wanted(name, parameters, new, timeout, poll_interval, as_subflow=bool(as_subflow))))


def _new(
    scheduled_time: datetime | None,
    name: str | None,
    tags: Iterable[str] | None,
    idempotency_key: str | None,
    work_queue_name: str | None,
    job_variables: dict[str, Any] | None,
) -> NewRunOfDeployment:
    if scheduled_time is not None and scheduled_time.tzinfo is None:
        scheduled_time = scheduled_time.astimezone()
    return NewRunOfDeployment(
        deployment_id="", id=new_id(), name=name or "", scheduled_time=scheduled_time,
        tags=list(dict.fromkeys([*(tags or ()), *sorted(current_tags.get())])), job_variables=dict(job_variables or {}),
        work_queue_name=work_queue_name, idempotency_key=idempotency_key,
    )  # fmt: skip


def _wanted(
    name: str | UUID,
    parameters: dict[str, Any] | None,
    new: NewRunOfDeployment,
    timeout: float | None,
    poll_interval: float | None,
    *,
    as_subflow: bool,
) -> _Wanted:
    if timeout is not None and timeout < 0:
        raise ValueError(f"`timeout` cannot be negative, got {timeout}.")
    return _Wanted(
        name=name, parameters=dict(parameters or {}), new=new, timeout=timeout,
        poll_interval=_SOON if poll_interval is None else poll_interval, as_subflow=as_subflow,
    )  # fmt: skip


def _run(wanted: _Wanted) -> Script[FlowRun]:
    asker = _Asker()
    parent, caller = current_flow.get(), current_task.get()
    deployment: Deployment = yield Do(asker.find, (wanted.name,))
    upstream = Upstream()
    upstream.look(wanted.parameters)
    if upstream.promises:
        yield AwaitAll(upstream.promises)
    parameters = {
        name: resolved(value) if name in upstream.found else value for name, value in wanted.parameters.items()
    }
    new = msgspec.structs.replace(
        wanted.new, deployment_id=deployment.id, parameters=as_json(parameters), created_by=who()
    )
    if parent is not None and wanted.as_subflow:
        stand_in = _stand_in(parent, caller, deployment, parameters, upstream.edges)
        new = msgspec.structs.replace(
            new,
            parent_flow_run_id=parent.id,
            stand_in=StandIn(
                id=stand_in.id, name=stand_in.name, task_name=stand_in.spec.name, task_key=stand_in.spec.key,
                dynamic_key=stand_in.dynamic_key, tags=new.tags, upstream=dict(upstream.edges),
                parent_task_run_id=None if caller is None else caller.id,
            ),
        )  # fmt: skip
        if parent.journal is not None and new.idempotency_key is None:
            parent.journal.number(stand_in, direct=True)
            key: str = yield Do(asker.key_of_step, (parent, (stand_in.step or "").split(":", 1)[0]))
            new = msgspec.structs.replace(new, idempotency_key=key)
        # What was recorded so far comes before the run: it may be about the task that starts it.
        yield Do(parent.open_stream.flush)
    run: FlowRun = yield Do(asker.start, (new,))
    deadline = None if wanted.timeout is None else clock.monotonic() + wanted.timeout
    while run.state is None or not run.state.is_final():
        left = None if deadline is None else deadline - clock.monotonic()
        if left is not None and left <= 0:
            break
        yield Sleep(min(each for each in (wanted.poll_interval, _SOON, left) if each is not None))
        run = yield Do(asker.look, (str(run.id),))
    return run


def _stand_in(
    parent: FlowLife,
    caller: TaskLife | None,
    deployment: Deployment,
    parameters: dict[str, Any],
    edges: dict[str, list[str]],
) -> TaskLife:
    """Make the task run by which the run will appear among its parent's tasks; the service makes its row."""
    key = f"deployment:{deployment.flow_name}/{deployment.name}"
    ordinal = parent.ordinal(key)
    spec = TaskSpec(
        name=deployment.flow_name, key=key, function=run_deployment, face=None, hash_inputs=parent.spec.hash_inputs
    )
    task = TaskLife(
        id=new_id(), spec=spec, name=f"{deployment.flow_name}-{ordinal}", parameters=parameters, stream=parent.open_stream,
        flow=parent, parent=caller, state=pending(), tags=frozenset(), dynamic_key=str(ordinal),
    )  # fmt: skip
    task.upstream = edges
    return task


class _Asker(Calls):
    """What is asked of the service."""

    def find(self, name: str | UUID) -> Deployment:
        """Return the deployment that an id or `FLOW/NAME` means; raises ObjectNotFound, ValueError."""
        if isinstance(name, UUID):
            return self._call(DEPLOYMENT_READ, ById(id_text(name)))
        flow, slash, called = name.rpartition("/")
        if slash:
            return self._call(DEPLOYMENT_READ_NAMED, ByFlowAndName(flow, called))
        try:
            return self._call(DEPLOYMENT_READ, ById(id_text(name)))
        except ValueError:
            raise ValueError(f"{name!r} is neither '<FLOW_NAME>/<DEPLOYMENT_NAME>' nor an id.") from None

    def start(self, new: NewRunOfDeployment) -> FlowRun:
        """Make the run."""
        return FlowRun.of(self._call(DEPLOYMENT_RUN, new))

    def look(self, id: str) -> FlowRun:
        """Return the run as it is now."""
        return FlowRun.of(self._call(FLOW_RUN_READ, ById(id)))

    def key_of_step(self, parent: FlowLife, step: str) -> str:
        """Return the key of the run that a call in a durable flow means: the one it made before, else a new one.

        A run that ended badly is met again when the flow goes on after a crash, and made anew when the flow is tried again.
        """
        keys = [f"{parent.id}:{step}:{n}" for n in range(_TRIES)]
        if parent.run_count <= 1:
            return keys[0]
        query = RunQuery(where=RunFilter(idempotency_keys=keys, flow_run_ids=[parent.id]), limit=_TRIES)
        made = {run.idempotency_key: run for run in self._call(FLOW_RUN_LIST, query).items}
        history = self._call(FLOW_RUN_HISTORY, ById(parent.id)).items
        judged = [row.state.timestamp for row in history if isinstance(row.state, Failed | Cancelled)]
        for key in keys:
            run = made.get(key)
            if run is None:
                return key
            badly = run.state.final and run.state.kind != "COMPLETED"
            if not badly or not judged or run.state.timestamp > max(judged):
                return key
        return keys[-1]
