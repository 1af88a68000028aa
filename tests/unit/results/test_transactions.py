"""Transactions apart from runs: order, states, locks; the same in sync and async code."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from segue.exceptions import ConfigurationError
from segue.filesystems import LocalFileSystem
from segue.locking.memory import MemoryLockManager
from segue.results import ResultStore
from segue.transactions import (
    BaseTransaction,
    CommitMode,
    IsolationLevel,
    Transaction,
    TransactionState,
    atransaction,
    get_transaction,
    transaction,
)


class Told:
    """What hooks said, in order."""

    def __init__(self) -> None:
        self.words: list[str] = []

    def hook(self, word: str) -> Callable[[BaseTransaction], None]:
        def hook(txn: BaseTransaction) -> None:
            self.words.append(word)

        return hook

    def broken(self, word: str) -> Callable[[BaseTransaction], None]:
        def hook(txn: BaseTransaction) -> None:
            self.words.append(word)
            raise RuntimeError(word)

        return hook

    def stage(self, txn: BaseTransaction, name: str) -> None:
        txn.stage(
            name,
            on_commit_hooks=[self.hook(f"+{name}1"), self.hook(f"+{name}2")],
            on_rollback_hooks=[self.hook(f"-{name}1"), self.hook(f"-{name}2")],
        )


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def store(tmp_path: Path) -> ResultStore:
    return ResultStore(result_storage=LocalFileSystem(basepath=tmp_path), lock_manager=MemoryLockManager())


def family(told: Told, *, fail: bool, inner_mode: CommitMode | None = None) -> list[Transaction]:
    outer = transaction()
    children = [transaction(commit_mode=inner_mode), transaction()]
    with outer:
        for name, child in zip("ab", children, strict=True):
            with child:
                told.stage(child, name)
        told.stage(outer, "o")
        if fail:
            raise KeyError("stop")
    return [outer, *children]


def test_children_commit_first_each_in_order(told: Told) -> None:
    assert {each.state for each in family(told, fail=False)} == {TransactionState.COMMITTED}
    assert told.words == ["+a1", "+a2", "+b1", "+b2", "+o1", "+o2"]


def test_a_failure_rolls_back_in_reverse(told: Told) -> None:
    with pytest.raises(KeyError, match="stop"):
        family(told, fail=True)
    assert told.words == ["-o2", "-o1", "-b2", "-b1", "-a2", "-a1"]


def test_an_eager_child_has_committed_before_the_others_fail(told: Told) -> None:
    with pytest.raises(KeyError, match="stop"):
        family(told, fail=True, inner_mode=CommitMode.EAGER)
    assert told.words == ["+a1", "+a2", "-o2", "-o1", "-b2", "-b1"]


def _fail(told: Told, txn: BaseTransaction, name: str) -> None:
    told.stage(txn, name)
    raise KeyError


def test_a_child_that_rolls_back_takes_its_parent_with_it(told: Told) -> None:
    with transaction() as outer:
        told.stage(outer, "o")
        with transaction() as first:
            told.stage(first, "a")
        second = transaction()
        with pytest.raises(KeyError), second:
            _fail(told, second, "b")
        assert outer.is_rolled_back()
        with transaction() as third:
            told.stage(third, "c")
    assert told.words == ["-b2", "-b1", "-o2", "-o1", "-a2", "-a1"]
    assert [each.state.name for each in (outer, first, second, third)] == ["ROLLED_BACK"] * 3 + ["STAGED"]


def test_a_commit_hook_that_fails_makes_it_a_rollback(told: Told) -> None:
    with transaction() as txn:
        txn.stage(
            1, on_commit_hooks=[told.hook("1"), told.broken("2"), told.hook("3")], on_rollback_hooks=[told.hook("-")]
        )
    assert told.words == ["1", "2", "-"]
    assert txn.is_rolled_back()


def test_a_rollback_hook_that_fails_does_not_keep_the_others_from_undoing(told: Told) -> None:
    txn = transaction()
    txn.stage(1, on_rollback_hooks=[told.hook("1"), told.broken("2"), told.hook("3")])
    with pytest.raises(KeyError), txn:
        raise KeyError
    assert told.words == ["3", "2", "1"]
    assert txn.is_rolled_back()


def test_off_commits_only_by_hand(told: Told) -> None:
    with transaction(commit_mode=CommitMode.OFF) as txn:
        told.stage(txn, "a")
    assert (txn.state.name, told.words) == ("ROLLED_BACK", ["-a2", "-a1"])
    with transaction(commit_mode=CommitMode.OFF) as txn:
        assert [txn.commit(), txn.commit(), txn.rollback()] == [True, False, False]
    assert txn.is_committed()


def test_values_are_copies_and_seen_from_inside() -> None:
    with transaction() as outer:
        outer.set("shared", {"k": 1})
        outer.get("shared")["k"] = 2
        with transaction() as inner:
            assert (inner.get("shared"), inner.get("none", "other"), inner.get("none", None)) == (
                {"k": 1},
                "other",
                None,
            )
            inner.set("shared", None)
            assert inner.get("shared") is None
            with pytest.raises(ValueError, match="Could not retrieve value for unknown key: none"):
                inner.get("none")
        assert outer.get("shared") == {"k": 1}


def test_the_innermost_one_is_the_current_one() -> None:
    assert get_transaction() is None
    with transaction() as outer:
        with transaction() as inner:
            assert get_transaction() is inner
            assert inner.get_parent() is outer
        assert get_transaction() is outer
    assert get_transaction() is None
    with pytest.raises(RuntimeError, match="Context already entered"), outer, outer:
        pass


def test_a_key_makes_it_happen_once(store: ResultStore) -> None:
    seen: list[object] = []
    for overwrite in (False, False, True, False):
        with transaction(key="daily", store=store, overwrite=overwrite) as txn:
            record = txn.read() if txn.is_committed() else None
            seen.append(record.result if record is not None else "works")
            txn.stage(len(seen))
    assert seen == ["works", 1, "works", 3]
    with transaction(key="silent", store=store, write_on_commit=False) as txn:
        txn.stage("not written")
    assert (txn.is_committed(), store.exists("silent")) == (True, False)


def test_a_value_that_cannot_be_written_rolls_back(store: ResultStore, told: Told, tmp_path: Path) -> None:
    with transaction(key="k", store=store) as txn:
        txn.stage(nothing(), on_rollback_hooks=[told.hook("-")])
    assert (txn.state.name, told.words, list(tmp_path.iterdir())) == ("ROLLED_BACK", ["-"], [])


def test_the_lock_is_given_back_however_it_ends(store: ResultStore) -> None:
    level = IsolationLevel.SERIALIZABLE
    with transaction(key="k1", store=store, isolation_level=level) as txn:
        assert store.is_locked("k1")
        txn.stage(1)
    with transaction(key="k1", store=store, isolation_level=level) as txn:
        assert txn.is_committed()
    with pytest.raises(KeyError), transaction(key="k2", store=store, isolation_level=level):
        raise KeyError
    with pytest.raises(KeyError), transaction(key="k1", store=store, isolation_level=level):
        raise KeyError
    assert not store.is_locked("k1")
    assert not store.is_locked("k2")


def test_serializable_needs_locks(tmp_path: Path) -> None:
    store = ResultStore(result_storage=LocalFileSystem(basepath=tmp_path))
    with (
        pytest.raises(ConfigurationError, match="Isolation level SERIALIZABLE is not supported"),
        transaction(key="k", store=store, isolation_level=IsolationLevel.SERIALIZABLE),
    ):
        pass


def test_defaults_come_from_the_transaction_around() -> None:
    with (
        transaction(commit_mode=CommitMode.EAGER, isolation_level=IsolationLevel.SERIALIZABLE),
        transaction() as inner,
        Transaction(isolation_level=None) as innermost,
    ):
        assert (inner.commit_mode, inner.isolation_level) == (CommitMode.EAGER, IsolationLevel.SERIALIZABLE)
        assert innermost.isolation_level is IsolationLevel.SERIALIZABLE


async def _many_at_once(store: ResultStore) -> list[object]:
    calls: list[int] = []

    async def work(number: int) -> object:
        async with atransaction(key="shared", store=store, isolation_level=IsolationLevel.SERIALIZABLE) as txn:
            if txn.is_committed():
                record = await txn.read()
                return record.result if record is not None else None
            calls.append(number)
            await asyncio.sleep(0)
            txn.stage("made once")
        return "made once"

    results = await asyncio.gather(*(work(number) for number in range(40)))
    return [len(calls), set(results)]


def test_more_coroutines_than_threads_may_wait_for_one_key(store: ResultStore) -> None:
    assert asyncio.run(_many_at_once(store)) == [1, {"made once"}]


async def _async_family(told: Told, *, fail: bool) -> None:
    async def undo(txn: BaseTransaction) -> None:
        await asyncio.sleep(0)
        told.words.append("-async")

    async with atransaction() as outer:
        outer.set("k", 1)
        async with atransaction() as inner:
            assert inner.get("k") == 1
            inner.stage(1, on_rollback_hooks=[undo], on_commit_hooks=[told.hook("+sync")])
        with transaction() as sync:
            told.stage(sync, "s")
        if fail:
            raise KeyError("stop")
    assert outer.is_committed()


def test_async_transactions_take_async_hooks_and_sync_children(told: Told) -> None:
    asyncio.run(_async_family(told, fail=False))
    with pytest.raises(KeyError, match="stop"):
        asyncio.run(_async_family(told, fail=True))
    assert told.words == ["+sync", "+s1", "+s2", "-s2", "-s1", "-async"]
    with pytest.raises(NotImplementedError, match="Use the `async with` statement"), atransaction():
        pass


def test_an_async_hook_of_a_sync_transaction_is_run(told: Told) -> None:
    async def keep(txn: BaseTransaction) -> None:
        await asyncio.sleep(0)
        told.words.append("async")

    with transaction() as txn:
        txn.stage(1, on_commit_hooks=[keep])
    assert told.words == ["async"]


def nothing() -> Iterator[int]:
    yield from ()
