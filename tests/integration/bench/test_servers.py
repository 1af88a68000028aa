"""What is asked of servers while they are measured: each request once, in order where it matters, and no failure unseen."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.calls import uuid7
from bench.harness import Bench, Failed
from bench.peers import Segue
from bench.servers import Request, Server, serving

needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads what Linux tells of a process")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    bench = Bench(quick=True, retries=0, folder=tmp_path_factory.mktemp("bench"))
    with serving(bench, Segue(bench)) as server:
        yield server


def event(name: str) -> Request:
    return "POST", "/events", {"event": name, "resource": {"segue.resource.id": "test"}}


def told(server: Server, names: str) -> list[str]:
    items = server.ask("/events/list", {"names": [names], "sort": "seq", "limit": 500})["items"]
    return [item["event"] for item in items]


def test_every_request_is_made_once(server: Server) -> None:
    load = server.load([event(f"shared.{number}") for number in range(100)], 8, keep="new")
    assert (load.done, load.failed, load.kept) == (100, {}, [1] * 100)
    assert sorted(told(server, "shared.*")) == sorted(f"shared.{number}" for number in range(100))
    assert 0 < load.p50 <= load.p99
    assert load.rate > 0


def test_a_lane_is_gone_through_in_its_order(server: Server) -> None:
    load = server.lanes([[event(f"lane.{lane}.{number}") for number in range(20)] for lane in "ab"])
    assert load.done == 40
    for lane in "ab":
        assert told(server, f"lane.{lane}.*") == [f"lane.{lane}.{number}" for number in range(20)]


def test_what_is_refused_counts_as_failed(server: Server) -> None:
    load = server.load([event("kept"), ("POST", "/events", {"event": ""}), ("GET", "/nothing", None)], 2)
    assert load.done == 1
    assert load.failed == {"422": 1, "404": 1}
    assert "1 answered 422" in load.told
    assert load.first
    with pytest.raises(Failed, match=r"/nothing: 404"):
        server.ask("/nothing")


def test_a_program_is_watched_until_the_server_shows_what_it_did(server: Server) -> None:
    seen = server.watched("sequential", 50)
    assert (seen.made, seen.visible) == (50, 50)
    assert seen.done.said["began"] < seen.at
    _, words = server.program("sequential", 10)
    assert words.startswith("10 of 10 task runs visible ")


@needs_proc
def test_a_server_tells_what_it_uses(server: Server) -> None:
    assert server.cpu > 0
    assert 1 < server.memory < 1000


def test_ids_are_what_clients_make() -> None:
    made = uuid7()
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
