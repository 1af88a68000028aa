"""Where results are kept: from what users write (`result_storage=…`) to a place, and from a place to the name a pointer holds."""

from __future__ import annotations

import os
import weakref
from pathlib import Path
from typing import Any, cast

from segue.engine.drive_sync import settle
from segue.exceptions import MissingResult
from segue.filesystems import LocalFileSystem, NullFileSystem, RemoteFileSystem, WritableFileSystem
from segue.host import config
from segue.saved_places import load_place
from segue.serializers import Serializer

Storage = WritableFileSystem | NullFileSystem

#: Places of this process by their names: what a pointer cannot say (credentials, a class of the user's) is found here.
_opened: weakref.WeakValueDictionary[str, Any] = weakref.WeakValueDictionary()


def resolve_result_storage(result_storage: object) -> WritableFileSystem:
    """Return the place that a `result_storage` option means: a file system, a path, or the address of a folder."""
    match result_storage:
        case Path():
            return LocalFileSystem(basepath=result_storage)
        case str() if "://" in result_storage:
            return RemoteFileSystem(basepath=result_storage)
        case str() if os.path.isabs(result_storage) or result_storage.startswith((".", "~")):  # noqa: PTH117 - it is text
            return LocalFileSystem(basepath=result_storage)
        case str():
            return cast("WritableFileSystem", load_place(result_storage))
        case WritableFileSystem():
            return result_storage
    raise TypeError(
        "Result storage must be a file system, a path or the address of a folder. Got unsupported type"
        f" {type(result_storage).__name__!r}."
    )


async def aresolve_result_storage(result_storage: object) -> WritableFileSystem:
    """Return the place that a `result_storage` option means."""
    return resolve_result_storage(result_storage)


def resolve_serializer(serializer: object) -> Serializer[Any]:
    """Return the serializer that a `result_serializer` option means."""
    if isinstance(serializer, Serializer):
        return serializer
    if isinstance(serializer, str):
        return Serializer(type=serializer)
    raise TypeError(
        "Result serializer must be one of the following types: 'Serializer', 'str'. Got unsupported type"
        f" {type(serializer).__name__!r}."
    )


def get_default_result_storage() -> WritableFileSystem:
    """Return where results are kept when nobody says: the folder named by the settings."""
    return LocalFileSystem(basepath=config.current().results.local_storage_path)


def get_default_result_serializer() -> Serializer[Any]:
    """Return the serializer used when nobody says."""
    return resolve_serializer(config.current().results.default_serializer)


def read_from(storage: Storage, key: str) -> bytes:
    """Read a file in sync code from any place; raises what the place raises."""
    if isinstance(storage, LocalFileSystem | RemoteFileSystem):
        return storage.read(key)
    content: Any = settle(storage.read_path(key))
    if not isinstance(content, bytes):
        raise ValueError(f"Path {key} does not exist.")  # noqa: TRY004 - a place that keeps nothing has no such file
    return content


def write_to(storage: Storage, key: str, content: bytes) -> None:
    """Write a file in sync code to any place."""
    if isinstance(storage, LocalFileSystem | RemoteFileSystem):
        storage.write(key, content)
    else:
        settle(storage.write_path(key, content))


def name_of(storage: Storage) -> str:
    """Return the name by which a pointer refers to a place."""
    match storage:
        case LocalFileSystem():
            return f"local:{storage.base()}"
        case RemoteFileSystem():
            name = f"remote:{storage.basepath}"
        case _:
            name = f"object:{type(storage).__module__}.{type(storage).__qualname__}:{id(storage)}"
    _opened[name] = storage
    return name


def place_of(name: str) -> WritableFileSystem:
    """Return the place that a pointer refers to; raises MissingResult when this process cannot know it."""
    kind, _, rest = name.partition(":")
    known = _opened.get(name)
    if known is not None:
        storage: WritableFileSystem = known
        return storage
    match kind:
        case "local":
            return LocalFileSystem(basepath=rest)
        case "remote":
            return RemoteFileSystem(basepath=rest)
    raise MissingResult(
        f"the result was kept by an object of class {rest.rpartition(':')[0]}, which only the process that made it can open"
    )
