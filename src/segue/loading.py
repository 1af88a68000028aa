"""From `file.py:function` back to the flow or task; the script is loaded, and nothing in it starts a run by itself."""

from __future__ import annotations

from typing import Any

from segue.flows import Flow
from segue.scripts import CannotLoad, choose, flow_in, found_in, listed, load, refuse_inner, split
from segue.tasks import Task

__all__ = ["CannotLoad", "load", "load_flow", "load_task", "load_tasks", "split"]


def load_flow(entrypoint: str, *, name: str | None = None) -> Flow[Any, Any]:
    """Return the flow that an entrypoint names: `file.py:function`, `module:function`, or a file with one flow.

    `name` is the flow's own name, by which two made from one function are told apart. Raises MissingFlowError,
    UnspecifiedFlowError, CannotLoad, and ScriptError when the file itself fails.
    """
    place, function = split(entrypoint)
    refuse_inner(function, "flow")
    found: Flow[Any, Any] = flow_in(load(place), Flow, place, function, name=name)
    return found


def load_task(entrypoint: str, *, name: str | None = None) -> Task[Any, Any]:
    """Return the task that an entrypoint names; raises CannotLoad, and ScriptError when the file itself fails."""
    place, function = split(entrypoint)
    refuse_inner(function, "task")
    if function is None:
        raise CannotLoad(f"Which task of {place}? Name it: {place}:TASK")
    tasks = found_in(load(place), Task)
    found = choose(tasks, function, name, lambda task: task.fn)
    if found is None:
        there = f"it has {listed(tasks)}" if tasks else "it has none"
        raise CannotLoad(f"There is no task {function!r} in {place}: {there}.")
    return found


def load_tasks(entrypoint: str) -> list[Task[Any, Any]]:
    """Return the task that an entrypoint names, or all tasks of a file; raises CannotLoad, ScriptError."""
    place, function = split(entrypoint)
    if function is not None:
        return [load_task(entrypoint)]
    tasks = list(found_in(load(place), Task).values())
    if not tasks:
        raise CannotLoad(f"There is no task in {place}.")
    return list({id(task): task for task in tasks}.values())
