"""What a server tells of itself in numbers is what has happened."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from segue.backend.embedded import EmbeddedBackend
from segue.backend.open import connect_backend, open_backend
from segue.host.clock import now
from segue.model.errors import NotFound
from segue.model.states import Completed, Failed, Paused, Running, Scheduled
from segue.wire import events as w
from segue.wire import figures as f
from segue.wire import operations as op
from segue.wire import requests as q
from tests.conformance.conftest import postgresql, url  # noqa: F401 - fixtures
from tests.conformance.making import lease_of, made, moved, propose, start, state
from tests.integration.server.test_stream import listen, messages
from tests.scraping import page_of
from tests.serving import served


@pytest.fixture
def api(url: str, tmp_path: Path) -> Iterator[str]:  # noqa: F811
    with served(url, tmp_path) as address:
        yield address


@pytest.fixture
def backend(url: str, tmp_path: Path, api: str) -> Iterator[EmbeddedBackend]:  # noqa: F811
    opened = open_backend(url, tmp_path)
    yield opened
    opened.close()


def test_runs_are_counted_by_state_whoever_wrote_them(api: str, backend: EmbeddedBackend, tmp_path: Path) -> None:
    before = page_of(api)
    assert before("segue_database_up") == 1
    assert before("segue_flow_runs", state_type="RUNNING") is None
    remote = connect_backend(api, key=None, home=str(tmp_path))
    for each in (backend, remote):
        grant = start(each)
        stream = each.stream(lease_of(grant))
        task, other = made(grant.run.id), made(grant.run.id)
        for record in (task, other, moved(task, state(Running)), moved(task, state(Completed))):
            stream.put(record)
        stream.flush()
    ended = start(backend)
    propose(backend, ended.run.id, state(Failed), fence=1)
    paused = start(backend)
    propose(backend, paused.run.id, state(Paused), fence=1)
    event = w.NewEvent(event="order.placed", resource={"segue.resource.id": "order.1"})
    backend.call(w.EVENT_TELL, w.Tell(items=[event]))
    remote.close()
    page = page_of(api)
    assert page("segue_flow_runs", state_type="RUNNING") == 2
    assert page("segue_flow_runs", state_type="PAUSED") == 1
    assert page("segue_task_runs", state_type="PENDING") == 2
    assert page("segue_flow_run_states_total", state_type="FAILED") == 1
    assert page("segue_flow_run_states_total", state_type="RUNNING") == 4
    assert page("segue_task_run_states_total", state_type="COMPLETED") == 2
    assert page("segue_events_total") == 1
    assert page("segue_leases") == 3


def test_what_is_late_and_what_waits_is_told_with_its_age(api: str, backend: EmbeddedBackend) -> None:
    assert page_of(api)("segue_flow_runs_overdue") == 0
    hour = timedelta(hours=1)
    start(backend, leased=False, states=[state(Scheduled, at=now() - hour)])
    start(backend, leased=False, states=[state(Scheduled, at=now() + hour)])
    begun = start(backend, leased=False, states=[state(Scheduled, at=now() - 2 * hour)])
    propose(backend, begun.run.id, state(Running))
    past = state(Scheduled, at=now() - hour, timestamp=now() - hour)
    task = q.Enqueue(id=state(Running).id, name="t", task_name="t", task_key="t-1", state=past, inputs_ref="x")
    backend.call(op.TASK_RUN_ENQUEUE, task)
    page = page_of(api)
    assert page("segue_flow_runs_overdue") == 1
    assert 3600 <= (page("segue_flow_run_lateness_seconds") or 0) < 3700
    assert page("segue_task_queue_length") == 1
    assert 3600 <= (page("segue_task_queue_age_seconds") or 0) < 3700


def test_requests_writer_and_listeners_are_told(api: str, backend: EmbeddedBackend, tmp_path: Path) -> None:
    remote = connect_backend(api, key=None, home=str(tmp_path))
    run = start(remote).run
    with pytest.raises(NotFound):
        remote.call(op.FLOW_RUN_READ, q.ById("0195d0c0-0000-7000-8000-000000000000"))
    remote.close()
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{api}/nowhere", timeout=10)
    with listen(api, f"?flow_run_ids={run.id}") as answer:
        next(messages(answer))
        page = page_of(api)
        assert page("segue_stream_clients") == 1
    assert page("segue_requests_total", operation="flow-runs.create", status="200") == 1
    assert page("segue_requests_total", operation="flow-runs.read", status="404") == 1
    assert page("segue_requests_total", operation="none", status="404") == 1
    assert page("segue_request_duration_seconds_count", operation="flow-runs.create") == 1
    assert (page("segue_writer_operations_total", process="0") or 0) >= 1
    assert (page("segue_writer_batch_size_sum") or 0) >= 1
    assert (page("segue_writer_wait_seconds_count") or 0) >= 1
    assert (page("segue_database_read_seconds_count") or 0) > 1
    assert (page("process_resident_memory_bytes") or 0) > 10_000_000
    # At its other address it is the same page.
    with urllib.request.urlopen(f"{api}/metrics", timeout=10) as answer:
        assert b"segue_database_up 1" in answer.read()


def test_the_root_has_the_page_and_nothing_else(api: str) -> None:
    root = api.removesuffix("/api")
    for path in ("/leases", "/%6detrics", "/metrics/", "/metrics/x"):
        with pytest.raises(urllib.error.HTTPError, match=r"40\d"):
            urllib.request.urlopen(root + path, timeout=10)
    foreign = urllib.request.Request(f"{root}/metrics", headers={"Host": "evil.example"})
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(foreign, timeout=10)


def test_a_tally_is_the_same_whenever_it_is_kept(backend: EmbeddedBackend) -> None:
    def tallied() -> f.Figures:
        return backend.call(f.FIGURES_READ, q.Nothing())

    def keep(found: f.Figures) -> None:
        backend.call(f.FIGURES_KEEP, f.KeepTally(tally=found.tally, kept=found.kept))
        backend.flush()

    keep(first := tallied())
    start(backend)
    one, other = tallied(), tallied()
    start(backend)
    keep(tallied())
    # Whoever looked earlier and keeps later changes nothing.
    keep(one)
    keep(other)
    assert first.tally.flow_runs.get("RUNNING", 0) == 0
    assert one.tally.flow_runs["RUNNING"] == 1
    assert tallied().tally.flow_runs == {"PENDING": 2, "RUNNING": 2}


def test_a_database_that_is_away_is_told_by_a_server_that_is_there(
    postgresql: str,  # noqa: F811
    tmp_path: Path,
) -> None:
    import psycopg

    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute("CREATE DATABASE goes TEMPLATE template0")
    with served(postgresql.replace("/postgres?", "/goes?"), tmp_path) as api:
        assert page_of(api)("segue_database_up") == 1
        with psycopg.connect(postgresql, autocommit=True) as connection:
            connection.execute("DROP DATABASE goes WITH (FORCE)")
        page = page_of(api)
        assert page("segue_database_up") == 0
        assert page("segue_flow_runs_overdue") is None
        assert page("segue_requests_total", operation="server.metrics") == 1
