"""Result stores: by key, with expiry, and by pointers that refuse what was replaced."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from segue.exceptions import ConfigurationError, MissingResult, SerializationError
from segue.filesystems import LocalFileSystem, RemoteFileSystem
from segue.host.clock import now
from segue.locking.memory import MemoryLockManager
from segue.result_storage import name_of, place_of
from segue.results import ResultRecord, ResultStore, resolve_result_storage, resolve_serializer, results_for
from segue.serializers import JSONSerializer, Serializer


@pytest.fixture
def store(tmp_path: Path) -> ResultStore:
    return ResultStore(result_storage=LocalFileSystem(basepath=tmp_path), serializer="json")


class Raw(Serializer[bytes]):
    """Writes bytes that are no text."""

    type: str = "raw-bytes"

    def dumps(self, obj: bytes) -> bytes:
        return obj

    def loads(self, blob: bytes) -> bytes:
        return blob


def test_a_file_is_json_with_the_value_and_how_it_was_written(store: ResultStore, tmp_path: Path) -> None:
    store.write({"x": [1]}, key="folder/a")
    file = json.loads((tmp_path / "folder" / "a").read_text())
    assert sorted(file) == ["metadata", "result"]
    assert json.loads(file["result"]) == {"x": [1]}
    assert file["metadata"]["serializer"]["type"] == "json"
    assert file["metadata"]["storage_key"] == str(tmp_path / "folder" / "a")
    record = store.read("folder/a")
    assert (record.result, record.expiration, record.serializer) == ({"x": [1]}, None, JSONSerializer())


def test_bytes_that_are_no_text_come_back(tmp_path: Path) -> None:
    store = ResultStore(result_storage=LocalFileSystem(basepath=tmp_path), serializer=Raw())
    store.write(b"\xff\x00", key="raw")
    assert store.read("raw").result == b"\xff\x00"


def test_what_is_not_there_or_expired_does_not_exist(store: ResultStore) -> None:
    assert not store.exists("a")
    assert store.find("a") is None
    with pytest.raises(ValueError, match="does not exist"):
        store.read("a")
    store.write(1, key="a", expiration=now() + timedelta(days=1))
    store.write(2, key="b", expiration=now() - timedelta(microseconds=1))
    assert [store.exists("a"), store.exists("b"), store.find("b")] == [True, False, None]
    found = store.find("a")
    assert found is not None
    assert found[1].expires == found[0].expiration


def test_a_damaged_file_does_not_exist(store: ResultStore, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("half a reco")
    assert not store.exists("a")
    with pytest.raises(ValueError, match="not the record of a result"):
        store.read("a")


def test_keys_may_lie_apart(tmp_path: Path) -> None:
    places = LocalFileSystem(basepath=tmp_path / "results"), LocalFileSystem(basepath=tmp_path / "keys")
    store = ResultStore(result_storage=places[0], metadata_storage=places[1])
    store.write([1], key="a")
    assert store.exists("a")
    assert store.read("a").result == [1]
    (tmp_path / "keys" / "a").unlink()
    assert not store.exists("a")
    assert (tmp_path / "results" / "a").exists()


def test_a_pointer_leads_back_in_any_process_and_refuses_what_was_replaced(store: ResultStore, tmp_path: Path) -> None:
    ref = store.save("a", {"x": 1})
    assert results_for(ref).load(ref) == {"x": 1}
    store.write("other", key="a")
    with pytest.raises(MissingResult, match="is not the one this run wrote"):
        results_for(ref).load(ref)
    (tmp_path / "a").unlink()
    with pytest.raises(MissingResult, match="is gone"):
        results_for(ref).load(ref)
    with pytest.raises(MissingResult, match="only the process that made it can open"):
        results_for(ref).load(msgspec.structs.replace(ref, storage="object:some.Class:1"))


def test_records_can_be_made_first_and_written_later(store: ResultStore) -> None:
    record = store.create_result_record([1, 2], key="a")
    assert not store.exists("a")
    store.persist_result_record(record)
    assert store.read("a") == record
    assert len(ResultRecord.deserialize(record.serialize()).result) == 2


def test_what_cannot_be_serialized_is_said(store: ResultStore) -> None:
    with pytest.raises(SerializationError, match="type 'object' cannot be written by the serializer 'json'"):
        store.write(object(), key="a")
    assert not store.exists("a")


async def _async_twins(store: ResultStore) -> list[object]:
    await store.awrite("async", key="a")
    return [await store.aexists("a"), (await store.aread("a")).result, await store.aacquire_lock("a", "me", timeout=0)]


def test_the_async_twins_do_the_same(tmp_path: Path) -> None:
    locks = MemoryLockManager()
    store = ResultStore(result_storage=LocalFileSystem(basepath=tmp_path), lock_manager=locks)
    assert asyncio.run(_async_twins(store)) == [True, "async", True]
    with pytest.raises(RuntimeError, match="locked by another holder"):
        store.write("other", key="a", holder="you")
    store.write("mine", key="a", holder="me")
    store.release_lock("a", "me")


def test_locking_needs_a_lock_manager(store: ResultStore) -> None:
    for action in (store.acquire_lock, store.release_lock, store.is_locked, store.is_lock_holder, store.wait_for_lock):
        with pytest.raises(ConfigurationError, match="not configured with a lock manager"):
            action("a")


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (Path("/x"), LocalFileSystem(basepath="/x")),
        ("/x/y", LocalFileSystem(basepath="/x/y")),
        ("memory://bucket", RemoteFileSystem(basepath="memory://bucket")),
        (LocalFileSystem(basepath="z"), LocalFileSystem(basepath="z")),
    ],
)
def test_where_results_go_may_be_said_in_several_ways(given: object, meant: object) -> None:
    assert resolve_result_storage(given) == meant


def test_what_is_no_place_and_no_serializer_is_refused() -> None:
    with pytest.raises(TypeError, match="Got unsupported type 'int'"):
        resolve_result_storage(5)
    with pytest.raises(TypeError, match="Got unsupported type 'int'"):
        resolve_serializer(5)


def test_a_place_with_credentials_is_found_again_in_its_process(tmp_path: Path) -> None:
    files = RemoteFileSystem(basepath="memory://elsewhere", settings={"skip_instance_cache": True})
    assert place_of(name_of(files)) is files
    assert place_of(name_of(LocalFileSystem(basepath=tmp_path))) == LocalFileSystem(basepath=tmp_path)
