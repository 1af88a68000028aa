"""Workers that wait at a server: served the moment there is something, and nothing is given to who has gone."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest

from segue.backend.holders import this_holder
from segue.backend.open import connect_backend
from segue.backend.protocol import Backend
from segue.host.ids import new_id
from segue.host.run_tokens import new_run_token
from segue.wire import deployments as d
from segue.wire import pools as p
from segue.wire import workers as w
from segue.wire.leases import LEASE_NEIGHBOURS, Neighbours
from segue.wire.operations import FLOW_RUN_READ
from segue.wire.requests import ById, LeaseRequest
from tests.conformance.making import lease_of, start
from tests.serving import served

SECONDS = 30.0
#: More than the seconds for which a server keeps in mind which leases are open.
STALE = 5.2


class Hall:
    """A server with a pool, and workers that wait for its runs."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self.backend: Backend = connect_backend(url, key=None, home=str(folder / "asker"))
        self.backend.call(p.POOL_CREATE, p.NewWorkPool(name="here"))
        new = d.PutDeployment(name="d", flow_name="hello", entrypoint="flows.py:hello", work_pool_name="here")
        self.deployment = self.backend.call(d.DEPLOYMENT_PUT, new).id

    def request(self, name: str) -> w.ClaimWork:
        lease = LeaseRequest(holder=this_holder(), served=True, token=new_run_token())
        return w.ClaimWork(
            id=new_id(), lease=lease, worker_id=name, worker_name=name, work_pool_name="here", limit=1, seconds=25.0
        )

    def waits(self, name: str) -> tuple[threading.Thread, list[str]]:
        """Let a worker wait; returns its thread, and the runs that it is given."""
        given: list[str] = []

        def wait() -> None:
            backend = connect_backend(self.url, key=None, home=str(self.folder / name))
            given.extend(item.run.id for item in backend.call(w.WORK_CLAIM, self.request(name)).items)
            backend.close()

        thread = threading.Thread(target=wait)
        thread.start()
        return thread, given

    def ask(self) -> str:
        return self.backend.call(d.DEPLOYMENT_RUN, d.NewRunOfDeployment(deployment_id=self.deployment)).id


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    with served(f"sqlite:///{tmp_path / 'home' / 'segue.db'}", tmp_path) as api:
        hall = Hall(api, tmp_path)
        yield hall
        hall.backend.close()


def test_nothing_is_given_to_a_worker_that_hung_up_while_it_waited(hall: Hall) -> None:
    place = urlsplit(hall.url)
    body = msgspec.json.encode(hall.request("gone"))
    head = f"POST {place.path}/workers/claim HTTP/1.1\r\nhost: {place.netloc}\r\ncontent-type: application/json\r\n"
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=SECONDS) as link:
        link.sendall(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
        # It waits: there is nothing to answer yet.
        link.settimeout(0.5)
        with pytest.raises(TimeoutError):
            link.recv(1)
    thread, given = hall.waits("there")
    id = hall.ask()
    thread.join(SECONDS)
    assert given == [id]
    claimed = hall.backend.call(FLOW_RUN_READ, ById(id)).state.actor
    assert claimed is not None
    assert claimed.name == "there"


def test_each_of_several_that_wait_is_given_one(hall: Hall) -> None:
    waiting = [hall.waits(f"w{number}") for number in range(4)]
    asked = {hall.ask() for _ in range(4)}
    for thread, _ in waiting:
        thread.join(SECONDS)
    found = [id for _, given in waiting for id in given]
    assert (len(found), set(found)) == (4, asked)


def test_a_worker_is_told_whether_it_has_neighbours_to_look_at(hall: Hall, tmp_path: Path) -> None:
    def has_neighbours() -> bool:
        return hall.backend.call(w.WORK_CLAIM, msgspec.structs.replace(hall.request("ann"), seconds=0.0)).has_neighbours

    assert not has_neighbours()
    me = this_holder()
    far, near = (msgspec.structs.replace(me, **change) for change in ({"host": "elsewhere"}, {"pid": me.pid + 1}))
    for holder in (me, far):
        start(hall.backend, lease=LeaseRequest(holder=holder, served=True))
    time.sleep(STALE)
    assert not has_neighbours()
    grant = start(hall.backend, lease=LeaseRequest(holder=near, served=True))
    time.sleep(STALE)
    assert has_neighbours()
    assert lease_of(grant).id in {each.id for each in hall.backend.call(LEASE_NEIGHBOURS, Neighbours(holder=me)).items}
