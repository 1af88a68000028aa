"""The transaction of one task run: finds the result of an earlier run, keeps the new one, commits or rolls back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from segue import runtime
from segue.context import TaskRunContext
from segue.engine import stamp
from segue.engine.asks import Script
from segue.engine.drive_sync import drive
from segue.engine.lives import TaskLife
from segue.engine.results import Found
from segue.host import config
from segue.host.clock import now
from segue.logging.loggers import get_run_logger
from segue.model.runs import CacheFacts
from segue.model.states import ResultRef
from segue.persistence import persists_task
from segue.results import Written, store_of_task
from segue.transaction_context import KEY
from segue.transactions import AsyncTransaction, BaseTransaction, IsolationLevel, Transaction, around

if TYPE_CHECKING:
    from segue.tasks import Task


class _Kept(BaseTransaction):
    """What the transaction of a task run does otherwise: one look reads the committed value; what is written was made before."""

    found: Found | None = None
    problem: Exception | None = None

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


class _KeptTransaction(_Kept, Transaction):
    """In a sync task."""


class _KeptAsyncTransaction(_Kept, AsyncTransaction):
    """In an async task."""


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
        made = (_KeptAsyncTransaction if life.spec.is_async else _KeptTransaction)(
            store=store_of_task(life) if persists else None,
            key=key,
            overwrite=self._overwrites(),
            isolation_level=self._isolation(),
            write_on_commit=persists,
            logger=get_run_logger(),
        )
        made.life, made.flow = life, life.flow
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
        staged: object = value
        ref: ResultRef | None = None
        if isinstance(txn, _Kept) and txn.store is not None and txn.key and txn.write_on_commit:
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
