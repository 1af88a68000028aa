"""`run_deployment`, from a script and from a flow that a worker runs: waited for, shown below its parent, cancelled with it."""

from __future__ import annotations

import json
import os
import signal

from segue.model.runs import FlowRun
from segue.model.states import Cancelled, Cancelling, Completed, Failed
from segue.wire import operations as op
from segue.wire import queries
from segue.wire.requests import ById, Proposal
from tests.conformance.making import state
from tests.e2e.worker.conftest import Yard

PARENT = """
    import os, time
    from segue import flow, task
    from segue.deployments import arun_deployment, run_deployment
    from segue.runtime import deployment, flow_run

    @task
    def two() -> int:
        return 2

    @flow(persist_result=True)
    def child(n: int = 1, mark: str = "", go: str = "") -> dict:
        if mark:
            with open(mark, "a") as file:
                file.write(f"{os.getpid()}\\n")
            while not os.path.exists(go):
                time.sleep(0.02)
        if n < 0:
            raise ValueError(f"{n} is below zero")
        return {
            "n": n, "parent": flow_run.parent_flow_run_id, "root": flow_run.root_flow_run_id, "deployment": deployment.name,
            "above": flow_run.parent_deployment_id, "id": deployment.id,
        }

    @flow(persist_result=True)
    def parent(how: str = "wait", mark: str = "", go: str = "") -> object:
        if how == "future":
            return run_deployment("child/d", parameters={"n": two.submit()}).state.result()
        if how == "fail":
            return run_deployment("child/d", parameters={"n": -1}).state.is_failed()
        if how == "leave":
            return str(run_deployment("child/d", timeout=0, parameters={"mark": mark, "go": go}).state_name)
        if how == "apart":
            return run_deployment("child/d", as_subflow=False).state.result()
        return run_deployment("child/d", parameters={"n": 5, "mark": mark, "go": go}, tags=["given"]).state.result()

    @flow(durable=True, persist_result=True)
    def steady(mark: str, go: str) -> list:
        with open(f"{mark}-parent", "w") as file:
            file.write(str(os.getpid()))
        return [run_deployment("child/d", parameters={"n": n}).state.result()["n"] for n in (1, 2)] + [
            run_deployment("child/d", parameters={"n": 3, "mark": mark, "go": go}).state.result()["n"]
        ]

    @flow(persist_result=True)
    async def asleep() -> list:
        first = await run_deployment("child/d", parameters={"n": 7})
        second = await arun_deployment(deployment_id_of_child(), parameters={"n": 8})
        return [(await first.state.aresult())["n"], (await second.state.aresult())["n"]]

    def deployment_id_of_child() -> str:
        from segue import get_client
        with get_client(sync_client=True) as client:
            return str(client.read_deployment_by_name("child/d").id)
"""


def children(yard: Yard, run: FlowRun) -> list[FlowRun]:
    where = queries.RunFilter(flow_run_ids=[run.id])
    return yard.backend.call(op.FLOW_RUN_LIST, queries.RunQuery(where=where)).items


def value(yard: Yard, run: FlowRun) -> object:
    """Return what a run returned, read by another program."""
    program = yard.write(
        "reader.py",
        """
        import json, sys
        from segue import get_client
        with get_client(sync_client=True) as client:
            print(json.dumps(client.read_flow_run(sys.argv[1]).state.result()))
        """,
    )
    done = yard.python(program, run.id)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def settle(yard: Yard) -> str:
    """Start a worker, deploy all flows, and return the id of the child's deployment."""
    yard.write("flows.py", PARENT)
    yard.worker()
    child = yard.until_deployed("child")
    for name in ("parent", "steady", "asleep"):
        yard.deploy(name)
    return child


def test_a_flow_waits_for_runs_of_deployments_and_has_them_below_it(yard: Yard) -> None:
    child = settle(yard)
    parent = yard.deploy("parent")
    over = yard.until_over(yard.ask(parent))
    assert isinstance(over.state, Completed)
    (below,) = children(yard, over)
    assert value(yard, over) == {
        "n": 5, "parent": over.id, "root": over.id, "deployment": "d", "above": parent, "id": child,
    }  # fmt: skip
    assert (below.tags, below.deployment_id) == (["given"], child)
    assert below.created_by is not None
    assert (below.created_by.kind, below.created_by.id) == ("flow-run", over.id)
    (stand_in,) = yard.backend.call(
        op.TASK_RUN_LIST, queries.RunQuery(where=queries.RunFilter(flow_run_ids=[over.id]))
    ).items
    assert (stand_in.child_flow_run_id, stand_in.state.kind, stand_in.name) == (below.id, "COMPLETED", "child-0")

    future = yard.until_over(yard.ask(parent, how="future"))
    assert isinstance(future.state, Completed), future.state
    two, one = yard.backend.call(
        op.TASK_RUN_LIST, queries.RunQuery(where=queries.RunFilter(flow_run_ids=[future.id]), sort="-created")
    ).items
    assert two.upstream == {"n": [one.id]}

    failed = yard.until_over(yard.ask(parent, how="fail"))
    assert isinstance(failed.state, Completed)
    assert value(yard, failed) is True
    (below,) = children(yard, failed)
    assert isinstance(below.state, Failed)

    apart = yard.until_over(yard.ask(parent, how="apart"))
    assert children(yard, apart) == []
    found = value(yard, apart)
    assert isinstance(found, dict)
    assert (found["parent"], found["above"], found["id"]) == (None, None, child)
    assert value(yard, yard.until_over(yard.ask(yard.deploy("asleep")))) == [7, 8]


def test_a_run_that_nobody_waits_for_goes_on_and_a_cancelled_parent_takes_its_own_along(yard: Yard) -> None:
    settle(yard)
    parent = yard.deploy("parent")
    mark, go = yard.folder / "mark", yard.folder / "go"
    left = yard.until_over(yard.ask(parent, how="leave", mark=str(mark), go=str(go)))
    assert isinstance(left.state, Completed)
    (below,) = children(yard, left)
    assert not below.state.final
    yard.wait_for(mark.exists, "the child to run")
    go.touch()
    assert isinstance(yard.until_over(below.id).state, Completed)

    mark.unlink()
    go.unlink()
    waits = yard.ask(parent, mark=str(mark), go=str(go))
    yard.wait_for(mark.exists, "the child to run")
    (below,) = children(yard, yard.read(waits))
    yard.backend.call(op.FLOW_RUN_PROPOSE, Proposal(id=waits, state=state(Cancelling)))
    assert isinstance(yard.until_over(waits).state, Cancelled)
    ended = yard.until_over(below.id)
    assert isinstance(ended.state, Cancelled)
    assert "which started this one, was cancelled" in str(
        [row.state.message for row in yard.backend.call(op.FLOW_RUN_HISTORY, ById(below.id)).items]
    )


def test_a_durable_flow_that_is_resumed_finds_the_runs_that_it_made(yard: Yard) -> None:
    settle(yard)
    mark, go = yard.folder / "mark", yard.folder / "go"
    run = yard.ask(yard.deploy("steady"), mark=str(mark), go=str(go))
    yard.wait_for(mark.exists, "the third child to run")
    before = {each.id for each in children(yard, yard.read(run))}
    assert len(before) == 3
    os.kill(int((yard.folder / "mark-parent").read_text()), signal.SIGKILL)
    yard.wait_for(lambda: yard.read(run).state.kind == "CRASHED", "the crash to be seen")
    go.touch()
    done = yard.segue("flow-run", "retry", run)
    assert done.returncode == 0, done.stderr
    over = yard.until_over(run)
    assert isinstance(over.state, Completed)
    assert value(yard, over) == [1, 2, 3]
    assert {each.id for each in children(yard, over)} == before


def test_a_script_asks_for_runs_and_is_told_what_is_wrong(yard: Yard) -> None:
    settle(yard)
    program = yard.write(
        "ask.py",
        """
        from datetime import datetime, timedelta, UTC
        from segue.deployments import run_deployment
        from segue.exceptions import ObjectNotFound

        soon = datetime.now(UTC) + timedelta(days=1)
        later = run_deployment("child/d", scheduled_time=soon, timeout=0, flow_run_name="mine", idempotency_key="k")
        print(later.name, later.state_name, later.expected_start_time == soon)
        print(run_deployment("child/d", timeout=0.1, idempotency_key="k").id == later.id)
        print(run_deployment("child/d", parameters={"n": 3}).state.result()["n"])
        for wrong in (
            lambda: run_deployment("child/nobody"),
            lambda: run_deployment("child"),
            lambda: run_deployment("child/d", timeout=-1),
            lambda: run_deployment("child/d", parameters={"n": object()}),
            lambda: run_deployment("child/d", parameters={"m": 1}),
        ):
            try:
                wrong()
            except (ObjectNotFound, ValueError, Exception) as problem:
                print(type(problem).__name__, problem)
        """,
    )
    deployment = yard.deploy(
        "child", parameter_openapi_schema={"type": "object", "properties": {"n": {"type": "integer"}}}
    )
    assert deployment
    done = yard.python(program)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[:3] == ["mine Scheduled True", "True", "3"]
    assert "ObjectNotFound" in lines[3]
    assert "'child' is neither '<FLOW_NAME>/<DEPLOYMENT_NAME>' nor an id." in lines[4]
    assert "`timeout` cannot be negative, got -1." in lines[5]
    assert "Parameter 'n' cannot travel to another process" in lines[6]
    assert "m is not a parameter" in lines[7]
