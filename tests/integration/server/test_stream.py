"""The live stream of a real server over a real socket: what happens is told in order, once, and gone on from."""

from __future__ import annotations

import json
import logging
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

import apsw
import psycopg
import pytest

from segue.backend.embedded import EmbeddedBackend
from segue.backend.open import open_backend
from segue.host.clock import now
from segue.model.records import LogLine
from segue.model.states import Completed
from segue.wire import events as w
from tests.conformance.conftest import postgresql, url  # noqa: F401 - fixtures
from tests.conformance.making import lease_of, propose, start, state
from tests.serving import served

ORDER = {"segue.resource.id": "shop.order.17"}
Told = dict[str, Any]


pytestmark = pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def api(url: str, tmp_path: Path) -> Iterator[str]:  # noqa: F811
    with served(url, tmp_path) as address:
        yield address


@pytest.fixture
def backend(url: str, tmp_path: Path, api: str) -> Iterator[EmbeddedBackend]:  # noqa: F811
    opened = open_backend(url, tmp_path)
    yield opened
    opened.close()


def listen(api: str, query: str = "", last: str | None = None) -> HTTPResponse:
    headers = {"Last-Event-ID": last} if last else {}
    answer: HTTPResponse = urllib.request.urlopen(
        urllib.request.Request(f"{api}/stream{query}", headers=headers), timeout=20
    )
    return answer


def messages(answer: HTTPResponse) -> Iterator[Told]:
    told: Told = {}
    for raw in answer:
        line = raw.decode().rstrip("\n")
        if not line and told:
            yield told
            told = {}
        elif line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            told[name] = json.loads(value) if name == "data" else value


def alter(url: str, statement: str) -> None:  # noqa: F811
    if url.startswith("postgresql:"):
        with psycopg.connect(url, autocommit=True) as link:
            link.execute(f"SET search_path TO segue; {statement}".encode())
        return
    # By the same library as the server's: two of them in one process would break each other's locks.
    connection = apsw.Connection(url.removeprefix("sqlite:///"))
    connection.set_busy_timeout(10_000)
    connection.execute(statement)
    connection.close()


@contextmanager
def logged(logger: str, words: str) -> Iterator[threading.Event]:
    """Yield an event that is set when the logger says these words."""
    said = threading.Event()

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.getMessage() == words:
                said.set()

    ear = Ear()
    logging.getLogger(logger).addHandler(ear)
    try:
        yield said
    finally:
        logging.getLogger(logger).removeHandler(ear)


def tell(backend: EmbeddedBackend, *names: str) -> None:
    backend.call(w.EVENT_TELL, w.Tell(items=[w.NewEvent(event=name, resource=ORDER) for name in names]))


def take(stream: Iterator[Told], count: int) -> list[Told]:
    return [next(stream) for _ in range(count)]


def test_states_events_and_lines_are_told_as_they_come_in_order(api: str, backend: EmbeddedBackend) -> None:
    with listen(api, "?kinds=runs&kinds=events&kinds=logs") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        stream = messages(answer)
        assert next(stream)["event"] == "hello"
        grant = start(backend)
        records = backend.stream(lease_of(grant))
        records.put(LogLine(now(), 20, "x", "line", grant.run.id))
        records.flush()
        propose(backend, grant.run.id, state(Completed), fence=1)
        tell(backend, "order.packed")
        told = take(stream, 5)
    words = [(each["event"], each["data"].get("event") or each["data"].get("message")) for each in told]
    assert words == [
        ("run", "segue.flow-run.Pending"), ("run", "segue.flow-run.Running"), ("log", "line"),
        ("run", "segue.flow-run.Completed"), ("event", "order.packed"),
    ]  # fmt: skip
    assert told[0]["data"]["resource"]["segue.resource.name"] == grant.run.name


def test_a_broken_connection_goes_on_where_it_was_without_a_gap_or_a_repetition(
    api: str, backend: EmbeddedBackend
) -> None:
    with listen(api, "?kinds=events") as answer:
        stream = messages(answer)
        next(stream)
        tell(backend, "n0", "n1")
        seen = take(stream, 2)
    tell(backend, *(f"n{n}" for n in range(2, 700)))
    tell(backend, *(f"n{n}" for n in range(700, 1500)))
    with listen(api, "?kinds=events", last=seen[-1]["id"]) as answer:
        stream = messages(answer)
        assert next(stream)["event"] == "hello"
        caught_up = take(stream, 1498)
        tell(backend, "n1500")
        caught_up += take(stream, 1)
    assert [each["data"]["event"] for each in caught_up] == [f"n{n}" for n in range(2, 1501)]


def test_the_server_filters(api: str, backend: EmbeddedBackend) -> None:
    with listen(api, "?kinds=events&names=order.*&resource_ids=shop.*") as answer:
        stream = messages(answer)
        next(stream)
        tell(backend, "other", "order.packed")
        assert next(stream)["data"]["event"] == "order.packed"
    one, other = start(backend), start(backend)
    with listen(api, f"?kinds=runs&flow_run_ids={other.run.id}") as answer:
        stream = messages(answer)
        next(stream)
        for grant in (one, other):
            propose(backend, grant.run.id, state(Completed), fence=1)
        assert next(stream)["data"]["resource"]["segue.resource.id"] == f"segue.flow-run.{other.run.id}"


def test_a_listener_that_does_not_keep_up_is_let_go_with_the_place_to_go_on_from(
    api: str, backend: EmbeddedBackend
) -> None:
    total = 6_000
    heavy: dict[str, object] = {"weight": "x" * 4_000}
    with listen(api, "?kinds=events") as answer:
        for first in range(0, total, 200):
            items = [w.NewEvent(event=f"n{n}", resource=ORDER, payload=heavy) for n in range(first, first + 200)]
            # The writer is not held up by a listener that takes nothing: this returns.
            backend.call(w.EVENT_TELL, w.Tell(items=items))
        *before, last = messages(answer)
    assert last["event"] == "dropped"
    seen = [each["data"]["event"] for each in before if each["event"] == "event"]
    assert 0 < len(seen) < total
    with listen(api, "?kinds=events", last=last["id"]) as answer:
        stream = messages(answer)
        next(stream)
        seen += [each["data"]["event"] for each in take(stream, total - len(seen))]
    assert seen == [f"n{n}" for n in range(total)]


def test_a_feed_that_fails_goes_on_when_it_can_and_its_listeners_miss_nothing(
    api: str,
    backend: EmbeddedBackend,
    url: str,  # noqa: F811
) -> None:
    with listen(api, "?kinds=events") as answer, logged("segue.server", "The feed could not be read.") as failed:
        stream = messages(answer)
        next(stream)
        alter(url, "ALTER TABLE log RENAME TO log_aside")
        tell(backend, "n0")
        assert failed.wait(20)
        alter(url, "ALTER TABLE log_aside RENAME TO log")
        tell(backend, "n1")
        assert [each["data"]["event"] for each in take(stream, 2)] == ["n0", "n1"]


def test_counters_tell_how_many_runs_are_open(api: str, backend: EmbeddedBackend) -> None:
    with listen(api, "?kinds=counters") as answer:
        stream = messages(answer)
        next(stream)
        start(backend)
        while next(stream)["data"].get("RUNNING") != 1:
            pass


def test_a_place_of_another_database_is_answered_with_a_gap(api: str, backend: EmbeddedBackend) -> None:
    tell(backend, "n0")
    with listen(api, "?kinds=events&after=900.0") as answer:
        stream = messages(answer)
        assert [each["event"] for each in take(stream, 2)] == ["hello", "gap"]
        tell(backend, "n1")
        assert next(stream)["data"]["event"] == "n1"


@pytest.mark.parametrize("query", ["?kinds=nonsense", "?after=x", "?level=high", "?nonsense=1"])
def test_what_cannot_be_understood_is_refused(api: str, query: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        listen(api, query)
    assert refused.value.code == 422
    assert json.loads(refused.value.read())["code"] == "bad-request"
    refused.value.close()
