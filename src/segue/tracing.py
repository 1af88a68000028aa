"""Whether a flow is being drawn instead of run: then calls of tasks and flows make nodes, not runs."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any, Protocol


class Tracer(Protocol):
    """Takes down what is called."""

    def called(self, thing: Any, parameters: dict[str, Any]) -> Any:
        """Answer a direct call of a task or flow with what stands for its value."""
        ...

    def refuse(self, call: str) -> None:
        """Say that a way to start a run cannot be drawn; raises VisualizationUnsupportedError."""
        ...


current_tracer: ContextVar[Tracer | None] = ContextVar("segue.current_tracer", default=None)


def refuse_while_drawing(call: str) -> None:
    """Refuse a call that cannot be drawn, such as `submit`, where a flow is drawn."""
    tracer = current_tracer.get()
    if tracer is not None:
        tracer.refuse(call)
