"""Transactions as users open them; what happens in one stands in `segue.transaction_life`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, Self

from segue.engine.asks import Script
from segue.engine.drive_sync import drive
from segue.engine.lives import current_flow, current_task
from segue.exceptions import MissingContextError
from segue.logging.loggers import get_logger, get_run_logger
from segue.results import ResultRecord, ResultStore, get_result_store
from segue.transaction_context import KEY, current_transaction
from segue.transaction_life import AnyLogger, BaseTransaction, CommitMode, IsolationLevel, TransactionState

if TYPE_CHECKING:
    from segue.engine.lives import FlowLife, TaskLife

__all__ = [
    "AsyncTransaction",
    "BaseTransaction",
    "CommitMode",
    "IsolationLevel",
    "Transaction",
    "TransactionState",
    "around",
    "atransaction",
    "get_transaction",
    "transaction",
    "transaction_of",
]


class Transaction(BaseTransaction):
    """A transaction in sync code."""

    def __enter__(self) -> Self:
        self.enter(get_transaction())
        self.begin()
        self.make_current()
        return self

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        try:
            drive(self.ending(failed=error is not None))
        finally:
            self.leave()
        drive(self.handing_over())

    def begin(self) -> None:
        """Take the lock where isolation asks for it, and look whether the key was committed before."""
        drive(self.beginning())

    def read(self) -> ResultRecord[Any] | None:
        """Return the value committed under the key; None without a key."""
        if self.store is None or not self.key:
            return None
        return self.store.read(self.key, holder=self._holder)

    def commit(self) -> bool:
        """Commit now; False when there is nothing to commit any more, or it failed."""
        return drive(self.committing())

    def rollback(self) -> bool:
        """Roll back now; False when there is nothing to roll back any more."""
        return drive(self.rolling_back())


class AsyncTransaction(BaseTransaction):
    """A transaction in async code."""

    async def __aenter__(self) -> Self:
        self.enter(get_transaction())
        await self.begin()
        self.make_current()
        return self

    async def __aexit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        try:
            await _adrive(self.ending(failed=error is not None))
        finally:
            self.leave()
        await _adrive(self.handing_over())

    def __enter__(self) -> NoReturn:
        raise NotImplementedError(
            "AsyncTransaction does not support the `with` statement. Use the `async with` statement instead."
        )

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> NoReturn:
        raise NotImplementedError(
            "AsyncTransaction does not support the `with` statement. Use the `async with` statement instead."
        )

    async def begin(self) -> None:
        """Take the lock where isolation asks for it, and look whether the key was committed before."""
        await _adrive(self.beginning(on_loop=True))

    async def read(self) -> ResultRecord[Any] | None:
        """Return the value committed under the key; None without a key."""
        if self.store is None or not self.key:
            return None
        return await self.store.aread(self.key, holder=self._holder)

    async def commit(self) -> bool:
        """Commit now; False when there is nothing to commit any more, or it failed."""
        done: bool = await _adrive(self.committing())
        return done

    async def rollback(self) -> bool:
        """Roll back now; False when there is nothing to roll back any more."""
        done: bool = await _adrive(self.rolling_back())
        return done


async def _adrive(script: Script[Any]) -> Any:
    # A door: sync programs never pay for asyncio.
    from segue.engine.drive_async import adrive  # noqa: PLC0415

    return await adrive(script)


# ---------------------------------------------------------------------- the current one


def get_transaction() -> BaseTransaction | None:
    """Return the innermost transaction that the running code is in: inside a task that is at least the task run's own."""
    life, flow = current_task.get(), current_flow.get()
    if life is not None:
        return _in_task(life)
    return _in_flow(flow) if flow is not None else current_transaction.get()


def _in_task(life: TaskLife) -> BaseTransaction:
    """The innermost one seen from a task's body."""
    inner = current_transaction.get()
    return inner if inner is not None and inner.life is life else transaction_of(life)


def _in_flow(life: FlowLife) -> BaseTransaction | None:
    """The innermost one seen from a flow's body: its own, that of the task which called the flow, that of the flow around."""
    inner = current_transaction.get()
    if inner is not None and inner.life is None and inner.flow is life:
        return inner
    caller = life.parent_task.parent if life.parent_task is not None else None
    if caller is not None:
        return _in_task(caller)
    return _in_flow(life.parent) if life.parent is not None else inner


def around(life: TaskLife) -> BaseTransaction | None:
    """Return the transaction around a task run's own."""
    if life.parent is not None:
        return _in_task(life.parent)
    return _in_flow(life.flow) if life.flow is not None else current_transaction.get()


def transaction_of(life: TaskLife) -> BaseTransaction:
    """Return the transaction of a task run; made now where nothing had needed it before."""
    extra = life.extra
    if extra is None:
        extra = life.extra = {}
    known = extra.get(KEY)
    if isinstance(known, BaseTransaction):
        return known
    made = (AsyncTransaction if life.spec.is_async else Transaction)(
        isolation_level=None, write_on_commit=False, logger=_logger()
    )
    made.life, made.flow = life, life.flow
    made.prepare(around(life))
    extra[KEY] = made
    return made


def _logger() -> AnyLogger:
    try:
        return get_run_logger()
    except MissingContextError:
        return get_logger("transactions")


def _options(
    key: str | None,
    store: ResultStore | None,
    commit_mode: CommitMode | None,
    isolation_level: IsolationLevel | None,
    logger: AnyLogger | None,
) -> dict[str, Any]:
    return {
        "key": key,
        # Without a key nothing is written.
        "store": get_result_store() if key and store is None else store,
        "commit_mode": commit_mode,
        "isolation_level": isolation_level,
        "logger": logger if logger is not None else _logger(),
    }


def transaction(
    key: str | None = None,
    store: ResultStore | None = None,
    commit_mode: CommitMode | None = None,
    isolation_level: IsolationLevel | None = None,
    overwrite: bool = False,  # noqa: FBT001, FBT002 - the signature users know
    write_on_commit: bool = True,  # noqa: FBT001, FBT002
    logger: AnyLogger | None = None,
) -> Transaction:
    """Open a transaction for a `with` block.

    With a `key` its value is written to the store at the commit, and a later transaction of that key finds it committed, unless it
    asks to overwrite.
    """
    options = _options(key, store, commit_mode, isolation_level, logger)
    return Transaction(overwrite=overwrite, write_on_commit=write_on_commit, **options)


def atransaction(
    key: str | None = None,
    store: ResultStore | None = None,
    commit_mode: CommitMode | None = None,
    isolation_level: IsolationLevel | None = None,
    overwrite: bool = False,  # noqa: FBT001, FBT002 - the signature users know
    write_on_commit: bool = True,  # noqa: FBT001, FBT002
    logger: AnyLogger | None = None,
) -> AsyncTransaction:
    """Open a transaction for an `async with` block."""
    options = _options(key, store, commit_mode, isolation_level, logger)
    return AsyncTransaction(overwrite=overwrite, write_on_commit=write_on_commit, **options)
