"""Drawings of flows, by the program that makes pictures of them."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from segue import Flow, flow, task
from segue.utilities.visualization import (
    Drawing,
    FlowVisualizationError,
    GraphvizExecutableNotFoundError,
    visualize_task_dependencies,
)
from tests.debian import program

PNG = b"\x89PNG"


def pipeline() -> Flow[[], None]:
    @task
    def load(name: str) -> None:
        raise AssertionError("a drawing runs no task")

    @task
    def join(left: object, right: object) -> None:
        raise AssertionError("a drawing runs no task")

    @flow(name="the orders")
    def orders() -> None:
        join(load("a"), load("b"))

    return orders


@pytest.fixture(scope="module")
def dot(need: Callable[[str, object], None]) -> str:
    """The program `dot`."""
    found = program("dot", "graphviz")
    need("graphviz", found)
    return str(found)


@pytest.mark.filterwarnings("ignore:`flow.visualize:UserWarning")
def test_a_picture_is_written_beside_the_caller(dot: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Only `dot` is to be found, so that no viewer opens.
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "dot").symlink_to(dot)
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.chdir(tmp_path)
    pipeline().visualize()
    assert (tmp_path / "the orders.png").read_bytes().startswith(PNG)


@pytest.mark.filterwarnings("ignore:`flow.visualize:UserWarning")
def test_async_code_awaits_the_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    async def draw() -> None:
        await pipeline().avisualize()

    with pytest.raises(GraphvizExecutableNotFoundError, match="generate_mermaid_graph"):
        asyncio.run(draw())


@pytest.mark.usefixtures("dot")
def test_what_dot_cannot_read_is_told_with_its_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    class Broken(Drawing):
        @property
        def source(self) -> str:
            return "digraph {"

    with pytest.raises(FlowVisualizationError, match="syntax error"):
        visualize_task_dependencies(Broken(), "broken")
    assert list(tmp_path.iterdir()) == []


def test_names_with_quotes_stay_names() -> None:
    drawing = Drawing()
    drawing.node('say "hi" \\ there')
    assert drawing.source == 'digraph {\n\t"say \\"hi\\" \\\\ there"\n}\n'
