"""Rows out: deployments, work pools and queues from the columns of their statements, in their order."""

from __future__ import annotations

from datetime import datetime
from typing import cast

import msgspec

from segue.model.deployments import ConcurrencyOptions, Deployment, DeploymentVersion
from segue.model.pools import HEARTBEAT, MISSED_BEATS, WorkPool, WorkQueue
from segue.store.codec import Json, Row, actor_out, instant, instant_or_none, labels_out, map_out, micros, words_out

_steps: msgspec.json.Decoder[list[dict[str, object]]] = msgspec.json.Decoder(list[dict[str, object]])
_options = msgspec.json.Decoder(ConcurrencyOptions)
_deployments = msgspec.json.Decoder(Deployment)


def deployment_out(row: Row) -> Deployment:
    """Build a deployment from a row of `deployment_select`."""
    (
        id, name, flow_id, flow_name, created, updated, number, version, entrypoint, path, pull_steps, parameters, schema,
        enforce, tags, labels, description, paused, pool_id, pool_name, queue_id, queue_name, job_variables, limit, options,
        keep_running,
    ) = cast("tuple[str, str, str, str, int, int, int, str, str, str, Json | None, Json, Json, int, Json, Json | None, str, int, str, str, str, str, Json, int, Json | None, int]", row)  # fmt: skip  # noqa: E501
    return Deployment(
        id=id,
        name=name,
        flow_id=flow_id,
        flow_name=flow_name,
        created=instant(created),
        updated=instant(updated),
        version_number=number,
        version=version,
        entrypoint=entrypoint,
        path=path,
        pull_steps=[] if pull_steps is None else _steps.decode(pull_steps),
        parameters=map_out(parameters),
        parameter_openapi_schema=map_out(schema),
        enforce_parameter_schema=bool(enforce),
        tags=words_out(tags),
        labels=labels_out(labels),
        description=description,
        paused=bool(paused),
        work_pool_id=pool_id,
        work_pool_name=pool_name,
        work_queue_id=queue_id,
        work_queue_name=queue_name,
        job_variables=map_out(job_variables),
        concurrency_limit=limit,
        concurrency_options=ConcurrencyOptions() if options is None else _options.decode(options),
        keep_running=bool(keep_running),
    )


def version_out(row: Row) -> DeploymentVersion:
    """Build a version from (deployment_id, number, created, created_by, body)."""
    deployment_id, number, created, created_by, body = cast("tuple[str, int, int, Json | None, Json]", row)
    return DeploymentVersion(
        deployment_id=deployment_id, number=number, created=instant(created), created_by=actor_out(created_by),
        deployment=_deployments.decode(body),
    )  # fmt: skip


def work_pool_out(row: Row, now: datetime) -> WorkPool:
    """Build a work pool from a row of `work_pool_select`; it is ready while the beats of a worker come."""
    id, name, type, created, updated, description, template, paused, limit, default, alive_until, active = cast(
        "tuple[str, str, str, int, int, str | None, Json | None, int, int | None, str | None, int | None, int]", row
    )
    ready = "READY" if alive_until is not None and alive_until > micros(now) else "NOT_READY"
    return WorkPool(
        id=id, name=name, type=type, created=instant(created), updated=instant(updated), description=description,
        base_job_template=map_out(template), is_paused=bool(paused), concurrency_limit=limit, default_queue_id=default,
        status="PAUSED" if paused else ready, active_slots=active,
    )  # fmt: skip


def work_queue_out(row: Row, now: datetime) -> WorkQueue:
    """Build a queue from a row of `work_queue_select`; it is ready while workers ask it for runs."""
    id, name, pool_id, pool, created, updated, description, priority, paused, limit, polled, pool_paused, active = cast(
        "tuple[str, str, str, str, int, int, str | None, int, int, int | None, int | None, int, int]", row
    )
    asked = instant_or_none(polled)
    ready = asked is not None and (now - asked).total_seconds() <= MISSED_BEATS * HEARTBEAT
    return WorkQueue(
        id=id, name=name, work_pool_id=pool_id, work_pool_name=pool, created=instant(created), updated=instant(updated),
        description=description, priority=priority, is_paused=bool(paused), concurrency_limit=limit, last_polled=asked,
        status="PAUSED" if paused or pool_paused else "READY" if ready else "NOT_READY", active_slots=active,
    )  # fmt: skip
