"""What a firing is about: the things that its event happened to or has to do with, for templates and for actions that infer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from segue.decide.naming import RESOURCE_ID, RESOURCE_NAME, RESOURCE_ROLE
from segue.model.automations import AutomationFiring
from segue.model.deployments import Deployment
from segue.model.errors import SegueError
from segue.model.events import Event
from segue.model.pools import WorkPool, WorkQueue
from segue.model.runs import Flow, FlowRun, TaskRun
from segue.model.slots import Limit
from segue.service import deployments, edits, flow_runs, pools, slots, task_runs
from segue.service.automation_firings import event_of
from segue.service.lists import logs
from segue.store.session import Session
from segue.wire.pools import WorkPoolQuery, WorkQueueQuery
from segue.wire.queries import LogQuery
from segue.wire.requests import ById, ByName

T = TypeVar("T")

#: Log lines that a message may show.
_LINES = 20
#: Lines of a traceback.
_TRACE = 12


class Subjects(Struct, frozen=True, kw_only=True):
    """The things that an event is about, itself or by way of another."""

    event: Event | None = None
    flow_run: FlowRun | None = None
    task_run: TaskRun | None = None
    flow: Flow | None = None
    deployment: Deployment | None = None
    work_pool: WorkPool | None = None
    work_queue: WorkQueue | None = None
    limit: Limit | None = None
    schedule_id: str | None = None
    automation_id: str | None = None


def subjects_of(session: Session, firing: AutomationFiring) -> Subjects:
    """Return what a firing is about, as far as it is still there."""
    event = event_of(session, firing)
    named = _named(event, firing.labels)
    task_run = _read(named.get("task-run"), lambda which: task_runs.read(session, ById(which)))
    run_id = named.get("flow-run") or (task_run.flow_run_id if task_run is not None else None)
    run = _read(run_id, lambda which: flow_runs.read(session, ById(which)))
    deployment = _read(
        named.get("deployment") or (run.deployment_id if run is not None else None),
        lambda which: deployments.read(session, ById(which)),
    )
    flow_id = named.get("flow") or (
        run.flow_id if run is not None else deployment.flow_id if deployment is not None else None
    )
    near = run if run is not None else deployment
    queue_id = named.get("work-queue") or (None if near is None else near.work_queue_id)
    queue = _read(queue_id, lambda which: _first(pools.list_queues(session, WorkQueueQuery(ids=[which])).items))
    pool_id = named.get("work-pool") or (None if near is None else near.work_pool_id)
    pool = _read(pool_id, lambda which: _first(pools.list_pools(session, WorkPoolQuery(ids=[which])).items))
    if pool is None and queue is not None:
        pool = pools.read_pool(session, ByName(queue.work_pool_name))
    return Subjects(
        event=event,
        flow_run=run,
        task_run=task_run,
        flow=_read(flow_id, lambda which: edits.read_flow(session, ById(which))),
        deployment=deployment,
        work_pool=pool,
        work_queue=queue,
        limit=_read(named.get("concurrency-limit"), lambda name: slots.read(session, ByName(name))),
        schedule_id=named.get("schedule"),
        automation_id=named.get("automation"),
    )


def _named(event: Event | None, counted_by: Mapping[str, str]) -> dict[str, str]:
    """The ids of things by their kind: of the resource, of what is related, of what was counted apart."""
    ids = [] if event is None else [event.resource.get(RESOURCE_ID, "")]
    ids += [] if event is None else [labels.get(RESOURCE_ID, "") for labels in event.related]
    ids += list(counted_by.values())
    found: dict[str, str] = {}
    for id in ids:
        family, _, rest = id.removeprefix("segue.").partition(".")
        if id.startswith("segue.") and rest:
            found.setdefault(family, rest)
    return found


def _read(id: str | None, read: Callable[[str], T | None]) -> T | None:
    try:
        return None if id is None else read(id)
    except SegueError:
        # It is gone, or its name means something else where the event came from: the firing is about it all the same.
        return None


def _first(items: list[T]) -> T | None:
    return items[0] if items else None


# --- for templates --------------------------------------------------------------------------------------------------


def known_to_templates(
    session: Session, firing: AutomationFiring, subjects: Subjects, *, ui: str, with_logs: bool
) -> dict[str, object]:
    """Return the values that templates may name."""
    event = None if subjects.event is None else _event(subjects.event)
    run = None if subjects.flow_run is None else _run(subjects.flow_run, "flow-runs", ui)
    task_run = None if subjects.task_run is None else _run(subjects.task_run, "task-runs", ui)
    if with_logs:
        last = LogQuery(sort="-timestamp", limit=_LINES)
        for each, query in (
            (run, msgspec.structs.replace(last, flow_run_ids=[str(run and run["id"])])),
            (task_run, msgspec.structs.replace(last, task_run_ids=[str(task_run and task_run["id"])])),
        ):
            if each is not None:
                each["logs"] = [line.message for line in reversed(logs(session, query).items)]
    things: dict[str, object | None] = {
        "event": event,
        "firing": {**_plain(firing), "triggering_event": event, "triggering_labels": firing.labels, "triggered": firing.fired},
        "automation": {
            "id": firing.automation_id, "name": firing.automation_name, "ui_url": f"{ui}/automations/{firing.automation_id}",
        },
        "flow_run": run,
        "task_run": task_run,
        "flow": _thing(subjects.flow, "flows", ui),
        "deployment": _thing(subjects.deployment, "deployments", ui),
        "work_pool": _thing(subjects.work_pool, "work-pools", ui),
        "work_queue": _thing(subjects.work_queue, "work-queues", ui),
        "concurrency_limit": None if subjects.limit is None else _plain(subjects.limit),
        "metric": None if firing.value is None else {"value": firing.value},
    }  # fmt: skip
    return {name: value for name, value in things.items() if value is not None}


def _plain(thing: object) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(thing, builtin_types=(datetime,))
    return plain


def _thing(thing: Struct | None, noun: str, ui: str) -> dict[str, Any] | None:
    if thing is None:
        return None
    plain = _plain(thing)
    return {**plain, "ui_url": f"{ui}/{noun}/{plain['id']}"}


def _run(run: FlowRun | TaskRun, noun: str, ui: str) -> dict[str, Any]:
    plain = {**_plain(run), "ui_url": f"{ui}/{noun}/{run.id}"}
    # Defaults are left out of what is stored, and a template may name them.
    state = {"message": run.state.message or "", **plain["state"], "type": run.state.kind}
    error = getattr(run.state, "error", None)
    if error is not None:
        lines = (error.traceback or error.message).splitlines()
        where = f"{error.file}, line {error.line}, in {error.function}" if error.file else ""
        state["error"] = {**_plain(error), "where": where, "last_lines": "\n".join(lines[-_TRACE:])}
    return {**plain, "state": state}


def _event(event: Event) -> dict[str, Any]:
    plain = {"payload": {}, "related": [], **_plain(event)}
    return {
        **plain,
        "name": event.event,
        "resource": _labels(event.resource),
        "related": [_labels(each) for each in event.related],
    }


def _labels(labels: Mapping[str, str]) -> dict[str, str]:
    short = {
        "id": labels.get(RESOURCE_ID, ""),
        "name": labels.get(RESOURCE_NAME, ""),
        "role": labels.get(RESOURCE_ROLE, ""),
    }
    return {**short, **labels}
