"""Places kept by name, so that code and options can refer to one as `local-file-system/name`: a file each, below the home."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, ClassVar, Self
from uuid import UUID

import msgspec
from msgspec import Struct

from segue.engine.calling import in_async_code
from segue.host import config
from segue.host.ids import new_id
from segue.whole_files import write_whole

_NAME = re.compile(r"[a-z0-9-]+")


class _Saved(Struct, frozen=True):
    id: str
    fields: dict[str, Any]


_known: dict[str, type[SavedPlace]] = {}


class SavedPlace:
    """What places that can be saved have in common: `save`, `load`, `delete`, in sync code and, awaited, in async code."""

    #: The first part of the name under which options refer to such a place.
    block_type: ClassVar[str]

    _block_document_id: UUID | None = None
    _block_document_name: str | None = None

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        if "block_type" in cls.__dict__:
            _known[cls.block_type] = cls

    def fields(self) -> dict[str, Any]:
        """Return what is saved; raises ValueError when it must not be."""
        raise NotImplementedError

    def save(self, name: str | None = None, overwrite: bool = False) -> Any:  # noqa: FBT001, FBT002 - the signature users know
        """Keep this place under a name and return its id; raises ValueError when the name is taken."""
        return _either(self._save(name, overwrite=overwrite))

    async def asave(self, name: str | None = None, overwrite: bool = False) -> UUID:  # noqa: FBT001, FBT002 - see `save`
        """Keep this place under a name and return its id; raises ValueError when the name is taken."""
        return self._save(name, overwrite=overwrite)

    def _save(self, name: str | None, *, overwrite: bool) -> UUID:
        name = name or self._block_document_name
        if not name:
            raise ValueError("You're attempting to save a place without a name.")
        place = _file(self.block_type, name)
        before = _read(place)
        if before is not None and not overwrite:
            raise ValueError(
                "You are attempting to save values with a name that is already in use for this block type. If you would"
                " like to overwrite the values that are saved, then save with `overwrite=True`."
            )
        saved = _Saved(before.id if before is not None else new_id(), self.fields())
        write_whole(place, msgspec.json.encode(saved))
        self._block_document_id, self._block_document_name = UUID(saved.id), name
        return self._block_document_id

    @classmethod
    def load(cls, name: str) -> Any:
        """Return the place kept under a name; raises ValueError when there is none."""
        return _either(cls.load_now(name))

    @classmethod
    async def aload(cls, name: str) -> Self:
        """Return the place kept under a name; raises ValueError when there is none."""
        return cls.load_now(name)

    @classmethod
    def load_now(cls, name: str) -> Self:
        """Return the place kept under a name, in whichever code; raises ValueError when there is none."""
        saved = _read(_file(cls.block_type, name))
        if saved is None:
            raise ValueError(f"Unable to find block document named {name} for block type {cls.block_type}")
        place = cls(**saved.fields)
        place._block_document_id, place._block_document_name = UUID(saved.id), name
        return place

    @classmethod
    def delete(cls, name: str) -> Any:
        """Forget the place kept under a name; raises ValueError when there is none."""
        return _either(cls._delete(name))

    @classmethod
    async def adelete(cls, name: str) -> None:
        """Forget the place kept under a name; raises ValueError when there is none."""
        cls._delete(name)

    @classmethod
    def _delete(cls, name: str) -> None:
        cls.load_now(name)
        _file(cls.block_type, name).unlink(missing_ok=True)


def load_place(reference: str) -> SavedPlace:
    """Return the place that `type/name` refers to; raises ValueError when there is none."""
    kind, _, name = reference.partition("/")
    cls = _known.get(kind)
    if cls is None or not name:
        raise ValueError(
            f"{reference!r} names no saved place: known are {', '.join(sorted(_known))}, each with '/name'."
        )
    return cls.load_now(name)


def _file(kind: str, name: str) -> Path:
    if _NAME.fullmatch(name) is None:
        raise ValueError("Block document name must only contain lowercase letters, numbers, and dashes.")
    return Path(config.current().home) / "blocks" / kind / f"{name}.json"


def _read(place: Path) -> _Saved | None:
    try:
        return msgspec.json.decode(place.read_bytes(), type=_Saved)
    except FileNotFoundError:
        return None


def _either(value: object) -> Any:
    """The value in sync code, an awaitable of it in async code."""
    if not in_async_code():
        return value

    async def answer() -> object:
        return value

    return answer()
