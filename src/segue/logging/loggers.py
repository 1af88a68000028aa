"""Loggers by name, and the logger of the run whose code is running."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from segue.engine.lives import FlowLife, TaskLife, current_flow, current_task
from segue.exceptions import MissingContextError
from segue.logging.eavesdropping import LogEavesdropper
from segue.logging.prints import patch_print, print_as_log
from segue.logging.wiring import setup

if TYPE_CHECKING:
    from uuid import UUID

    from segue.client.schemas.objects import FlowRun, TaskRun
    from segue.context import RunContext
    from segue.flows import Flow
    from segue.tasks import Task

    LoggingAdapter = logging.LoggerAdapter[logging.Logger]
else:
    LoggingAdapter = logging.LoggerAdapter

__all__ = [
    "LogEavesdropper",
    "SegueLogAdapter",
    "disable_logger",
    "disable_run_logger",
    "flow_run_logger",
    "get_logger",
    "get_run_logger",
    "patch_print",
    "print_as_log",
    "task_run_logger",
]

_UNKNOWN = "<unknown>"


class SegueLogAdapter(LoggingAdapter):
    """A logger with facts of its own that are added to each record; a call's `extra` wins over them."""

    #: The run that the lines belong to, where it runs here.
    life: FlowLife | TaskLife | None = None

    @classmethod
    def of_life(cls, life: FlowLife | TaskLife, facts: Mapping[str, object]) -> SegueLogAdapter:
        """Return the logger of a run that runs here."""
        task = isinstance(life, TaskLife)
        made = cls(logging.getLogger("segue.task_runs" if task else "segue.flow_runs"), facts)
        made.life = life
        return made

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        """Join the facts of this logger and of the call."""
        known = {} if self.life is None else {"life": self.life}
        kwargs["extra"] = {**known, **(self.extra or {}), **(kwargs.get("extra") or {})}
        return msg, kwargs

    def getChild(self, suffix: str, extra: Mapping[str, object] | None = None) -> SegueLogAdapter:  # noqa: N802
        """Return the logger below this one, with the same facts and more."""
        child = SegueLogAdapter(self.logger.getChild(suffix), {**(self.extra or {}), **(extra or {})})
        child.life = self.life
        return child


def get_logger(name: str | None = None) -> logging.Logger:
    """Return the logger `segue`, or the one of that name below it."""
    setup()
    if name is None or name == "segue":
        return logging.getLogger("segue")
    return logging.getLogger(name if name.startswith("segue.") else f"segue.{name}")


def get_run_logger(context: RunContext | None = None, **kwargs: Any) -> logging.Logger | LoggingAdapter:
    """Return the logger of the task run or flow run whose code is running.

    Keyword arguments are added to each record. Raises MissingContextError outside runs, unless run loggers are switched off.
    """
    given = getattr(context, "life", None)
    if context is not None and not isinstance(given, (FlowLife, TaskLife)):
        raise TypeError(
            f"Received unexpected type {type(context).__name__!r} for context. "
            "Expected one of 'None', 'FlowRunContext', or 'TaskRunContext'."
        )
    # Code of a task logs as the task, even with its flow's context in hand.
    life = given if isinstance(given, TaskLife) else current_task.get() or given or current_flow.get()
    setup()
    if isinstance(life, TaskLife):
        return SegueLogAdapter.of_life(life, {**_task_facts(life), **kwargs})
    if isinstance(life, FlowLife):
        return SegueLogAdapter.of_life(life, {**_flow_facts(life), **kwargs})
    if all(logging.getLogger(name).disabled for name in ("segue.flow_runs", "segue.task_runs")):
        silent = logging.getLogger("null")
        silent.disabled = True
        return silent
    raise MissingContextError("There is no active flow or task run context.")


def flow_run_logger(
    flow_run: FlowRun | None = None,
    flow: Flow[Any, Any] | None = None,
    flow_run_id: UUID | str | None = None,
    **kwargs: Any,
) -> SegueLogAdapter:
    """Return the logger of a flow run that is given rather than running here; raises ValueError without run and id."""
    if flow_run is None and flow_run_id is None:
        raise ValueError("Either 'flow_run' or 'flow_run_id' must be provided.")
    setup()
    facts = {
        "flow_run_name": flow_run.name if flow_run is not None else _UNKNOWN,
        "flow_run_id": str(flow_run.id if flow_run is not None else flow_run_id),
        "flow_name": flow.name if flow is not None else _UNKNOWN,
        "deployment_name": None,
    }
    return SegueLogAdapter(logging.getLogger("segue.flow_runs"), {**facts, **kwargs})


def task_run_logger(
    task_run: TaskRun,
    task: Task[Any, Any] | None = None,
    flow_run: FlowRun | None = None,
    flow: Flow[Any, Any] | None = None,
    **kwargs: Any,
) -> SegueLogAdapter:
    """Return the logger of a task run that is given rather than running here."""
    setup()
    around = current_flow.get()
    flow_run_name = flow_run.name if flow_run is not None else around.name if around is not None else _UNKNOWN
    flow_name = flow.name if flow is not None else around.spec.name if around is not None else _UNKNOWN
    facts = {
        "task_run_id": str(task_run.id),
        "flow_run_id": str(task_run.flow_run_id) if task_run.flow_run_id is not None else None,
        "task_run_name": task_run.name,
        "task_name": task.name if task is not None else _UNKNOWN,
        "flow_run_name": flow_run_name,
        "flow_name": flow_name,
    }
    return SegueLogAdapter(logging.getLogger("segue.task_runs"), {**facts, **kwargs})


@contextmanager
def disable_logger(name: str) -> Iterator[None]:
    """Switch a logger off inside a `with` block."""
    logger = logging.getLogger(name)
    before = logger.disabled
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = before


@contextmanager
def disable_run_logger() -> Iterator[None]:
    """Switch run loggers off inside a `with` block, so that code of flows and tasks can be called outside runs."""
    with disable_logger("segue.flow_runs"), disable_logger("segue.task_runs"):
        yield


def _flow_facts(life: FlowLife) -> dict[str, object]:
    return {
        "flow_run_name": life.name,
        "flow_run_id": life.id,
        "flow_name": life.spec.name,
        "deployment_name": None,
    }


def _task_facts(life: TaskLife) -> dict[str, object]:
    flow = life.flow
    return {
        "task_run_id": life.id,
        "flow_run_id": flow.id if flow is not None else None,
        "task_run_name": life.name,
        "task_name": life.spec.name,
        "flow_run_name": flow.name if flow is not None else _UNKNOWN,
        "flow_name": flow.spec.name if flow is not None else _UNKNOWN,
    }
