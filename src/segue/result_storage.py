"""Where results are kept: from what users write (`result_storage=…`) to a place, and from a place to the name a pointer holds."""

from __future__ import annotations

import os
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from segue.engine.drive_sync import settle
from segue.exceptions import MissingResult
from segue.host import config
from segue.places import Address, AtAddress, Folder, InFolder, NullFileSystem, Writable
from segue.serializers import Serializer

if TYPE_CHECKING:
    from segue.filesystems import WritableFileSystem

Storage = Writable | NullFileSystem

#: Places of this process by their names: what a pointer cannot say (credentials, a class of the user's) is found here.
_opened: weakref.WeakValueDictionary[str, Any] = weakref.WeakValueDictionary()


def storage_of(option: object) -> Writable:
    """Return the place that a `result_storage` option means: a file system, a path, the address of a folder, or a saved block."""
    match option:
        case Path():
            return Folder(basepath=option)
        case str() if "://" in option:
            return Address(basepath=option)
        case str() if os.path.isabs(option) or option.startswith((".", "~")):  # noqa: PTH117 - it is text
            return Folder(basepath=option)
        case str():
            return _saved(option)
        case Writable():
            return option
    raise TypeError(
        "Result storage must be a file system, a path or the address of a folder. Got unsupported type"
        f" {type(option).__name__!r}."
    )


def _saved(reference: str) -> Writable:
    """The block that `type/name` refers to; raises ValueError when there is none, or when it keeps no files."""
    # A door: blocks are loaded where one is named.
    from segue.blocks.core import Block  # noqa: PLC0415

    block: object = Block.load_now(reference)
    if not isinstance(block, Writable):
        raise ValueError(f"The block {reference!r} keeps no files: a {type(block).__name__} cannot be result storage.")  # noqa: TRY004 - the reference is at fault
    return block


def resolve_result_storage(result_storage: object) -> WritableFileSystem:
    """Return the file system that a `result_storage` option means."""
    from segue import filesystems  # noqa: PLC0415 - a door: the engine does without blocks

    match storage_of(result_storage):
        case Folder(basepath=basepath):
            return filesystems.LocalFileSystem(basepath=basepath)
        case Address(basepath=basepath, settings=settings):
            return filesystems.RemoteFileSystem(basepath=basepath, settings=settings)
        case other:
            return cast("WritableFileSystem", other)


async def aresolve_result_storage(result_storage: object) -> WritableFileSystem:
    """Return the file system that a `result_storage` option means."""
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


def default_storage() -> Writable:
    """Return where results are kept when nobody says: the saved block that the settings name, else their folder."""
    settings = config.current().results
    block = settings.default_storage_block
    return Folder(basepath=settings.local_storage_path) if block is None else _saved(block)


def get_default_result_storage() -> WritableFileSystem:
    """Return the file system of results where nobody says another: the block or the folder that the settings name."""
    return resolve_result_storage(default_storage())


async def aget_default_result_storage() -> WritableFileSystem:
    """Return the file system of results where nobody says another; the async form of `get_default_result_storage`."""
    return get_default_result_storage()


def get_default_result_serializer() -> Serializer[Any]:
    """Return the serializer used when nobody says."""
    return resolve_serializer(config.current().results.default_serializer)


def read_from(storage: Storage, key: str) -> bytes:
    """Read a file in sync code from any place; raises what the place raises."""
    if isinstance(storage, InFolder | AtAddress):
        return storage.read(key)
    content: Any = settle(storage.read_path(key))
    if not isinstance(content, bytes):
        raise ValueError(f"Path {key} does not exist.")  # noqa: TRY004 - a place that keeps nothing has no such file
    return content


def write_to(storage: Storage, key: str, content: bytes) -> None:
    """Write a file in sync code to any place."""
    if isinstance(storage, InFolder | AtAddress):
        storage.write(key, content)
    else:
        settle(storage.write_path(key, content))


def name_of(storage: Storage) -> str:
    """Return the name by which a pointer refers to a place."""
    match storage:
        case InFolder():
            return f"local:{storage.base()}"
        case AtAddress() if not getattr(storage, "_block_document_name", None):
            name = f"remote:{storage.basepath}"
        case _ if getattr(storage, "_block_document_name", None):
            # Credentials and all: whoever may load the block can open it, in any process.
            name = f"block:{storage.get_block_type_slug()}/{storage._block_document_name}"  # type: ignore[union-attr]  # noqa: SLF001
        case _:
            name = f"object:{type(storage).__module__}.{type(storage).__qualname__}:{id(storage)}"
    _opened[name] = storage
    return name


def place_of(name: str) -> Writable:
    """Return the place that a pointer refers to; raises MissingResult when this process cannot know it."""
    kind, _, rest = name.partition(":")
    known = _opened.get(name)
    if known is not None:
        storage: Writable = known
        return storage
    match kind:
        case "local":
            return Folder(basepath=rest)
        case "remote":
            return Address(basepath=rest)
        case "block":
            return _saved(rest)
    raise MissingResult(
        f"the result was kept by an object of class {rest.rpartition(':')[0]}, which only the process that made it can open"
    )
