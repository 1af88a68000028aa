"""The havoc itself: blow after blow, then quiet, until everything has come to its end."""

from __future__ import annotations

import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from functools import partial

from segue.wire import operations as op
from segue.wire.queries import RunFilter
from tests.faults.havoc.ground import FLOWS, Ground, everybody, send
from tests.faults.havoc.judge import Judge

#: What is done, and how often compared with each other.
BLOWS = {
    "a run's process killed": 6, "a worker killed": 3, "the server killed": 3, "the prepared interpreter killed": 1,
    "a run's process stopped": 2, "a worker stopped": 1, "the server stopped": 1,
}  # fmt: skip
#: Seconds between two blows; for which something that is stopped rests; between two runs that somebody asks for.
BETWEEN, STOPPED, ASKED = (0.1, 0.6), (0.3, 2.0), 0.35
#: Seconds within which everything must be in a true state: a lease, and as long for a server that cannot look at the processes.
LEASE_AND_FIVE, AND_ANOTHER = 35.0, 70.0


class Havoc:
    """Makes so many blows on a ground, and has judged what comes of it."""

    def __init__(self, ground: Ground, *, seed: int) -> None:
        self._ground = ground
        self._chance = random.Random(seed)
        self._pause = threading.Event()
        self._over = threading.Event()
        self._problem: BaseException | None = None
        #: Processes of runs that were killed: what became of them is no wonder.
        self.killed: set[str] = set()
        self.done: Counter[str] = Counter()
        self.judge = Judge(ground, self.killed)
        #: Seconds from the last blow until nothing was open any more.
        self.settled = 0.0

    def make(self, blows: int, *, tell: Callable[[str], object] = lambda _: None) -> None:
        """Make so many blows, wait for quiet, and judge."""
        self._ground.open()
        asker = threading.Thread(target=self._ask, daemon=True)
        asker.start()
        try:
            while sum(self.done.values()) < blows and not self._over.is_set():
                self._pause.wait(self._chance.uniform(*BETWEEN))
                what = self._chance.choices([*BLOWS], [*BLOWS.values()])[0]
                self._blow(what)
                tell(f"{sum(self.done.values())}: {what}")
        finally:
            self._over.set()
            asker.join(60)
        if self._problem is not None:
            raise self._problem
        tell("quiet")
        self._ground.rest()
        self._settle()
        self.judge.close()

    def _ask(self) -> None:
        try:
            while not self._over.wait(ASKED):
                self._ground.ask(self._chance.choice(FLOWS))
        except BaseException as problem:  # noqa: BLE001 - told when the havoc is over
            self._problem = problem
            self._over.set()

    def _blow(self, what: str) -> None:
        chance, ground = self._chance, self._ground
        worker = chance.choice(ground.workers)
        match what:
            case "a run's process killed":
                found = self._at_work()
                if found is None:
                    return
                self.killed.add(found[0])
                send(found[1], signal.SIGKILL)
            case "a run's process stopped":
                found = self._at_work()
                if found is None:
                    return
                self._stop(partial(send, found[1]))
            case "a worker killed":
                self.killed.update(worker.kill())
                self._pause.wait(chance.uniform(0.0, 0.5))
                worker.start()
            case "a worker stopped":
                self._stop(worker.signal)
            case "the prepared interpreter killed":
                if len(worker.pids()) < 2 + worker.apart:
                    return
                send(worker.nursery(), signal.SIGKILL)
            case "the server killed":
                ground.server.kill()
                self._pause.wait(chance.uniform(0.0, 0.5))
                ground.server.start(wait=False)
            case _:
                self._stop(ground.server.signal)
        self.done[what] += 1

    def _stop(self, signalled: Callable[[int], object]) -> None:
        signalled(signal.SIGSTOP)
        self._pause.wait(self._chance.uniform(*STOPPED))
        signalled(signal.SIGCONT)

    def _at_work(self) -> tuple[str, int] | None:
        """Return a process that is at the work of a run: as the ledger calls it, and its number here."""
        lines = self._ground.lines()
        over = {line.process for line in lines if line.word == "end"}
        begun = {line.process for line in lines[-40:] if line.word == "begin"} - over
        found = [(name, pid) for name, pid in everybody().items() if name in begun]
        return self._chance.choice(sorted(found)) if found else None

    def _settle(self) -> None:
        """Wait until no run is open any more."""
        began, bound = (
            time.monotonic(),
            AND_ANOTHER if any(each.apart for each in self._ground.workers) else LEASE_AND_FIVE,
        )
        with self._ground.opened() as backend:
            where = RunFilter(not_state_types=["COMPLETED", "FAILED", "CRASHED", "CANCELLED"])
            # Slow machines are waited for; that it took longer is told.
            while (left := backend.call(op.FLOW_RUN_COUNT, where).count) and time.monotonic() - began < 2 * bound:
                self._pause.wait(0.1)
        self.settled = time.monotonic() - began
        if left:
            self.judge.breach(f"{left} runs are open {self.settled:.0f} s after the last blow")

    def report(self) -> str:
        """Say what was done and seen."""
        judge = self.judge
        lines = [f"{sum(self.done.values())} blows, {len(judge.breaches)} breaches"]
        lines += [f"  {many:6,} {what}" for what, many in self.done.most_common()]
        lines += ["runs:", *(f"  {many:6,} {what}" for what, many in judge.runs.most_common())]
        lines += ["instants of schedules:", *(f"  {many:6,} {what}" for what, many in judge.instants.most_common())]
        lines += [f"from the last blow until nothing was open: {self.settled:.1f} s"]
        return "\n".join(lines)
