"""Where a task worker keeps the values of background tasks that say nothing about it: a file for many, one sync for all at a time.

A value that was kept while the record of that was lost with its worker is found by whoever takes the run up, in the files that the
lost worker wrote under its lease: the body is not run again.
"""

from __future__ import annotations

import logging
import struct
import threading
from pathlib import Path
from typing import Any

from segue.backend.protocol import Backend
from segue.decide.lost import LOST
from segue.decide.restarts import RESTART
from segue.engine.asks import Do, Script
from segue.engine.lives import TaskLife
from segue.engine.results import Found
from segue.exceptions import MissingResult, SerializationError
from segue.host import clock, config
from segue.kept_task import TaskKeeper
from segue.model.runs import CacheFacts, TaskRun
from segue.model.states import ResultRef
from segue.result_journal import JournalResults, records_in
from segue.result_storage import default_storage
from segue.results import get_result_store
from segue.transaction_context import KEY
from segue.wire.operations import TASK_RUN_HISTORY
from segue.wire.requests import ById

log = logging.getLogger("segue.task_runs")

#: Values of one file, and seconds for which it is written: its runs are deleted while it is remembered whose it is.
_OF_ONE_FILE, _LONGEST = 1_000, 24 * 3600.0


class WorkerResults:
    """The files that one worker writes under one lease."""

    def __init__(self, lease_id: str) -> None:
        self._mark = _mark(lease_id)
        self._lock = threading.Lock()
        self._journal: JournalResults | None = None
        self._many = 0
        self._since = 0.0

    def place(self, run_id: str) -> JournalResults:
        """Return where the value of a run will be kept."""
        with self._lock:
            now = clock.elapsed()
            if self._journal is None or self._many >= _OF_ONE_FILE or now - self._since >= _LONGEST:
                # Named after a run, with whose files it is taken away once no run points to it, and after the lease.
                self._journal, self._many = JournalResults(_folder(), run_id, fence=self._mark, ahead=False), 0
                self._since = now
            self._many += 1
            return self._journal


def _folder() -> Path:
    return Path(config.current().results.local_storage_path) / "journals"


def _mark(lease_id: str) -> int:
    """A number in the names of a worker's files, by which they are found."""
    return int(lease_id.replace("-", "")[-12:], 16)


class JournalKeeper:
    """Keeps the value of one background run in a file of its worker, and finds what a lost worker kept."""

    def __init__(self, task: Any, life: TaskLife, journal: JournalResults, run: TaskRun, backend: Backend) -> None:
        self.facts: CacheFacts | None = None
        self._task = task
        self._life = life
        self._journal = journal
        self._run = run
        self._backend = backend
        #: In charge where the body asked for its transaction.
        self._around: TaskKeeper | None = None

    def enter(self) -> Found | None:
        """Return what a lost worker kept of this run."""
        if RESTART not in self._run.state.details:
            return None
        for each in self._backend.call(TASK_RUN_HISTORY, ById(self._run.id)).items:
            lease = each.state.details.get(LOST)
            if isinstance(lease, str):
                for path in _folder().glob(f"*.{_mark(lease)}.journal"):
                    found = _found(str(path), self._run.id)
                    if found is not None:
                        return found
        return None

    def entering(self) -> Script[Found | None]:
        """Look for what a lost worker kept, as a script."""
        found: Found | None = yield Do(self.enter)
        return found

    def keep(self, value: object) -> ResultRef | None:
        """Keep the value; one that cannot be serialized costs whoever waits for it, never the run."""
        if self._life.extra is not None and KEY in self._life.extra:
            self._around = TaskKeeper(self._task, self._life)
            return self._around.keep(value)
        try:
            return self._journal.save(self._run.id, value)
        except SerializationError as error:
            log.warning(
                "The value of task run %r cannot be kept: %s", self._life.name, error, extra={"life": self._life}
            )
            return None

    def writer(self) -> None:
        """Nothing: the worker that made it keeps it."""

    def leave(self, error: BaseException | None, *, failed: bool = False) -> None:
        """Return when the value is on stable storage."""
        if self._around is not None:
            self._around.leave(error, failed=failed)
        elif not failed:
            self._journal.settle()

    def leaving(self, error: BaseException | None, *, failed: bool) -> Script[None]:
        """Return when the value is on stable storage, as a script."""
        if self._around is not None:
            yield from self._around.leaving(error, failed=failed)
        elif not failed:
            yield Do(self._journal.settle)


def _found(path: str, run_id: str) -> Found | None:
    """Return what a file holds of a run; nothing where another machine's disk has it."""
    try:
        for ref in records_in(path):
            if ref.key == run_id:
                return Found(JournalResults(Path(path).parent, "read").load(ref), ref)
    except (OSError, MissingResult, struct.error) as problem:
        log.debug("what a lost worker kept of run %s cannot be read: %s", run_id, problem)
    return None


def are_usual(task: Any) -> bool:
    """Say whether a task leaves it to others where and how its values are kept, and does nothing when they are."""
    return bool(
        task.result_storage is None
        and task.result_storage_key is None
        and task.cache_key_fn is None
        and task.cache_expiration is None
        and not task.on_commit_hooks
        and not task.on_rollback_hooks
        and get_result_store().result_storage in (None, default_storage())
    )
