"""A server that is killed again and again under a load: nothing acknowledged is lost, nothing is done or recorded twice."""

from __future__ import annotations

import os
import random
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from segue.backend.embedded import EmbeddedBackend
from segue.backend.open import open_backend
from segue.wire import operations as op
from segue.wire import queries
from segue.wire import requests as q
from tests.faults.accounts import agree, ended_well, every
from tests.faults.processes import run, start
from tests.postgresql import postgresql
from tests.serving_process import SEGUE, ServerProcess

CLIENTS, TASKS, KILLS = 4, 20, 10
#: Another one kills at other moments.
SEED = int(os.environ.get("SEED", "3"))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    (tmp_path / "server").mkdir()
    server = ServerProcess(tmp_path / "server" / "home")
    yield server
    server.stop()


def opened(server: ServerProcess, tmp_path: Path) -> EmbeddedBackend:
    return open_backend(f"sqlite:///{tmp_path / 'server' / 'home' / 'segue.db'}", tmp_path)


def test_killed_every_second_under_a_load(server: ServerProcess, tmp_path: Path, ledger: Path) -> None:
    server.start()
    chance, pause, over = random.Random(SEED), threading.Event(), tmp_path / "over"
    clients = [
        start("load", str(TASKS), str(over), SEGUE_API_URL=server.url, SEGUE_CLIENT_MAX_RETRIES="10")
        for _ in range(CLIENTS)
    ]
    for number in range(KILLS):
        # Most are not waited for until they answer: some are killed while they start.
        if number % 3 == 0:
            server.until_it_answers()
        pause.wait(chance.uniform(0.3, 1.5))
        server.kill()
        pause.wait(chance.uniform(0.0, 0.3))
        server.start(wait=False)
    over.touch()
    server.until_it_answers()
    flows, _ = ended_well(clients)
    database = opened(server, tmp_path)
    agree(database, ledger, flows, TASKS)
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def small_disk(request: pytest.FixtureRequest) -> Iterator[tuple[Path, str]]:
    """Return a small disk, and the address of a database on it."""
    # Below no folder that others may not enter, because PostgreSQL runs as a user of its own.
    place = Path(tempfile.mkdtemp(prefix="segue-small-"))
    size = "3m" if request.param == "sqlite" else "120m"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        place.rmdir()
        pytest.skip("needs the right to mount a small disk")
    try:
        if request.param == "sqlite":
            yield place, f"sqlite:///{place}/segue.db"
        else:
            with postgresql(place) as url:
                yield place, url
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False)
        place.rmdir()


def test_a_server_without_room_loses_nothing(small_disk: tuple[Path, str], tmp_path: Path, ledger: Path) -> None:
    place, url = small_disk
    server = ServerProcess(tmp_path / "home-of-server", SEGUE_DATABASE_URL=url)
    try:
        server.start()
        ballast = place / "ballast"
        free = os.statvfs(place).f_bavail * os.statvfs(place).f_bsize
        ballast.write_bytes(b"x" * (free - 500_000))
        done = run("load", "1500", SEGUE_API_URL=server.url, SEGUE_CLIENT_MAX_RETRIES="2")
        assert done.code == 0, done.err
        assert "is full" in done.err
        waits = subprocess.run([SEGUE, "spool", "ls", "--count"], capture_output=True, text=True, check=True)
        assert waits.stdout == "1\n"
        ballast.unlink()
        flushed = subprocess.run([SEGUE, "spool", "flush"], capture_output=True, text=True, check=False)
        assert flushed.returncode == 0, flushed.stderr
        database = open_backend(url, tmp_path)
        assert database.call(op.UPKEEP_STATS, q.Nothing()).flow_runs_by_state == {"COMPLETED": 2}
        assert len(every(database, queries.RunFilter(state_types=["COMPLETED"]))) == 1500
        database.close()
    finally:
        server.stop()
