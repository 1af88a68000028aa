"""A machine that stands still for longer than its leases last, and then goes on: what it held was given to others meanwhile."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

from segue.model.runs import FlowRun
from segue.wire import operations as op
from segue.wire import requests as q
from tests.faults.havoc.ground import Ground, send

_PATIENCE = 120.0


class Standstill:
    """One machine of a ground stands still, twice: with a run at work and with runs that it has claimed and not begun."""

    def __init__(self, folder: Path, *, url: str | None = None) -> None:
        self._ground = Ground(folder, url=url, apart=True)
        self.breaches: list[str] = []

    def make(self, *, tell: Callable[[str], object] = lambda _: None) -> None:
        """Let it stand still for longer than its leases last, let it go on, and look at what came of it."""
        ground = self._ground
        ground.open()
        ground.rest()
        near, far = ground.workers
        near.stop()
        try:
            ground.deploy("long")
            ground.ask("long")
            self._until(lambda: bool(self._begun(ground.asked[0])), "the far worker to be at work")
            # Its prepared interpreter stands still first: what is claimed now is not begun.
            nursery = far.nursery()
            send(nursery, signal.SIGSTOP)
            for _ in range(3):
                ground.ask("plain")
            working, *unbegun = ground.asked
            self._until(lambda: all(self._read(id).state.kind == "PENDING" for id in unbegun), "its claims")
            far.signal(signal.SIGSTOP)
            tell("the far machine stands still")
            near.start()
            self._until(lambda: self._read(working).state.kind == "CRASHED", "its lease to end")
            self._until(
                lambda: all(self._read(id).state.kind == "COMPLETED" for id in unbegun), "others to take its claims"
            )
            tell("what it held was given to others; it goes on")
            (ground.folder / "go").touch()
            far.signal(signal.SIGCONT)
            self._until(lambda: self._ended(working), "its run to come to its end")
            far.stop()
            self._judge(working, unbegun, far.log.read_text())
        finally:
            ground.close()

    def _judge(self, working: str, unbegun: list[str], said: str) -> None:
        run = self._read(working)
        if run.state.kind != "CRASHED":
            self.breaches.append(f"run {working} was closed as Crashed and is {run.state.name} now")
        for id in (working, *unbegun):
            if len(self._begun(id)) != 1:
                self.breaches.append(f"run {id} was begun {len(self._begun(id))} times")
        if said.count("is not run here") != len(unbegun):
            self.breaches.append(f"of {len(unbegun)} runs that others had taken, not all were refused:\n{said[-3000:]}")
        if "Traceback" in said:
            self.breaches.append(f"the far worker said a traceback:\n{said[-3000:]}")
        with self._ground.opened() as backend:
            for lease in backend.call(op.LEASE_LIST, q.Nothing()).items:
                self.breaches.append(f"lease {lease.id} is still held")

    def _read(self, id: str) -> FlowRun:
        return self._ground.remote.call(op.FLOW_RUN_READ, q.ById(id))

    def _begun(self, id: str) -> list[str]:
        return [line.process for line in self._ground.lines() if (line.word, line.run) == ("begin", id)]

    def _ended(self, id: str) -> bool:
        return any((line.word, line.run) == ("end", id) for line in self._ground.lines())

    def _until(self, holds: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + _PATIENCE
        while not holds():
            if time.monotonic() > end:
                raise AssertionError(f"waited in vain for {what}")
            threading.Event().wait(0.1)
