"""Brief operations are done in the thread of the event loop that asks, committed and answered by the writer's.

What stands in the way of that never holds up the loop, and changes nothing of what is done.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import pytest

from segue.backend.commits import AWHILE, Ticket
from segue.backend.embedded import EmbeddedBackend
from segue.backend.open import open_backend
from segue.host.ids import new_id
from segue.host.locks import FileLock
from segue.model.errors import BadRequest, StorageProblem
from segue.model.states import Completed, Running
from segue.server.tickets import HandingOver, LoopTicket
from segue.service import flow_runs, variables
from segue.service.recording import create_task_run
from segue.store import sqlite
from segue.store.session import Session
from segue.store.sqlite import SqliteWriter
from segue.wire.operations import FLOW_RUN_CREATE, TASK_RUN_LIST, VARIABLE_LIST
from segue.wire.queries import RunQuery
from segue.wire.recording import NewTaskRun
from segue.wire.requests import NewFlowRun, Proposal, SetVariable, VariableQuery
from tests.conformance.making import state

WRITER = "segue-writer"
#: A process of its own: two libraries in one process do not see each other's locks.
HOLDING = """
import sqlite3, sys
shell = sqlite3.connect(sys.argv[1], isolation_level=None)
shell.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
shell.execute("COMMIT")
"""


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[EmbeddedBackend]:
    opened = open_backend(f"sqlite:///{tmp_path / 'segue.db'}", tmp_path)
    # The writer's thread is there once something was written.
    put(opened, "first")
    yield opened
    opened.close()


def put(backend: EmbeddedBackend, name: str) -> None:
    backend.do("variables.set", variables.put, SetVariable(name=name, value=1))


def names(backend: EmbeddedBackend) -> set[str]:
    return {each.name for each in backend.call(VARIABLE_LIST, VariableQuery()).items} - {"first"}


def brief(work: Callable[[Session], object]) -> LoopTicket[None, object]:
    return LoopTicket(FLOW_RUN_CREATE.name, lambda session, _: work(session), None, None)


def storing(name: str, threads: list[str]) -> Callable[[Session], object]:
    def store(session: Session) -> object:
        threads.append(threading.current_thread().name)
        return variables.put(session, SetVariable(name=name, value=1)).name

    return store


def until_idle(backend: EmbeddedBackend) -> None:
    """Return when the writer's thread rests; it answers before it does."""
    end = time.monotonic() + 30
    while not backend._writer._resting:
        assert time.monotonic() < end
        time.sleep(0.001)


async def answers(handing: HandingOver, *work: Callable[[Session], object]) -> list[object]:
    tickets = [brief(each) for each in work]
    for ticket in tickets:
        handing.submit(ticket)
    return await asyncio.gather(*(ticket.answered() for ticket in tickets), return_exceptions=True)


def asked(backend: EmbeddedBackend, *work: Callable[[Session], object]) -> list[object]:
    until_idle(backend)
    return asyncio.run(answers(HandingOver(backend), *work))


def test_brief_operations_are_done_in_the_loops_thread_and_committed_together(backend: EmbeddedBackend) -> None:
    threads: list[str] = []
    before = backend.metrics().batches
    assert asked(backend, storing("a", threads), storing("b", threads)) == ["a", "b"]
    backend.flush()
    assert threads == [threading.current_thread().name] * 2
    assert backend.metrics().batches - before == 1
    assert names(backend) == {"a", "b"}


def test_what_is_asked_during_a_commit_goes_into_the_next(backend: EmbeddedBackend) -> None:
    threads: list[str] = []

    async def ask() -> None:
        handing = HandingOver(backend)
        first = brief(storing("first of all", threads))
        handing.submit(first)
        await asyncio.sleep(0)
        later = [brief(storing(f"later {number}", threads)) for number in range(5)]
        for ticket in later:
            handing.submit(ticket)
            await asyncio.sleep(0)
        await asyncio.gather(*(ticket.answered() for ticket in [first, *later]))

    until_idle(backend)
    before = backend.metrics().batches
    asyncio.run(ask())
    backend.flush()
    assert backend.metrics().batches - before == 2
    assert len(names(backend)) == len(threads) == 6


def test_one_that_fails_answers_for_itself_alone(backend: EmbeddedBackend) -> None:
    threads: list[str] = []

    def refuse(_: Session) -> object:
        raise BadRequest("no")

    def spoil(session: Session) -> object:
        storing("spoilt", threads)(session)
        raise BadRequest("no, after all")

    told = asked(backend, storing("a", threads), refuse, storing("b", threads))
    assert [str(each) for each in told] == ["a", "no", "b"]
    assert WRITER not in threads
    told = asked(backend, storing("c", threads), spoil, storing("d", threads))
    assert [str(each) for each in told] == ["c", "no, after all", "d"]
    assert names(backend) == {"a", "b", "c", "d"}
    assert WRITER in threads


def test_what_takes_long_is_done_by_the_writers_thread(backend: EmbeddedBackend) -> None:
    threads: list[str] = []

    def long(session: Session) -> object:
        storing("begun", threads)(session)
        session.take_long()
        return storing("long", threads)(session)

    assert asked(backend, storing("a", threads), long) == ["a", "long"]
    assert threads[-3:] == [WRITER] * 3
    assert names(backend) == {"a", "begun", "long"}


def test_a_loop_stands_still_for_a_moment_at_most(backend: EmbeddedBackend) -> None:
    threads: list[str] = []

    def slow(number: int) -> Callable[[Session], object]:
        def work(session: Session) -> object:
            time.sleep(AWHILE)
            return storing(f"v{number}", threads)(session)

        return work

    before = backend.metrics().batches
    assert asked(backend, *(slow(number) for number in range(4))) == ["v0", "v1", "v2", "v3"]
    backend.flush()
    assert threads == [threading.current_thread().name, WRITER, WRITER, WRITER]
    assert backend.metrics().batches - before == 1


def test_a_run_that_ends_with_open_tasks_is_not_brief(backend: EmbeddedBackend) -> None:
    run_id = new_id()
    run = NewFlowRun(id=run_id, flow_name="etl", name="one", states=[state(Running)])
    task = NewTaskRun(flow_run_id=run_id, name="t", task_name="t", state=state(Running))
    threads: list[str] = []

    def end(session: Session) -> object:
        threads.append(threading.current_thread().name)
        return flow_runs.propose(session, Proposal(id=run_id, state=state(Completed), force=True)).status

    asked(backend, lambda session: flow_runs.create(session, run), lambda session: create_task_run(session, task))
    assert asked(backend, end) == ["accept"]
    assert threads == [threading.current_thread().name, WRITER]
    [ended] = backend.call(TASK_RUN_LIST, RunQuery()).items
    assert ended.state.final
    threads.clear()
    again = NewFlowRun(id=new_id(), flow_name="etl", name="two", states=[state(Running)])
    run_id = again.id
    asked(backend, lambda session: flow_runs.create(session, again))
    assert asked(backend, end) == ["accept"]
    assert threads == [threading.current_thread().name]


async def held_up(backend: EmbeddedBackend, let_go: Callable[[], object], threads: list[str]) -> None:
    """Ask while somebody has the database until the loop lets go of it, which it could not do if it waited for that itself."""
    asking = asyncio.create_task(answers(HandingOver(backend), storing("a", threads)))
    for _ in range(50):
        await asyncio.sleep(0.005)
    assert not asking.done()
    let_go()
    assert await asking == ["a"]


def test_the_turn_of_another_process_is_not_waited_for_by_the_loop(backend: EmbeddedBackend, tmp_path: Path) -> None:
    threads: list[str] = []
    other = FileLock(str(tmp_path / "segue.db.lock"))
    other.acquire()
    until_idle(backend)
    asyncio.run(held_up(backend, other.close, threads))
    assert threads == [WRITER]


def test_a_program_that_does_not_know_the_lock_is_not_waited_for_by_the_loop(
    backend: EmbeddedBackend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # For as good as ever: a loop that waited would be seen.
    monkeypatch.setattr(sqlite, "_BUSY", 3_600_000)
    session = backend._writer.committer._session
    assert isinstance(session, SqliteWriter)
    session._connection.set_busy_timeout(sqlite._BUSY)
    threads: list[str] = []
    command = [sys.executable, "-c", HOLDING, str(tmp_path / "segue.db")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as shell:
        assert shell.stdout is not None
        assert shell.stdin is not None
        assert shell.stdout.readline() == "held\n"
        until_idle(backend)
        asyncio.run(held_up(backend, shell.stdin.close, threads))
    assert threads == [WRITER]


def test_a_commit_that_fails_is_done_again_whole(backend: EmbeddedBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[str] = []
    commit = SqliteWriter.commit

    def once(session: SqliteWriter) -> None:
        monkeypatch.setattr(SqliteWriter, "commit", commit)
        message = "disk I/O error"
        raise apsw.IOError(message)

    monkeypatch.setattr(SqliteWriter, "commit", once)
    assert asked(backend, storing("a", threads), storing("b", threads)) == ["a", "b"]
    assert threads == [threading.current_thread().name] * 2 + [WRITER] * 2
    assert names(backend) == {"a", "b"}


def test_a_database_that_cannot_be_written_fails_all_who_asked_and_takes_up_again(
    backend: EmbeddedBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[str] = []

    def never(session: SqliteWriter) -> None:
        message = "database or disk is full"
        raise apsw.FullError(message)

    with monkeypatch.context() as full:
        full.setattr(SqliteWriter, "commit", never)
        told = asked(backend, storing("a", threads), storing("b", threads))
        assert [type(each) for each in told] == [StorageProblem] * 2
    assert asked(backend, storing("c", threads)) == ["c"]
    assert names(backend) == {"c"}


def test_whatever_speaks_against_it_they_are_answered(
    backend: EmbeddedBackend, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    threads: list[str] = []

    def broken(session: SqliteWriter) -> bool:
        message = "nobody foresaw this"
        raise RuntimeError(message)

    monkeypatch.setattr(SqliteWriter, "begin_at_once", broken)
    assert asked(backend, storing("a", threads)) == ["a"]
    assert threads == [WRITER]
    assert "nobody foresaw this" in caplog.text


def test_what_was_begun_is_committed_before_the_end(backend: EmbeddedBackend) -> None:
    threads: list[str] = []

    async def ask() -> None:
        ticket = brief(storing("a", threads))
        handing = HandingOver(backend)
        handing.submit(ticket)
        await asyncio.sleep(0)
        backend.close()
        assert await ticket.answered() == "a"
        late = brief(storing("late", threads))
        handing.submit(late)
        with pytest.raises(StorageProblem):
            await late.answered()

    until_idle(backend)
    asyncio.run(ask())
    assert threads == [threading.current_thread().name]


def test_those_who_ask_from_other_threads_meanwhile_are_answered_all(backend: EmbeddedBackend) -> None:
    """The loop begins, threads hand over at once and soon, flush, and look for commits of others: nobody waits for ever."""
    ends = time.monotonic() + 2
    threads: list[str] = []
    done: list[str] = []

    def others(number: int) -> None:
        at = 0
        while time.monotonic() < ends:
            at += 1
            name = f"t{number}.{at}"
            ticket = Ticket("variables.set", variables.put, SetVariable(name=name, value=1))
            backend.submit(ticket, hurry=at % 3 != 0)
            if at % 5 == 0:
                backend.flush()
            if at % 7 == 0:
                backend._writer.others()
            ticket.wait()
            done.append(name)

    here = threading.current_thread().name

    async def one(handing: HandingOver, number: int) -> None:
        at = 0
        # When the others are gone, the writer rests at times: the loop begins then at the latest.
        while time.monotonic() < ends or (here not in threads and time.monotonic() < ends + 30):
            at += 1
            await asyncio.sleep(0.001 * (at % 5))
            name = f"l{number}.{at}"
            assert await answers(handing, storing(name, threads)) == [name]
            done.append(name)

    async def ask() -> None:
        handing = HandingOver(backend)
        await asyncio.wait_for(asyncio.gather(*(one(handing, number) for number in range(8))), 60)

    at_work = [threading.Thread(target=others, args=(number,), daemon=True) for number in range(3)]
    for each in at_work:
        each.start()
    asyncio.run(ask())
    for each in at_work:
        each.join(60)
        assert not each.is_alive()
    stored = backend.look(lambda session: session.select("SELECT name FROM variable", {}))
    assert {str(row[0]) for row in stored} - {"first"} == set(done)
    # Both ways were gone.
    assert {here, WRITER} <= set(threads)
