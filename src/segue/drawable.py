"""What can be drawn: a flow shows its steps without running them."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, ParamSpec

from segue.decorated import Decorated, R_co
from segue.engine.calling import in_async_code

P = ParamSpec("P")


class Drawable(Decorated[P, R_co]):
    """A function whose calls of tasks and flows can be drawn."""

    def visualize(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Draw the flow as a picture, `<name of the flow>.png`; from async code, await the answer.

        The body is called, tasks and subflows in it are not. Raises GraphvizExecutableNotFoundError where Graphviz is not
        installed, VisualizationUnsupportedError where the body submits or maps tasks.
        """
        if in_async_code():
            return self.avisualize(*args, **kwargs)  # type: ignore[return-value]  # what async code awaits
        drawing = _drawing()
        self._warn("visualize")
        tracker = drawing.trace(self._body(args, kwargs))
        drawing.visualize_task_dependencies(drawing.build_task_dependencies(tracker), self.name)
        return None

    async def avisualize(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Draw the flow as a picture; see `visualize`."""
        drawing = _drawing()
        self._warn("visualize")
        tracker = await drawing.atrace(self._body(args, kwargs))
        drawing.visualize_task_dependencies(drawing.build_task_dependencies(tracker), self.name)

    def generate_mermaid_graph(self, *args: P.args, **kwargs: P.kwargs) -> str:
        """Return the flow as a Mermaid flowchart, which needs no program to draw it."""
        drawing = _drawing()
        self._warn("generate_mermaid_graph")
        text: str = drawing.build_mermaid_dependencies(drawing.trace(self._body(args, kwargs)))
        return text

    async def agenerate_mermaid_graph(self, *args: P.args, **kwargs: P.kwargs) -> str:
        """Return the flow as a Mermaid flowchart; see `generate_mermaid_graph`."""
        drawing = _drawing()
        self._warn("generate_mermaid_graph")
        text: str = drawing.build_mermaid_dependencies(await drawing.atrace(self._body(args, kwargs)))
        return text

    def _body(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Callable[[], Any]:
        bound = args if self.binding is None else (self.binding, *args)
        function: Callable[..., Any] = self.fn
        return lambda: function(*bound, **kwargs)

    def _warn(self, method: str) -> None:
        warnings.warn(
            f"`flow.{method}()` will execute code inside of your flow that is not decorated with `@task` or `@flow`.",
            stacklevel=3,
        )


def _drawing() -> Any:
    from segue.utilities import visualization  # noqa: PLC0415 - a door: flows are drawn seldom

    return visualization
