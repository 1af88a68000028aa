"""Durable flows: a finished step is never run again for the same run, in whichever process.

A step is a task run or a subflow. Its identity is a hash of (scope, task key, hash of inputs, ordinal among equal calls), where the
scope is the step that encloses it. The value goes to the run's journal file first, then the row that points to it is committed,
then the caller gets the value; so after a crash at any point a step is either done and found, or not done and run.

A step killed inside its body may repeat its side effect: nothing short of a transaction with the outside world can know.

Sequential calls of a scope are numbered as well. When a replay makes another call at a number than the run made before, the code
changed under the run and nothing found in the journal can be trusted to be meant: `ReplayDiverged` names both calls.
"""

from __future__ import annotations

import hashlib
import threading
from typing import TYPE_CHECKING

from msgspec import Struct

from segue.engine import stamp
from segue.engine.ended import Ended
from segue.engine.results import Results
from segue.model.errors import SegueError
from segue.model.states import Completed, ResultRef
from segue.wire.operations import TASK_RUN_LIST
from segue.wire.queries import RunFilter, RunQuery

if TYPE_CHECKING:
    from segue.backend.protocol import Backend
    from segue.engine.lives import TaskLife
    from segue.model.runs import TaskRun

_PAGE = 1000
_CONCURRENT = -1


class ReplayDiverged(SegueError):
    """The code took another path than the run it resumes: call {number} was {before}, now it is {now}."""

    code = "durable.diverged"
    status = 409


class UnhashableStep(SegueError):
    """The inputs of concurrent step {task!r} cannot be hashed, so it could not be told from its neighbours on a resume."""

    code = "durable.unhashable"
    status = 422


class Step(Struct, frozen=True):
    """A finished step as an earlier process left it."""

    run_id: str
    name: str
    task_name: str
    identity: str
    result: ResultRef | None
    seconds: float


class Scope:
    """The calls made so far directly below one step."""

    __slots__ = ("concurrent", "in_flight", "number", "ordinals")

    def __init__(self) -> None:
        self.number = 0
        self.in_flight = 0
        self.concurrent = False
        self.ordinals: dict[str, int] = {}


class Journal:
    """The finished steps of one durable run."""

    def __init__(self, results: Results, steps: list[TaskRun], notes: Results | None = None) -> None:
        self.results = results
        #: Takes the steps' inputs: beside the results, but nothing waits for the disk on their account.
        self.notes = notes or results
        self._lock = threading.Lock()
        self._scopes: dict[str, Scope] = {}
        self._by_identity: dict[str, Step] = {}
        self._by_number: dict[tuple[str, int], Step] = {}
        #: Steps that this process found done.
        self.reused: list[Step] = []
        for run in steps:
            self._learn(run)

    def _learn(self, run: TaskRun) -> None:
        if run.step is None or not isinstance(run.state, Completed):
            return
        identity, number, scope = run.step.split(":", 2)
        step = Step(
            str(run.state.details.get("reused_from", run.id)), run.name, run.task_name, identity, run.state.result,
            run.total_run_time,
        )  # fmt: skip
        known = self._by_identity.get(identity)
        # The run that did the work says how long it took; a later reuse of it took no time.
        if known is None or known.seconds < step.seconds:
            self._by_identity[identity] = step
            if int(number) != _CONCURRENT:
                self._by_number[scope, int(number)] = step

    def find(self, life: TaskLife, direct: bool) -> Ended | None:  # noqa: FBT001 - answers an ask by position
        """Number this call; return its end when an earlier process finished it."""
        hashed = life.spec.hash_inputs(life.parameters) if life.spec.hash_inputs is not None else None
        parent = life.parent.step.split(":", 1)[0] if life.parent is not None and life.parent.step else ""
        with self._lock:
            identity, number = self._identify(life, parent, hashed, direct=direct)
            step = self._by_identity.get(identity)
            if number != _CONCURRENT:
                before = self._by_number.get((parent, number))
                if before is not None and before.identity != identity:
                    raise ReplayDiverged(
                        number=number + 1,
                        before=f"{before.task_name} ({before.name})",
                        now=f"{life.spec.name} ({life.name})",
                    )
            life.step = f"{identity}:{number}:{parent}"
            if step is None:
                return None
            self._leave(parent)
            self.reused.append(step)
        value = self.results.load(step.result) if step.result is not None else None
        state = stamp.completed(step.result, name="Cached", message=f"Reused: finished before as {step.name}")
        state.details["reused_from"] = step.run_id
        return Ended(state, value=value, results=self.results)

    def _identify(self, life: TaskLife, parent: str, hashed: str | None, *, direct: bool) -> tuple[str, int]:
        scope = self._scopes.setdefault(parent, Scope())
        scope.in_flight += 1
        if not direct or scope.in_flight > 1:
            scope.concurrent = True
        alone = direct and scope.in_flight == 1
        if hashed is None and not alone:
            scope.in_flight -= 1
            raise UnhashableStep(task=life.spec.name)
        call = f"{life.spec.key}|{hashed or 'unhashed'}"
        ordinal = scope.ordinals.get(call, 0)
        scope.ordinals[call] = ordinal + 1
        number = _CONCURRENT
        if alone:
            number = scope.number
            scope.number += 1
        text = f"{parent}|{call}|{ordinal}"
        return hashlib.blake2b(text.encode(), digest_size=12).hexdigest(), number

    def _leave(self, parent: str) -> None:
        scope = self._scopes.get(parent)
        if scope is not None:
            scope.in_flight -= 1

    def keep(self, life: TaskLife, ended: Ended) -> Ended:
        """Write the value to the journal; the caller then commits the row that points to it."""
        if life.step is None:
            return ended
        identity, _, parent = life.step.split(":", 2)
        ref = self.results.save(identity, ended.value)
        with self._lock:
            self._leave(parent)
        state = stamp.completed(ref, name=ended.state.name, message=ended.state.message)
        return Ended(state, ended.value, ended.error, self.results, ended.face)

    def drop(self, life: TaskLife) -> None:
        """A step ended without a result: it is no longer in flight."""
        if life.step is not None:
            with self._lock:
                self._leave(life.step.split(":", 2)[2])


def finished_steps(backend: Backend, run_id: str) -> list[TaskRun]:
    """Read every finished step of a run, subflows' steps included."""
    where = RunFilter(lease_ids=[run_id], state_types=["COMPLETED"], with_step=True)
    query = RunQuery(where=where, sort="created", limit=_PAGE)
    found: list[TaskRun] = []
    while True:
        page = backend.call(TASK_RUN_LIST, query)
        found.extend(page.items)
        if page.next is None:
            return found
        query = RunQuery(where=where, sort="created", limit=_PAGE, after=page.next)
