"""What checkers know of runs behind futures: read by mypy and basedpyright, never run."""

from collections.abc import AsyncGenerator, Generator
from typing import assert_type
from uuid import UUID

from segue import allow_failure, flow, task, unmapped
from segue.distributed import SegueDistributedFuture
from segue.futures import SegueFuture, SegueFutureList, as_completed, wait
from segue.states import State
from segue.task_runners import ProcessPoolTaskRunner, ThreadPoolTaskRunner


@task
def load(path: str) -> list[int]:
    return [len(path)]


@task
def add(numbers: list[int], extra: int = 0) -> int:
    return sum(numbers) + extra


@task
async def fetch(url: str) -> bytes:
    return url.encode()


@task
def lines(path: str) -> Generator[str, None, None]:
    yield path


@task
async def later(path: str) -> AsyncGenerator[str, None]:
    yield path


@flow(task_runner=ThreadPoolTaskRunner(max_workers=3))
def submits() -> int:
    loaded = load.submit("a")
    assert_type(loaded, SegueFuture[list[int]])
    assert_type(loaded.result(), list[int])
    assert_type(loaded.state, State[list[int]])
    added = add.submit(loaded, extra=2)
    assert_type(added, SegueFuture[int])
    assert_type(add.submit(numbers=loaded), SegueFuture[int])
    assert_type(add.submit([1], wait_for=[added]), SegueFuture[int])
    assert_type(add.submit([1], return_state=True), State[int])
    assert_type(add.submit(allow_failure(loaded)), SegueFuture[int])
    assert_type(add(loaded), int)
    return added.result(timeout=3)


@flow(task_runner=ProcessPoolTaskRunner(max_workers=2))
async def submits_from_async_code() -> bytes:
    future = fetch.submit("u")
    assert_type(future, SegueFuture[bytes])
    assert_type(fetch.submit("u", return_state=True), State[bytes])
    assert_type(fetch.submit("u", wait_for=[future]), SegueFuture[bytes])
    return future.result()


@flow
def generators() -> list[str]:
    assert_type(later.submit("a"), SegueFuture[list[str]])
    assert_type(lines.map(["a"]), SegueFutureList[list[str]])
    return lines.submit("a").result()


@flow
def maps() -> list[int]:
    loaded = load.map(["a", "b"])
    assert_type(loaded, SegueFutureList[list[int]])
    added = add.map(loaded, extra=unmapped(1))
    assert_type(added, SegueFutureList[int])
    assert_type(added[0], SegueFuture[int])
    assert_type(added.result(), list[int])
    assert_type(add.map(loaded, return_state=True), list[State[int]])
    assert_type(fetch.map(["u"]), SegueFutureList[bytes])
    assert_type(fetch.map(["u"], return_state=True), list[State[bytes]])
    return [future.result() for future in added]


@flow
def waits() -> None:
    futures = [load.submit("a"), load.submit("b")]
    done, not_done = wait(futures, timeout=1)
    assert_type(done, set[SegueFuture[list[int]]])
    assert_type(not_done, set[SegueFuture[list[int]]])
    for future in as_completed(futures):
        assert_type(future, SegueFuture[list[int]])
        assert_type(future.task_run_id, UUID)


def delayed() -> None:
    assert_type(load.delay("a"), SegueDistributedFuture[list[int]])
    assert_type(fetch.delay("u"), SegueDistributedFuture[bytes])
