"""Handing over from several threads at once, and hearing of the end: who waits, who no longer does, and for what."""

import asyncio
import gc
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import pytest

from segue import get_client, handing_over, task
from segue.engine.session import backend
from segue.engine.watching import watcher
from segue.exceptions import ObjectNotFound, SerializationError
from segue.futures import SegueDistributedFuture
from segue.host.clock import now
from segue.model.states import Scheduled
from segue.wire.requests import Enqueue
from tests.integration.background.serving import until, worker


@task
def add(x: int, y: int = 1) -> int:
    return x + y


def given() -> handing_over.Given:
    state = Scheduled(id=str(uuid4()), name="Scheduled", timestamp=now(), at=now())
    return handing_over.Given(
        Enqueue(id=str(uuid4()), name="add-0", task_name="add", task_key="add", state=state, inputs_ref=""), {}
    )


def test_what_several_threads_hand_over_at_the_same_moment_goes_in_one_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: dict[int, object] = {}

    def hand_over(number: int, value: object) -> None:
        try:
            told[number] = add.delay(value)
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - looked at below
            told[number] = error

    def at_once(values: list[object]) -> list[object]:
        told.clear()
        turns = handing_over._turns
        threads = [threading.Thread(target=hand_over, args=each) for each in enumerate(values)]
        before = turns._leader = given()
        for thread in threads:
            thread.start()
        until(lambda: len(turns._waiting) == len(values))
        turns._leave(None, before, [before])
        for thread in threads:
            thread.join(30)
        return [told[number] for number in range(len(values))]

    requests: list[int] = []
    record = handing_over._record

    def counted(given: Sequence[handing_over.Given]) -> None:
        requests.append(len(given))
        record(given)

    monkeypatch.setattr(handing_over, "_record", counted)
    futures = at_once(list(range(8)))
    assert requests == [8]
    assert len(list(Path(os.environ["SEGUE_HOME"], "storage", "journals").iterdir())) == 1
    # One that cannot be taken is its own caller's affair.
    mixed = at_once([10, threading.Lock(), 12])
    assert isinstance(mixed[1], SerializationError)
    # Nor is anything lost, or made twice, where the thread that went for all is interrupted.
    interrupted = [KeyboardInterrupt()]

    def once_interrupted(given: Sequence[handing_over.Given]) -> None:
        record(given)
        if interrupted:
            raise interrupted.pop()

    monkeypatch.setattr(handing_over, "_record", once_interrupted)
    struck = at_once([20, 21, 22])
    assert [type(each).__name__ for each in struck].count("KeyboardInterrupt") == 1
    made = [each for each in (*futures, *mixed, *struck) if isinstance(each, SegueDistributedFuture)]
    assert len(made) == 12
    with worker(add, limit=20):
        assert sorted(future.result(timeout=30) for future in made)[:9] == [*range(1, 9), 11]
        client = get_client(sync_client=True)
        until(lambda: all(each.state_name == "Completed" for each in client.read_task_runs()))
    assert len(client.read_task_runs()) == 13


def test_it_is_nobodys_turn_who_waits_no_longer() -> None:
    turns, leader, gone, waiting = handing_over._Turns(), given(), given(), given()
    turns._leader, taken = leader, [leader, gone]
    turns._leave("asker", gone, [gone])
    turns._waiting[id(waiting)] = "asker", waiting
    # Interrupted: neither was over.
    turns._leave("asker", leader, taken)
    assert turns._leader is waiting
    assert waiting.go.acquire(blocking=False)
    turns._leave("asker", waiting, [waiting])
    assert turns._leader is None
    assert not turns._waiting


def test_everybody_who_waits_for_a_run_that_is_not_there_hears_of_it() -> None:
    nobodys: SegueDistributedFuture[int] = SegueDistributedFuture(uuid4())
    told: list[BaseException] = []

    def ask() -> None:
        try:
            nobodys.result()
        except ObjectNotFound as error:
            told.append(error)

    threads = [threading.Thread(target=ask, daemon=True) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(told) == 3


def test_who_waits_no_longer_takes_nothing_from_who_does() -> None:
    future, told = add.delay(1), []
    waiting = threading.Thread(target=lambda: told.append(future.result()), daemon=True)
    waiting.start()
    there = watcher(backend())
    until(lambda: bool(there._wanted))
    with pytest.raises(TimeoutError):
        asyncio.run(future.result_async(timeout=0.05))
    with pytest.raises(TimeoutError):
        future.result(timeout=0.05)
    assert len(there._wanted[str(future.task_run_id)]) == 1
    with worker(add):
        waiting.join(20)
    assert told == [2]
    again: SegueDistributedFuture[int] = SegueDistributedFuture(future.task_run_id)
    assert asyncio.run(again.result_async(timeout=0)) == 2
    # Of which flow run it is nobody here knows; that it is a task run everybody does.
    details = again.state.state_details
    assert (details.task_run_id, details.flow_run_id) == (future.task_run_id, None)


def test_nothing_is_asked_for_whom_nobody_waits() -> None:
    future = add.delay(1)
    for _ in range(3):
        asyncio.run(future.wait_async(timeout=0.02))
        future.wait(timeout=0.02)
    assert not watcher(backend())._wanted
    assert not future.promise.watched


def test_what_was_not_foreseen_is_told_to_whoever_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("not foreseen")

    future = add.delay(1)
    with monkeypatch.context() as breaking:
        breaking.setattr(watcher(backend())._questions, "ask", broken)
        with pytest.raises(RuntimeError, match="not foreseen"):
            future.result()
    with worker(add):
        assert future.result(timeout=30) == 2


def test_nothing_is_kept_of_futures_that_nobody_holds() -> None:
    for number in range(5):
        add.delay(number)
    gc.collect()
    assert not watcher(backend())._made
