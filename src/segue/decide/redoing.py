"""What a run that is retried takes from its earlier attempts, and what it does again.

A retry goes on from what failed: what is recorded as finished is taken where the run can take it. Whoever retries may choose
otherwise, from the start or from one of its task runs. The choice is a *cut*. It lies in the state by which the run is begun again
(`details["redo_from"]`), so it holds for this run from then on, however often it crashes: what attempts before the cut did is not
taken, what attempts after it did is.

From a task run means: that call and everything that began at the same time or later, in the attempt in which it was chosen or when
it was first called. A task or subflow around it is called again as well, for nothing else would call it.

Calls are compared by name across attempts: the identity of a durable step, the key of a kept result, else the place of the call.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise

from msgspec import Struct

from segue.model.redoing import REDO_FROM, START, Redo
from segue.model.runs import FlowRun, Id, TaskRun
from segue.model.states import Cancelled, Completed, Failed, Pending, Running, State


class Cut(Struct, frozen=True):
    """That a run is done again from somewhere."""

    #: Attempts that were begun before.
    attempts: int
    #: None: from the start.
    task: Id | None


class Recorded(Struct, frozen=True):
    """A task run that an attempt left behind."""

    run: TaskRun
    attempt: int


class Foreseen(Struct, frozen=True):
    """What a retry would take, and which calls it would make again, in the order in which they were made."""

    reused: list[TaskRun]
    again: list[TaskRun]


def begins(history: Sequence[State]) -> list[int]:
    """Return the places in a history at which a process began the run."""
    return [at for at, (before, state) in enumerate(pairwise(history), 1) if _is_begin(before, state)]


def _is_begin(before: State, state: State) -> bool:
    return isinstance(before, Pending) and isinstance(state, Running)


def cuts(history: Sequence[State]) -> list[Cut]:
    """Return every choice that was made for a run, oldest first."""
    found, begun = [], set(begins(history))
    attempts = 0
    for at, state in enumerate(history):
        attempts += at in begun
        chosen = state.details.get(REDO_FROM)
        if isinstance(chosen, str):
            found.append(Cut(attempts, None if chosen == START else chosen))
    return found


def is_stale(redone: Redo, key: str) -> bool:
    """Say whether the value under a cache key is not to be taken."""
    return key in redone.stale_keys or (redone.all_keys and key not in redone.fresh_keys)


def redo(recorded: Sequence[Recorded], made: Sequence[Cut]) -> Redo:
    """Return what is not taken of what was recorded, after these cuts."""
    void: set[Id] = set()
    stale: dict[str, int] = {}
    floor = None
    for cut in made:
        before = [each for each in recorded if each.attempt <= cut.attempts and each.run.id not in void]
        names = _cut_off(recorded, before, cut)
        void |= {each.run.id for each in before if names is None or _name(each.run) in names}
        if names is None:
            floor = cut.attempts
        for each in before:
            key = _key(each.run)
            if key is not None and (names is None or key in names):
                stale[key] = cut.attempts
    written: dict[str, int] = {}
    for each in recorded:
        key = _key(each.run)
        if key is not None and _is_done(each.run):
            written[key] = max(each.attempt, written.get(key, 0))
    return Redo(
        void=frozenset(void),
        stale_keys=frozenset(key for key, since in stale.items() if written.get(key, 0) <= since),
        all_keys=floor is not None,
        fresh_keys=frozenset(key for key, last in written.items() if floor is not None and last > floor),
    )


def _cut_off(recorded: Sequence[Recorded], before: Sequence[Recorded], cut: Cut) -> set[str] | None:
    """Return the names of the calls that are not taken; None: of all."""
    chosen = next((each for each in recorded if each.run.id == cut.task), None)
    if chosen is None:
        # From the start; or from a task run whose record was pruned, and with it what was older.
        return None
    wanted = _names(chosen.run)
    kin = [each for each in before if _name(each.run) == _name(chosen.run)]
    firsts: dict[str, dict[int, datetime]] = defaultdict(dict)
    for each in before:
        for name in _names(each.run):
            known = firsts[name].get(each.attempt)
            begun = _begun(each.run)
            firsts[name][each.attempt] = begun if known is None else min(known, begun)
    since = firsts.get(_name(chosen.run), {})
    late = {name for name, first in firsts.items() if since and _is_later(first, since)}
    tree = _Tree(recorded)
    around = {name for each in kin for above in tree.above(each.run) for name in _names(above)}
    return wanted | late | around


def _is_later(first: Mapping[int, datetime], since: Mapping[int, datetime]) -> bool:
    """Say whether a call began with or after another one, when both were first made, or in an attempt that made both."""
    if min(first.items()) >= min(since.items()):
        return True
    return any(first[attempt] >= since[attempt] for attempt in first.keys() & since.keys())


class _Tree:
    """Which call was made within which."""

    def __init__(self, recorded: Sequence[Recorded]) -> None:
        self._by_id = {each.run.id: each.run for each in recorded}
        self._stands = {each.run.child_flow_run_id: each.run for each in recorded if each.run.child_flow_run_id}

    def above(self, run: TaskRun) -> list[TaskRun]:
        """Return the task runs within which another was called, the innermost first."""
        found: list[TaskRun] = []
        step = self._around(run)
        while step is not None and step not in found:
            found.append(step)
            step = self._around(step)
        return found

    def _around(self, run: TaskRun) -> TaskRun | None:
        caller = self._by_id.get(run.parent_task_run_id or "")
        return caller or self._stands.get(run.flow_run_id or "")


def foreseen(
    run: FlowRun, history: Sequence[State], recorded: Sequence[Recorded], made: Sequence[Cut], now: datetime
) -> Foreseen:
    """Return what a retry of a run takes after these cuts, as far as its code and its inputs are the same as before."""
    redone = redo(recorded, made)
    judged = max((state.timestamp for state in history if isinstance(state, Failed | Cancelled)), default=None)
    taken: dict[str, TaskRun] = {}
    latest: dict[str, Recorded] = {}
    once: set[str] = set()
    for each in recorded:
        name = _name(each.run)
        latest[name] = each
        if not _may_be_taken(run, each.run, judged, now):
            continue
        once.add(name)
        key = _key(each.run)
        if each.run.id not in redone.void and (each.run.step or (key is not None and not is_stale(redone, key))):
            taken[name] = each.run
    tree = _Tree(recorded)
    reused = [task for task in taken.values() if not any(_name(above) in taken for above in tree.above(task))]
    last = max((each.attempt for each in recorded), default=0)
    again = [
        each.run for name, each in latest.items()
        if name not in taken and each.run.flow_run_id == run.id and each.run.parent_task_run_id is None
        and (each.attempt == last or name in once)
    ]  # fmt: skip
    return Foreseen(reused, again)


def _may_be_taken(run: FlowRun, task: TaskRun, judged: datetime | None, now: datetime) -> bool:
    """Say whether a retry takes the outcome of a task run, where nobody chose otherwise."""
    state = task.state
    result = state.result if isinstance(state, Completed | Failed) else None
    if result is None or (result.expires is not None and result.expires <= now):
        return False
    if isinstance(state, Failed):
        # A crash goes through the failures before it again, because the code may have handled them.
        return task.step is not None and (judged is None or state.timestamp > judged)
    if task.step is not None:
        return True
    # A subflow is another run each time it is called.
    own = task.cache is not None and "run id" in task.cache.parts
    return _is_done(task) and _key(task) is not None and (task.flow_run_id == run.id or not own)


def _is_done(task: TaskRun) -> bool:
    return isinstance(task.state, Completed) and task.state.name != "RolledBack"


def _key(task: TaskRun) -> str | None:
    return task.cache.key if task.cache is not None else None


def _name(task: TaskRun) -> str:
    """Return what a call is known by in every attempt."""
    if task.step is not None:
        return f"step {task.step.partition(':')[0]}"
    key = _key(task)
    if key is not None:
        return key
    return f"call {task.flow_run_id} {task.parent_task_run_id} {task.task_key} {task.dynamic_key}"


def _names(task: TaskRun) -> set[str]:
    key = _key(task)
    return {_name(task)} if key is None else {_name(task), key}


def _begun(task: TaskRun) -> datetime:
    return task.start_time or task.created
