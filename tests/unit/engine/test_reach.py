"""Exceptions planted in threads, and taken back: nothing of them stays."""

from __future__ import annotations

import sys
import threading
import time
from types import FrameType

import pytest

from segue.engine.reach import here


def traced_calls_end() -> bool:
    """Say whether calls come to an end in a thread that is traced, as by a debugger."""
    ended = threading.Event()

    def trace(_frame: FrameType, _event: str, _arg: object) -> object:
        return trace

    def call() -> None:
        """Do nothing."""

    def calls() -> None:
        sys.settrace(trace)  # type: ignore[arg-type]
        for _ in range(100):
            call()
        sys.settrace(None)
        ended.set()

    threading.Thread(target=calls, daemon=True).start()
    return ended.wait(20)


def test_what_was_taken_back_by_another_thread_leaves_traced_calls_alone() -> None:
    reach, there, go = [], threading.Event(), threading.Event()

    def wait() -> None:
        mine = here()
        reach.append(mine)
        mine.enter()
        there.set()
        go.wait(60)
        mine.leave()

    thread = threading.Thread(target=wait)
    thread.start()
    assert there.wait(20)
    # It waits where no exception reaches it.
    time.sleep(0.05)
    error = TimeoutError("too late")
    reach[0].strike(error)
    assert reach[0].awaits(error)
    reach[0].forget(error)
    assert traced_calls_end()
    go.set()
    thread.join()


def test_what_came_as_user_code_ended_leaves_traced_calls_alone() -> None:
    told: list[BaseException | None] = []

    def end() -> None:
        mine = here()
        mine.enter()
        try:
            mine.strike(TimeoutError("too late"))
        except TimeoutError as error:
            told.append(mine.leave(error))
        mine.enter()
        # Ended by an error of its own, in which the other would be lost.
        own = ValueError("its own")
        mine.guard.acquire()
        mine.planted = KeyboardInterrupt("a stop")
        mine.guard.release()
        told.append(mine.leave(own))
        told.extend(mine.pending)
        with pytest.raises(KeyboardInterrupt):
            mine.enter()
        mine.leave()

    thread = threading.Thread(target=end)
    thread.start()
    thread.join()
    assert [str(each) for each in told] == ["too late", "its own", "a stop"]
    assert traced_calls_end()
