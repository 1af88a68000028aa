"""Runs as spans: what a trace tells of a flow run and of a task run, where traces are wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segue.engine.asks import Script
from segue.engine.ended import Ended
from segue.engine.lives import FlowLife, TaskLife
from segue.model.errors import SegueError
from segue.model.states import Cancelled, Completed
from segue.wire.operations import FLOW_RUN_READ
from segue.wire.requests import ById

if TYPE_CHECKING:
    from segue.host.spans import Span, Tracer


def flow_span(tracer: Tracer, life: FlowLife, script: Script[Ended], *, existing: str | None) -> Script[Ended]:
    """Live a flow run within a span; a later part of a run joins the trace of its first."""
    facts = {"segue.flow.name": life.spec.name, "segue.flow_run.id": life.id}
    with tracer.span(f"flow {life.spec.name}", facts, parent=_first_part(life, existing)) as span:
        ended = yield from script
        span.tell({"segue.flow_run.name": life.name, "segue.flow_run.attempts": max(life.run_count, 1)})
        _tell_end(span, ended)
        return ended


def task_span(tracer: Tracer, life: TaskLife, script: Script[Ended]) -> Script[Ended]:
    """Live a task run within a span."""
    facts = {"segue.task.name": life.spec.name, "segue.task.key": life.spec.key, "segue.task_run.id": life.id}
    if life.flow is not None:
        facts["segue.flow_run.id"] = life.flow.id
    with tracer.span(f"task {life.spec.name}", facts) as span:
        ended = yield from script
        span.tell({"segue.task_run.name": life.name})
        _tell_end(span, ended)
        return ended


def _first_part(life: FlowLife, existing: str | None) -> str | None:
    if existing is None:
        return None
    try:
        return life.backend.call(FLOW_RUN_READ, ById(existing)).traceparent
    except SegueError:
        # The run itself meets the same, and says so.
        return None


def _tell_end(span: Span, ended: Ended) -> None:
    state = ended.state
    span.tell({"segue.state.type": state.kind, "segue.state.name": state.name})
    if not state.final or isinstance(state, Completed | Cancelled):
        return
    span.failed(state.message or state.name, ended.error if isinstance(ended.error, Exception) else None)
