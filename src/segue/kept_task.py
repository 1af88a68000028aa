"""The transaction of one task run: finds the result of an earlier run, keeps the new one, commits or rolls back."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from segue import runtime
from segue.context import TaskRunContext
from segue.engine import stamp
from segue.engine.asks import Script
from segue.engine.drive_sync import drive
from segue.engine.kept import Kept, at_hand
from segue.engine.lives import TaskLife
from segue.engine.redone import Redone
from segue.engine.results import Found
from segue.host import config
from segue.host.clock import now
from segue.logging.loggers import get_run_logger
from segue.model.runs import CacheFacts
from segue.model.states import ResultRef
from segue.persistence import persists_task
from segue.places import InFolder
from segue.results import ResultStore, Written, store_of_task
from segue.transaction_context import KEY
from segue.transactions import AsyncTransaction, BaseTransaction, CommitMode, IsolationLevel, Transaction, around

if TYPE_CHECKING:
    from segue.tasks import Task

log = logging.getLogger("segue.task_runs")


class _Kept(BaseTransaction):
    """What the transaction of a task run does otherwise: one look reads the committed value; what is written was made before."""

    found: Found | None = None
    problem: Exception | None = None
    #: Kept results that the run around makes anew.
    redone: Redone | None = None

    def look(self) -> bool:
        """Say whether the key was committed before, and keep what was found."""
        if self.store is None or self.key is None:
            return False
        try:
            found = self.store.find(self.key)
        except Exception as error:  # noqa: BLE001 - loading a value runs code of its class, which may raise anything
            self.logger.warning(
                "The result of an earlier run under the key %r cannot be loaded, so this one runs: %r", self.key, error
            )
            return False
        if found is None:
            return False
        record, ref = found
        self.found = Found(record.result, ref)
        return True

    def write(self) -> None:
        """Write the value as it was serialized when the body ended; raises what was wrong with it then."""
        if self.problem is not None:
            raise self.problem
        if self.store is not None and isinstance(self._staged, Written):
            self.store.put(self._staged, holder=self._holder)
            if self.redone is not None and self.key is not None:
                self.redone.written(self.key)


class _KeptTransaction(_Kept, Transaction):
    """In a sync task."""


class _KeptAsyncTransaction(_Kept, AsyncTransaction):
    """In an async task."""


class _Writer:
    """Writes one value to its storage; called where the value is made."""

    def __init__(self, store: ResultStore, key: str, lasts: timedelta | None) -> None:
        self._store = store
        self._key = key
        self._lasts = lasts

    def __call__(self, value: object) -> ResultRef:
        written = self._store.prepare(value, self._key, now() + self._lasts if self._lasts is not None else None)
        self._store.put(written)
        return written.ref


class TaskKeeper:
    """The engine's port to the transaction of one task run."""

    def __init__(self, task: Task[Any, Any], life: TaskLife) -> None:
        self.task = task
        self.life = life
        #: How the cache key came about, for the record.
        self.facts: CacheFacts | None = None
        self._known = (life.extra or {}).get(KEY)

    def enter(self) -> Found | None:
        """Begin, taking the lock where isolation asks for it; a committed result means the body need not run."""
        return drive(self.entering())

    def leave(self, error: BaseException | None, *, failed: bool = False) -> None:
        """Commit, or hand over to the transaction around, or roll back."""
        drive(self.leaving(error, failed=failed))

    def entering(self) -> Script[Found | None]:
        """Begin, as a script."""
        life = self.life
        if self._known is not None:
            return None
        persists = persists_task(life)
        key = self._key() if persists else None
        redone = life.flow.root().extra.get("redone") if life.flow is not None else None
        made = (_KeptAsyncTransaction if life.spec.is_async else _KeptTransaction)(
            store=store_of_task(life) if persists else None,
            key=key,
            overwrite=self._overwrites() or (isinstance(redone, Redone) and key is not None and redone.refreshes(key)),
            isolation_level=self._isolation(),
            write_on_commit=persists,
            logger=get_run_logger(),
        )
        made.life, made.flow = life, life.flow
        made.redone = redone if isinstance(redone, Redone) else None
        made.prepare(around(life))
        yield from made.beginning(on_loop=life.spec.is_async)
        if life.extra is None:
            life.extra = {}
        life.extra[KEY] = self._known = made
        if made.found is not None and self.facts is not None:
            self.facts = msgspec.structs.replace(self.facts, hit=True)
        return made.found

    def keep(self, value: object) -> ResultRef | None:
        """Stage the value and the task's hooks; the pointer under which the value will be found once it is committed."""
        txn, task = self._transaction, self.task
        ref = self._written_there(value)
        if ref is None:
            value = at_hand(value)
        staged: object = value
        if ref is None and isinstance(txn, _Kept) and txn.store is not None and txn.key and txn.write_on_commit:
            expires = now() + task.cache_expiration if task.cache_expiration is not None else None
            try:
                staged = written = txn.store.prepare(value, txn.key, expires)
                ref = written.ref
            except Exception as error:  # noqa: BLE001 - a value that cannot be stored costs the reuse, never the run
                # Said, and rolled back, when the commit comes to write it.
                txn.problem = error
        txn.stage(
            staged, on_rollback_hooks=[_Mark(self.life), *task.on_rollback_hooks], on_commit_hooks=task.on_commit_hooks
        )
        return ref

    def writer(self) -> bytes | None:
        """Return what writes the value wherever it is made; None where that must wait for the commit, and be done here."""
        txn = self._transaction
        if (
            not isinstance(txn, _Kept) or txn.store is None or not txn.key or not txn.write_on_commit
            or txn.parent is not None or txn.commit_mode is CommitMode.OFF or self.task.on_commit_hooks
            or txn.store.metadata_storage is not None or txn.store.lock_manager is not None
        ):  # fmt: skip
            return None
        from segue.engine.isolation import pack  # noqa: PLC0415 - a door: for runs on clusters alone

        try:
            return pack(_Writer(txn.store, txn.key, self.task.cache_expiration))
        except Exception as problem:  # noqa: BLE001 - a storage of the user's own: it is used here
            log.debug("the storage of %r does not travel: %s", self.task.name, problem)
            return None

    def _written_there(self, value: object) -> ResultRef | None:
        """Where its worker wrote the value, if this process finds it there as well."""
        txn = self._transaction
        if not isinstance(value, Kept) or value.ref is None or not isinstance(txn, _Kept) or txn.store is None:
            return None
        store, ref, storage = txn.store, value.ref, txn.store.storage
        if isinstance(storage, InFolder) and not Path(storage.resolve(ref.key)).is_file():
            # The disk of another machine.
            return None
        value.stored = lambda: store.load(ref)
        return ref

    def leaving(self, error: BaseException | None, *, failed: bool) -> Script[None]:
        """End the transaction, as a script."""
        txn = self._transaction
        yield from txn.ending(failed=failed or error is not None)
        yield from txn.handing_over()

    @property
    def written(self) -> bool:
        """Say whether the value lies in storage now, rather than waiting for the transaction around, or refused."""
        return self._transaction.is_committed()

    @property
    def _transaction(self) -> BaseTransaction:
        if not isinstance(self._known, BaseTransaction):
            raise RuntimeError("the transaction of this task run has not begun")  # noqa: TRY004 - not a matter of types
        return self._known

    def _overwrites(self) -> bool:
        own = self.task.refresh_cache
        return own if own is not None else config.current().tasks.refresh_cache

    def _isolation(self) -> IsolationLevel | None:
        policy = self.task.cache_policy
        level = getattr(policy, "isolation_level", None)
        return IsolationLevel(level) if level is not None else None

    def _key(self) -> str | None:
        """The cache key; a key that cannot be made costs the reuse, never the run."""
        task, life = self.task, self.life
        if task.result_storage_key is not None:
            key = task.result_storage_key.format(
                flow_run=runtime.flow_run,
                task_run=runtime.task_run,
                deployment=runtime.deployment,
                parameters=life.parameters,
            )
            self.facts = CacheFacts(key=key, policy=f"result_storage_key={task.result_storage_key!r}")
            return key
        if config.current().tasks.disable_caching:
            return None
        flow_parameters = life.flow.parameters if life.flow is not None else {}
        try:
            facts = task.cache_policy.explain(TaskRunContext.of(life), life.parameters, flow_parameters)
        except Exception:  # noqa: BLE001 - a policy of the user's own may raise anything
            get_run_logger().exception("The cache key could not be computed: the result will not be persisted.")
            return None
        self.facts = facts
        for entry in facts.inputs:
            if entry.reason is not None:
                get_run_logger().error(
                    "The cache key could not be computed: the result will not be persisted. Input %r: %s",
                    entry.name, entry.reason,
                )  # fmt: skip
        return facts.key


class _Mark:
    """The last of a task's rollback hooks: its run ends as RolledBack."""

    log_on_run = False

    def __init__(self, life: TaskLife) -> None:
        self._life = life

    def __call__(self, transaction: BaseTransaction) -> None:  # noqa: ARG002 - a hook is given it
        """Record that what the task did was undone."""
        self._life.move(stamp.completed(name="RolledBack", message="Task rolled back as part of transaction"))
