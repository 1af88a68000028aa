"""What checkers know of decorated functions, called directly: read by mypy and basedpyright, never run."""

from collections.abc import AsyncGenerator, Coroutine, Generator
from typing import Any, assert_type

from segue import Flow, Task, flow, task
from segue.states import State


@task
def add(x: int, y: int = 1) -> int:
    return x + y


@task(name="join", retries=2, retry_delay_seconds=[1, 2], tags=["text"], log_prints=True)
def join(parts: list[str], *, sep: str = ",") -> str:
    return sep.join(parts)


@task
async def fetch(url: str) -> bytes:
    return url.encode()


@task
def nothing() -> None: ...


@task
def numbers(n: int) -> Generator[int, None, None]:
    yield from range(n)


@task
async def numbers_later(n: int) -> AsyncGenerator[int, None]:
    for number in range(n):
        yield number


@flow
def total(n: int) -> float:
    return float(n)


@flow(name="named", flow_run_name="named-{n}", retries=1, timeout_seconds=5, durable=True)
def named(n: int, label: str = "a") -> list[str]:
    return [label] * n


@flow(log_prints=True)
async def gather(urls: list[str]) -> dict[str, bytes]:
    return {url: await fetch(url) for url in urls}


def tasks_called() -> None:
    assert_type(add(1), int)
    assert_type(add(x=1, y=2), int)
    assert_type(join(["a"], sep="-"), str)
    assert_type(numbers(3), Generator[int, None, None])
    assert_type(add.fn(1), int)
    state = add(1, return_state=True)
    assert_type(state, State[int])
    assert_type(state.result(), int)
    assert_type(add(1, wait_for=[state]), int)
    add("one")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    add(1, 2, 3)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    join(parts=["a"], separator="-")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]


async def async_tasks_called() -> None:
    assert_type(await fetch("u"), bytes)
    state = await fetch("u", return_state=True)
    assert_type(state, State[bytes])
    assert_type(await state.aresult(), bytes)
    assert_type(await fetch("u", wait_for=[state]), bytes)
    async for number in numbers_later(3):
        assert_type(number, int)


def flows_called() -> None:
    assert_type(total(3), float)
    assert_type(named(2, label="b"), list[str])
    assert_type(total(3, return_state=True), State[float])
    assert_type(total(3, return_state=True).result(), float)
    total("three")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    named()  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]


async def async_flows_called() -> None:
    assert_type(await gather(["u"]), dict[str, bytes])
    assert_type(await gather(["u"], return_state=True), State[dict[str, bytes]])


def copies_keep_their_types() -> None:
    assert_type(add.with_options(retries=3)(1), int)
    assert_type(named.with_options(name="other")(1), list[str])


def taken_as_values(any_task: Task[[int], int], any_flow: Flow[[int], float]) -> None:
    assert_type(any_task(1), int)
    assert_type(any_flow(1), float)


def hand_over() -> None:
    taken_as_values(task(lambda_like), total)
    coroutine: Coroutine[Any, Any, bytes] = fetch("u")
    coroutine.close()


def lambda_like(x: int) -> int:
    return x
