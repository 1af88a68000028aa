"""Durable flows: a finished step is never run again for the same run, in whichever process.

A step is a task run or a subflow. Its identity is a hash of (scope, task key, hash of inputs, ordinal among equal calls), where the
scope is the step that encloses it. The value is on disk, in the run's journal file, before the row that points to it is committed,
and the caller gets it after that; so after a crash at any point a step is either done and found, or not done and run.

A step killed inside its body may repeat its side effect: nothing short of a transaction with the outside world can know.

Calls that a body makes one after the other, on its own thread and on its own asyncio task, are sequential and numbered as well.
When a replay makes another call at a number than the run made before, the code changed under the run and nothing found in the
journal can be trusted to be meant: `ReplayDiverged` names both calls. Everything else (submitted, gathered, called from another
thread) is concurrent: it has no place in an order, so that its inputs alone tell it from its neighbours.

A step that failed has ended too. A run that goes on after a crash goes through the same failures as before, because its code may
have handled them; a run that is tried again after it failed tries its failed steps again.
"""

from __future__ import annotations

import hashlib
import sys
import threading
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from segue.engine import stamp
from segue.engine.ended import MISSING, Ended
from segue.engine.interpret import from_error
from segue.engine.kept import at_hand
from segue.engine.results import Results, StepResults
from segue.model.errors import SegueError
from segue.model.states import Cancelled, Completed, Failed, ResultRef
from segue.wire.operations import FLOW_RUN_HISTORY, TASK_RUN_LIST
from segue.wire.queries import RunFilter, RunQuery
from segue.wire.requests import ById

if TYPE_CHECKING:
    from segue.backend.protocol import Backend
    from segue.engine.lives import FlowLife, TaskLife
    from segue.model.runs import TaskRun

_PAGE = 1000
_CONCURRENT = "-"


class ReplayDiverged(SegueError):
    """The code took another path than the run it resumes: call {number} was {before}, now it is {now}."""

    code = "durable.diverged"
    status = 409


class UnhashableStep(SegueError):
    """Step {task!r} has inputs that cannot be hashed: called concurrently, it cannot be told from its neighbours on a resume."""

    code = "durable.unhashable"
    status = 422


class UnkeptStep(SegueError):
    """The result of step {task!r} cannot be kept for a resume: {why}."""

    code = "durable.unkept"
    status = 422


class GeneratorStep(SegueError):
    """Task {task!r} is a generator, whose items cannot be kept as they come. In a durable flow, submit it or return a list."""

    code = "durable.generator"
    status = 422


class IsolatedDurable(SegueError):
    """Flow {flow!r} is durable, so its own process keeps its steps: give isolation="process" to its tasks instead."""

    code = "durable.isolated"
    status = 422


class Step(Struct, frozen=True):
    """A finished step as an earlier process, or an earlier attempt, left it."""

    run_id: str
    name: str
    task_name: str
    identity: str
    state: Completed | Failed

    @property
    def result(self) -> ResultRef | None:
        """The pointer to its value, or to its exception."""
        return self.state.result


class Scope:
    """The calls made so far directly below one step, in one attempt of its body."""

    __slots__ = ("attempt", "line", "number", "ordinals")

    def __init__(self, attempt: int) -> None:
        self.attempt = attempt
        self.line = _line()
        self.number = 0
        self.ordinals: dict[str, int] = {}


class Journal:
    """The finished steps of one durable run."""

    def __init__(self, results: StepResults, steps: list[TaskRun], notes: Results | None = None) -> None:
        self.results = results
        #: Takes the steps' inputs: beside the results, but nothing waits for the disk on their account.
        self.notes = notes or results
        #: Why nothing more may be taken from this journal.
        self.problem: ReplayDiverged | None = None
        #: Steps that this process found done.
        self.reused: list[Step] = []
        self._lock = threading.Lock()
        self._scopes: dict[str, Scope] = {}
        self._done: dict[str, Step] = {}
        self._failed: dict[str, list[Step]] = {}
        self._by_place: dict[tuple[str, str], Step] = {}
        for run in steps:
            self._learn(run)

    def _learn(self, run: TaskRun) -> None:
        state = run.state
        if run.step is None or not isinstance(state, Completed | Failed) or state.result is None:
            return
        identity, place, scope = run.step.split(":", 2)
        # A run that only reused a step points to the one that did the work.
        worker = str(state.details.get("reused_from", run.id))
        step = Step(worker, run.name, run.task_name, identity, state)
        if isinstance(state, Failed):
            known = self._failed.setdefault(identity, [])
            if all(each.run_id != worker for each in known):
                known.append(step)
        elif worker == run.id or identity not in self._done:
            self._done[identity] = step
        if place != _CONCURRENT:
            self._by_place[scope, place] = step

    def within(self, life: FlowLife) -> str:
        """Return the scope of the calls that this flow's body makes."""
        return scope_of(None, life)

    def enter(self, scope: str) -> None:
        """The body of a step (or of the flow) begins, here and now: its calls are counted from the first."""
        with self._lock:
            before = self._scopes.get(scope)
            self._scopes[scope] = Scope(before.attempt + 1 if before is not None else 0)

    def number(self, life: TaskLife, *, direct: bool) -> None:
        """Say which step a call is; raises ReplayDiverged, UnhashableStep, GeneratorStep.

        Done where the call is made, before anything of it runs, so that it does not depend on which thread is faster.
        """
        if self.problem is not None:
            raise self.problem
        if direct and life.spec.is_generator:
            raise GeneratorStep(task=life.spec.name)
        hashed = life.spec.hash_inputs(life.parameters) if life.spec.hash_inputs is not None else None
        above = scope_of(life.parent, life.flow)
        with self._lock:
            scope = self._scopes.get(above)
            if scope is None:
                scope = self._scopes[above] = Scope(0)
            sequential = direct and scope.line == _line()
            if hashed is None and not sequential:
                raise UnhashableStep(task=life.spec.name)
            call = f"{life.spec.key}|{hashed or 'unhashed'}"
            ordinal = scope.ordinals.get(call, 0)
            identity = hashlib.blake2b(f"{above}|{call}|{ordinal}".encode(), digest_size=12).hexdigest()
            place = f"{scope.attempt}.{scope.number}" if sequential else _CONCURRENT
            before = self._by_place.get((above, place))
            if before is not None and before.identity != identity:
                self.problem = ReplayDiverged(
                    number=scope.number + 1,
                    before=f"{before.task_name} ({before.name})",
                    now=f"{life.spec.name} ({life.name})",
                )
                raise self.problem
            scope.ordinals[call] = ordinal + 1
            scope.number += 1 if sequential else 0
        life.step = f"{identity}:{place}:{above}"

    def take(self, life: TaskLife) -> Ended | None:
        """Return how this step ended before; raises what result storage raises when its value is gone."""
        identity = identity_of(life)
        with self._lock:
            step = self._done.get(identity)
            if step is None and (failures := self._failed.get(identity)):
                # Each failure once: what came after it in the same run was another attempt.
                step = failures.pop(0)
            if step is None:
                return None
            self.reused.append(step)
        value = self._load(life, step.result) if step.result is not None else None
        if isinstance(step.state, Failed):
            failed = stamp.failed(step.state.message, step.state.error, name=step.state.name)
            failed = replace(failed, result=step.result)
            failed.details["reused_from"] = step.run_id
            error = value if isinstance(value, BaseException) else RuntimeError(step.state.message)
            return Ended(failed, value=error, error=error)
        state = stamp.completed(step.result, name="Cached", message=f"Reused: finished before as {step.name}")
        state.details["reused_from"] = step.run_id
        return Ended(state, value=value, results=self.results)

    def _load(self, life: TaskLife, ref: ResultRef) -> object:
        if ref.storage.startswith("journal:") or life.spec.results is None:
            return self.results.load(ref)
        return life.spec.results().load(ref)

    def keep(self, life: TaskLife, ended: Ended, kind: str = "Task run") -> Ended:
        """Write the value to the journal; the caller then commits the row that points to it.

        The stream holds that row back until the value is on stable storage. A value that cannot be written fails
        the step: promised to be there after a crash, it would not be.
        """
        if life.step is None:
            return ended
        state = ended.state
        if ended.value is not MISSING:
            try:
                ref = self.results.save(identity_of(life), at_hand(ended.value))
                life.stream.behind(self.results.settle)
            except Exception as error:
                problem = UnkeptStep(task=life.spec.name, why=f"{type(error).__name__}: {error}")
                problem.__cause__ = error
                return from_error(kind, problem, seconds=None, own_timeout=False)
            state = replace(state, result=ref)
        kept = Ended(state, ended.value, ended.error, self.results, ended.face)
        if isinstance(state, Completed):
            with self._lock:
                identity = identity_of(life)
                self._done[identity] = Step(life.id, life.name, life.spec.name, identity, state)
        return kept

    def fail(self, life: TaskLife, ended: Ended) -> Ended:
        """Write the exception of a failed step; one that cannot be written is not gone through again, but run."""
        if life.step is None or not isinstance(ended.state, Failed) or ended.error is None or ended.face is not None:
            return ended
        try:
            ref = self.results.save(f"failure-{life.id}", ended.error)
            life.stream.behind(self.results.settle)
        except Exception:
            # The message and the facts of the error are in the state all the same.
            return ended
        return Ended(replace(ended.state, result=ref), ended.value, ended.error, ended.results, ended.face)


def scope_of(task: TaskLife | None, flow: FlowLife | None) -> str:
    """Return the identity of the step around code of this task, or else of this flow; empty for the run itself."""
    around = task or (flow.parent_task if flow is not None else None)
    while around is not None and around.step is None:
        around = around.parent or (around.flow.parent_task if around.flow is not None else None)
    return identity_of(around) if around is not None else ""


def identity_of(life: TaskLife) -> str:
    """Return the identity of a numbered step."""
    return (life.step or "").split(":", 1)[0]


def _line() -> tuple[int, int]:
    """Tell the line of execution: a thread, and the asyncio task on it."""
    asyncio = sys.modules.get("asyncio")
    task = None
    if asyncio is not None and asyncio._get_running_loop() is not None:  # noqa: SLF001 - what `get_running_loop` raises costs more
        task = asyncio.current_task()
    return threading.get_ident(), id(task) if task is not None else 0


def finished_steps(backend: Backend, run_id: str) -> list[TaskRun]:
    """Read every finished step of a run, subflows' steps included; of failures those that a resume goes through again."""
    where = RunFilter(lease_ids=[run_id], state_types=["COMPLETED", "FAILED"], with_step=True)
    query = RunQuery(where=where, sort="created", limit=_PAGE)
    since = _last_judged(backend, run_id)
    found: list[TaskRun] = []
    while True:
        page = backend.call(TASK_RUN_LIST, query)
        found.extend(run for run in page.items if _counts(run, since))
        if page.next is None:
            return found
        query = RunQuery(where=where, sort="created", limit=_PAGE, after=page.next)


def _counts(run: TaskRun, since: datetime | None) -> bool:
    return not isinstance(run.state, Failed) or since is None or run.state.timestamp > since


def _last_judged(backend: Backend, run_id: str) -> datetime | None:
    """When the run last failed or was cancelled: failures before that may be why, and are what is tried again."""
    rows = backend.call(FLOW_RUN_HISTORY, ById(run_id)).items
    ends = [row.state.timestamp for row in rows if isinstance(row.state, Failed | Cancelled)]
    return max(ends, default=None)
