"""Flows are found in code that was fetched: apart from this program's modules, and also where their libraries are missing."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from segue import Flow, flow
from segue.deployments.runner import CannotServe, EntrypointType
from segue.exceptions import MissingFlowError, ScriptError, UnspecifiedFlowError
from segue.flows import load_flow_from_entrypoint
from segue.runner.storage import GitRepository, LocalStorage, RunnerStorage
from segue.scripts import CannotLoad
from segue.testing.utilities import segue_test_harness
from tests.repositories import commit

NEEDY = '''
import os
import lacking_library as ll
from lacking_library import Frame
from datetime import date
from segue import flow

BASE = ll.BASE

@flow
def plain() -> None:
    pass

@flow(name="load-day", description="Loads a day.", version="7")
def load(day: date, frame: Frame, n: int = 3, base: str = BASE, *, hard: bool = False) -> int:
    """Load.

    Args:
        day: the day to load
    """
    return ll.load(day)

@flow
async def later(n: int) -> None:
    ll.wait()
'''


@pytest.fixture(autouse=True)
def home() -> Iterator[None]:
    with segue_test_harness():
        yield


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(dedent(text))
    return folder


def code(word: str) -> dict[str, str]:
    return {
        "flows/etl.py": """
            from segue import flow
            from shared import WORD

            @flow
            def etl(n: int = 1) -> str:
                import shared_later
                return f"{WORD} {shared_later.MORE} {n}"
            """,
        "shared.py": f"WORD = {word!r}",
        "shared_later.py": "MORE = 'later'",
    }  # fmt: skip


def test_a_flow_of_a_folder_is_called_and_knows_where_it_came_from(tmp_path: Path) -> None:
    write(tmp_path, code("first"))
    found = flow.from_source(tmp_path, "flows/etl.py:etl")
    assert isinstance(found, Flow)
    assert found(n=2) == "first later 2"
    deployment = found.to_deployment("nightly")
    assert deployment.entrypoint == "flows/etl.py:etl"
    assert deployment.storage == LocalStorage(tmp_path)
    assert found.with_options(name="other").to_deployment("x").entrypoint == "flows/etl.py:etl"
    assert deployment.storage.to_pull_step() == {
        "segue.deployments.steps.set_working_directory": {"directory": str(tmp_path)}
    }


def test_two_sources_with_modules_of_the_same_names_are_kept_apart(tmp_path: Path) -> None:
    commit(tmp_path / "one", {name: dedent(text) for name, text in code("one").items()})
    write(tmp_path / "two", code("two"))
    one = Flow.from_source((tmp_path / "one").as_uri() + "/.git", "flows/etl.py:etl")
    two = Flow.from_source(str(tmp_path / "two"), "flows/etl.py:etl")
    assert "shared" not in sys.modules
    assert (one(), two()) == ("one later 1", "two later 1")
    assert isinstance(one.to_deployment("x").storage, GitRepository)


def test_code_is_found_by_whoever_knows_how_to_fetch_it(tmp_path: Path) -> None:
    class Mine:
        pull_interval = None
        destination = tmp_path / "mine"

        def set_base_path(self, path: Path) -> None:
            pass

        async def pull_code(self) -> None:
            write(self.destination, code("mine"))

        def to_pull_step(self) -> dict[str, Any]:
            return {"my.step": {}}

    assert isinstance(Mine(), RunnerStorage)
    assert flow.from_source(Mine(), "flows/etl.py:etl")() == "mine later 1"
    with pytest.raises(TypeError, match="Unsupported source type 'int'"):
        flow.from_source(3, "flows/etl.py:etl")

    async def journey() -> str:
        found = await flow.from_source(str(tmp_path / "mine"), "flows/etl.py:etl")  # type: ignore[misc]
        again: Any = await flow.afrom_source(str(tmp_path / "mine"), "flows/etl.py")
        return f"{await asyncio.to_thread(found)}, {again.name}"

    assert asyncio.run(journey()) == "mine later 1, etl"


def test_what_cannot_be_found_is_named(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"a.py": "from segue import flow\n\n@flow\ndef one(): pass\n\n@flow\ndef two(): pass", "b.py": "def f("},
    )
    for entrypoint, problem, said in (
        ("none.py:one", CannotLoad, r"There is no file none\.py in the code"),
        ("a.py:three", MissingFlowError, "it has one, two"),
        ("a.py", UnspecifiedFlowError, "name one of them: one, two"),
        ("b.py:f", ScriptError, "SyntaxError"),
        ("a.py:Box.method", CannotLoad, "is a method of 'Box'"),
    ):
        with pytest.raises(problem, match=said):
            flow.from_source(tmp_path, entrypoint)


def test_a_flow_whose_library_is_missing_here_is_deployed_all_the_same(tmp_path: Path) -> None:
    write(tmp_path, {"needy.py": NEEDY})
    load = flow.from_source(tmp_path, "needy.py:load")
    assert (load.name, load.description, load.version) == ("load-day", "Loads a day.", "7")
    schema = load.parameters.model_dump_for_openapi()
    assert schema["required"] == ["day", "frame"]
    assert {name: part.get("type") for name, part in schema["properties"].items()} == {
        "day": "string", "frame": None, "n": "integer", "base": "string", "hard": "boolean",
    }  # fmt: skip
    assert (schema["properties"]["day"]["description"], schema["properties"]["n"]["default"]) == ("the day to load", 3)
    # What the default is only its library knows.
    assert "default" not in schema["properties"]["base"]
    with pytest.raises(ScriptError, match="No module named 'lacking_library'"):
        load.fn(day="x", frame=1)
    later = flow.from_source(tmp_path, "needy.py:later")
    assert later.isasync
    with pytest.raises(ScriptError, match="lacking_library"):
        asyncio.run(later.fn(1))
    assert flow.from_source(tmp_path, "needy.py:plain").name == "plain"
    assert flow.from_source(tmp_path, "needy.py:load-day").name == "load-day"
    with pytest.raises(MissingFlowError, match="it has later, load, plain"):
        flow.from_source(tmp_path, "needy.py:nobody")
    with pytest.raises(UnspecifiedFlowError, match="name one of them: later, load, plain"):
        flow.from_source(tmp_path, "needy.py")


def test_flows_are_loaded_by_their_entrypoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(
        tmp_path,
        {**code("here"), "needy.py": NEEDY, "package/__init__.py": "", "package/inner.py": "from .flows import etl"},
    )
    write(tmp_path, {"package/flows.py": "from segue import flow\n\n@flow\ndef etl(): return 'packaged'"})
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert load_flow_from_entrypoint("flows/etl.py:etl").name == "etl"
    assert load_flow_from_entrypoint(str(tmp_path / "flows" / "etl.py")).name == "etl"
    assert load_flow_from_entrypoint("package.flows.etl")() == "packaged"
    assert load_flow_from_entrypoint("package.flows:etl")() == "packaged"
    assert load_flow_from_entrypoint("package/inner.py:etl")() == "packaged"
    assert load_flow_from_entrypoint("needy.py:load").name == "load-day"
    with pytest.raises(ScriptError, match="lacking_library"):
        load_flow_from_entrypoint("needy.py:load", use_placeholder_flow=False)


@flow
def here() -> None:
    """Do nothing."""


def test_a_deployment_names_its_flow_by_file_or_by_module() -> None:
    assert here.to_deployment("x").entrypoint == f"{__file__}:here"
    by_module = here.to_deployment("x", entrypoint_type=EntrypointType.MODULE_PATH)
    assert by_module.entrypoint == f"{__name__}:here"

    @flow
    def inner() -> None:
        pass

    with pytest.raises(CannotServe, match="not at the top level"):
        _ = inner.to_deployment("x").entrypoint
