"""How fast the ground floors are by themselves: records while the interpreter is busy, durable round trips, proposals.

Run: python bench/ground.py [tasks]
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path

from segue.backend.holders import this_holder
from segue.backend.open import open_backend
from segue.host.clock import now
from segue.host.ids import new_id
from segue.model.records import TaskRunMade, TaskRunMoved
from segue.model.states import Completed, Failed, Pending, Running
from segue.wire import operations as op
from segue.wire import queries
from segue.wire import requests as q


def begin(backend, name="bench"):
    states = [
        Pending(id=new_id(), name="Pending", timestamp=now()),
        Running(id=new_id(), name="Running", timestamp=now()),
    ]
    request = q.NewFlowRun(
        id=new_id(), flow_name=name, name="run", states=states, lease=q.LeaseRequest(holder=this_holder())
    )
    return backend.call(op.FLOW_RUN_CREATE, request)


def records_of(flow_run_id, number):
    made, at = new_id(), now()
    pending = Pending(id=new_id(), name="Pending", timestamp=at)
    running = Running(id=new_id(), name="Running", timestamp=at)
    done = Completed(id=new_id(), name="Completed", timestamp=at)
    return (
        TaskRunMade(
            id=made, name=f"noop-{number:x}", task_name="noop", task_key="noop-0123abcd", state=pending,
            flow_run_id=flow_run_id, dynamic_key=str(number), entrypoint="bench/ground.py:noop",
        ),
        TaskRunMoved(made, running, flow_run_id, run_count=1, start_time=at),
        TaskRunMoved(made, done, flow_run_id, run_count=1, start_time=at, end_time=at, total_run_time=0.0001),
    )  # fmt: skip


def spin(until):
    while time.perf_counter() < until:
        pass


def stream_while_busy(backend, home, tasks):
    grant = begin(backend)
    stream = backend.stream(grant.lease)
    batch = [records_of(grant.run.id, n) for n in range(tasks)]
    backend.flush()
    before, began, cpu = size(home), time.perf_counter(), time.process_time()
    for at, trio in enumerate(batch):
        for record in trio:
            stream.put(record)
        # 60 µs a task of work that never lets go of the interpreter, as an engine and user code would do.
        spin(began + (at + 1) * 60e-6)
    made = time.perf_counter() - began
    stream.flush()
    took, used = time.perf_counter() - began, time.process_time() - cpu
    stored = size(home) - before
    found = backend.call(
        op.TASK_RUN_COUNT, queries.RunFilter(flow_run_ids=[grant.run.id], state_types=["COMPLETED"])
    ).count
    assert found == tasks, found
    print(
        f"{tasks} tasks, {3 * tasks} records: put in {made:.3f} s, on disk after {took:.3f} s = {tasks / took:,.0f} tasks/s; "
        f"process CPU over the producer's own {1e6 * (used - 60e-6 * tasks) / tasks:.1f} µs/task; {stored / tasks:.0f} bytes/task"
    )
    print("  ", backend.metrics())
    return grant


def put_only(backend, tasks):
    grant = begin(backend)
    stream = backend.stream(grant.lease)
    batch = [records_of(grant.run.id, n) for n in range(tasks)]
    began = time.perf_counter()
    for trio in batch:
        for record in trio:
            stream.put(record)
    stream.flush()
    took = time.perf_counter() - began
    print(f"nothing but records: {tasks / took:,.0f} tasks/s ({1e6 * took / tasks:.1f} µs/task)")


def durable(backend, count=3000):
    grant = begin(backend)
    stream = backend.stream(grant.lease)
    batch = [records_of(grant.run.id, n) for n in range(count)]
    began = time.perf_counter()
    for trio in batch:
        for record in trio:
            stream.put(record)
        stream.flush()
    took = time.perf_counter() - began
    print(f"durable steps (3 records, flush): {count / took:,.0f}/s ({1e6 * took / count:.0f} µs)")


def proposals(backend, count=1000):
    began = time.perf_counter()
    for _ in range(count):
        grant = begin(backend, "proposed")
        final = Failed(id=new_id(), name="Failed", timestamp=now())
        backend.call(op.FLOW_RUN_PROPOSE, q.Proposal(id=grant.run.id, state=final, fence=grant.lease.fence))
    took = time.perf_counter() - began
    print(f"create + propose: {count / took:,.0f} runs/s, {2 * count / took:,.0f} round trips/s")


def size(home):
    """Bytes in the database file once the log is folded in."""
    import apsw

    path = Path(home) / "segue.db"
    if not path.exists():
        return 0
    connection = apsw.Connection(str(path))
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.close()
    return path.stat().st_size


def main():
    tasks = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    url = sys.argv[2] if len(sys.argv) > 2 else ""
    home = Path(tempfile.mkdtemp(prefix="segue-bench-"))
    try:
        backend = open_backend(url, home)
        begin(backend)
        stream_while_busy(backend, home, tasks)
        put_only(backend, tasks)
        durable(backend)
        proposals(backend)
        backend.close()
    finally:
        shutil.rmtree(home)


if __name__ == "__main__":
    main()
