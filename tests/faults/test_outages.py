"""A server that is away, slow, cut off or mistaken costs no record, and no run that need not end."""

from __future__ import annotations

import functools
import itertools
import logging
import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from segue.backend import outage
from segue.backend.embedded import EmbeddedBackend
from segue.backend.open import open_backend
from segue.backend.reaper import reap
from segue.backend.remote import RemoteBackend, ServerProblem
from segue.backend.spools import waiting
from segue.host.clock import now
from segue.model.errors import StaleFence
from segue.model.records import LogLine
from segue.model.settings import Api, Client
from segue.model.states import Completed, Failed, Running
from segue.wire import operations as op
from segue.wire import queries
from segue.wire import requests as q
from tests.conformance.conftest import postgresql, url  # noqa: F401 - fixtures
from tests.conformance.making import applied, dead_holder, kinds, lease_of, made, moved, propose, read, start, state
from tests.faults.proxy import Fault, Proxy, between
from tests.serving import served

pytestmark = pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let calls be repeated after shorter pauses, which grow and are heeded as longer ones are."""
    monkeypatch.setattr(outage, "_FIRST", 0.05)


@pytest.fixture
def database(url: str, tmp_path: Path) -> Iterator[EmbeddedBackend]:  # noqa: F811
    """Return the database that the server serves, opened beside it."""
    backend = open_backend(url, tmp_path)
    yield backend
    backend.close()


@pytest.fixture
def proxy(database: EmbeddedBackend, url: str, tmp_path: Path) -> Iterator[Proxy]:  # noqa: F811
    with served(url, tmp_path) as address, between(address) as proxy:
        yield proxy


@pytest.fixture
def connect(proxy: Proxy, tmp_path: Path) -> Iterator[Callable[..., RemoteBackend]]:
    """Return a function that makes another client, with little patience unless told otherwise."""
    made: list[RemoteBackend] = []

    def client(
        *, retries: int = 1, timeout: float = 30.0, spool_limit: int = 256, home: Path = tmp_path
    ) -> RemoteBackend:
        made.append(
            RemoteBackend(
                proxy.url, key=None, home=str(home), api=Api(request_timeout=timeout),
                client=Client(max_retries=retries, retry_jitter_factor=0.0, spool_limit=spool_limit),
            )
        )  # fmt: skip
        return made[-1]

    yield client
    proxy.back()
    for backend in made:
        backend.close()


def until(holds: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(1200):
        if holds():
            return
        pause.wait(0.05)
    pytest.fail("it did not come about within a minute")


def one_run(backend: RemoteBackend, tasks: int) -> str:
    """Live a run as an engine does; return its id."""
    grant = start(backend)
    stream = backend.stream(lease_of(grant))
    for n in range(tasks):
        task = made(grant.run.id, dynamic_key=str(n))
        stream.put(task)
        stream.put(moved(task, state(Running), run_count=1))
        stream.put(moved(task, state(Completed), run_count=1))
        stream.put(LogLine(now(), 20, "x", f"line {n}", grant.run.id))
        if n % 5 == 4:
            stream.flush()
    assert propose(backend, grant.run.id, state(Completed), fence=lease_of(grant).fence).status == "accept"
    stream.close()
    return grant.run.id


def is_whole(database: EmbeddedBackend, id: str, tasks: int) -> None:
    """Everything of this run is in the database, once."""
    assert kinds(database, id) == ["PENDING", "RUNNING", "COMPLETED"]
    runs = database.call(
        op.TASK_RUN_LIST, queries.RunQuery(where=queries.RunFilter(flow_run_ids=[id]), limit=1000)
    ).items
    assert sorted(int(run.dynamic_key) for run in runs) == list(range(tasks))
    for run in runs:
        names = [row.state.kind for row in database.call(op.TASK_RUN_HISTORY, q.ById(run.id)).items]
        assert names == ["PENDING", "RUNNING", "COMPLETED"]
    lines = database.call(op.LOG_LIST, queries.LogQuery(flow_run_ids=[id], limit=1000)).items
    assert [line.message for line in lines] == [f"line {n}" for n in range(tasks)]


FAULTS = [
    Fault("refuse"),
    Fault("cut-request"),
    Fault("cut-answer"),
    Fault("answer", 500),
    Fault("answer", 502),
    Fault("answer", 503, "retry-after: 1\r\n"),
    Fault("answer", 429, "retry-after: 0\r\n"),
    Fault("swallow"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.kind} {fault.status}")
def test_each_request_in_trouble_once_changes_nothing(
    database: EmbeddedBackend, proxy: Proxy, connect: Callable[..., RemoteBackend], fault: Fault
) -> None:
    met: set[str] = set()

    def once(line: str) -> Fault:
        if line in met:
            return Fault()
        met.add(line)
        return fault

    proxy.decide = once
    backend = connect(retries=3, timeout=0.5)
    id = one_run(backend, 10)
    until(lambda: waiting(str(backend._spools.folder)) == [] and backend._sender.idle)
    is_whole(database, id, 10)


def test_trouble_at_random_changes_nothing(
    database: EmbeddedBackend, proxy: Proxy, connect: Callable[..., RemoteBackend]
) -> None:
    chance = random.Random(11)
    proxy.decide = lambda _: chance.choice(FAULTS[:5]) if chance.random() < 0.25 else Fault()
    backend = connect(retries=6)
    ids = [one_run(backend, 40) for _ in range(4)]
    proxy.back()
    until(lambda: backend._sender.idle)
    for id in ids:
        is_whole(database, id, 40)


def test_records_wait_on_disk_and_come_in_order_afterwards(
    database: EmbeddedBackend, proxy: Proxy, connect: Callable[..., RemoteBackend], tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.INFO, "segue.backend")
    backend = connect()
    grant = start(backend)
    stream = backend.stream(lease_of(grant))
    tasks = [made(grant.run.id, dynamic_key=str(n)) for n in range(30)]
    for n, task in enumerate(tasks):
        if n == 10:
            proxy.away()
        stream.put(task)
        stream.put(moved(task, state(Completed)))
        stream.flush()
    (spool,) = waiting(str(tmp_path))
    assert (spool.run_id, spool.records, spool.held, spool.ended) == (grant.run.id, 40, True, False)
    assert applied(stream) == 20
    proxy.back()
    until(lambda: waiting(str(tmp_path)) == [])
    assert applied(stream) == 60
    assert database.call(op.TASK_RUN_COUNT, queries.RunFilter(state_types=["COMPLETED"])).count == 30
    told = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(told) == 2, told
    assert "Trying again" in told[0]
    assert "answers again" in told[1]


def answered(fault: Fault, _: str) -> Fault:
    """Answer every request alike."""
    return fault


def test_a_server_that_answers_wrongly_for_a_while_gets_everything_in_order_afterwards(
    database: EmbeddedBackend, proxy: Proxy, connect: Callable[..., RemoteBackend], tmp_path: Path
) -> None:
    backend = connect(retries=0, timeout=0.5)
    grant = start(backend)
    stream = backend.stream(lease_of(grant))
    tasks = iter([made(grant.run.id, dynamic_key=str(n)) for n in range(10 * len(FAULTS))])
    line = 0
    for fault in FAULTS:
        proxy.decide = functools.partial(answered, fault)
        for task in itertools.islice(tasks, 10):
            stream.put(task)
            stream.put(moved(task, state(Running)))
            stream.put(moved(task, state(Completed)))
            stream.put(LogLine(now(), 20, "x", f"line {line}", grant.run.id))
            line += 1
            # The run goes on at once: what it had to say is on disk.
            stream.flush()
        (spool,) = waiting(str(tmp_path))
        assert spool.records > 0, fault
        # Nor does it end the run that its lease cannot be renewed meanwhile.
        assert lease_of(grant).fence == 1
        proxy.back()
        until(lambda: waiting(str(tmp_path)) == [])
    assert applied(stream) == 4 * line
    proxy.decide = lambda _: Fault("answer", 500)
    assert propose(backend, grant.run.id, state(Completed), fence=1).status == "accept"
    stream.close()
    assert read(database, grant.run.id).state.kind == "RUNNING"
    proxy.back()
    until(lambda: read(database, grant.run.id).state.kind == "COMPLETED")
    is_whole(database, grant.run.id, line)


def test_a_run_that_ends_while_the_server_is_away_is_delivered_by_the_next_process(
    database: EmbeddedBackend, proxy: Proxy, connect: Callable[..., RemoteBackend], tmp_path: Path
) -> None:
    backend = connect()
    proxy.decide = lambda line: Fault("refuse") if "/records" in line or "/propose" in line else Fault()
    id = one_run(backend, 10)
    backend.close()
    (spool,) = waiting(str(tmp_path))
    assert (spool.records, spool.ended, spool.held) == (40, True, False)
    assert read(database, id).state.kind == "RUNNING"
    proxy.back()
    # Whatever the next process asks, it delivers first.
    assert read(connect(), id).state.kind == "COMPLETED"
    is_whole(database, id, 10)
    assert waiting(str(tmp_path)) == []


def test_the_end_that_a_dead_process_left_comes_before_it_is_found_dead(
    database: EmbeddedBackend, proxy: Proxy, connect: Callable[..., RemoteBackend]
) -> None:
    first, second = connect(), connect()
    # It has looked for leftovers already, when there were none.
    assert reap(second) == q.Reaped()
    grant = start(first, lease=q.LeaseRequest(holder=dead_holder()))
    first.stream(lease_of(grant)).put(LogLine(now(), 20, "x", "last", grant.run.id))
    proxy.away()
    propose(first, grant.run.id, state(Completed), fence=1)
    first.close()
    proxy.back()
    assert reap(second) == q.Reaped()
    assert read(database, grant.run.id).state.kind == "COMPLETED"


def test_a_late_end_is_noted_with_a_run_that_was_closed_meanwhile(
    database: EmbeddedBackend, proxy: Proxy, connect: Callable[..., RemoteBackend], tmp_path: Path
) -> None:
    backend = connect()
    grant = start(backend)
    stream = backend.stream(lease_of(grant))
    proxy.away()
    stream.put(LogLine(now(), 20, "x", "late", grant.run.id))
    end = state(Completed)
    assert propose(backend, grant.run.id, end, fence=1).status == "accept"
    database.call(op.UPKEEP_REAP, q.Reap(dead=[(grant.run.id, 1)]))
    proxy.back()
    until(lambda: waiting(str(tmp_path)) == [])
    run = read(database, grant.run.id)
    assert run.state.kind == "CRASHED"
    assert run.late_outcome is not None
    assert run.late_outcome.id == end.id
    assert [line.message for line in database.call(op.LOG_LIST, queries.LogQuery()).items] == ["late"]


def test_records_of_a_run_that_was_taken_over_are_refused(
    database: EmbeddedBackend, proxy: Proxy, connect: Callable[..., RemoteBackend], tmp_path: Path
) -> None:
    backend = connect()
    grant = start(backend)
    stream = backend.stream(lease_of(grant))
    proxy.away()
    stream.put(made(grant.run.id))
    stream.flush()
    propose(database, grant.run.id, state(Failed), force=True)
    lease = q.LeaseRequest(holder=dead_holder())
    database.call(op.FLOW_RUN_CLAIM, q.Claim(id=grant.run.id, lease=lease, states=[state(Running)]))
    proxy.back()
    until(lambda: waiting(str(tmp_path)) == [])
    stream.put(made(grant.run.id))
    with pytest.raises(StaleFence):
        stream.flush()
    assert database.call(op.TASK_RUN_COUNT, queries.RunFilter()).count == 0


def test_a_new_run_waits_for_the_server_and_then_says_what_is_wrong(
    proxy: Proxy, connect: Callable[..., RemoteBackend], caplog: pytest.LogCaptureFixture
) -> None:
    backend = connect(retries=2)
    proxy.away()
    with pytest.raises(ServerProblem, match="cannot be used"):
        start(backend)
    assert len(proxy.seen) >= 3
    assert len([r for r in caplog.records if r.levelno >= logging.WARNING]) == 1
    # It comes back while somebody waits.
    threading.Timer(0.3, proxy.back).start()
    assert start(connect(retries=6)).lease is not None


def test_a_full_spool_blocks_who_records_until_the_server_is_back(
    database: EmbeddedBackend, proxy: Proxy, connect: Callable[..., RemoteBackend], caplog: pytest.LogCaptureFixture
) -> None:
    backend = connect(spool_limit=1)
    grant = start(backend)
    stream = backend.stream(lease_of(grant))
    proxy.away()
    lines = 30_000
    done = threading.Event()

    def work() -> None:
        for n in range(lines):
            stream.put(LogLine(now(), 20, "x", f"line {n} {'.' * 60}", grant.run.id))
        done.set()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    until(lambda: any("Waiting for the server" in record.getMessage() for record in caplog.records))
    assert not done.is_set()
    assert sum("limit of" in record.getMessage() for record in caplog.records) == 1
    proxy.back()
    thread.join()
    stream.flush()
    backend._sender.deliver()
    assert database.call(op.LOG_COUNT, queries.LogQuery(flow_run_ids=[grant.run.id])).count == lines


def test_a_home_that_cannot_be_written_is_told_and_nothing_is_lost(
    database: EmbeddedBackend, proxy: Proxy, connect: Callable[..., RemoteBackend], tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    (tmp_path / "file").touch()
    backend = connect(home=tmp_path / "file" / "home")
    grant = start(backend)
    stream = backend.stream(lease_of(grant))
    proxy.away()
    stream.put(made(grant.run.id))
    flushed = threading.Thread(target=stream.flush)
    flushed.start()
    until(lambda: any("cannot be kept at" in record.getMessage() for record in caplog.records))
    assert flushed.is_alive()
    proxy.back()
    flushed.join()
    assert database.call(op.TASK_RUN_COUNT, queries.RunFilter()).count == 1


def test_what_is_deleted_or_put_twice_because_the_answer_was_lost_is_done_once(
    proxy: Proxy, connect: Callable[..., RemoteBackend]
) -> None:
    backend = connect(retries=3)
    run = start(backend, leased=False).run
    backend.call(op.VARIABLE_SET, q.SetVariable(id="a", name="v", value=1))
    lost: set[str] = set()

    def lose_once(line: str) -> Fault:
        if line in lost:
            return Fault()
        lost.add(line)
        return Fault("cut-answer")

    proxy.decide = lose_once
    backend.call(op.VARIABLE_DELETE, q.ByName("v"))
    put = backend.call(op.INPUT_PUT, q.PutInput(flow_run_id=run.id, key="k", value="1"))
    assert (put.key, put.value) == ("k", "1")


def test_a_client_of_another_time_is_told(proxy: Proxy, connect: Callable[..., RemoteBackend]) -> None:
    import http.client

    port = int(proxy.url.rpartition(":")[2].partition("/")[0])
    for version, status in (("1", 200), ("99", 400), ("x", 400)):
        link = http.client.HTTPConnection("127.0.0.1", port)
        link.request("GET", "/api/leases", headers={"segue-api-version": version})
        answer = link.getresponse()
        body = answer.read()
        link.close()
        assert answer.status == status
        assert status == 200 or b"Upgrade the older" in body
