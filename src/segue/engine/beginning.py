"""How a flow run begins: created under a lease, claimed again, or as a subflow under its root's lease."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from segue.backend.reaper import reap
from segue.engine import names, stamp
from segue.engine.asks import Do, Script
from segue.engine.ended import Ended
from segue.engine.interpret import from_error
from segue.engine.lives import FlowLife, TaskLife
from segue.engine.redone import Redone
from segue.engine.spec import TaskSpec, at_attempt
from segue.host import clock
from segue.host.ids import new_id
from segue.host.tracing import traceparent
from segue.model.errors import Stopped
from segue.model.records import SubflowMade, TaskRunMade
from segue.model.redoing import REDO_FROM, Redo
from segue.model.states import Running, State
from segue.wire.operations import FLOW_RUN_CLAIM, FLOW_RUN_CREATE
from segue.wire.redoing import FLOW_RUN_REDO
from segue.wire.requests import ById, Claim, Grant, NewFlowRun

if TYPE_CHECKING:
    from segue.engine.session import Session


def name_run(life: FlowLife, states: list[State]) -> str:
    """Return the run's name: the user's template or callable, else two words.

    A run that will not begin is not named by its parameters: they need not be what a template can use.
    """
    begins = isinstance(states[-1], Running)
    return life.spec.run_name(life) if life.spec.run_name is not None and begins else names.run_name()


def begin_root(
    life: FlowLife,
    session: Session,
    states: list[State],
    existing: str | None,
    fence: int | None = None,
    redo_from: str | None = None,
) -> None:
    """Create or claim the run under a lease of this process, in its first states, in one commit.

    With `fence` it is taken over from whoever started this process for it; it is Pending already. `redo_from`: from where it is
    done again, as its first state says.
    """
    if life.spec.durable and life.spec.isolated:
        from segue.engine.durable import IsolatedDurable  # noqa: PLC0415 - a door: see below

        raise IsolatedDurable(flow=life.spec.name)
    life.name = life.name or name_run(life, states)
    if existing is not None and fence is not None:
        states = states[1:]
        grant = _take_over(life, session, states, existing, fence)
    elif existing is not None:
        # Held by a process that is gone, it is held by nobody.
        reap(life.backend)
        # Who runs it again is told by the history, as who made it is by the run.
        details: dict[str, object] = {} if redo_from is None else {REDO_FROM: redo_from}
        states = [msgspec.structs.replace(states[0], actor=session.actor, details=details), *states[1:]]
        grant = life.backend.call(FLOW_RUN_CLAIM, Claim(id=existing, lease=session.lease_request(), states=states))
        life.name = grant.run.name
    else:
        grant = _create(life, session, states)
    if grant.run.deployment_id is not None:
        life.extra["deployed"] = grant.run
    life.flow_id = grant.run.flow_id
    life.created = grant.run.created
    for state in states:
        life.enter(state)
    life.run_count = max(life.run_count, grant.run.run_count)
    life.start_time = grant.run.start_time or life.start_time
    life.lease = grant.lease
    if grant.lease is not None:
        life.stream = life.backend.stream(grant.lease)
    _remember(life, grant, existing)


def _remember(life: FlowLife, grant: Grant, existing: str | None) -> None:
    """Give a run what it may take of its attempts before: finished steps, and kept results but for those to be made anew."""
    redo = life.backend.call(FLOW_RUN_REDO, ById(life.id)) if grant.redone else Redo()
    if grant.redone:
        life.extra["redone"] = Redone(redo)
    if life.spec.durable and life.spec.results is not None:
        from segue.engine.durable import Journal, finished_steps  # noqa: PLC0415 - a door: `hashlib`, for durable runs only

        steps = finished_steps(life.backend, life.id) if existing is not None else []
        results = life.extra["journal_results"](life)  # type: ignore[operator]
        life.journal = Journal(results, [step for step in steps if step.id not in redo.void], results.notes)


def _take_over(life: FlowLife, session: Session, states: list[State], id: str, fence: int) -> Grant:
    since = clock.elapsed()
    claim = Claim(
        id=id, lease=session.lease_request(), states=states, fence=fence, crash_retries=life.spec.crash_retries
    )
    grant = life.backend.call(FLOW_RUN_CLAIM, claim)
    if grant.lease is None:
        raise Stopped(name=grant.run.name, state=grant.run.state.name)
    if grant.fused:
        session.pulse.fuse.light(life, since, grant.lease.seconds)
    life.name = grant.run.name
    life.tags |= frozenset(grant.run.tags)
    return grant


def _create(life: FlowLife, session: Session, states: list[State]) -> Grant:
    spec = life.spec
    described = spec.describe(life.given)
    if spec.keep_arguments is not None:
        spec.keep_arguments(life, described)
    return life.backend.call(
        FLOW_RUN_CREATE,
        NewFlowRun(
            id=life.id,
            flow_name=spec.name,
            name=life.name,
            states=states,
            lease=session.lease_request(),
            flow_version=spec.version,
            entrypoint=spec.entrypoint,
            parameters=described,
            tags=sorted(life.tags),
            durable=spec.durable,
            created_by=session.actor,
            traceparent=traceparent(),
            terms=spec.terms,
        ),
    )


def begin_subflow(life: FlowLife, states: list[State]) -> Script[Ended | None]:
    """Record a subflow and the task run that stands for it; its end when a durable run finished it before."""
    parent = life.parent
    if parent is None:
        raise RuntimeError("a subflow has a parent")
    life.name = name_run(life, states)
    life.lease, life.stream, life.journal = parent.lease, parent.stream, parent.journal
    life.root_id, life.flow_id = parent.root_id, ""
    stand_in = _stand_in(life, parent)
    life.parent_task = stand_in
    if life.journal is not None:
        try:
            done = yield Do(life.journal.take, (stand_in,))
        except Exception as error:
            done = from_error("Flow run", error, seconds=None, own_timeout=False)
        if done is not None:
            stand_in.move(done.state)
            return done  # type: ignore[no-any-return]
    stream = life.open_stream
    first, *rest = states
    life.enter(first)
    stream.put(
        SubflowMade(
            id=life.id,
            flow_id="",
            flow_name=life.spec.name,
            name=life.name,
            state=first,
            parent_flow_run_id=parent.id,
            root_flow_run_id=life.root_id,
            parent_task_run_id=stand_in.id,
            flow_version=life.spec.version,
            entrypoint=life.spec.entrypoint,
            parameters=life.spec.describe(life.given),
            tags=tuple(sorted(life.tags)),
            durable=life.journal is not None,
            terms=life.spec.terms,
        )
    )
    for state in rest:
        life.move(state)
        if not state.final:
            stand_in.move(state)
    return None


def _stand_in(life: FlowLife, parent: FlowLife) -> TaskLife:
    """Make the task run by which a subflow appears among its parent's tasks."""
    key = f"flow:{life.spec.name}"
    ordinal = parent.ordinal(key)
    spec = TaskSpec(
        name=life.spec.name,
        key=key,
        function=life.spec.function,
        face=life.spec.face,
        hash_inputs=life.spec.hash_inputs,
        is_generator=life.spec.is_generator,
        results=life.spec.results,
    )
    task = TaskLife(
        id=new_id(), spec=spec, name=f"{life.spec.name}-{ordinal}", parameters=life.parameters, stream=parent.open_stream,
        flow=parent, parent=life.caller, state=stamp.pending(), tags=life.tags, dynamic_key=str(ordinal),
    )  # fmt: skip
    if parent.journal is not None:
        parent.journal.number(task, direct=True)
    task.stream.put(
        TaskRunMade(
            id=task.id,
            name=task.name,
            task_name=spec.name,
            task_key=key,
            state=task.state,
            flow_run_id=parent.id,
            parent_task_run_id=task.parent.id if task.parent is not None else None,
            dynamic_key=task.dynamic_key,
            tags=tuple(sorted(life.tags)),
            upstream=dict(life.upstream),
            step=task.step,
            terms=at_attempt(None, parent.run_count),
        )
    )
    return task
