"""`flow.serve`: one program registers a deployment and runs its runs, with nothing else set up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from segue.backend.open import open_backend
from segue.model.states import Completed
from segue.wire import deployments as d
from segue.wire import operations as op
from segue.wire import schedules as s
from segue.wire.queries import RunFilter, RunQuery
from segue.wire.requests import ById
from tests.e2e.cli.desk import Desk

PROGRAM = """
    from segue import flow, get_run_logger

    @flow
    def greet(who: str = "you") -> str:
        get_run_logger().info("hello %s", who)
        return who

    if __name__ == "__main__":
        greet.serve(name="here", tags=["nice"])
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    desk.write("program.py", PROGRAM)
    yield desk
    desk.leave()
    desk.segue("server", "stop")


def serving(desk: Desk) -> subprocess.Popen[str]:
    process = desk.start(sys.executable, "-u", "program.py")
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(3)]
    assert "for as long as this lasts" in lines[0]
    assert "segue deployment run 'greet/here'" in lines[1]
    return process


def test_a_program_serves_its_flow_without_a_server_of_its_own(desk: Desk) -> None:
    process = serving(desk)
    backend = open_backend("", desk.home)
    try:
        found = backend.call(d.DEPLOYMENT_READ_NAMED, d.ByFlowAndName("greet", "here"))
        assert (found.tags, found.paused, found.work_pool_name) == (["nice"], False, None)
        assert "who" in found.parameter_openapi_schema["properties"]  # type: ignore[operator]
        new = d.NewRunOfDeployment(deployment_id=found.id, parameters={"who": "ann"})
        id = backend.call(d.DEPLOYMENT_RUN, new).id
        desk.wait_for(lambda: backend.call(op.FLOW_RUN_READ, ById(id)).state.final, "the run to be over")
        run = backend.call(op.FLOW_RUN_READ, ById(id))
        assert isinstance(run.state, Completed)
        assert run.tags == ["nice"]
        assert "hello ann" in desk.segue("flow-run", "logs", run.name).stdout
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
        assert process.returncode == 0, said
        assert "Traceback" not in said
        assert backend.call(d.DEPLOYMENT_READ, ById(found.id)).paused
    finally:
        backend.close()
    assert desk.segue("server", "status").returncode == 3


SCHEDULED = """
    from segue import flow, serve
    from segue.schedules import Interval

    @flow
    def each_second(who: str = "you") -> str:
        return who

    @flow
    def now_and_then() -> None: ...

    if __name__ == "__main__":
        serve(
            each_second.to_deployment("quick", schedule=Interval(1, parameters={"who": "ada"})),
            now_and_then.to_deployment("slow", cron=["0 6 * * *", "@weekly"]),
        )
"""


def test_what_it_serves_runs_by_its_schedules(desk: Desk) -> None:
    desk.write("scheduled.py", SCHEDULED)
    process = desk.start(sys.executable, "-u", "scheduled.py")
    backend = open_backend("", desk.home)
    done = RunQuery(where=RunFilter(flow_names=["each-second"], state_types=["COMPLETED"]))
    try:
        desk.wait_for(lambda: len(backend.call(op.FLOW_RUN_LIST, done).items) >= 2, "two runs by the schedule")
        assert all(run.parameters == {"who": "ada"} for run in backend.call(op.FLOW_RUN_LIST, done).items)
        slow = backend.call(d.DEPLOYMENT_READ_NAMED, d.ByFlowAndName("now-and-then", "slow"))
        rules = [each.rule for each in backend.call(s.SCHEDULE_LIST, s.OfDeployment(slow.id)).items]
        assert [getattr(rule, "cron", None) for rule in rules] == ["0 6 * * *", "@weekly"]
    finally:
        backend.close()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 0, said


def test_its_worker_does_not_outlive_a_program_that_is_killed(desk: Desk) -> None:
    process = serving(desk)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    desk.wait_for(lambda: bool(children.read_text().split()), "its worker")
    (worker,) = children.read_text().split()
    process.kill()
    process.wait()
    desk.wait_for(lambda: not _runs(int(worker)), "the worker to end")


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}


def test_a_flow_that_nobody_could_find_again_is_refused(desk: Desk) -> None:
    desk.write("inner.py", """
        from segue import flow

        def main() -> None:
            @flow
            def inner() -> None: ...
            inner.serve(name="x")

        main()
    """)  # fmt: skip
    done = desk.python("inner.py")
    assert done.returncode != 0
    assert "not at the top level of a file" in done.stderr


RUNNER = """
    import asyncio
    from segue import flow, get_client
    from segue.deployments import run_deployment
    from segue.runner import Runner

    @flow
    def double(x: int) -> int:
        return x * 2

    if __name__ == "__main__":
        runner = Runner(name="mine", limit=2)
        runner.add_flow(double, name="given", parameters={"x": 21})
        run = run_deployment("double/given", timeout=0)
        asyncio.run(runner.start(run_once=True))
        with get_client(sync_client=True) as client:
            deployment = client.read_deployment_by_name("double/given")
            print(client.read_flow_run(run.id).state.name, deployment.paused, runner.started)
        try:
            runner.stop()
        except RuntimeError as error:
            print(error)
"""


def test_a_runner_runs_what_is_due_and_ends(desk: Desk) -> None:
    desk.write("runner.py", RUNNER)
    process = desk.start(sys.executable, "runner.py")
    said, complaints = process.communicate(timeout=60)
    assert process.returncode == 0, complaints
    assert said.splitlines()[-2:] == [
        "Completed True False",
        "Runner has not yet started. Please start the runner by calling `.start()`",
    ]


ENDED_RUNNERS = """
    import asyncio, os, time
    from pathlib import Path
    from segue import flow
    from segue.runner import Runner

    UP = Path(__file__).absolute().with_name("up")

    @flow
    def stays():
        UP.touch()
        while True:
            time.sleep(0.05)

    async def stopped():
        runner = Runner(name="stopped")
        await runner.aadd_flow(stays, name="kept", keep_running=True)
        serving = asyncio.create_task(runner.start())
        while not UP.exists():
            await asyncio.sleep(0.05)
        await runner.astop()
        await serving
        print("stopped", flush=True)

    async def cancelled():
        runner = Runner(name="cancelled")
        serving = asyncio.create_task(runner.start())
        await asyncio.sleep(0)
        serving.cancel()
        await asyncio.wait([serving])
        await asyncio.get_running_loop().shutdown_default_executor()
        try:
            os.waitpid(-1, os.WNOHANG)
            print("its worker is left")
        except ChildProcessError:
            print("nothing is left")

    if __name__ == "__main__":
        asyncio.run(stopped())
        asyncio.run(cancelled())
"""


def test_a_runner_that_is_stopped_or_cancelled_ends_with_its_services_and_its_worker(desk: Desk) -> None:
    desk.write("ended.py", ENDED_RUNNERS)
    process = desk.start(sys.executable, "-u", "ended.py")
    said, complaints = process.communicate(timeout=60)
    assert process.returncode == 0, complaints
    assert [line for line in said.splitlines() if not line.startswith("Segue is at")] == ["stopped", "nothing is left"]
