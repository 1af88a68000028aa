"""`segue flow-run why`: whoever looks at a run that does not run learns what it waits for, and what to type."""

from __future__ import annotations

from segue.wire import pools as p
from segue.wire.workers import WORKER_READ, WorkerRef
from tests.e2e.worker.conftest import Yard


def test_one_gate_after_the_other_is_told_until_the_run_runs(yard: Yard) -> None:
    yard.backend.call(p.POOL_CREATE, p.NewWorkPool(name="here", type="process"))
    deployment = yard.deploy("waits", concurrency_limit=1)
    marks, go = [yard.folder / f"mark-{n}" for n in range(2)], yard.folder / "go"
    assert yard.segue("work-pool", "pause", "here", "--reason", "stocktaking").returncode == 0
    first, second = (yard.ask(deployment, mark=str(mark), go=str(go)) for mark in marks)
    told = yard.segue("flow-run", "why", first).stdout
    assert "work pool here to be resumed: it is paused, by user ann" in told
    assert "a worker of work pool here: none is there" in told
    assert "segue work-pool resume here" in told
    assert "segue worker start --pool here" in told
    assert yard.segue("work-pool", "resume", "here").returncode == 0
    facts = yard.json("flow-run", "why", first)
    assert isinstance(facts, dict)
    assert [gate["kind"] for gate in facts["waits_for"]] == ["worker"]
    worker = yard.worker()
    yard.wait_for(marks[0].exists, "the first to be under way")
    assert "nothing: it runs" in yard.segue("flow-run", "why", first).stdout
    told = yard.segue("flow-run", "why", second).stdout
    assert "a slot of deployment waits/d (1 of 1 taken)" in told
    assert f"held by flow run {yard.read(first).name}" in told
    go.touch()
    assert yard.until_over(second).state.kind == "COMPLETED"
    assert "it is over, Completed" in yard.segue("flow-run", "why", second).stdout
    yard.stop(worker)
    assert yard.backend.call(WORKER_READ, WorkerRef("here", "ann")).status == "OFFLINE"
    third = yard.ask(deployment, mark=str(marks[0]), go=str(go))
    assert "ann is gone, as it said" in yard.segue("flow-run", "why", third).stdout
    lost = yard.segue("flow-run", "why", "nobody")
    assert lost.returncode != 0
    assert "Traceback" not in lost.stderr
