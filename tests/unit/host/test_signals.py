"""Signals are answered in a thread, whatever the main thread holds when they come."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import pytest

from segue.host.signals import answered

#: The handler's word comes while the main thread holds the lock that answering needs, as when it writes a log line.
HOLDING = """
import os, signal, threading
from segue.host.signals import answered

lock, done = threading.Lock(), threading.Event()

def obey(number, times):
    with lock:
        print(number.name, times, flush=True)
    done.set()

with answered(obey):
    with lock:
        os.kill(os.getpid(), signal.SIGTERM)
        print("held", flush=True)
    while not done.wait(0.01):
        pass
print(signal.getsignal(signal.SIGTERM) is signal.SIG_DFL)
"""


def test_a_lock_of_the_main_thread_is_waited_for_and_the_handlers_are_put_back() -> None:
    done = subprocess.run([sys.executable, "-c", HOLDING], check=True, capture_output=True, text=True, timeout=60)
    assert done.stdout.split("\n") == ["held", "SIGTERM 1", "True", ""]


def test_who_insists_is_answered_in_the_main_thread_at_once() -> None:
    heard = threading.Event()

    def insist(number: signal.Signals) -> None:
        raise InterruptedError(number.name)

    with answered(lambda *_: heard.set(), insisted=insist, numbers=[signal.SIGUSR1]):
        os.kill(os.getpid(), signal.SIGUSR1)
        assert heard.wait(60)
        with pytest.raises(InterruptedError, match="SIGUSR1"):
            os.kill(os.getpid(), signal.SIGUSR1)


def test_without_an_insisted_each_signal_is_obeyed_and_counted() -> None:
    heard: list[int] = []
    enough = threading.Event()

    def obey(_number: signal.Signals, times: int) -> None:
        heard.append(times)
        if times == 2:
            enough.set()

    with answered(obey, numbers=[signal.SIGUSR1]):
        os.kill(os.getpid(), signal.SIGUSR1)
        os.kill(os.getpid(), signal.SIGUSR1)
        assert enough.wait(60)
    assert heard == [1, 2]


def test_another_thread_changes_nothing() -> None:
    before = signal.getsignal(signal.SIGUSR1)
    within: list[object] = []

    def elsewhere() -> None:
        with answered(lambda *_: None, numbers=[signal.SIGUSR1]):
            within.append(signal.getsignal(signal.SIGUSR1))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join(60)
    assert within == [before]
