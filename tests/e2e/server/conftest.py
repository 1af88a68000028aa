"""A server process, and a desk whose programs report to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.cli.desk import Desk
from tests.serving_process import ServerProcess


class Reporting(Desk):
    """A desk whose programs report to a server."""

    url = ""
    patience = 5

    def surroundings(self) -> dict[str, str]:
        return super().surroundings() | {"SEGUE_API_URL": self.url, "SEGUE_CLIENT_MAX_RETRIES": str(self.patience)}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    (tmp_path / "server").mkdir()
    server = ServerProcess(tmp_path / "server" / "home")
    server.start()
    yield server
    server.stop()
    assert "Traceback" not in server.said()


@pytest.fixture
def desk(tmp_path: Path, server: ServerProcess) -> Iterator[Reporting]:
    (tmp_path / "desk").mkdir()
    desk = Reporting(tmp_path / "desk")
    desk.url = server.url
    yield desk
    desk.leave()
