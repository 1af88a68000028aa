"""Doing what an automation decided, within Segue: the same operations that people call, as the automation, with its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TypeVar, assert_never

from segue.decide.naming import RESOURCE_ID, RESOURCE_NAME
from segue.model import actions as a
from segue.model.automations import AutomationFiring
from segue.model.errors import NotFound, SegueError
from segue.model.events import Event
from segue.model.runs import FlowRun
from segue.model.states import FINAL_KINDS, STATE_TYPES, Paused, Running, Scheduled, State
from segue.service import automations, bulk, deployed_runs, deployments, flow_runs, lists, pools, schedules
from segue.service.action_context import Subjects
from segue.service.automation_firings import actor_of
from segue.service.records import StateRows
from segue.store.session import Session
from segue.wire import bulk as many
from segue.wire.automations import EditAutomation
from segue.wire.deployments import EditDeployment, NewRunOfDeployment
from segue.wire.pools import EditWorkPool, EditWorkQueue, WorkPoolQuery, WorkQueueQuery
from segue.wire.queries import RunFilter, RunQuery
from segue.wire.requests import Proposal
from segue.wire.schedules import EditSchedule, OfDeployment

#: Runs that one action is done to at most.
_RUNS = 1_000
_PAGE = 200
_OPEN = sorted(set(STATE_TYPES) - FINAL_KINDS)

Inside = (
    a.DoNothing | a.RunDeployment | a.PauseDeployment | a.ResumeDeployment | a.PauseSchedule | a.ResumeSchedule
    | a.CancelFlowRun | a.SuspendFlowRun | a.ResumeFlowRun | a.DeleteFlowRun | a.ChangeFlowRunState | a.PauseWorkPool
    | a.ResumeWorkPool | a.PauseWorkQueue | a.ResumeWorkQueue | a.PauseAutomation | a.ResumeAutomation | a.EmitEvent
)  # fmt: skip
OfRuns = a.CancelFlowRun | a.SuspendFlowRun | a.ResumeFlowRun | a.DeleteFlowRun | a.ChangeFlowRunState


class NothingToActUpon(SegueError):
    """The event is about no {kind}, and the action names none."""

    code = "action.no-target"
    status = 422


class Refused(SegueError):
    """It was not done: {why}"""  # noqa: D400 - it ends with the reason

    code = "action.refused"
    status = 409


def do(session: Session, firing: AutomationFiring, number: int, action: Inside, about: Subjects) -> dict[str, object]:
    """Do one action, its templates filled in, and return what came of it; raises `SegueError`."""
    match action:
        case a.DoNothing():
            return {}
        case a.RunDeployment():
            return _run(session, firing, number, action, about)
        case a.PauseDeployment() | a.ResumeDeployment():
            id = _deployment(action.deployment_id, about)
            paused = isinstance(action, a.PauseDeployment)
            return {"deployment": deployments.edit(session, EditDeployment(id=id, paused=paused)).id}
        case a.PauseSchedule() | a.ResumeSchedule():
            return _schedules(session, action, about, active=isinstance(action, a.ResumeSchedule))
        case a.PauseWorkPool() | a.ResumeWorkPool():
            return _pool(session, action.work_pool_id, about, paused=isinstance(action, a.PauseWorkPool))
        case a.PauseWorkQueue() | a.ResumeWorkQueue():
            return _queue(session, action.work_queue_id, about, paused=isinstance(action, a.PauseWorkQueue))
        case a.PauseAutomation() | a.ResumeAutomation():
            id = action.automation_id or _wanted(about.automation_id, "automation")
            enabled = isinstance(action, a.ResumeAutomation)
            return {"automation": automations.edit(session, EditAutomation(id=id, enabled=enabled)).id}
        case a.EmitEvent():
            return _emit(session, firing, action)
        case a.CancelFlowRun() | a.SuspendFlowRun() | a.ResumeFlowRun() | a.DeleteFlowRun() | a.ChangeFlowRunState():
            return _to_runs(session, action, about)
        case never:
            assert_never(never)


T = TypeVar("T")


def _wanted(thing: T | None, kind: str) -> T:
    if thing is None:
        raise NothingToActUpon(kind=kind)
    return thing


def _deployment(id: str | None, about: Subjects) -> str:
    return id or _wanted(about.deployment, "deployment").id


def _run(
    session: Session, firing: AutomationFiring, number: int, action: a.RunDeployment, about: Subjects
) -> dict[str, object]:
    request = NewRunOfDeployment(
        deployment_id=_deployment(action.deployment_id, about), parameters=action.parameters or {},
        job_variables=action.job_variables or {}, created_by=actor_of(firing), message=firing.reason,
        scheduled_time=firing.fired + timedelta(seconds=action.schedule_after) if action.schedule_after else None,
        idempotency_key=f"automation:{firing.id}:{number}",
    )  # fmt: skip
    run = deployed_runs.create(session, request)
    return {"flow_run": run.id, "name": run.name}


def _schedules(
    session: Session, action: a.PauseSchedule | a.ResumeSchedule, about: Subjects, *, active: bool
) -> dict[str, object]:
    of = action.deployment_id or (None if about.deployment is None else about.deployment.id)
    one = action.schedule_id or (about.schedule_id if action.deployment_id is None else None)
    if one is not None:
        ids = [one]
    else:
        of = _wanted(of, "schedule")
        ids = [each.id for each in schedules.list_of(session, OfDeployment(of)).items]
    for id in ids:
        schedules.edit(session, EditSchedule(id=id, active=active))
    return {"schedules": ids}


def _pool(session: Session, id: str | None, about: Subjects, *, paused: bool) -> dict[str, object]:
    pool = about.work_pool
    if id is not None:
        found = pools.list_pools(session, WorkPoolQuery(ids=[id])).items
        if not found:
            raise NotFound(kind="work pool", id=id)
        pool = found[0]
    name = _wanted(pool, "work pool").name
    return {"work_pool": pools.edit_pool(session, EditWorkPool(name=name, is_paused=paused)).id}


def _queue(session: Session, id: str | None, about: Subjects, *, paused: bool) -> dict[str, object]:
    queue = about.work_queue
    if id is not None:
        found = pools.list_queues(session, WorkQueueQuery(ids=[id])).items
        if not found:
            raise NotFound(kind="work queue", id=id)
        queue = found[0]
    queue = _wanted(queue, "work queue")
    edit = EditWorkQueue(work_pool_name=queue.work_pool_name, name=queue.name, is_paused=paused)
    return {"work_queue": pools.edit_queue(session, edit).id}


def _emit(session: Session, firing: AutomationFiring, action: a.EmitEvent) -> dict[str, object]:
    own = {RESOURCE_ID: f"segue.automation.{firing.automation_id}", RESOURCE_NAME: firing.automation_name}
    resource = action.resource or own
    if RESOURCE_ID not in resource:
        raise Refused(why=f"the event's resource has no {RESOURCE_ID}.")
    event = Event(
        id=session.new_id(), event=action.event, occurred=session.now(), resource=resource, related=action.related,
        payload=action.payload, actor=actor_of(firing), reason=firing.reason,
        follows=None if firing.event is None else firing.event.id,
    )  # fmt: skip
    rows = StateRows()
    rows.tell(event)
    rows.write(session)
    return {"event": event.id}


# --- flow runs ------------------------------------------------------------------------------------------------------


def _to_runs(session: Session, action: OfRuns, about: Subjects) -> dict[str, object]:
    where = _which(action, about)
    if where is None:
        raise NothingToActUpon(kind="flow run")
    ids = _found(session, where)
    outcomes = _outcomes(session, action, ids[:_RUNS])
    refused = [each for each in outcomes if not each.done]
    if refused and len(refused) == len(outcomes):
        first = refused[0]
        more = f" (and {len(refused) - 1} more)" if len(refused) > 1 else ""
        raise Refused(why=f"{first.name or first.id}: {first.detail or first.code}{more}")
    answer: dict[str, object] = {"flow_runs": [each.id for each in outcomes if each.done]}
    if refused:
        answer["refused"] = {each.id: each.detail or each.code for each in refused}
    if len(ids) > _RUNS:
        answer["left"] = f"There are more than {_RUNS:,}; the others stay as they are."
    return answer


def _which(action: OfRuns, about: Subjects) -> RunFilter | None:
    """The runs that are named; those that conditions fit must not be over."""
    if action.flow_run_id is not None:
        return RunFilter(ids=[action.flow_run_id])
    if action.deployment_id is not None or action.flow_name is not None or action.tags:
        return RunFilter(
            deployment_ids=None if action.deployment_id is None else [action.deployment_id],
            flow_names=None if action.flow_name is None else [action.flow_name],
            tags_all=action.tags or None,
            state_types=_OPEN,
        )
    return None if about.flow_run is None else RunFilter(ids=[about.flow_run.id])


def _found(session: Session, where: RunFilter) -> list[str]:
    ids: list[str] = []
    after: str | None = None
    while len(ids) <= _RUNS:
        page = lists.flow_runs(session, RunQuery(where=where, sort="id", limit=_PAGE, after=after))
        ids += [run.id for run in page.items]
        after = page.next
        if after is None:
            break
    return ids or list(where.ids or ())


def _outcomes(session: Session, action: OfRuns, ids: list[str]) -> list[many.Outcome]:
    return [outcome for slice_ in _slices(ids) for outcome in _outcomes_of(session, action, slice_)]


def _slices(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), _PAGE):
        yield ids[start : start + _PAGE]


def _outcomes_of(session: Session, action: OfRuns, ids: list[str]) -> list[many.Outcome]:
    where = RunFilter(ids=ids)
    match action:
        case a.CancelFlowRun():
            return bulk.cancel(session, many.CancelMany(where=where, limit=_PAGE)).items
        case a.DeleteFlowRun():
            return bulk.delete(session, many.Many(where=where, limit=_PAGE)).items
        case a.ChangeFlowRunState():
            request = many.SetMany(
                where=where,
                limit=_PAGE,
                type=action.state,
                name=action.name,
                message=action.message,
                force=action.force,
            )
            return bulk.set_state(session, request).items
        case a.SuspendFlowRun():
            return _each(session, ids, lambda run: _suspended(session, run))
        case a.ResumeFlowRun():
            return _each(session, ids, lambda run: _resumed(session, run))


def _each(session: Session, ids: list[str], to: Callable[[FlowRun], State]) -> list[many.Outcome]:
    outcomes: list[many.Outcome] = []
    for id in ids:
        run = flow_runs.find(session, id)
        if run is None:
            outcomes.append(many.Outcome(id=id, done=False, detail=str(NotFound(kind="flow run", id=id))))
            continue
        try:
            verdict = flow_runs.propose(session, Proposal(id=id, state=to(run)))
        except Refused as problem:
            outcomes.append(many.Outcome(id=id, name=run.name, done=False, detail=str(problem.facts["why"])))
            continue
        done = verdict.status == "accept"
        outcomes.append(many.Outcome(id=id, name=run.name, done=done, state=verdict.state.kind, detail=verdict.reason))
    return outcomes


def _suspended(session: Session, run: FlowRun) -> State:
    return Paused(id=session.new_id(), name="Suspended", timestamp=session.now(), reschedule=True, key=session.new_id())


def _resumed(session: Session, run: FlowRun) -> State:
    now = session.now()
    match run.state:
        case Paused(input_key=str()):
            raise Refused(why="it waits for an answer, which an automation does not know.")
        case Paused(reschedule=True):
            return Scheduled(id=session.new_id(), name="Resuming", timestamp=now, at=now)
        case Paused():
            return Running(id=session.new_id(), name="Running", timestamp=now, attempt=max(run.run_count, 1))
        case _:
            raise Refused(why=f"it is not paused: it is {run.state.name}.")
