"""A PostgreSQL server that drops its clients: told in a sentence, healed at the next call, nothing lost or twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from segue.backend.embedded import EmbeddedBackend
from segue.backend.open import open_backend
from segue.model.errors import StorageProblem
from segue.model.states import Completed
from segue.wire import operations as op
from segue.wire import queries
from segue.wire import requests as q
from tests.conformance.making import lease_of, made, moved, propose, read, start, state

pytestmark = pytest.mark.parametrize("url", ["postgresql"], indirect=True)


@pytest.fixture
def cut(url: str) -> Callable[[], int]:
    """Return a function that ends every connection of others to the database."""

    def end_them() -> int:
        with psycopg.connect(url, autocommit=True) as connection:
            found = connection.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            ).fetchone()
        assert found is not None
        return int(found[0])

    return end_them


def until_it_works(call: Callable[[], object]) -> int:
    """Call until it succeeds; return how often it did not."""
    for failures in range(5):
        try:
            call()
        except StorageProblem:
            continue
        return failures
    pytest.fail("it never worked again")


def test_records_put_before_and_after_a_cut_arrive_once(backend: EmbeddedBackend, cut: Callable[[], int]) -> None:
    grant = start(backend)
    stream = backend.stream(lease_of(grant))
    for _ in range(5):
        for many in range(40):
            task = made(grant.run.id)
            stream.put(task)
            stream.put(moved(task, state(Completed)))
            if not many:
                # What was cut before is connected again.
                until_it_works(stream.flush)
        assert cut() >= 1
        assert until_it_works(stream.flush) <= 2
    until_it_works(lambda: read(backend, grant.run.id))
    until_it_works(lambda: propose(backend, grant.run.id, state(Completed), fence=1))
    done = queries.RunFilter(state_types=["COMPLETED"])
    assert backend.call(op.TASK_RUN_COUNT, done).count == 200
    assert backend.call(op.UPKEEP_STATS, q.Nothing()).rows["state_row"] == 403
    assert stream.applied == 400


def test_a_proposal_repeated_after_a_cut_gets_its_answer(backend: EmbeddedBackend, cut: Callable[[], int]) -> None:
    grant = start(backend)
    end = state(Completed)
    cut()
    until_it_works(lambda: propose(backend, grant.run.id, end, fence=1))
    assert propose(backend, grant.run.id, end, fence=1).status == "accept"


def test_a_server_that_is_not_there_is_named_without_its_password(url: str, tmp_path: Path) -> None:
    with pytest.raises(StorageProblem, match="cannot be reached") as caught:
        open_backend("postgresql://me:secret@127.0.0.1:1/none?connect_timeout=1", tmp_path)
    assert "me:***@127.0.0.1" in str(caught.value)
    assert "secret" not in str(caught.value)
    with pytest.raises(StorageProblem, match="does not exist"):
        open_backend(url.replace("/segue_", "/no_such_"), tmp_path)
