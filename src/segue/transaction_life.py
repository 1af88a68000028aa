"""Transactions: work that counts as a whole. On success hooks run and values are written under their keys; on failure hooks undo.

    PENDING → ACTIVE → STAGED → COMMITTED         at a commit: the children in order, own hooks in order, then the value is written
                 └───────┴────→ ROLLED_BACK       at a rollback: own hooks in reverse, then the children in reverse

A transaction inside another one is its child and waits for it (unless it commits eagerly); a child that rolls back takes its parent
with it. Each task run is a transaction too. What happens is written once, as scripts of asks; `Transaction` obeys them in sync
code and `AsyncTransaction` on the event loop.
"""

from __future__ import annotations

import copy
import uuid
from collections.abc import Callable, Sequence
from contextvars import Token
from enum import Enum
from logging import Logger, LoggerAdapter
from typing import TYPE_CHECKING, Any

from segue.engine.asks import Do, Invoke, Raised, Script
from segue.engine.lives import current_flow, current_task
from segue.exceptions import ConfigurationError, SerializationError
from segue.logging.loggers import get_logger
from segue.results import ResultRecord, ResultStore
from segue.transaction_context import current_transaction
from segue.utilities.annotations import NotSet

if TYPE_CHECKING:
    from segue.engine.lives import FlowLife, TaskLife

Hook = Callable[..., object]
AnyLogger = Logger | LoggerAdapter[Any]


class IsolationLevel(str, Enum):
    """How much transactions of one key see of each other: SERIALIZABLE lets one at a time be open."""

    READ_COMMITTED = "READ_COMMITTED"
    SERIALIZABLE = "SERIALIZABLE"


class CommitMode(str, Enum):
    """When a transaction commits: at its own end, with the outermost one, or never by itself."""

    EAGER = "EAGER"
    LAZY = "LAZY"
    OFF = "OFF"


class TransactionState(str, Enum):
    """How far a transaction is."""

    PENDING = "PENDING"
    ACTIVE = "ACTIVE"
    STAGED = "STAGED"
    COMMITTED = "COMMITTED"
    ROLLED_BACK = "ROLLED_BACK"


_OVER = (TransactionState.COMMITTED, TransactionState.ROLLED_BACK)


class StagedWork:
    """What a transaction has taken in: values, hooks, how far it is."""

    def __init__(self) -> None:
        self.state = TransactionState.PENDING
        self.parent: BaseTransaction | None = None
        self.on_commit_hooks: list[Hook] = []
        self.on_rollback_hooks: list[Hook] = []
        self._values: dict[str, object] = {}
        self._staged: object = None

    def set(self, name: str, value: object) -> None:
        """Keep a value for hooks and for transactions inside this one."""
        self._values[name] = value

    def get(self, name: str, default: Any = NotSet) -> Any:
        """Return a copy of a value set here or in a transaction around; raises ValueError when there is none and no default."""
        if name in self._values:
            return copy.deepcopy(self._values[name])
        if self.parent is not None:
            return self.parent.get(name, default)
        if default is not NotSet:
            return default
        raise ValueError(f"Could not retrieve value for unknown key: {name}")

    def stage(
        self,
        value: object,
        on_rollback_hooks: Sequence[Hook] | None = None,
        on_commit_hooks: Sequence[Hook] | None = None,
    ) -> None:
        """Set the value that a commit writes, and add hooks; does nothing when there is a committed value already."""
        if self.state is TransactionState.COMMITTED:
            return
        self._staged = value
        self.on_rollback_hooks.extend(on_rollback_hooks or ())
        self.on_commit_hooks.extend(on_commit_hooks or ())
        self.state = TransactionState.STAGED

    def is_committed(self) -> bool:
        """Say whether the transaction, or an earlier one of its key, was committed."""
        return self.state is TransactionState.COMMITTED

    def is_rolled_back(self) -> bool:
        """Say whether the transaction was rolled back."""
        return self.state is TransactionState.ROLLED_BACK

    def is_staged(self) -> bool:
        """Say whether there is something to commit."""
        return self.state is TransactionState.STAGED

    def is_pending(self) -> bool:
        """Say whether the transaction has yet to begin."""
        return self.state is TransactionState.PENDING

    def is_active(self) -> bool:
        """Say whether the transaction has begun and nothing is staged."""
        return self.state is TransactionState.ACTIVE


class BaseTransaction(StagedWork):
    """What happens in a transaction, apart from how it waits."""

    def __init__(
        self,
        *,
        store: ResultStore | None = None,
        key: str | None = None,
        commit_mode: CommitMode | None = None,
        isolation_level: IsolationLevel | None = IsolationLevel.READ_COMMITTED,
        overwrite: bool = False,
        logger: AnyLogger | None = None,
        write_on_commit: bool = True,
    ) -> None:
        super().__init__()
        self.store = store
        self.key = key
        # Their names will do as well.
        self.commit_mode = None if commit_mode is None else CommitMode(commit_mode)
        self.isolation_level = None if isolation_level is None else IsolationLevel(isolation_level)
        self.overwrite = overwrite
        self.logger: AnyLogger = logger if logger is not None else get_logger("transactions")
        self.write_on_commit = write_on_commit
        self.children: list[BaseTransaction] = []
        #: The task run in whose body this one was opened, or whose transaction it is.
        self.life: TaskLife | None = None
        #: The flow run in which it was opened.
        self.flow: FlowLife | None = None
        self._holder = str(uuid.uuid4())  # noqa: TID251 - the name of a lock's holder, in the form users know
        self._locked = False
        self.ended = False
        self._token: Token[BaseTransaction | None] | None = None

    def get_parent(self) -> BaseTransaction | None:
        """Return the transaction around this one."""
        return self.parent

    def add_child(self, transaction: BaseTransaction) -> None:
        """Be responsible for another transaction's commit."""
        self.children.append(transaction)

    @classmethod
    def get_active(cls) -> BaseTransaction | None:
        """Return the innermost transaction entered by a `with` block."""
        return current_transaction.get()

    # ------------------------------------------------------------------ what happens

    def prepare(self, parent: BaseTransaction | None) -> None:
        """Take over from the transaction around what was left open; raises ConfigurationError when locks are missing."""
        self.parent = parent
        if self.commit_mode is None:
            inherited = parent.commit_mode if parent is not None else None
            self.commit_mode = inherited if inherited is not None else CommitMode.LAZY
        if self.isolation_level is None:
            level = parent.isolation_level if parent is not None else None
            self.isolation_level = level if level is not None else IsolationLevel.READ_COMMITTED
        if self.store is not None and self.key and not self.store.supports_isolation_level(self.isolation_level):
            raise ConfigurationError(
                f"Isolation level {self.isolation_level.name} is not supported by provided configuration. Please ensure"
                " you've provided a lock file directory or lock manager when using the SERIALIZABLE isolation level."
            )
        self.state = TransactionState.ACTIVE

    def beginning(self, *, on_loop: bool = False) -> Script[None]:
        """Take the lock where isolation asks for it, and look whether the key was committed before."""
        store, key = self.store, self.key
        if store is None or not key:
            return
        if self.isolation_level is IsolationLevel.SERIALIZABLE:
            acquire = store.aacquire_lock if on_loop else store.acquire_lock
            match (yield Invoke(acquire, (key, self._holder))):
                case Raised(error):
                    raise error
            self._locked = True
        try:
            if not self.overwrite and (yield Do(self.look, ())):
                self.state = TransactionState.COMMITTED
        except BaseException:
            self._unlock()
            raise

    def look(self) -> bool:
        """Say whether the key was committed before."""
        return self.store is not None and self.key is not None and self.store.exists(self.key)

    def committing(self) -> Script[bool]:
        """Commit; True when this call did it."""
        if self.state in _OVER:
            self._unlock()
            return False
        try:
            for child in list(self.children):
                yield from child.committing()
            for hook in self.on_commit_hooks:
                yield from self._run_hook(hook, "commit")
            if self.store is not None and self.key and self.write_on_commit:
                yield Do(self.write, ())
        except SerializationError as error:
            self.logger.warning(
                "The value of transaction %r could not be serialized: %s Execution continues, but the transaction is not"
                " committed.", self.key, error,
            )  # fmt: skip
            yield from self.rolling_back()
            return False
        except Exception:
            self.logger.exception("An error was encountered while committing transaction %r", self.key)
            yield from self.rolling_back()
            return False
        self.state = TransactionState.COMMITTED
        self._unlock()
        return True

    def write(self) -> None:
        """Write the staged value under the key."""
        if self.store is None or self.key is None:
            return
        if isinstance(self._staged, ResultRecord):
            self.store.persist_result_record(self._staged, holder=self._holder)
        else:
            self.store.write(self._staged, key=self.key, holder=self._holder)

    def rolling_back(self) -> Script[bool]:
        """Roll back; True when this call did it. A hook that fails does not keep the others from undoing their part."""
        if self.state in _OVER:
            self._unlock()
            return False
        for hook in reversed(self.on_rollback_hooks):
            try:
                yield from self._run_hook(hook, "rollback")
            except Exception:
                self.logger.exception("An error was encountered while rolling back transaction %r", self.key)
        self.state = TransactionState.ROLLED_BACK
        for child in reversed(self.children):
            yield from child.rolling_back()
        self._unlock()
        return True

    def ending(self, *, failed: bool) -> Script[None]:
        """Do what the end of the block asks for: roll back, commit, or leave it to the transaction around."""
        if failed:
            yield from self.rolling_back()
        elif self.commit_mode is CommitMode.EAGER:
            yield from self.committing()
        if self.parent is None and not failed:
            if self.commit_mode is CommitMode.OFF:
                # Nobody took the responsibility to commit; does nothing when the body did.
                yield from self.rolling_back()
            else:
                yield from self.committing()
        self.ended = True

    def handing_over(self) -> Script[None]:
        """Become the parent's business; a child that was rolled back takes its parent with it."""
        parent = self.parent
        if parent is None:
            return
        parent.add_child(self)
        if self.state is TransactionState.ROLLED_BACK:
            yield from parent.rolling_back()
        elif parent.ended and parent.state is TransactionState.COMMITTED:
            # It ended after the transaction around it, in another thread: nobody else will.
            yield from self.committing()

    def _run_hook(self, hook: Hook, kind: str) -> Script[None]:
        name = _name_of(hook)
        said = getattr(hook, "log_on_run", True)
        if said:
            self.logger.info("Running %s hook %r", kind, name)
        outcome = yield Invoke(hook, (self,))
        if isinstance(outcome, Raised):
            if said:
                self.logger.error("An error was encountered while running %s hook %r", kind, name)
            raise outcome.error
        if said:
            self.logger.info("%s hook %r finished running successfully", kind.capitalize(), name)

    def _unlock(self) -> None:
        if self._locked and self.store is not None and self.key is not None:
            self._locked = False
            self.store.release_lock(self.key, holder=self._holder)

    def enter(self, parent: BaseTransaction | None) -> None:
        """Begin inside another transaction; raises RuntimeError when this one was entered before."""
        if self._token is not None:
            raise RuntimeError("Context already entered. Context enter calls cannot be nested.")
        self.life, self.flow = current_task.get(), current_flow.get()
        self.prepare(parent)

    def make_current(self) -> None:
        """Be the transaction that the running code is in."""
        self._token = current_transaction.set(self)

    def leave(self) -> None:
        """No longer be the transaction that the running code is in."""
        if self._token is None:
            raise RuntimeError("Asymmetric use of context. Context exit called without an enter.")
        current_transaction.reset(self._token)
        self._token = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}(key={self.key!r}, state={self.state.name}, commit_mode={self.commit_mode})"


def _name_of(hook: Hook) -> str:
    name: str | None = getattr(hook, "__name__", None)
    return name or getattr(getattr(hook, "func", None), "__name__", None) or type(hook).__name__
