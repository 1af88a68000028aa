"""Who waits is woken by the next commit, whoever makes it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import pytest

from segue.backend.embedded import EmbeddedBackend
from segue.backend.open import open_backend
from segue.host.ids import new_id
from segue.server.bell import Bell
from segue.server.wakeups import Wakeups
from segue.wire.operations import FLOW_RUN_CREATE, VARIABLE_SET
from segue.wire.pools import POOL_CREATE, NewWorkPool
from segue.wire.requests import SetVariable
from segue.wire.workers import WORKER_BEAT, WorkerBeat
from tests.conformance.conftest import postgresql, url  # noqa: F401 - fixtures
from tests.conformance.making import start


@pytest.fixture
def backend(url: str, tmp_path: Path) -> Iterator[EmbeddedBackend]:  # noqa: F811
    opened = open_backend(url, tmp_path)
    yield opened
    opened.close()


def woken_by(backend: EmbeddedBackend, commit: Callable[[], object], *, first: bool) -> bool:
    """Say whether a wait of a minute ends by a commit; `first`: made before the wait but after the number was taken."""

    async def waiting() -> bool:
        wakeups = Wakeups(backend)
        wakeups.start()
        try:
            # Whatever was committed before this test is out of the way.
            seen = await wakeups.wait(wakeups.version, timeout=0.2)
            seen = await wakeups.wait(seen, timeout=0.2)
            thread = threading.Thread(target=commit)
            thread.start()
            if first:
                await asyncio.to_thread(thread.join)
            got = await wakeups.wait(seen, timeout=60)
            await asyncio.to_thread(thread.join)
            return got != seen
        finally:
            wakeups.close()

    return asyncio.run(waiting())


@pytest.mark.parametrize("first", [False, True])
def test_a_commit_of_this_process_wakes(backend: EmbeddedBackend, first: bool) -> None:
    assert woken_by(backend, lambda: start(backend), first=first)


@pytest.mark.parametrize("first", [False, True])
def test_a_commit_of_another_process_wakes(backend: EmbeddedBackend, url: str, tmp_path: Path, first: bool) -> None:  # noqa: F811
    other = open_backend(url, tmp_path)
    assert woken_by(backend, lambda: start(other), first=first)
    other.close()


def test_what_says_that_somebody_is_still_there_wakes_nobody_and_hides_nothing(tmp_path: Path) -> None:
    backend = open_backend("", tmp_path)
    other = open_backend("", tmp_path)
    backend.call(POOL_CREATE, NewWorkPool(id=new_id(), name="here", type="process"))

    def beat() -> None:
        backend.call(WORKER_BEAT, WorkerBeat(work_pool_name="here", name="ann"))

    async def waiting() -> list[bool]:
        wakeups, woken = Wakeups(backend), list[bool]()
        wakeups.start()
        try:
            # Woken once as the file begins to be watched.
            seen = await wakeups.wait(wakeups.version, timeout=60)
            seen = await wakeups.wait(seen, timeout=0.5)
            for commits in ([beat] * 10, [beat, lambda: start(other), beat]):
                waits = asyncio.create_task(wakeups.wait(seen, timeout=0.5 if commits[1] is beat else 60))
                for commit in commits:
                    await asyncio.to_thread(commit)
                woken.append(await waits != seen)
        finally:
            wakeups.close()
        return woken

    try:
        beat()
        assert asyncio.run(waiting()) == [False, True]
    finally:
        other.close()
        backend.close()


def test_all_who_wait_are_woken_and_the_last_by_the_end(backend: EmbeddedBackend) -> None:
    async def waiting() -> list[int]:
        wakeups = Wakeups(backend)
        wakeups.start()
        seen = wakeups.version
        waits = [asyncio.create_task(wakeups.wait(seen, timeout=60)) for _ in range(50)]
        await asyncio.sleep(0)
        wakeups.close()
        return await asyncio.gather(*waits)

    assert len(asyncio.run(waiting())) == 50


def test_a_bell_is_not_rung_by_what_brings_nothing_to_do(backend: EmbeddedBackend) -> None:
    bell, seen = Bell(backend, others=False, unless=("flow-runs.", "leases.")), threading.Event()
    rung: list[tuple[set[str], bool]] = []

    def committed(done: Collection[str]) -> None:
        rung.append((set(done), bell._rung.is_set()))
        if VARIABLE_SET.name in done:
            seen.set()

    bell.start()
    backend.on_commit(committed)
    start(backend)
    backend.call(VARIABLE_SET, SetVariable(name="rate", value=1))
    assert seen.wait(20)
    bell.close()
    assert rung == [({FLOW_RUN_CREATE.name}, False), ({VARIABLE_SET.name}, True)]
