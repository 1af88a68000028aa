"""The first of several processes that serve one socket: starts the others, replaces one that is lost, ends with them."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable

import msgspec

from segue.host.clock import monotonic
from segue.host.config import surroundings
from segue.host.signals import answered
from segue.server.plan import COMMAND, VARIABLE, Plan

_log = logging.getLogger("segue.server")

#: Seconds between two looks, for the others to end, and from the start of one to that of its successor.
_LOOK, _BOUND, _AGAIN = 0.2, 12.0, 1.0


class Member:
    """One of the processes."""

    def __init__(self, plan: Plan, number: int) -> None:
        self.began = monotonic()
        self._ready, told = os.pipe()
        plan = msgspec.structs.replace(plan, workers=1, number=number, ready=told)
        self.process = subprocess.Popen(
            COMMAND,
            env={**surroundings(), VARIABLE: plan.written()},
            pass_fds=plan.inherited,
        )
        os.close(told)

    def serves(self) -> bool:
        """Wait until it answers requests; False when it ended instead."""
        try:
            return os.read(self._ready, 1) == b"1"
        finally:
            os.close(self._ready)


class Foreman:
    """Runs a server's processes, which share its socket; the kernel gives each connection to one of them."""

    def __init__(self, plan: Plan) -> None:
        #: Nothing is written into it; when this process is gone, however that came, the others read its end.
        lifeline, self._mine = os.pipe()
        self._figures = tempfile.mkdtemp(prefix="segue-figures-")
        self._plan = msgspec.structs.replace(plan, lifeline=lifeline, figures=self._figures)
        self._end = threading.Event()
        self._members: list[Member] = []

    def run(self, *, ready: Callable[[], object]) -> int:
        """Serve until the process is asked to end; returns its exit code."""
        try:
            with answered(self._asked, insisted=self._insisted):
                return self._run(ready)
        finally:
            shutil.rmtree(self._figures, ignore_errors=True)

    def _run(self, ready: Callable[[], object]) -> int:
        for number in range(self._plan.workers):
            self._members.append(Member(self._plan, number))
        failed = next((member for member in self._members if not member.serves()), None)
        if failed is not None and not self._end.is_set():
            code = failed.process.wait(_BOUND)
            self._let_go()
            return code or 1
        if failed is None:
            ready()
        while not self._end.wait(_LOOK):
            self._replace_lost()
        self._let_go()
        return 0

    def _replace_lost(self) -> None:
        for at, member in enumerate(self._members):
            code = member.process.poll()
            if code is None or monotonic() - member.began < _AGAIN:
                continue
            _log.error("Process %d of the server ended with %d: another takes its place.", member.process.pid, code)
            self._members[at] = Member(self._plan, at)
            # Whoever waits for it is served by the others meanwhile.
            threading.Thread(target=self._members[at].serves, name="segue-foreman", daemon=True).start()

    def _let_go(self) -> None:
        """End the processes: asked first, once, and not for ever."""
        if not self._end.is_set():
            self._tell(signal.SIGTERM)
        end = monotonic() + _BOUND
        for member in self._members:
            try:
                member.process.wait(max(0.0, end - monotonic()))
            except subprocess.TimeoutExpired:
                member.process.kill()
                member.process.wait()

    def _asked(self, _number: signal.Signals, _times: int) -> None:
        self._end.set()
        self._tell(signal.SIGTERM)

    def _insisted(self, number: signal.Signals) -> None:
        self._tell(signal.SIGKILL)
        os._exit(128 + number)

    def _tell(self, number: signal.Signals) -> None:
        for member in self._members:
            member.process.send_signal(number)
