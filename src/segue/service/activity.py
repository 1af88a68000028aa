"""What deployments, work queues and automations do: each found by an index, in a time that does not grow with what was done."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from segue.decide.job_templates import TEMPLATES
from segue.model.errors import BadRequest
from segue.model.schedules import Schedule
from segue.service.firing import kept_out
from segue.service.pairing import pair
from segue.store.automation_rows import firing_out
from segue.store.codec import Row, instant_or_none, json_text, micros
from segue.store.session import Session
from segue.wire import activity as w
from segue.wire.pool_types import POOL_TYPES, WorkPoolType, WorkPoolTypes
from segue.wire.requests import Nothing


def of_deployments(session: Session, request: w.DeploymentsAsked) -> w.DeploymentActivities:
    """Return what deployments did last and do next; one that is not there is left out. Raises `BadRequest`."""
    _checked("ids", request.ids)
    ids = json_text(request.ids)
    there = {str(row[0]) for row in session.rows("deployments_there", ids=ids)}
    schedules: dict[str, list[Schedule]] = {id: [] for id in there}
    for row in session.rows("schedules_of_deployments", ids=ids):
        schedule = kept_out(row).schedule
        schedules[schedule.deployment_id].append(schedule)
    return w.DeploymentActivities(
        items=[
            w.DeploymentActivity(
                deployment_id=id,
                runs=[_run(row) for row in session.rows("deployment_runs_last", id=id, limit=w.RUNS)],
                next_run=next((_run(row) for row in session.rows("deployment_runs_next", id=id)), None),
                schedules=schedules[id],
            )
            for id in dict.fromkeys(request.ids)
            if id in there
        ]
    )


def _checked(field: str, asked: list[str]) -> None:
    if len(asked) > w.MOST:
        raise BadRequest(f"At most {w.MOST} are asked about at once; here are {len(asked):,}.", field=field)


def _run(row: Row) -> w.RunInBrief:
    id, name, kind, state, expected, started, ended = cast(
        "tuple[str, str, str, str, int | None, int | None, int | None]", row
    )
    return w.RunInBrief(
        id=id, name=name, state_type=kind, state_name=state, expected_start_time=instant_or_none(expected),
        start_time=instant_or_none(started), end_time=instant_or_none(ended),
    )  # fmt: skip


def of_pools(session: Session, request: w.PoolsAsked) -> w.QueueActivities:
    """Return what waits in the queues of work pools; a pool that is not there is left out. Raises `BadRequest`."""
    _checked("names", request.names)
    now = micros(session.now())
    items = []
    for row in session.rows("work_queues_waiting", names=json_text(request.names), now=now):
        id, name, pool, waiting, first, late = cast("tuple[str, str, str, int, int | None, int]", row)
        items.append(
            w.QueueActivity(
                work_queue_id=id, work_queue_name=name, work_pool_name=pool, waiting=waiting, late=late,
                waiting_for=0.0 if first is None else max(0.0, (now - first) / 1e6),
            )
        )  # fmt: skip
    return w.QueueActivities(items=items)


def of_automations(session: Session, request: w.AutomationsAsked) -> w.AutomationActivities:
    """Return what automations have done of late. Raises `BadRequest`."""
    _checked("ids", request.ids)
    since = micros(session.now() - timedelta(days=1))
    return w.AutomationActivities(items=[_automation(session, id, since) for id in dict.fromkeys(request.ids)])


def _automation(session: Session, id: str, since: int) -> w.AutomationActivity:
    last = next(
        (firing_out(row[0]) for row in session.rows("automation_firings_last", automation_id=id, limit=1)), None
    )
    counted = session.row("automation_activity", id=id, since=since, limit=w.COUNTED)
    fired, failed = cast("tuple[int, int]", counted)
    return w.AutomationActivity(
        automation_id=id, fired=fired, failed=failed,
        last=None if last is None else w.FiringInBrief(id=last.id, state=last.state, fired=last.fired, reason=last.reason),
    )  # fmt: skip


def pool_types(session: Session, request: Nothing) -> WorkPoolTypes:
    """Return the types of work pools that are known, each with the template that a new pool of it begins with."""
    return WorkPoolTypes(
        items=[WorkPoolType(type=type, base_job_template=template) for type, template in TEMPLATES.items()]
    )


HANDLERS = dict(
    (
        pair(w.DEPLOYMENTS_ACTIVITY, of_deployments),
        pair(w.POOLS_ACTIVITY, of_pools),
        pair(w.AUTOMATIONS_ACTIVITY, of_automations),
        pair(POOL_TYPES, pool_types),
    )
)
