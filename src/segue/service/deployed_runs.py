"""Flow runs made from deployments: Scheduled, with parameters that were checked, in the queue where a worker will look."""

from __future__ import annotations

from segue.decide.deployments import parameter_faults
from segue.decide.run_names import run_name
from segue.model.deployments import Deployment
from segue.model.errors import BadRequest
from segue.model.runs import FlowRun
from segue.model.states import Scheduled
from segue.service import flow_runs, stand_ins
from segue.service.deployments import read, refuse_bad_parameters, refuse_bad_variables
from segue.service.identified import identified
from segue.service.pairing import pair
from segue.service.pools import queue_of, read_pool
from segue.store.codec import json_or_none
from segue.store.session import Session
from segue.wire import deployments as w
from segue.wire.requests import ById, ByName, NewFlowRun

#: Runs that one request may make.
_RUNS = 200


def create(session: Session, request: w.NewRunOfDeployment) -> FlowRun:
    """Make a flow run from a deployment; made before, by id or idempotency key, it is returned as it is.

    Raises `NotFound` for the deployment, `BadParameters`, `BadRequest` for job variables.
    """
    session.order()
    return create_from(session, read(session, ById(request.deployment_id)), request)


def create_from(session: Session, deployment: Deployment, request: w.NewRunOfDeployment) -> FlowRun:
    """Make a flow run from a deployment that was read in this transaction."""
    request = identified(session, request)
    known = flow_runs.find(session, request.id)
    if known is None and request.idempotency_key is not None:
        row = session.row("flow_run_by_key", flow=deployment.flow_name, key=request.idempotency_key)
        known = None if row is None else flow_runs.find(session, str(row[0]))
    if known is not None:
        return known
    parameters = {**deployment.parameters, **request.parameters}
    if deployment.enforce_parameter_schema:
        wrong = parameter_faults(deployment.parameter_openapi_schema, parameters)
        refuse_bad_parameters(f"deployment {deployment.flow_name}/{deployment.name}", wrong)
    if request.stand_in is not None and request.parent_flow_run_id is None:
        raise BadRequest("A run that another one stands for needs the flow run that starts it.", field="stand_in")
    queue_id = _queue(session, deployment, request)
    now = session.now()
    state = Scheduled(
        id=session.new_id(), name="Scheduled", timestamp=now, at=request.scheduled_time or now, message=request.message,
        actor=request.created_by,
    )  # fmt: skip
    new = NewFlowRun(
        id=request.id,
        flow_name=deployment.flow_name,
        # The last of an id's 128 bits are drawn by chance.
        name=request.name or run_name(int(request.id.replace("-", "")[-15:], 16)),
        states=[state],
        parent_task_run_id=request.parent_task_run_id if request.stand_in is None else request.stand_in.id,
        parent_flow_run_id=request.parent_flow_run_id,
        flow_version=deployment.version,
        entrypoint=deployment.entrypoint,
        parameters=parameters,
        tags=list(dict.fromkeys([*deployment.tags, *request.tags])),
        created_by=request.created_by,
        idempotency_key=request.idempotency_key,
        traceparent=request.traceparent,
    )
    if request.stand_in is not None and request.parent_flow_run_id is not None:
        parent_id = request.parent_flow_run_id
        stand_ins.make(session, request.stand_in, flow_run_id=parent_id, stands_for=request.id, state=state)
    flow_runs.create(session, new)
    session.run(
        "flow_run_deployed", id=request.id, deployment_id=deployment.id, version=deployment.version_number,
        pool_id=deployment.work_pool_id, queue_id=queue_id, job_variables=json_or_none(request.job_variables),
        labels=json_or_none(deployment.labels),
    )  # fmt: skip
    return flow_runs.read(session, ById(request.id))


def _queue(session: Session, deployment: Deployment, request: w.NewRunOfDeployment) -> str | None:
    if deployment.work_pool_name is None:
        if request.work_queue_name is not None:
            raise BadRequest(
                f"Deployment {deployment.flow_name}/{deployment.name} has no work pool, so there is no queue "
                f"{request.work_queue_name!r}.",
                field="work_queue_name",
            )
        return None
    if request.work_queue_name is None and not request.job_variables:
        return deployment.work_queue_id
    pool = read_pool(session, ByName(deployment.work_pool_name))
    refuse_bad_variables(pool, request.job_variables)
    if request.work_queue_name is None:
        return deployment.work_queue_id
    return queue_of(session, pool, request.work_queue_name).id


def create_many(session: Session, request: w.NewRunsOfDeployment) -> w.RunsOfDeployment:
    """Make several flow runs from one deployment, all or none; raises `NotFound`, `BadParameters`, `BadRequest`."""
    if not 0 < len(request.runs) <= _RUNS:
        raise BadRequest(
            f"Between 1 and {_RUNS} flow runs are made at once; here are {len(request.runs):,}.", field="runs"
        )
    session.order()
    deployment = read(session, ById(request.deployment_id))
    return w.RunsOfDeployment(items=[create_from(session, deployment, each) for each in request.runs])


HANDLERS = dict((pair(w.DEPLOYMENT_RUN, create), pair(w.DEPLOYMENT_RUNS, create_many)))
