"""Drawings of flows: the body is called once, its tasks and subflows make nodes in place of runs.

What a task returns is not known, so a stand-in takes its place, or the task's `viz_return_value`. A line is drawn where a stand-in
is passed on as an argument.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextvars import Token
from pathlib import Path
from typing import Any, Self

from segue.engine.drive_sync import run_coroutine
from segue.logging.loggers import get_logger
from segue.tracing import Tracer, current_tracer

# Python may keep one object for each of these, wherever they come from.
_SHARED = (bool, type(None), type(...), type(NotImplemented))
_HINT = (
    "It's possible you are trying to visualize a flow that contains code that directly interacts with the result of a task"
    " inside of the flow. \nTry passing a `viz_return_value` to the task decorator, e.g."
    " `@task(viz_return_value=[1, 2, 3]).`"
)


class FlowVisualizationError(Exception):
    """A flow could not be drawn."""


class VisualizationUnsupportedError(Exception):
    """A flow starts runs in a way that cannot be drawn."""


class GraphvizImportError(Exception):
    """A library for drawing is missing."""


class GraphvizExecutableNotFoundError(Exception):
    """Graphviz, which turns a drawing into a picture, is not installed."""


class VizTask:
    """A node of the drawing, and the stand-in for what its task would have returned."""

    def __init__(self, name: str, upstream_tasks: list[VizTask] | None = None) -> None:
        self.name = name
        self.upstream_tasks = upstream_tasks or []


class TaskVizTracker:
    """Takes down the calls of tasks and flows inside its `with` block."""

    def __init__(self) -> None:
        self.tasks: list[VizTask] = []
        self.dynamic_task_counter: dict[str, int] = {}
        self.object_id_to_task: dict[int, VizTask] = {}
        self._token: Token[Tracer | None] | None = None

    def __enter__(self) -> Self:
        self._token = current_tracer.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        if self._token is not None:
            current_tracer.reset(self._token)
            self._token = None

    def add_task(self, task: VizTask) -> None:
        """Add a node, numbered among those of its name."""
        number = self.dynamic_task_counter.get(task.name, -1) + 1
        self.dynamic_task_counter[task.name] = number
        task.name = f"{task.name}-{number}"
        self.tasks.append(task)

    def link_viz_return_value_to_viz_task(self, viz_return_value: Any, viz_task: VizTask) -> None:
        """Know a value again when it is passed on; small numbers and constants cannot be told apart."""
        if isinstance(viz_return_value, _SHARED):
            return
        if isinstance(viz_return_value, int) and -5 <= viz_return_value <= 256:
            return
        self.object_id_to_task[id(viz_return_value)] = viz_task

    def called(self, thing: Any, parameters: dict[str, Any]) -> Any:
        """Answer a direct call of a task or flow with what stands for its value."""
        upstream = [node for value in parameters.values() if (node := self._origin(value)) is not None]
        node = VizTask(thing.name, upstream)
        self.add_task(node)
        stand_in = getattr(thing, "viz_return_value", None)
        if stand_in is None:
            stand_in = node
        else:
            self.link_viz_return_value_to_viz_task(stand_in, node)
        return _later(stand_in) if thing.isasync else stand_in

    def _origin(self, value: Any) -> VizTask | None:
        return value if isinstance(value, VizTask) else self.object_id_to_task.get(id(value))

    def refuse(self, call: str) -> None:
        """Say that a way to start a run cannot be drawn; raises VisualizationUnsupportedError."""
        raise VisualizationUnsupportedError(f"`task.{call}()` is not currently supported by `flow.visualize()`")


async def _later(value: Any) -> Any:
    return value


def get_task_viz_tracker() -> Tracer | None:
    """Return the tracker that the running code is drawn by."""
    return current_tracer.get()


def build_mermaid_dependencies(task_run_tracker: TaskVizTracker) -> str:
    """Return the drawing as a Mermaid flowchart."""
    ids = {task.name: task.name.replace("-", "_").replace(" ", "_") for task in task_run_tracker.tasks}
    lines = ["flowchart TD", *(f'    {ids[task.name]}["{task.name}"]' for task in task_run_tracker.tasks)]
    for task in task_run_tracker.tasks:
        lines.extend(f"    {ids[upstream.name]} --> {ids[task.name]}" for upstream in task.upstream_tasks)
    return "\n".join(lines)


class Drawing:
    """A directed graph in Graphviz's language."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def node(self, name: str) -> None:
        """Add a node."""
        self._lines.append(f"\t{_quoted(name)}\n")

    def edge(self, tail_name: str, head_name: str) -> None:
        """Add a line from one node to another."""
        self._lines.append(f"\t{_quoted(tail_name)} -> {_quoted(head_name)}\n")

    @property
    def source(self) -> str:
        """The text that `dot` reads."""
        return "".join(["digraph {\n", *self._lines, "}\n"])


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def build_task_dependencies(task_run_tracker: TaskVizTracker) -> Drawing:
    """Return the drawing as a graph in Graphviz's language."""
    graph = Drawing()
    for task in task_run_tracker.tasks:
        graph.node(task.name)
        for upstream in task.upstream_tasks:
            graph.edge(upstream.name, task.name)
    return graph


def visualize_task_dependencies(graph: Drawing, flow_run_name: str) -> None:
    """Write a graph to `<flow_run_name>.png` in the current folder and open it where something can show it.

    Raises GraphvizExecutableNotFoundError where `dot` is not installed, FlowVisualizationError where it fails.
    """
    dot = shutil.which("dot")
    if dot is None:
        raise GraphvizExecutableNotFoundError(
            "It appears you do not have Graphviz installed, or it is not on your PATH: its program `dot` draws the picture."
            " Install it with your system's package manager, or from https://graphviz.org/download/."
            " `flow.generate_mermaid_graph()` needs no program."
        )
    picture = Path.cwd() / f"{flow_run_name}.png"
    try:
        picture.write_bytes(_drawn(dot, graph))
    except OSError as error:
        raise FlowVisualizationError(f"the drawing could not be written to {picture}: {error}") from error
    get_logger("flows").info("the drawing of flow %r is in %s", flow_run_name, picture)
    viewer = shutil.which("open" if sys.platform == "darwin" else "xdg-open")
    if viewer is not None:
        # Nobody waits for it: it shows the picture for as long as its reader likes.
        subprocess.Popen([viewer, str(picture)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _drawn(dot: str, graph: Drawing) -> bytes:
    done = subprocess.run([dot, "-Tpng"], input=graph.source.encode(), capture_output=True, check=False)
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip()
        raise FlowVisualizationError(f"`dot` ended with exit code {done.returncode}: {said}")
    return done.stdout


def trace(call: Callable[[], Any]) -> TaskVizTracker:
    """Call a flow's body and return what was called in it; errors of the body tell about `viz_return_value`."""
    with TaskVizTracker() as tracker:
        try:
            answer = call()
            if hasattr(answer, "__await__"):
                run_coroutine(_awaited(answer))
        except Exception as error:
            raise _explained(error) from error
    return tracker


async def atrace(call: Callable[[], Any]) -> TaskVizTracker:
    """As `trace`, from async code."""
    with TaskVizTracker() as tracker:
        try:
            answer = call()
            if hasattr(answer, "__await__"):
                await answer
        except Exception as error:
            raise _explained(error) from error
    return tracker


async def _awaited(answer: Awaitable[Any]) -> Any:
    return await answer


def _explained(error: Exception) -> Exception:
    """The same kind of error with a hint; one of ours as it is."""
    if isinstance(error, VisualizationUnsupportedError | FlowVisualizationError):
        return error
    try:
        return type(error)(f"{error}\n{_HINT}")
    except Exception:  # noqa: BLE001 - the class of a user's error may ask for anything
        error.add_note(_HINT)
        return error
