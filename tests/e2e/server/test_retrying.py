"""Many runs are retried at once: those of deployments wait for their worker, which runs them again under the same ids."""

from __future__ import annotations

import json

from segue.cli.faults import Exit
from tests.e2e.cli.desk import SEGUE
from tests.e2e.server.conftest import Reporting

FLOWS = """
    from pathlib import Path
    from segue import flow

    @flow
    def load() -> str:
        return Path(__file__).with_name("input").read_text()

    if __name__ == "__main__":
        load.with_options(flow_run_name="by-hand")()
"""


def states(desk: Reporting) -> dict[str, str]:
    found = desk.items("flow-run", "ls", "--flow", "load")
    return {str(run["name"]): str(run["state"]["name"]) for run in found}  # type: ignore[index]  # as the command prints it


def test_failed_runs_of_a_deployment_run_again_once_it_is_mended(desk: Reporting) -> None:
    file = desk.write("flows.py", FLOWS)
    assert desk.segue("work-pool", "create", "here", "--type", "process").returncode == 0
    body = {
        "name": "nightly", "flow_name": "load", "work_pool_name": "here", "path": str(desk.folder),
        "entrypoint": "flows.py:load",
    }  # fmt: skip
    assert desk.segue("api", "POST", "/deployments", "--data", json.dumps(body)).returncode == 0
    desk.start(SEGUE, "worker", "start", "--pool", "here")
    for name in ("a", "b"):
        assert desk.segue("deployment", "run", "load/nightly", "--flow-run-name", name).returncode == 0
    desk.wait_for(lambda: states(desk) == {"a": "Failed", "b": "Failed"}, "both runs to fail")
    assert desk.python(file).returncode == 1
    ids = {str(run["name"]): run["id"] for run in desk.items("flow-run", "ls")}
    (desk.folder / "input").write_text("good")

    told = desk.segue("flow-run", "retry", "--flow", "load", "--reason", "mended", "--yes")
    assert told.returncode == Exit.FAILED, told.stderr
    assert sorted(told.stdout.splitlines()) == ["Flow run a waits to run again.", "Flow run b waits to run again."]
    assert f"segue flow-run retry {ids['by-hand']}" in told.stderr
    expected = {"a": "Completed", "b": "Completed", "by-hand": "Failed"}
    desk.wait_for(lambda: states(desk) == expected, f"{expected}")
    run = desk.json("flow-run", "inspect", "a")
    assert isinstance(run, dict)
    assert (run["id"], run["run_count"]) == (ids["a"], 2)
    waited = next(each for each in run["states"] if each["name"] == "AwaitingRetry")
    assert (waited["message"], waited["actor"]["name"]) == ("mended", "ann")

    # One by name waits for its worker as well; what nobody else would begin runs here.
    once_more = desk.segue("flow-run", "retry", "a")
    assert (once_more.returncode, once_more.stdout) == (0, "Flow run a waits to run again.\n"), once_more.stderr
    assert desk.segue("flow-run", "retry", "by-hand").returncode == 0
    desk.wait_for(lambda: states(desk) == dict.fromkeys(expected, "Completed"), "all to be completed")
    assert desk.segue("flow-run", "retry", "b", "--here").returncode == 0
    assert desk.segue("flow-run", "retry", "a", "b", "--here").returncode == Exit.USAGE
    assert "No flow run fits." in desk.segue("flow-run", "retry", "--flow", "load", "--yes").stdout
