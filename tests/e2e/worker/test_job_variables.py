"""Blocks, variables and the worker's environment in job variables: looked up by the worker, and seen by nobody else."""

from __future__ import annotations

import urllib.error
import urllib.request

from segue.model.states import Completed, Crashed
from segue.wire import operations as op
from segue.wire import queries
from segue.wire.table import OPERATIONS
from tests.e2e.worker.conftest import Yard

SECRET = "c4nary-in-a-job-variable"
FLOW = """
    import os
    from segue import flow, get_run_logger

    @flow
    def tells():
        logger = get_run_logger()
        logger.info("stage %s, door %s, key %s", os.environ["STAGE"], os.environ["DOOR"], os.environ.get("OWN"))
        logger.info("length %d, token %s", len(os.environ["TOKEN"]), os.environ["TOKEN"])
        print("token", os.environ["TOKEN"])
"""


def everything(yard: Yard, run: str, deployment: str) -> str:
    """Return what the API answers to all that reads and needs no name, and what it says of a run and its deployment."""
    at_once = [each for each in OPERATIONS.values() if not each.streamed and not each.waits]
    reading = [each.path if each.method == "GET" else each.get for each in at_once]
    paths = [path for path in reading if path is not None and "{" not in path]
    assert len(paths) > 20
    said = []
    for path in (*paths, f"/flow-runs/{run}", f"/flow-runs/{run}/states", f"/deployments/{deployment}",
                 f"/deployments/{deployment}/versions"):  # fmt: skip
        try:
            with urllib.request.urlopen(f"{yard.url}{path}", timeout=20) as answer:
                said.append(answer.read().decode())
        except urllib.error.HTTPError as refused:
            # Some want more than their address.
            assert not {run, deployment} & set(path.split("/")), path
            said.append(refused.read().decode())
    return "\n".join(said)


def test_a_worker_looks_up_what_job_variables_name(yard: Yard) -> None:
    yard.write("telling.py", FLOW)
    saved = yard.python(
        yard.write(
            "saving.py",
            f"""
            from segue.blocks.system import Secret
            from segue.variables import Variable

            Secret(value="{SECRET}").save("door-key")
            Variable.set("stage", "live")
            """,
        )
    )
    assert saved.returncode == 0, saved.stderr
    yard.more = {"DOOR_OF_WORKER": "open", "SEGUE__OWN": "what the worker was told"}
    worker = yard.worker()
    names = {
        "STAGE": "{{ segue.variables.stage }}-{{ $DOOR_OF_WORKER }}", "DOOR": "{{ $DOOR_OF_WORKER }}",
        "TOKEN": "{{ segue.blocks.secret.door-key }}",
    }  # fmt: skip
    deployment = yard.until_deployed("tells", entrypoint="telling.py:tells", job_variables={"env": names})
    run = yard.ask(deployment)
    over = yard.until_over(run)
    lines = [each.message for each in yard.backend.call(op.LOG_LIST, queries.LogQuery(flow_run_ids=[run])).items]
    assert isinstance(over.state, Completed), (over.state, lines)
    assert "stage live-open, door open, key None" in lines
    # The flow has it; what it records does not.
    assert f"length {len(SECRET)}, token **********" in lines
    assert over.job_variables in ({}, {"env": names})

    # One that is not there, and one that makes no sense of its block, end the run before it begins.
    for variables, words in (
        ({"env": {"TOKEN": "{{ segue.blocks.secret.lost }}"}}, "There is no block secret/lost"),
        ({"env": {"OWN": "{{ $SEGUE_API_KEY }}"}}, "The environment variable SEGUE_API_KEY is not set here."),
        ({"env": {"OWN": "{{ $SEGUE__OWN }}"}}, "The environment variable SEGUE__OWN is not set here."),
        ({"working_dir": "/dev/null/{{ segue.blocks.secret.door-key }}"}, "/dev/null/**********"),
    ):
        lost = yard.deploy("tells", name="lost", entrypoint="telling.py:tells", job_variables=variables)
        broken = yard.until_over(yard.ask(lost)).state
        assert isinstance(broken, Crashed)
        assert words in (broken.message or "")
    said = everything(yard, run, deployment)
    assert "{{ segue.blocks.secret.door-key }}" in said
    assert SECRET not in said
    assert SECRET not in yard.stop(worker).replace(f"token {SECRET}\n", "")
    for file in (yard.folder.parent / "server" / "home").rglob("*"):
        assert not file.is_file() or SECRET.encode() not in file.read_bytes()
