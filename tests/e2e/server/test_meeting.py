"""How clients meet a server: let go with the place to go on from when it ends, told when its address is not whole."""

from __future__ import annotations

import urllib.request
from pathlib import Path

from tests.e2e.cli.desk import Desk
from tests.serving_process import ServerProcess


def test_a_listener_is_told_when_the_server_ends(server: ServerProcess) -> None:
    with urllib.request.urlopen(f"{server.url}/stream?kinds=runs", timeout=30) as answer:
        assert answer.readline() == b"event: hello\n"
        server.stop()
        told = answer.read().decode()
    assert "event: bye\nid: 0.0\n" in told


def test_an_address_without_its_end_is_explained(server: ServerProcess, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    bare = server.url.removesuffix("/api")
    told = Desk(tmp_path / "other").segue("flow-run", "ls", SEGUE_API_URL=bare)
    assert told.returncode == 5
    assert f"try SEGUE_API_URL={bare}/api" in told.stderr
