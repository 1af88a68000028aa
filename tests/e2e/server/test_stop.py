"""A server that is asked to end lets its listeners go, with the place to go on from."""

from __future__ import annotations

import urllib.request

from tests.serving_process import ServerProcess


def test_a_listener_is_told_when_the_server_ends(server: ServerProcess) -> None:
    with urllib.request.urlopen(f"{server.url}/stream?kinds=runs", timeout=30) as answer:
        assert answer.readline() == b"event: hello\n"
        server.stop()
        told = answer.read().decode()
    assert "event: bye\nid: 0.0\n" in told
