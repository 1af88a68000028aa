"""Limits held by user code and by tagged tasks."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from segue import flow, get_client, task
from segue.client.schemas.objects import TaskRun
from segue.concurrency import asyncio as limits
from segue.concurrency.sync import (
    AcquireConcurrencySlotTimeoutError,
    ConcurrencySlotAcquisitionError,
    concurrency,
    rate_limit,
)
from segue.engine.session import backend, forget
from segue.host import config
from segue.host.ids import new_id
from segue.wire.requests import ByName
from segue.wire.slots import LIMIT_CREATE, LIMIT_READ, NewLimit


@pytest.fixture(autouse=True)
def home(segue_home: Path) -> Iterator[None]:
    """Give a test an empty home and settings read anew, and close its database afterwards."""
    config.forget()
    yield
    forget()
    config.forget()


def make(name: str, limit: int, **facts: object) -> None:
    backend().call(LIMIT_CREATE, NewLimit(id=new_id(), name=name, limit=limit, **facts))  # type: ignore[arg-type]


def active(name: str) -> int:
    backend().flush()
    return backend().call(LIMIT_READ, ByName(name)).active_slots


def test_slots_are_held_within_the_block() -> None:
    make("db", 2)
    with concurrency("db", occupy=2):
        assert active("db") == 2
        with pytest.raises(AcquireConcurrencySlotTimeoutError, match=r"timed out after 0\.1 second"):  # noqa: SIM117
            with concurrency(["db"], timeout_seconds=0.1):
                pytest.fail("there was no slot")
        with pytest.raises(AcquireConcurrencySlotTimeoutError, match="in 1 attempts"):  # noqa: SIM117
            with concurrency("db", max_retries=0):
                pytest.fail("there was no slot")
    assert active("db") == 0
    with pytest.raises(RuntimeError, match="mine"), concurrency("db"):
        raise RuntimeError("mine")
    assert active("db") == 0


def test_what_can_never_be_had_is_refused_and_what_does_not_exist_is_passed_by() -> None:
    make("db", 1)
    with concurrency("missing"), concurrency([]):
        pass
    with pytest.raises(ConcurrencySlotAcquisitionError, match=r"limits \['missing'\] must be created"):  # noqa: SIM117
        with concurrency("missing", strict=True):
            pass
    with pytest.raises(ConcurrencySlotAcquisitionError, match="Slots requested is greater than the limit"):  # noqa: SIM117
        with concurrency("db", occupy=2):
            pass
    with pytest.raises(ConcurrencySlotAcquisitionError, match="do not have a decay configured: 'db'"):
        rate_limit("db")


def test_rate_limits_are_taken_and_waited_for() -> None:
    make("api", 1, slot_decay_per_second=20.0)
    for _ in range(3):
        rate_limit("api")
    make("slow", 1, slot_decay_per_second=0.001)
    rate_limit("slow")
    with pytest.raises(AcquireConcurrencySlotTimeoutError):
        rate_limit("slow", timeout_seconds=0.05)


def test_who_waits_is_told_of_a_freed_slot_and_does_not_ask_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    # Longer than a test may take: who is not told would never be served.
    monkeypatch.setattr("segue.engine.slots.AGAIN", 600.0)
    make("db", 1)
    order: list[int] = []

    @flow
    def one(n: int) -> None:
        with concurrency("db"):
            order.append(n)

    threads: list[threading.Thread] = []
    with concurrency("db"):
        for n in range(5):
            threads.append(threading.Thread(target=one, args=[n]))
            threads[-1].start()
            while waiting("db") <= n:
                pass
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]


def waiting(name: str) -> int:
    return len(backend().call(LIMIT_READ, ByName(name)).waiters)


def test_async_code_holds_slots_too() -> None:
    make("db", 1)
    inside: list[int] = []

    async def one() -> None:
        async with limits.concurrency("db"):
            inside.append(1)
            assert len(inside) == 1
            await asyncio.to_thread(lambda: active("db"))
            inside.pop()

    async def main() -> None:
        await asyncio.gather(*(one() for _ in range(4)))
        await limits.rate_limit("missing")

    asyncio.run(main())
    assert active("db") == 0


def test_tasks_with_a_limited_tag_take_turns_and_say_what_they_wait_for() -> None:
    make("tag:db", 1)
    inside, most = [0], [0]
    lock = threading.Lock()
    second_waits = threading.Event()

    @task(tags=["db"])
    def one(n: int) -> int:
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        if n == 0:
            second_waits.wait(10)
        with lock:
            inside[0] -= 1
        return n

    @task
    def free() -> str:
        return "free"

    @flow
    def main() -> list[int]:
        futures = one.map(range(3))
        free()
        while not any(run.state is not None and run.state.name == "AwaitingConcurrencySlot" for run in runs()):
            pass
        second_waits.set()
        return [future.result() for future in futures]

    def runs() -> list[TaskRun]:
        with get_client(sync_client=True) as client:
            return client.read_task_runs()

    assert main() == [0, 1, 2]
    assert (most[0], active("tag:db")) == (1, 0)
    with get_client(sync_client=True) as client:
        waited = [run for run in client.read_task_runs() if run.name.startswith("one")]
        histories = [[state.name for state in client.read_task_run_states(run.id)] for run in waited]
    assert sum("AwaitingConcurrencySlot" in names for names in histories) == 2
    assert all(names[-1] == "Completed" for names in histories)


def test_a_limit_of_none_fails_its_tasks_and_says_why() -> None:
    make("tag:none", 0)

    @task(tags=["none"])
    def one() -> None:
        pytest.fail("there is no slot")

    @flow
    def main() -> str:
        state = one(return_state=True)
        return f"{state.name}: {state.message}"

    told = main()
    assert told.startswith("Failed")
    assert "Slots requested is greater than the limit: 1 of 0 in 'tag:none'" in told
