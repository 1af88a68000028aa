"""The worker's end of the prepared interpreter (`segue.prepared`): orders go in, forked processes and their ends come out."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import msgspec

from segue.host import config
from segue.model.launches import Forked, ForkOrder, Launch, Reaped, Told, Unforked
from segue.worker.launching import NoLaunch

_COMMAND = [sys.executable, "-m", "segue.prepared"]
_told = msgspec.json.Decoder(Told)


class NurseryLost(Exception):
    """The prepared interpreter is gone."""


class Ended:
    """Whether a process has ended, and how."""

    def __init__(self) -> None:
        self._event = threading.Event()
        #: None while it runs, and where nobody can tell.
        self.code: int | None = None

    def wait(self, seconds: float | None) -> bool:
        """Wait for the end; False when it has not come within so many seconds."""
        return self._event.wait(seconds)

    def tell(self, code: int | None) -> None:
        """It has ended."""
        self.code = code
        self._event.set()


class Born:
    """A forked process."""

    def __init__(self) -> None:
        self.pid = 0
        self.why: str | None = None
        self.ended = Ended()
        self.there = threading.Event()


class Nursery:
    """Starts the prepared interpreter and speaks with it; usable from every thread."""

    def __init__(self) -> None:
        orders, self._send = os.pipe()
        self._receive, told = os.pipe()
        try:
            self._process = subprocess.Popen(
                [*_COMMAND, str(orders), str(told)], pass_fds=(orders, told), stdin=subprocess.DEVNULL,
                env=config.surroundings(), start_new_session=True,
            )  # fmt: skip
        finally:
            os.close(orders)
            os.close(told)
        self._lock = threading.Lock()
        self._number = 0
        self._expected: dict[int, Born] = {}
        self._living: dict[int, Born] = {}
        self._lost = False
        threading.Thread(target=self._listen, name="segue-nursery", daemon=True).start()

    def fork(self, launch: Launch, environment: dict[str, str], folder: str, *, aloud: bool) -> Born:
        """Return a new process that runs a flow run; raises `NurseryLost`, `NoLaunch`."""
        born = Born()
        with self._lock:
            if self._lost:
                raise NurseryLost
            self._number += 1
            order = ForkOrder(number=self._number, launch=launch, environment=environment, folder=folder, aloud=aloud)
            self._expected[order.number] = born
            try:
                _write(self._send, msgspec.json.encode(order) + b"\n")
            except OSError as problem:
                raise NurseryLost from problem
        born.there.wait()
        if born.why is not None:
            raise NoLaunch(why=born.why)
        if born.pid == 0:
            raise NurseryLost
        return born

    def close(self) -> None:
        """Let it go; what it forked goes on."""
        with self._lock:
            lost, self._lost = self._lost, True
        if not lost:
            os.close(self._send)
        self._process.wait()

    def _listen(self) -> None:
        buffer = b""
        while chunk := os.read(self._receive, 1 << 16):
            *lines, buffer = (buffer + chunk).split(b"\n")
            for line in lines:
                self._hear(_told.decode(line))
        os.close(self._receive)
        with self._lock:
            if not self._lost:
                self._lost = True
                os.close(self._send)
            orphans = [*self._expected.values(), *self._living.values()]
            self._expected.clear()
            self._living.clear()
        for born in orphans:
            born.ended.tell(None)
            born.there.set()

    def _hear(self, told: Told) -> None:
        match told:
            case Forked(number=number, pid=pid):
                with self._lock:
                    born = self._expected.pop(number)
                    self._living[pid] = born
                born.pid = pid
                born.there.set()
            case Unforked(number=number, why=why):
                with self._lock:
                    born = self._expected.pop(number)
                born.why = why
                born.there.set()
            case Reaped(pid=pid, code=code):
                with self._lock:
                    ended = self._living.pop(pid)
                ended.ended.tell(code)


def _write(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
