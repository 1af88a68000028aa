"""Results that outlive their process: where they are kept, under which key, written how."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from msgspec import Struct

import segue
from segue.engine.calling import in_async_code
from segue.engine.lives import FlowLife, TaskLife, current_flow, current_task
from segue.engine.results import Results
from segue.exceptions import MissingResult
from segue.host import config
from segue.host.clock import now
from segue.key_locks import KeyLocks
from segue.locking.protocol import LockManager
from segue.model.states import ResultRef
from segue.persistence import by_default, persists_flow, persists_task
from segue.places import Folder, InFolder, NullFileSystem, Writable
from segue.result_journal import JournalResults, OpenedJournal
from segue.result_records import ResultRecord, ResultRecordMetadata, metadata_in
from segue.result_storage import (
    aget_default_result_storage,
    aresolve_result_storage,
    default_storage,
    get_default_result_serializer,
    get_default_result_storage,
    name_of,
    place_of,
    read_from,
    resolve_result_storage,
    resolve_serializer,
    storage_of,
    write_to,
)
from segue.serializers import Serializer
from segue.transaction_context import current_transaction

__all__ = [
    "DEFAULT_STORAGE_KEY_FN",
    "JournalResults",
    "ResultRecord",
    "ResultRecordMetadata",
    "ResultSerializer",
    "ResultStorage",
    "ResultStore",
    "aget_default_result_storage",
    "aresolve_result_storage",
    "get_default_persist_setting",
    "get_default_persist_setting_for_tasks",
    "get_default_result_serializer",
    "get_default_result_storage",
    "get_result_store",
    "journal_of",
    "persists_flow",
    "persists_task",
    "resolve_result_storage",
    "resolve_serializer",
    "results_for",
    "results_of_flow",
    "results_of_task",
    "should_persist_result",
]


#: What the options `result_storage` and `result_serializer` take.
ResultStorage = Writable | str | Path
ResultSerializer = Serializer[Any] | str


def new_key() -> str:
    """Return a key that nobody has."""
    return uuid.uuid4().hex  # noqa: TID251 - the form of a key that users know


#: How a store names what was given no key, under the name users know.
DEFAULT_STORAGE_KEY_FN = new_key


class Written(Struct, frozen=True, eq=False):
    """A value in the form of its file, not yet written."""

    record: ResultRecord[Any]
    key: str
    content: bytes
    ref: ResultRef


class ResultStore(KeyLocks):
    """Reads and writes results by key; each is one file in `result_storage`."""

    def __init__(
        self,
        *,
        result_storage: Writable | None = None,
        metadata_storage: Writable | NullFileSystem | None = None,
        lock_manager: LockManager | None = None,
        cache_result_in_memory: bool = True,
        serializer: Serializer[Any] | str | None = None,
        storage_key_fn: Callable[[], str] = new_key,
    ) -> None:
        self.result_storage = result_storage
        #: Where keys are looked up, when that is not where results lie.
        self.metadata_storage = metadata_storage
        self.lock_manager = lock_manager
        self.cache_result_in_memory = cache_result_in_memory
        self.serializer = resolve_serializer(serializer) if serializer is not None else get_default_result_serializer()
        self.storage_key_fn = storage_key_fn

    def with_changes(self, **changes: object) -> Self:
        """Return a copy with other attributes."""
        new = type(self).__new__(type(self))
        new.__dict__.update(self.__dict__, **changes)
        return new

    def model_copy(self, *, update: dict[str, object] | None = None) -> Self:
        """Return a copy with other attributes."""
        return self.with_changes(**(update or {}))

    @property
    def storage(self) -> Writable:
        """Where results lie: the default place where none was given."""
        return self.result_storage if self.result_storage is not None else default_storage()

    def _keys(self) -> Writable | None:
        """Where keys lie when they lie apart."""
        return None if isinstance(self.metadata_storage, NullFileSystem) else self.metadata_storage

    # ------------------------------------------------------------------ results

    def exists(self, key: str) -> bool:
        """Say whether there is a result under a key that has not expired."""
        try:
            metadata = metadata_in(read_from(self.storage, key)) if self._keys() is None else self._metadata(key)
        except (ValueError, OSError):
            return False
        return not metadata.expired(now())

    def _metadata(self, key: str) -> ResultRecordMetadata:
        keys = self._keys()
        if keys is None:
            return metadata_in(read_from(self.storage, key))
        return ResultRecordMetadata.load_bytes(read_from(keys, key))

    def read(self, key: str, holder: str | None = None) -> ResultRecord[Any]:
        """Return the result under a key; waits while another holder has its lock. Raises ValueError when there is none."""
        if self.lock_manager is not None and not self.is_lock_holder(key, holder):
            self.wait_for_lock(key)
        return self._record(self._content(key))

    def _record(self, content: bytes) -> ResultRecord[Any]:
        return ResultRecord.deserialize(content, backup_serializer=self.serializer)

    def _content(self, key: str) -> bytes:
        place = key if self._keys() is None else self._metadata(key).storage_key or key
        return read_from(self.storage, place)

    def find(self, key: str) -> tuple[ResultRecord[Any], ResultRef] | None:
        """Return the result under a key with a pointer to it; None when there is none, or it has expired."""
        try:
            if self._keys() is not None and self._metadata(key).expired(now()):
                return None
            content = self._content(key)
        except (ValueError, OSError):
            return None
        record = self._record(content)
        if record.metadata.expired(now()):
            return None
        return record, self._pointer(record, content, key)

    def _pointer(self, record: ResultRecord[Any], content: bytes, key: str) -> ResultRef:
        return ResultRef(
            storage=name_of(self.storage),
            key=key,
            serializer=record.serializer.type,
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
            expires=record.expiration,
        )

    def create_result_record(
        self, obj: Any, key: str | None = None, expiration: datetime | None = None
    ) -> ResultRecord[Any]:
        """Return the record of a value, not yet written; under a new key when none is given."""
        key = key or self.storage_key_fn()
        storage = self.storage
        # The id of a saved place says where the key belongs; otherwise the key must say it itself.
        saved = getattr(storage, "_block_document_id", None)
        metadata = ResultRecordMetadata(
            serializer=self.serializer,
            storage_key=str(storage.resolve(key)) if isinstance(storage, InFolder) and not saved else key,
            expiration=expiration,
            segue_version=segue.__version__,
            storage_block_id=str(saved) if saved is not None else None,
        )
        return ResultRecord(metadata=metadata, result=obj)

    def prepare(self, obj: Any, key: str | None = None, expiration: datetime | None = None) -> Written:
        """Serialize a value; raises SerializationError when it cannot be."""
        key = key or self.storage_key_fn()
        record = self.create_result_record(obj, key, expiration)
        content = record.serialize()
        return Written(record, key, content, self._pointer(record, content, key))

    def put(self, written: Written, holder: str | None = None) -> None:
        """Write a serialized value; raises RuntimeError when another holder has the lock of its key."""
        key = written.key
        if self.lock_manager is not None and self.is_locked(key) and not self.is_lock_holder(key, holder):
            raise RuntimeError(f"Cannot write to result record with key {key} because it is locked by another holder.")
        write_to(self.storage, key, written.content)
        keys = self._keys()
        if keys is not None:
            # Last: a key leads to its result, never to a gap.
            write_to(keys, key, written.record.metadata.dump_bytes())

    def write(
        self, obj: Any, key: str | None = None, expiration: datetime | None = None, holder: str | None = None
    ) -> None:
        """Write a value; it is on stable storage when this returns."""
        self.put(self.prepare(obj, key, expiration), holder)

    def persist_result_record(self, result_record: ResultRecord[Any], holder: str | None = None) -> None:
        """Write a record made by `create_result_record`."""
        key = result_record.metadata.storage_key or self.storage_key_fn()
        storage = self.storage
        if isinstance(storage, InFolder):
            key = storage.resolve(key).relative_to(storage.base()).as_posix()
        content = result_record.serialize()
        self.put(Written(result_record, key, content, self._pointer(result_record, content, key)), holder)

    async def aexists(self, key: str) -> bool:
        """Say whether there is a result under a key that has not expired."""
        found: bool = await _in_thread(self.exists, key)
        return found

    async def aread(self, key: str, holder: str | None = None) -> ResultRecord[Any]:
        """Return the result under a key; waits while another holder has its lock. Raises ValueError when there is none."""
        holder = holder or self.generate_default_holder()
        if self.lock_manager is not None and not self.is_lock_holder(key, holder):
            await self.await_for_lock(key)
        return self._record(await _in_thread(self._content, key))

    async def awrite(
        self, obj: Any, key: str | None = None, expiration: datetime | None = None, holder: str | None = None
    ) -> None:
        """Write a value; it is on stable storage when this returns."""
        await _in_thread(self.write, obj, key, expiration, holder or self.generate_default_holder())

    async def apersist_result_record(self, result_record: ResultRecord[Any], holder: str | None = None) -> None:
        """Write a record made by `create_result_record`."""
        await _in_thread(self.persist_result_record, result_record, holder or self.generate_default_holder())

    # ------------------------------------------------------------------ the engine's port

    def save(self, key: str, value: object) -> ResultRef:
        """Write a value and return the pointer to it. Raises SerializationError, or what the storage raises."""
        written = self.prepare(value, key)
        write_to(self.storage, key, written.content)
        return written.ref

    def load(self, ref: ResultRef) -> object:
        """Return the value a pointer leads to; raises MissingResult when it is gone or was replaced."""
        if ref.storage.startswith("journal:"):
            return OpenedJournal().load(ref)
        mine = self.result_storage is not None and name_of(self.result_storage) == ref.storage
        try:
            content = read_from(self.storage if mine else place_of(ref.storage), ref.key)
        except (ValueError, FileNotFoundError) as error:
            raise MissingResult(f"the result {ref.key!r} is gone from {ref.storage}: {error}") from error
        if ref.sha256 is not None and hashlib.sha256(content).hexdigest() != ref.sha256:
            raise MissingResult(
                f"the result {ref.key!r} in {ref.storage} is not the one this run wrote: it was replaced since, or damaged"
            )
        return self._record(content).result

    # ------------------------------------------------------------------ for a flow, for a task

    def update_for_flow(self, flow: Any) -> Any:
        """Return the store that a flow's options ask for; in async code an awaitable of it."""
        return self._dispatched(self.for_flow(flow))

    def update_for_task(self, task: Any) -> Any:
        """Return the store that a task's options ask for; in async code an awaitable of it."""
        return self._dispatched(self.for_task(task))

    def _dispatched(self, store: Self) -> Any:
        async def answer() -> Self:
            return store

        return answer() if in_async_code() else store

    async def aupdate_for_flow(self, flow: Any) -> Self:
        """Return the store that a flow's options ask for."""
        return self.for_flow(flow)

    async def aupdate_for_task(self, task: Any) -> Self:
        """Return the store that a task's options ask for."""
        return self.for_task(task)

    def for_flow(self, flow: Any) -> Self:
        """Return the store that a flow's options ask for."""
        return self.with_changes(metadata_storage=None, **self._options(flow))

    def for_task(self, task: Any) -> Self:
        """Return the store that a task's options, its cache policy and the transaction around it ask for."""
        changes = self._options(task)
        around = current_transaction.get()
        if around is not None and around.store is not None:
            changes["lock_manager"] = around.store.lock_manager
        policy = task.cache_policy
        if policy is not None and policy.key_storage is not None:
            changes["metadata_storage"] = _key_storage(policy.key_storage)
        if policy is not None and policy.lock_manager is not None:
            changes["lock_manager"] = policy.lock_manager
        return self.with_changes(**changes)

    def _options(self, owner: Any) -> dict[str, object]:
        changes: dict[str, object] = {"cache_result_in_memory": owner.cache_result_in_memory}
        if owner.result_storage is not None:
            changes["result_storage"] = storage_of(owner.result_storage)
        elif self.result_storage is None:
            changes["result_storage"] = default_storage()
        if owner.result_serializer is not None:
            changes["serializer"] = resolve_serializer(owner.result_serializer)
        return changes


async def _in_thread(function: Callable[..., Any], *args: object) -> Any:
    # A door: sync programs never pay for asyncio.
    import asyncio  # noqa: PLC0415

    return await asyncio.to_thread(function, *args)


def _key_storage(given: object) -> Writable:
    """A text without exactly one slash is a path, as users know it."""
    if isinstance(given, str) and "://" not in given and len(given.split("/")) != 2:
        return Folder(basepath=given)
    return storage_of(given)


# ---------------------------------------------------------------------- the running code's store


def get_result_store() -> ResultStore:
    """Return the store of the run that this code belongs to, the default one outside runs."""
    task = current_task.get()
    if task is not None:
        return store_of_task(task)
    flow = current_flow.get()
    return store_of_flow(flow) if flow is not None else ResultStore()


def store_of_flow(life: FlowLife) -> ResultStore:
    """Return the store of a flow run, made at the first call."""
    store = life.extra.get("result_store")
    if not isinstance(store, ResultStore):
        around = store_of_flow(life.parent) if life.parent is not None else ResultStore()
        store = life.extra["result_store"] = around.for_flow(life.spec.face)
    return store


def store_of_task(life: TaskLife) -> ResultStore:
    """Return the store of a task run, made at the first call."""
    if life.extra is None:
        life.extra = {}
    store = life.extra.get("result_store")
    if not isinstance(store, ResultStore):
        if life.parent is not None:
            around = store_of_task(life.parent)
        else:
            around = store_of_flow(life.flow) if life.flow is not None else ResultStore()
        store = life.extra["result_store"] = around.for_task(life.spec.face)
    return store


def results_of_task(task: Any) -> Results:
    """Return where a task's results are kept, as seen from the running code."""
    life = current_task.get()
    if life is not None and life.spec.face is task:
        return store_of_task(life)
    return get_result_store().for_task(task)


def results_of_flow(flow: Any) -> Results:
    """Return where a flow's results are kept, as seen from the running code."""
    life = current_flow.get()
    if life is not None and life.spec.face is flow:
        return store_of_flow(life)
    return get_result_store().for_flow(flow)


def inputs_place() -> ResultStore:
    """Return where the inputs of task runs are kept: apart from results, whose folders belong to the user."""
    folder = Path(config.current().home) / "inputs"
    return ResultStore(result_storage=Folder(basepath=folder), serializer="pickle")


def journal_of(life: FlowLife) -> JournalResults:
    """Return where a durable run keeps its steps' results under its present lease."""
    folder = Path(config.current().results.local_storage_path) / "journals"
    return JournalResults(folder, life.root_id, life.lease.fence if life.lease is not None else 0)


def results_for(ref: ResultRef) -> Results:
    """Return what can load the result that a pointer leads to."""
    return OpenedJournal() if ref.storage.startswith("journal:") else ResultStore(serializer="pickle")


# ---------------------------------------------------------------------- whether results are kept


def get_default_persist_setting() -> bool:
    """Say whether results are persisted where neither flow nor task says."""
    return by_default()


def get_default_persist_setting_for_tasks() -> bool:
    """Say whether results of tasks are persisted where neither flow nor task says."""
    given = config.current().tasks.default_persist_result
    return given if given is not None else get_default_persist_setting()


def should_persist_result() -> bool:
    """Say whether the run that this code belongs to persists its result; outside runs, what the settings say."""
    task = current_task.get()
    if task is not None:
        return persists_task(task)
    flow = current_flow.get()
    return persists_flow(flow) if flow is not None else get_default_persist_setting()
