"""Locks: one holder at a time, among threads, coroutines and processes; a lock dies with its process."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from segue.host.clock import monotonic
from segue.locking.filesystem import FileSystemLockManager
from segue.locking.memory import MemoryLockManager
from segue.locking.protocol import LockManager


@pytest.fixture(params=["memory", "filesystem"])
def locks(request: pytest.FixtureRequest, tmp_path: Path) -> LockManager:
    return MemoryLockManager() if request.param == "memory" else FileSystemLockManager(tmp_path / "locks")


@pytest.fixture
def key(request: pytest.FixtureRequest) -> str:
    """A key that no other test has: the locks in memory are the process' own."""
    return str(request.node.nodeid)


def test_a_lock_has_one_holder(locks: LockManager, key: str) -> None:
    assert isinstance(locks, LockManager)
    assert locks.acquire_lock(key, "me")
    assert locks.acquire_lock(key, "me")
    assert not locks.acquire_lock(key, "you", acquire_timeout=0.01)
    assert (locks.is_locked(key), locks.is_lock_holder(key, "me"), locks.is_lock_holder(key, "you")) == (
        True,
        True,
        False,
    )
    assert not locks.wait_for_lock(key, timeout=0.01)
    with pytest.raises(ValueError, match="No lock held by you"):
        locks.release_lock(key, "you")
    locks.release_lock(key, "me")
    assert locks.wait_for_lock(key, timeout=0)
    with pytest.raises(ValueError, match="No lock held by me"):
        locks.release_lock(key, "me")


def test_a_lock_may_free_itself(locks: LockManager, key: str) -> None:
    started = monotonic()
    assert locks.acquire_lock(key, "me", hold_timeout=0.05)
    assert locks.acquire_lock(key, "you", acquire_timeout=30)
    assert 0.05 <= monotonic() - started < 20
    locks.release_lock(key, "you")


def _work(locks: LockManager, key: str, holder: str, inside: list[str], most: list[int]) -> None:
    for _ in range(5):
        assert locks.acquire_lock(key, holder, acquire_timeout=60)
        inside.append(holder)
        most.append(len(inside))
        inside.remove(holder)
        locks.release_lock(key, holder)


def test_threads_take_turns(locks: LockManager, key: str) -> None:
    inside: list[str] = []
    most: list[int] = []
    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(_work, locks, key, f"thread-{number}", inside, most) for number in range(8)]:
            done.result()
    assert most == [1] * 40


async def _coroutines(locks: LockManager, key: str) -> list[int]:
    inside: list[str] = []
    most: list[int] = []

    async def work(holder: str) -> None:
        for _ in range(3):
            assert await locks.aacquire_lock(key, holder, acquire_timeout=60)
            inside.append(holder)
            await asyncio.sleep(0)
            most.append(len(inside))
            inside.remove(holder)
            locks.release_lock(key, holder)

    await asyncio.gather(*(work(f"coroutine-{number}") for number in range(20)))
    assert await locks.await_for_lock(key, timeout=1)
    return most


def test_coroutines_take_turns_without_blocking_their_loop(locks: LockManager, key: str) -> None:
    assert asyncio.run(_coroutines(locks, key)) == [1] * 60


async def _timed_out(locks: LockManager, key: str) -> list[bool]:
    return [await locks.aacquire_lock(key, "you", acquire_timeout=0.01), await locks.await_for_lock(key, timeout=0.01)]


def test_waiting_on_a_loop_ends_in_time(locks: LockManager, key: str) -> None:
    locks.acquire_lock(key, "me")
    assert asyncio.run(_timed_out(locks, key)) == [False, False]
    locks.release_lock(key, "me")


def test_a_waiting_thread_is_woken(locks: LockManager, key: str) -> None:
    locks.acquire_lock(key, "me")
    waiting: Callable[[], bool] = lambda: locks.wait_for_lock(key, timeout=60)  # noqa: E731 - for the pool
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(waiting)
        assert not done.done()
        locks.release_lock(key, "me")
        assert done.result(30)


def test_all_lock_managers_in_memory_are_one() -> None:
    assert MemoryLockManager() is MemoryLockManager()
    assert threading.active_count() >= 1


COUNT = """
import sys
from pathlib import Path
from segue.locking.filesystem import FileSystemLockManager
locks, counter = FileSystemLockManager(sys.argv[1]), Path(sys.argv[2])
for _ in range(20):
    assert locks.acquire_lock("counter", sys.argv[3], acquire_timeout=60)
    counter.write_text(str(int(counter.read_text()) + 1))
    locks.release_lock("counter", sys.argv[3])
"""


def test_processes_take_turns(tmp_path: Path) -> None:
    counter = tmp_path / "counter"
    counter.write_text("0")
    command = [sys.executable, "-c", COUNT, str(tmp_path / "locks"), str(counter)]
    children = [subprocess.Popen([*command, f"process-{number}"]) for number in range(3)]
    assert [child.wait(timeout=100) for child in children] == [0, 0, 0]
    assert counter.read_text() == "60"


def test_a_lock_dies_with_its_process(tmp_path: Path) -> None:
    take = """
import os, signal, sys
from segue.locking.filesystem import FileSystemLockManager
FileSystemLockManager(sys.argv[1]).acquire_lock("k", "dead")
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", take, str(tmp_path)], check=False)
    assert done.returncode == -9
    locks = FileSystemLockManager(tmp_path)
    assert not locks.is_locked("k")
    assert locks.acquire_lock("k", "me", acquire_timeout=0)
