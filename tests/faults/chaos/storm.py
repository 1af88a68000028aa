"""The storm itself: starts victims, lets them die, has them judged."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from segue.backend.embedded import EmbeddedBackend
from segue.backend.holders import this_holder
from segue.backend.open import open_backend
from segue.backend.reaper import reap
from segue.host.clock import now
from segue.host.ids import new_id
from segue.host.locks import FileLock
from segue.model.states import Failed, Running
from segue.wire import operations as op
from segue.wire import queries
from segue.wire import requests as q
from segue.wire.slots import LIMIT_CREATE, NewLimit
from tests.faults.chaos.judge import LEASE_AND_FIVE, Judge
from tests.faults.chaos.victims import Arena, Victim

#: How often a death is first looked at by a process that may die over it; how often one run is begun by two processes; how often
#: a process is not killed but loses its runs to another while it is stopped.
BY_ANOTHER, TWICE, TAKEN_OVER = 0.25, 0.2, 0.005
#: Seconds between two looks at the living.
LOOK = 0.005


class Storm:
    """Kills so many processes, and judges what they leave."""

    def __init__(self, folder: Path, *, seed: int, at_once: int = 3, url: str | None = None) -> None:
        self._chance = random.Random(seed)
        self._at_once = at_once
        self._arena = Arena(folder, self._chance, url)
        self._lock_path = None if url else str(folder / "home" / "segue.db.lock")
        self._backend: EmbeddedBackend = open_backend(url or "", folder / "home")
        self.judge = Judge(self._backend)
        self.kills = 0
        self._how: Counter[str] = Counter()
        #: Runs that this process took over: (id, fence, rows there were).
        self._taken: dict[int, list[tuple[str, int, list[int]]]] = {}
        self._pause = threading.Event()

    def rage(self, kills: int, *, tell: Callable[[str], object] = lambda _: None) -> None:
        """Kill so many, and on until a write under an old fence was tried; then let all durable runs end and judge everything."""
        for name, slots in (("doors", 2), ("gates", 5), ("tag:narrow", 1)):
            self._backend.call(LIMIT_CREATE, NewLimit(id=new_id(), name=name, limit=slots))
        living: list[Victim] = []
        try:
            while self.kills < kills or (not self.judge.refused and self.kills < 5 * kills):
                while len(living) < self._at_once:
                    living += self._begin()
                for victim in [each for each in living if self._is_over(each)]:
                    living.remove(victim)
                    self._look_at(victim)
                    if victim.killed and self.kills % 50 == 0:
                        tell(f"{self.kills} killed, {len(self.judge.breaches)} breaches")
                self._pause.wait(LOOK)
        finally:
            for victim in living:
                victim.end()
        tell("let the durable runs end")
        self._end()
        tell("look at everything")
        self.judge.close(self._arena.lines())
        self._backend.close()

    def _begin(self) -> list[Victim]:
        crashed = self.judge.crashed
        if not crashed or self._chance.random() < 0.5:
            return [self._arena.start()]
        id = crashed.pop(self._chance.randrange(len(crashed)))
        many = 2 if self._chance.random() < TWICE else 1
        return [self._arena.start("durable", again=id) for _ in range(many)]

    def _is_over(self, victim: Victim) -> bool:
        if victim.lives is not None and self._chance.random() < TAKEN_OVER:
            self._take_over(victim)
        return victim.is_over()

    def _look_at(self, victim: Victim) -> None:
        if victim.stuck:
            self.judge.breach(f"{victim} did not get on:\n{victim.said[-3000:]}")
        if victim.killed:
            self.kills += 1
            self._how["by the clock" if victim.lives is not None else "at a call"] += 1
        elif "Held" in victim.said and victim.again is not None:
            self._how["were refused a run that another held"] += 1
        elif "LeaseLost" in victim.said or "StaleFence" in victim.said:
            self._how["stopped because another took over"] += 1
        else:
            self.judge.breach(f"{victim} ended by itself with {victim.process.returncode}:\n{victim.said[-3000:]}")
        for taken in self._taken.pop(victim.pid, []):
            self._give_back(victim, *taken)
        left = self.judge.left_by(victim)
        if self._chance.random() < BY_ANOTHER:
            other = self._arena.start("look")
            while not other.is_over():
                self._pause.wait(LOOK)
            self.kills += other.killed
            self._how["while they looked at another's death"] += other.killed
        self.judge.bury(victim, left)
        self.judge.old_fences()

    def _end(self) -> None:
        """Run what is left of the durable runs to its end."""
        self.judge.crashed.clear()
        reap(self._backend)
        for run in [
            run for run in self.judge.flow_runs() if run.flow_name == "durable" and run.state.kind != "COMPLETED"
        ]:
            said = self._arena.finish(run.id)
            self._how["durable runs brought to their end at last"] += 1
            if said:
                self.judge.breach(f"durable run {run.id} could not be brought to its end:\n{said[-3000:]}")

    def _take_over(self, victim: Victim) -> None:
        """Stop a process, do what another machine does once its lease has expired, and let it go on."""
        lock = FileLock(self._lock_path) if self._lock_path is not None else None
        if lock is None:
            return
        victim.process.send_signal(signal.SIGSTOP)
        # A signal is only asked for: until all of its threads have stopped it may still take its turn.
        os.waitid(os.P_PID, victim.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        try:
            # Stopped in its turn at the database, it would stop everybody.
            if not lock.try_acquire():
                return
            lock.release()
            mine = [
                each for each in self._backend.call(op.LEASE_LIST, q.Nothing()).items if each.holder.pid == victim.pid
            ]
            for lease in mine:
                self._claim(victim, lease)
        finally:
            lock.close()
            victim.process.send_signal(signal.SIGCONT)

    def _claim(self, victim: Victim, lease: q.OpenLease) -> None:
        closed = self._backend.call(op.UPKEEP_REAP, q.Reap(dead=[(lease.id, lease.fence)]))
        if lease.id not in closed.flow_runs:
            return
        if self._chance.random() < 0.5:
            # Nobody runs it again: it goes on, and what it still tells is kept with the closed run.
            self._how["went on although their run was closed"] += 1
            return
        running = Running(id=new_id(), name="Running", timestamp=now())
        claim = q.Claim(id=lease.id, lease=q.LeaseRequest(holder=this_holder()), states=[running])
        fence = self._backend.call(op.FLOW_RUN_CLAIM, claim).run.fence
        if fence != lease.fence + 1:
            self.judge.breach(f"{victim}: taken over, run {lease.id} has fence {fence} after {lease.fence}")
        self._how["lost a run while they were stopped"] += 1
        self._taken.setdefault(victim.pid, []).append((lease.id, fence, self._rows(lease.id)))

    def _give_back(self, victim: Victim, id: str, fence: int, rows: list[int]) -> None:
        """See that nothing was written meanwhile by who had lost the run, and end it."""
        if self._rows(id) != rows:
            self.judge.breach(f"{victim}: it went on writing for run {id} after that was taken over")
        failed = Failed(id=new_id(), name="Failed", timestamp=now(), message="It was taken over.")
        verdict = self._backend.call(op.FLOW_RUN_PROPOSE, q.Proposal(id=id, state=failed, fence=fence))
        if verdict.status != "accept":
            self.judge.breach(f"{victim}: who took run {id} over could not end it: {verdict.reason}")

    def _rows(self, id: str) -> list[int]:
        tasks = self._backend.call(op.TASK_RUN_COUNT, queries.RunFilter(flow_run_ids=[id])).count
        logs = self._backend.call(op.LOG_COUNT, queries.LogQuery(flow_run_ids=[id])).count
        states = len(self._backend.call(op.FLOW_RUN_HISTORY, q.ById(id)).items)
        return [tasks, logs, states]

    def report(self) -> str:
        """Say what was seen."""
        judge = self.judge
        seconds = sorted(judge.seconds) or [0.0]
        lines = [f"{self.kills} processes killed, {len(judge.breaches)} breaches"]
        lines += [f"  {many:6,} {how}" for how, many in self._how.most_common()]
        lines += ["open runs that the dead left, closed:"]
        lines += [f"  {many:6,} {what}" for what, many in judge.closed.most_common()]
        lines += [
            f"of {judge.runs:,} flow runs",
            f"writes under an old fence, all refused: {judge.refused:,}",
            f"from a death to a true state: median {seconds[len(seconds) // 2] * 1000:.0f} ms",
            f"  longest {seconds[-1] * 1000:.0f} ms; allowed: {LEASE_AND_FIVE:g} s",
        ]
        return "\n".join(lines)
