"""Flows in environments of their own, whose libraries differ from the worker's: a venv by folder and name, and a PEP 723 header."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from textwrap import dedent

from segue.model.runs import FlowRun
from segue.model.states import Completed, Crashed, Failed
from segue.wire import operations as op
from segue.wire import queries
from tests.e2e.worker.conftest import Yard
from tests.installed import UV
from tests.wheels import MODULE, NAME, Own, wheel

#: The worker's is newer, and Segue itself asks for a newer one.
OLD = "cronsim==2.5"
FLOW = """
    import os, sys
    from importlib.metadata import version
    from segue import flow, get_run_logger, task

    @task
    def look() -> str:
        import cronsim
        return f"{version('cronsim')} {cronsim.__file__.startswith(sys.prefix)} {os.environ.get('VIRTUAL_ENV') == sys.prefix}"

    @flow(log_prints=True)
    def tells(n: int = 1):
        print("said", n, look(), os.environ.get("PYTHONPATH"))
"""
HEADER = """\
# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "segue",
#   "pytz==2024.1",
# ]
#
# [tool.uv]
# no-binary = false
# ///
"""
SCRIPT = """
    import sys
    import pytz
    from beside import WORD
    from segue import flow, task

    @task
    def double(n: int) -> int:
        return 2 * n

    @flow(log_prints=True)
    def asks(n: int = 1):
        print("said", pytz.__version__, double(n), WORD, "own-environment" in __file__, "environments" in sys.prefix)
"""


def uv(*words: str | Path) -> None:
    surroundings = {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "PYTHONPATH"}}
    done = subprocess.run([UV, *words], check=False, capture_output=True, text=True, env=surroundings)
    assert done.returncode == 0, done.stderr


def lines(yard: Yard, run: FlowRun) -> list[str]:
    found = yard.backend.call(op.LOG_LIST, queries.LogQuery(flow_run_ids=[run.id], limit=200)).items
    return [each.message for each in found]


def said(yard: Yard, deployment: str, **parameters: object) -> str:
    over = yard.until_over(yard.ask(deployment, **parameters))
    assert isinstance(over.state, Completed), (over.state, lines(yard, over))
    (line,) = [each for each in lines(yard, over) if each.startswith("said ")]
    return line


def test_a_flow_runs_in_a_venv_whose_libraries_disagree_with_the_workers(
    yard: Yard, installed: Callable[..., Path]
) -> None:
    assert metadata.version("cronsim") != OLD.partition("==")[2]
    own = yard.folder / ".virtualenvs" / "etl"
    uv("venv", "--quiet", "--python", sys.executable, own)
    (packages,) = (own / "lib").glob("python*/site-packages")
    (yard.folder / "tells.py").write_text(dedent(FLOW))
    yard.more = {"PYTHONPATH": str(yard.folder / "of-the-worker"), "VIRTUAL_ENV": "/of/the/worker"}
    yard.worker()
    bare = yard.until_deployed("tells", name="bare", entrypoint="tells.py:tells", job_variables={"python": str(own)})
    state = yard.until_over(yard.ask(bare)).state
    assert isinstance(state, Crashed)
    assert f"`uv pip install --python {own}/bin/python segue==" in (state.message or "")

    # Segue is installed there, as its wheel, beside a library older than Segue's own bounds.
    (wheel_in,) = (installed() / "lib").glob("python*/site-packages")
    (packages / "segue.pth").write_text(f"{wheel_in}\n")
    uv("pip", "install", "--quiet", "--python", own, "--no-deps", OLD)
    for python in (str(own), f"{own}/bin/python", "etl"):
        deployment = yard.deploy("tells", entrypoint="tells.py:tells", job_variables={"python": python})
        assert said(yard, deployment, n=3) == "said 3 2.5 True True None"
    asked = {"python": "etl", "env": {"PYTHONPATH": "/asked/for"}}
    assert said(yard, yard.deploy("tells", entrypoint="tells.py:tells", job_variables=asked)).endswith("/asked/for")
    # Without that it is the worker's environment.
    plain = yard.deploy("tells", name="plain", entrypoint="tells.py:tells")
    assert said(yard, plain).startswith(f"said 1 {metadata.version('cronsim')} ")
    lost = yard.until_over(
        yard.ask(yard.deploy("tells", entrypoint="tells.py:tells", job_variables={"python": "none"}))
    )
    assert "no environment of conda or virtualenvwrapper, is called that here" in (lost.state.message or "")


def test_a_flow_runs_with_the_dependencies_that_its_file_names(yard: Yard) -> None:
    assert metadata.version("pytz") != "2024.1"
    (yard.folder / "asks.py").write_text(HEADER + dedent(SCRIPT))
    (yard.folder / "beside.py").write_text("WORD = 'beside'")
    for name, line in (("never.py", '"segue", "cronsim<2.6"'), ("wrong.py", "3")):
        (yard.folder / name).write_text(HEADER.replace('"pytz==2024.1",', line + ",") + dedent(SCRIPT))
    yard.more = {"PATH": f"{UV.parent}:{os.environ['PATH']}", "UV_CACHE_DIR": cache(), **reaching_out()}
    worker = yard.worker()
    deployment = yard.until_deployed("asks", entrypoint="asks.py:asks")
    ids = [yard.ask(deployment, n=n) for n in (1, 2, 3)]
    runs = [yard.until_over(id) for id in ids]
    assert [each.state.name for each in runs] == ["Completed"] * 3, [each.state for each in runs]
    found = [line for each in runs for line in lines(yard, each) if line.startswith("said ")]
    assert found == [f"said 2024.1 {2 * n} beside False True" for n in (1, 2, 3)]
    # Made once for all, and Segue there is the worker's own.
    (made,) = (yard.home / "environments").glob("*/complete")
    (lent,) = (made.parent / "env" / "lib").glob("python*/site-packages/segue")
    assert lent.is_symlink()

    for file, words in (("never.py", "cronsim"), ("wrong.py", "must be a list of requirements, not ['segue', 3]")):
        lost = yard.until_over(yard.ask(yard.deploy("asks", name=file, entrypoint=f"{file}:asks")))
        assert isinstance(lost.state, Failed)
        assert "The code of this run cannot be loaded: " in (lost.state.message or "")
        assert words in (lost.state.message or "")
    # One that is not to be heeded: the worker's own library is used.
    plain = yard.deploy("asks", name="plain", entrypoint="asks.py:asks", job_variables={"script_environment": False})
    assert said(yard, plain) == f"said {metadata.version('pytz')} 2 beside False False"
    assert "Traceback" not in yard.stop(worker)


def cache() -> str:
    """Where uv keeps what it has fetched before: the home of a test is a new one."""
    return subprocess.run([UV, "cache", "dir"], check=True, capture_output=True, text=True).stdout.strip()


def reaching_out() -> dict[str, str]:
    """What this machine says of how packages are fetched."""
    return {
        name: value
        for name, value in os.environ.items()
        if name.startswith(("UV_", "SSL_", "REQUESTS_")) or name.lower().endswith("_proxy")
    }


SAYS = """
    from segue import flow

    @flow(log_prints=True)
    def says():
        import greeting_of_test
        print("said", greeting_of_test.greet("ann")["said"])
"""


def test_what_a_step_requires_is_installed_into_the_environment_of_the_run(yard: Yard, tmp_path: Path) -> None:
    own = Own(tmp_path, "uv")
    wheel(own.wheels, "1.0")
    (yard.folder / "says.py").write_text(dedent(SAYS))
    step = {f"{MODULE}.greet": {"who": "bob", "requires": [f"{NAME}<2"]}}
    variables = {"python": str(own.place), "env": own.surroundings | {"SEGUE_HOME": str(yard.home)}}
    yard.worker()
    deployment = yard.until_deployed(
        "says", entrypoint="says.py:says", path=None, job_variables=variables,
        pull_steps=[{"set_working_directory": {"directory": str(yard.folder)}}, step],
    )  # fmt: skip
    assert said(yard, deployment) == "said hello ann from 1.0"
    step[f"{MODULE}.greet"]["requires"] = ["no-option", "--no-deps"]
    lost = yard.until_over(
        yard.ask(yard.deploy("says", entrypoint="says.py:says", job_variables=variables, pull_steps=[step]))
    )
    assert isinstance(lost.state, Failed)
    assert "'--no-deps', which is no requirement" in (lost.state.message or "")
