"""Deployments: made, brought up to date, changed, read, deleted; each change of what a run does is a version of its own."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET

from segue.decide.deployments import parameter_faults
from segue.decide.job_templates import variable_faults
from segue.model import sizes
from segue.model.deployments import VERSIONED, ConcurrencyOptions, Deployment, DeploymentVersion
from segue.model.errors import AlreadyExists, BadRequest, NotFound, SegueError
from segue.model.pools import WorkPool, WorkQueue
from segue.model.states import Cancelled
from segue.service.automations import end_with
from segue.service.flow_runs import enter, find
from segue.service.happenings import changed
from segue.service.identified import identified
from segue.service.kept_runs import end_kept
from segue.service.limits import fits
from segue.service.pairing import pair
from segue.service.pools import checked_name, queue_of, read_pool
from segue.service.schedule_runs import deployment_changed
from segue.store.codec import json_or_none, json_text, micros, micros_or_none
from segue.store.deployment_rows import deployment_out, version_out
from segue.store.lists import Sort, Where, count, encode_cursor, page
from segue.store.session import Session
from segue.store.statements import statement
from segue.wire import deployments as w
from segue.wire.queries import Count
from segue.wire.requests import ById, ByName, Nothing

#: Facts that are taken from a request as they are.
_FACTS = (
    "version", "entrypoint", "path", "pull_steps", "parameters", "parameter_openapi_schema", "enforce_parameter_schema", "tags",
    "labels", "description", "job_variables", "concurrency_limit", "concurrency_options",
    "keep_running",
)  # fmt: skip


class BadParameters(SegueError):
    """These parameters do not fit the flow."""

    code = "parameters.invalid"
    status = 422


def refuse_bad_parameters(what: str, wrong: list[str]) -> None:
    """Raise `BadParameters` for what is wrong with parameters."""
    if wrong:
        raise BadParameters(f"The parameters do not fit {what}: {'; '.join(wrong)}.", field="parameters")


def put(session: Session, request: w.PutDeployment) -> Deployment:
    """Make a deployment or bring the one of this flow and name up to date; raises `NotFound` for its pool, `BadParameters`."""
    request = identified(session, request)
    session.order()
    checked_name("deployment", request.name)
    if not request.flow_name:
        raise BadRequest("A deployment is of a flow; flow_name is empty.", field="flow_name")
    row = session.row("deployment_named", flow=request.flow_name, name=request.name)
    known = None if row is None else deployment_out(row)
    if known is None and session.row("deployment_read", id=request.id) is not None:
        raise AlreadyExists(kind="deployment", id=request.id)
    now = session.now()
    flow = session.row("flow_intern", id=session.new_id(), name=request.flow_name, created=micros(now))
    pool, queue = _place(session, request.work_pool_name, request.work_queue_name)
    facts = {fact: getattr(request, fact) for fact in _FACTS}
    for fact in ("paused", "keep_running"):
        given = getattr(request, fact)
        facts[fact] = given if given is not None else known is not None and getattr(known, fact)
    wanted = Deployment(
        id=request.id if known is None else known.id,
        name=request.name,
        flow_id=str(flow[0]) if flow is not None else "",
        flow_name=request.flow_name,
        created=now if known is None else known.created,
        updated=now if known is None else known.updated,
        version_number=1 if known is None else known.version_number,
        **_of_place(pool, queue),
        **facts,
    )
    return _written(session, known, wanted, pool)


def _place(session: Session, pool: str | None, queue: str | None) -> tuple[WorkPool | None, WorkQueue | None]:
    if pool is None:
        if queue is not None:
            raise BadRequest(f"A work queue is of a work pool; say which for {queue!r}.", field="work_queue_name")
        return None, None
    found = read_pool(session, ByName(pool))
    return found, queue_of(session, found, queue)


def _of_place(pool: WorkPool | None, queue: WorkQueue | None) -> dict[str, Any]:
    return {
        "work_pool_id": pool and pool.id,
        "work_pool_name": pool and pool.name,
        "work_queue_id": queue and queue.id,
        "work_queue_name": queue and queue.name,
    }


def edit(session: Session, request: w.EditDeployment) -> Deployment:
    """Change facts of a deployment; runs that have not begun go with it. Raises `NotFound`, `BadParameters`, `BadRequest`."""
    session.order()
    known = read(session, ById(request.id))
    given = {fact: getattr(request, fact) for fact in (*_FACTS, "paused")}
    facts: dict[str, Any] = {fact: value for fact, value in given.items() if value is not UNSET}
    moves = request.work_pool_name is not UNSET or request.work_queue_name is not UNSET
    pool_name = known.work_pool_name if request.work_pool_name is UNSET else request.work_pool_name
    stays = pool_name == known.work_pool_name
    queue_name = (
        (known.work_queue_name if stays else None) if request.work_queue_name is UNSET else request.work_queue_name
    )
    pool, queue = _place(session, pool_name, queue_name if pool_name is not None or request.work_queue_name else None)
    if moves:
        facts |= _of_place(pool, queue)
    return _written(session, known, msgspec.structs.replace(known, **facts), pool)


def _written(session: Session, known: Deployment | None, wanted: Deployment, pool: WorkPool | None) -> Deployment:
    """Write a deployment as it is wanted, with a new version where what its runs do is another."""
    differing = [
        fact
        for fact in (*_FACTS, "paused", "work_pool_id", "work_queue_id")
        if known is None or getattr(known, fact) != getattr(wanted, fact)
    ]
    if known is not None and not differing:
        return known
    _check(wanted, pool)
    is_new_version = known is not None and any(fact in VERSIONED for fact in differing)
    if known is not None and is_new_version:
        wanted = msgspec.structs.replace(wanted, version_number=known.version_number + 1)
    now = session.now()
    default = wanted.concurrency_options == ConcurrencyOptions()
    session.run(
        "deployment_put", id=wanted.id, flow_id=wanted.flow_id, name=wanted.name, version_number=wanted.version_number,
        version=wanted.version, entrypoint=wanted.entrypoint, path=wanted.path, pull_steps=json_or_none(wanted.pull_steps),
        parameters=json_or_none(wanted.parameters), parameter_schema=json_or_none(wanted.parameter_openapi_schema),
        enforce_schema=int(wanted.enforce_parameter_schema), tags=json_or_none(wanted.tags), labels=json_or_none(wanted.labels),
        description=wanted.description, paused=int(wanted.paused), pool_id=wanted.work_pool_id, queue_id=wanted.work_queue_id,
        job_variables=json_or_none(wanted.job_variables), concurrency_limit=wanted.concurrency_limit,
        concurrency_options=None if default else json_text(wanted.concurrency_options),
        keep_running=int(wanted.keep_running), now=micros(now),
    )  # fmt: skip
    made = read(session, ById(wanted.id))
    if known is None or is_new_version:
        caller = session.caller
        session.run(
            "deployment_version_put", deployment_id=made.id, number=made.version_number, created=micros(now),
            created_by=json_text(caller.actor) if caller is not None else None, body=json_text(made),
        )  # fmt: skip
    if known is not None and is_new_version:
        session.run(
            "flow_runs_follow", deployment_id=made.id, version=made.version_number, pool_id=made.work_pool_id,
            queue_id=made.work_queue_id, old_queue_id=known.work_queue_id,
        )  # fmt: skip
    if known is not None:
        deployment_changed(session, made.id, paused=made.paused)
        _end_service(session, known, made, is_new_version=is_new_version)
    facts = {} if known is None else {"changed": differing}
    changed(
        session,
        f"segue.deployment.{_verb(known, made, differing)}",
        _labels(made),
        version=made.version_number,
        **facts,
    )
    return made


def _end_service(session: Session, known: Deployment, made: Deployment, *, is_new_version: bool) -> None:
    """End the run of a service that is one no more, or is to be another now."""
    if not known.keep_running or known.paused:
        return
    if made.paused:
        end_kept(session, made, "The deployment was paused.")
    elif not made.keep_running:
        end_kept(session, made, "The deployment is no longer kept running.")
    elif is_new_version:
        end_kept(session, made, f"Version {made.version_number} of the deployment takes its place.")


def _verb(known: Deployment | None, made: Deployment, differing: list[str]) -> str:
    if known is None:
        return "created"
    if differing == ["paused"]:
        return "paused" if made.paused else "resumed"
    return "updated"


def _check(wanted: Deployment, pool: WorkPool | None) -> None:
    fits("The parameters", wanted.parameters, sizes.PARAMETERS)
    fits("The parameter schema", wanted.parameter_openapi_schema, sizes.PARAMETERS)
    fits("The pull steps", wanted.pull_steps, sizes.BLOCK)
    fits("The job variables", wanted.job_variables, sizes.BLOCK)
    fits("The labels", wanted.labels, sizes.VARIABLE)
    if wanted.keep_running and wanted.concurrency_limit not in {None, 1}:
        raise BadRequest(
            f"A deployment that is kept running has one run at a time; its concurrency limit cannot be {wanted.concurrency_limit}.",
            field="concurrency_limit",
        )
    if wanted.enforce_parameter_schema:
        # Nobody is there who would give the rest to a service.
        wrong = parameter_faults(wanted.parameter_openapi_schema, wanted.parameters, whole=wanted.keep_running)
        refuse_bad_parameters(f"flow {wanted.flow_name!r}", wrong)
    refuse_bad_variables(pool, wanted.job_variables)


def refuse_unfit(deployment: Deployment, given: dict[str, object]) -> None:
    """Raise `BadParameters` for parameters that a deployment's flow does not take; what is missing may come from elsewhere."""
    wrong = parameter_faults(deployment.parameter_openapi_schema, given, whole=False)
    refuse_bad_parameters(f"deployment {deployment.flow_name}/{deployment.name}", wrong)


def refuse_bad_variables(pool: WorkPool | None, given: dict[str, object]) -> None:
    """Raise `BadRequest` for job variables that do not fit the template of their pool."""
    wrong = variable_faults(pool.base_job_template, given) if pool is not None and given else []
    if pool is not None and wrong:
        raise BadRequest(
            f"The job variables do not fit work pool {pool.name!r}: {'; '.join(wrong)}.", field="job_variables"
        )


def read(session: Session, request: ById) -> Deployment:
    """Return a deployment; raises `NotFound`."""
    row = session.row("deployment_read", id=request.id)
    if row is None:
        raise NotFound(kind="deployment", id=request.id)
    return deployment_out(row)


def read_named(session: Session, request: w.ByFlowAndName) -> Deployment:
    """Return a deployment by its flow and name; raises `NotFound`."""
    row = session.row("deployment_named", flow=request.flow_name, name=request.name)
    if row is None:
        raise NotFound(kind="deployment", id=f"{request.flow_name}/{request.name}")
    return deployment_out(row)


def list_page(session: Session, request: w.DeploymentQuery) -> w.Deployments:
    """Return a page of deployments."""
    where = _where(session, request)
    sort = Sort(request.sort, {"name": "d.name", "created": "d.created", "updated": "d.updated"}, "d.id")
    sort.beyond(where, request.after)
    rows, more = page(session, statement("deployment_select"), where, sort, request.limit, request.offset)
    cell = {"name": 1, "created": 4, "updated": 5}[sort.word]
    after = encode_cursor(rows[-1][cell], str(rows[-1][0])) if more else None
    return w.Deployments(items=[deployment_out(row) for row in rows], next=after)


def count_all(session: Session, request: w.DeploymentQuery) -> Count:
    """Count deployments."""
    source = (
        "deployment AS d JOIN flow AS f ON f.id = d.flow_id LEFT JOIN work_pool AS p ON p.id = d.pool_id "
        "LEFT JOIN work_queue AS q ON q.id = d.queue_id"
    )
    return Count(count(session, source, _where(session, request)))


def _where(session: Session, f: w.DeploymentQuery) -> Where:
    where = Where(session.dialect)
    where.among("d.id", f.ids)
    if f.ref is not None:
        flow, _, name = f.ref.rpartition("/")
        either = [f"d.id = {where.hold(f.ref)}", f"d.name = {where.hold(f.ref)}"]
        if flow:
            either.append(f"(f.name = {where.hold(flow)} AND d.name = {where.hold(name)})")
        where.add(f"({' OR '.join(either)})")
    where.among("d.name", f.names)
    where.like("d.name", f.name_like)
    where.among("d.flow_id", f.flow_ids)
    where.among("f.name", f.flow_names)
    where.among("p.name", f.work_pool_names)
    where.among("d.queue_id", f.work_queue_ids)
    where.among("q.name", f.work_queue_names)
    where.tags("d.tags", every=f.tags_all, some=f.tags_any)
    where.compare("d.paused", "=", None if f.paused is None else int(f.paused))
    where.compare("d.created", ">=", micros_or_none(f.created_after))
    return where


def versions(session: Session, request: w.VersionQuery) -> w.Versions:
    """Return a page of a deployment's versions, newest first; raises `NotFound`."""
    read(session, ById(request.id))
    try:
        below = 2**31 - 1 if request.after is None else int(request.after)
    except ValueError:
        raise BadRequest("The cursor is not one that a page gave; ask from the start.", field="after") from None
    rows = session.rows("deployment_versions", id=request.id, below=below, limit=request.limit + 1)
    shown = rows[: request.limit]
    more = len(rows) > request.limit > 0
    return w.Versions(items=[version_out(row) for row in shown], next=str(shown[-1][1]) if more else None)


def version(session: Session, request: w.VersionRef) -> DeploymentVersion:
    """Return one version of a deployment; raises `NotFound`."""
    row = session.row("deployment_version_read", id=request.id, number=request.number)
    if row is None:
        raise NotFound(kind="version", id=f"{request.number} of deployment {request.id}")
    return version_out(row)


def delete(session: Session, request: ById) -> Nothing:
    """Delete a deployment; runs of it that have not begun are cancelled, the others stay. Raises `NotFound`."""
    session.order()
    known = read(session, request)
    deployment_changed(session, known.id, paused=False, gone=True)
    waiting = [str(row[0]) for row in session.rows("flow_runs_of_deployment_waiting", deployment_id=known.id)]
    session.rows("lock_flow_runs", ids=json_text(waiting))
    for id in waiting:
        run = find(session, id)
        if run is not None and run.state.kind == "SCHEDULED":
            caller = session.caller
            ended = Cancelled(
                id=session.new_id(), name="Cancelled", timestamp=session.now(), actor=caller.actor if caller is not None else None,
                message=f"Deployment {known.flow_name}/{known.name} was deleted.",
            )  # fmt: skip
            enter(session, run, [ended])
    if known.keep_running:
        end_kept(session, known, f"Deployment {known.flow_name}/{known.name} was deleted.")
    end_with(session, f"segue.deployment.{known.id}")
    session.run("deployment_versions_delete", id=known.id)
    session.run("deployment_delete", id=known.id)
    changed(session, "segue.deployment.deleted", _labels(known), cancelled=len(waiting))
    return Nothing()


def _labels(of: Deployment) -> dict[str, str]:
    name = f"{of.flow_name}/{of.name}"
    return {"segue.resource.id": f"segue.deployment.{of.id}", "segue.resource.name": name}


HANDLERS = dict(
    (
        pair(w.DEPLOYMENT_PUT, put),
        pair(w.DEPLOYMENT_READ, read),
        pair(w.DEPLOYMENT_READ_NAMED, read_named),
        pair(w.DEPLOYMENT_EDIT, edit),
        pair(w.DEPLOYMENT_DELETE, delete),
        pair(w.DEPLOYMENT_LIST, list_page),
        pair(w.DEPLOYMENT_COUNT, count_all),
        pair(w.DEPLOYMENT_VERSIONS, versions),
        pair(w.DEPLOYMENT_VERSION, version),
    )
)
