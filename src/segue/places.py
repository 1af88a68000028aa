"""Places where results and code are kept: a folder of this machine, or anything fsspec reaches.

Every method works in sync code and, awaited, in async code; the twin with an `a` in front is for async code alone. What stands here
knows nothing of blocks, so that a flow that keeps results does not load them; the blocks are in `segue.filesystems`.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, runtime_checkable
from urllib.parse import urlsplit

from segue.engine.calling import in_async_code
from segue.ignored_files import Ignored
from segue.whole_files import write_whole

T = TypeVar("T")


@runtime_checkable
class Readable(Protocol):
    """Something files can be read from."""

    def read_path(self, path: str) -> Any:
        """Return the bytes of a file, or an awaitable of them; raises when there is none."""
        ...


@runtime_checkable
class Writable(Readable, Protocol):
    """Something files can be read from and written to."""

    def write_path(self, path: str, content: bytes) -> Any:
        """Write a file whole, or return an awaitable that does."""
        ...


async def _in_thread(function: Callable[..., T], *args: object) -> T:
    # A door: sync programs never pay for asyncio.
    import asyncio  # noqa: PLC0415

    return await asyncio.to_thread(function, *args)


def _either(function: Callable[..., T], *args: object) -> Any:
    """The value in sync code, an awaitable of it in async code."""
    return _in_thread(function, *args) if in_async_code() else function(*args)


class BothWays:
    """The public methods, sync and async, of a place whose work is done by four sync ones."""

    def read(self, path: str) -> bytes:
        """Return the bytes of a file; raises ValueError when there is none."""
        raise NotImplementedError

    def write(self, path: str, content: bytes) -> str:
        """Write a file whole and return where it is; it is on stable storage then, or was not touched."""
        raise NotImplementedError

    def get(self, from_path: str | None, local_path: str | None) -> None:
        """Copy a folder to this machine."""
        raise NotImplementedError

    def put(self, local_path: str | None, to_path: str | None, ignore_file: str | None) -> int:
        """Copy a folder from this machine and return how many files that were."""
        raise NotImplementedError

    def read_path(self, path: str) -> Any:
        """Return the bytes of a file; raises ValueError when there is none."""
        return _either(self.read, path)

    def write_path(self, path: str, content: bytes) -> Any:
        """Write a file whole and return where it is."""
        return _either(self.write, path, content)

    def get_directory(self, from_path: str | None = None, local_path: str | None = None) -> Any:
        """Copy a folder to this machine: by default all, to the working folder."""
        return _either(self.get, from_path, local_path)

    def put_directory(
        self, local_path: str | None = None, to_path: str | None = None, ignore_file: str | None = None
    ) -> Any:
        """Copy a folder from this machine, by default the working folder, without what `ignore_file` names."""
        return _either(self.put, local_path, to_path, ignore_file)

    async def aread_path(self, path: str) -> bytes:
        """Return the bytes of a file; raises ValueError when there is none."""
        return await _in_thread(self.read, path)

    async def awrite_path(self, path: str, content: bytes) -> str:
        """Write a file whole and return where it is."""
        return await _in_thread(self.write, path, content)

    async def aget_directory(self, from_path: str | None = None, local_path: str | None = None) -> None:
        """Copy a folder to this machine: by default all, to the working folder."""
        await _in_thread(self.get, from_path, local_path)

    async def aput_directory(
        self, local_path: str | None = None, to_path: str | None = None, ignore_file: str | None = None
    ) -> int:
        """Copy a folder from this machine, by default the working folder, without what `ignore_file` names."""
        return await _in_thread(self.put, local_path, to_path, ignore_file)


class InFolder(BothWays):
    """Files in a folder of this machine; nothing outside of it can be reached."""

    basepath: str | None

    def base(self) -> Path:
        """Return the folder; the working folder at this moment when none was given."""
        return Path(os.path.realpath(os.path.expanduser(self.basepath))) if self.basepath else Path.cwd()  # noqa: PTH111 - half the time of pathlib's

    def resolve(self, path: str | None) -> Path:
        """Return the place of a path; raises ValueError when it lies outside, symbolic links followed."""
        base = self.base()
        if not path:
            return base
        place = Path(os.path.realpath(base / os.path.expanduser(path)))  # noqa: PTH111 - see above
        if not place.is_relative_to(base):
            raise ValueError(f"Provided path {place} is outside of the base path {base}.")
        return place

    def read(self, path: str) -> bytes:
        """Return the bytes of a file; raises ValueError when there is none."""
        place = self.resolve(path)
        try:
            return place.read_bytes()
        except FileNotFoundError:
            raise ValueError(f"Path {place} does not exist.") from None
        except (IsADirectoryError, PermissionError):
            if place.is_dir():
                raise ValueError(f"Path {place} is not a file.") from None
            raise

    def write(self, path: str, content: bytes) -> str:
        """Write a file whole and return where it is; it is on stable storage then, or was not touched."""
        place = self.resolve(path)
        write_whole(place, content)
        return str(place)

    def get(self, from_path: str | None, local_path: str | None) -> None:
        """Copy a folder to another one, without what its `.segueignore` names."""
        source = self.resolve(from_path)
        target = Path(local_path or ".").resolve()
        if source != target:
            copy_folder(source, target, Ignored.read(source / ".segueignore"))

    def put(self, local_path: str | None, to_path: str | None, ignore_file: str | None) -> int:
        """Copy a folder into this one and return how many files that were."""
        source, target = Path(local_path or ".").resolve(), self.resolve(to_path)
        if source == target:
            return 0
        return copy_folder(source, target, Ignored.read(Path(ignore_file) if ignore_file else None))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, InFolder) and self.basepath == other.basepath

    def __hash__(self) -> int:
        return hash(self.basepath)


class Folder(InFolder):
    """A folder of this machine: what a `LocalFileSystem` is to the engine."""

    def __init__(self, basepath: str | Path | None = None) -> None:
        self.basepath = None if basepath is None else str(basepath)

    def __repr__(self) -> str:
        return f"LocalFileSystem(basepath={self.basepath!r})"


class AtAddress(BothWays):
    """Files at an address that fsspec reaches, such as `s3://bucket/folder`; `settings` go to fsspec's file system."""

    if TYPE_CHECKING:
        # For checkers alone: what stands here otherwise would be a field of every block that is such a place.
        basepath: str
        settings: dict[str, Any]
        _opened: Any

    @property
    def filesystem(self) -> Any:
        """The file system behind it."""
        if self._opened is None:
            # A door: fsspec and the library of the scheme are loaded by the first file.
            import fsspec  # noqa: PLC0415

            scheme = urlsplit(self.basepath).scheme
            self._opened = fsspec.filesystem(scheme, **{key: _revealed(value) for key, value in self.settings.items()})
        return self._opened

    def resolve(self, path: str | None) -> str:
        """Return the full address of a path; raises ValueError when it lies outside."""
        base = self.basepath.rstrip("/")
        if not path:
            return base
        rest = path[len(base) :] if path == base or path.startswith(f"{base}/") else path
        if "://" in rest or ".." in rest.split("/"):
            raise ValueError(f"Provided path {path!r} is outside of the base path {base!r}.")
        return f"{base}/{rest.strip('/')}"

    def read(self, path: str) -> bytes:
        """Return the bytes of a file; raises ValueError when there is none."""
        place = self.resolve(path)
        try:
            content: bytes = self.filesystem.cat_file(place)
        except OSError as problem:
            # Libraries of fsspec raise errors of their own, with or without a number.
            if isinstance(problem, FileNotFoundError) or problem.errno == errno.ENOENT:
                raise ValueError(f"Path {place} does not exist.") from None
            if isinstance(problem, IsADirectoryError) or problem.errno == errno.EISDIR:
                raise ValueError(f"Path {place} is not a file.") from None
            raise
        return content

    def make(self, folder: str) -> None:
        """Make a folder, by its address, and those above it."""
        self.filesystem.makedirs(folder, exist_ok=True)

    def write(self, path: str, content: bytes) -> str:
        """Write a file whole and return its address."""
        place = self.resolve(path)
        self.make(place.rpartition("/")[0])
        self.filesystem.pipe_file(place, content)
        return place

    def get(self, from_path: str | None, local_path: str | None) -> None:
        """Copy a folder to this machine."""
        target = Path(local_path or ".").resolve()
        target.mkdir(parents=True, exist_ok=True)
        self.filesystem.get(f"{self.resolve(from_path)}/", f"{target}/", recursive=True)

    def put(self, local_path: str | None, to_path: str | None, ignore_file: str | None) -> int:
        """Copy a folder from this machine and return how many files that were."""
        source, target = Path(local_path or ".").resolve(), self.resolve(to_path)
        names = Ignored.read(Path(ignore_file) if ignore_file else None).kept(source)
        for name in names:
            self.make(f"{target}/{name}".rpartition("/")[0])
            self.filesystem.put_file(str(source / name), f"{target}/{name}")
        return len(names)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AtAddress) and (self.basepath, self.settings) == (other.basepath, other.settings)

    def __hash__(self) -> int:
        return hash(self.basepath)


class Address(AtAddress):
    """An address that fsspec reaches: what a `RemoteFileSystem` is to the engine."""

    def __init__(self, basepath: str, settings: dict[str, Any] | None = None) -> None:
        self.basepath = checked_address(basepath)
        self.settings = dict(settings or {})
        self._opened = None

    def __repr__(self) -> str:
        return f"RemoteFileSystem(basepath={self.basepath!r})"  # the settings may hold credentials


def checked_address(basepath: str) -> str:
    """Return the address; raises ValueError for one that names no place elsewhere."""
    parts = urlsplit(basepath)
    if not parts.scheme:
        raise ValueError(f"Base path must start with a scheme. Got {basepath!r}.")
    if parts.scheme == "file":
        raise ValueError("Base path scheme cannot be 'file'. Use `LocalFileSystem` instead for local file access.")
    if not parts.netloc and parts.scheme != "memory":
        raise ValueError(f"Base path must provide a location to write to after the scheme. Got {basepath!r}.")
    return basepath


class NullFileSystem:
    """A place that keeps nothing."""

    async def read_path(self, path: str) -> None:
        """Return None."""

    async def write_path(self, path: str, content: bytes) -> None:
        """Forget it."""

    async def get_directory(self, from_path: str | None = None, local_path: str | None = None) -> None:
        """Do nothing."""

    async def put_directory(
        self, local_path: str | None = None, to_path: str | None = None, ignore_file: str | None = None
    ) -> None:
        """Do nothing."""


def copy_folder(source: Path, target: Path, ignored: Ignored) -> int:
    """Copy the files of a folder but the ignored ones; return how many."""
    names = ignored.kept(source)
    for name in names:
        place = target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source / name, place, follow_symlinks=False)
    return len(names)


def _revealed(value: object) -> object:
    """The text inside a secret."""
    reveal = getattr(value, "get_secret_value", None)
    return reveal() if callable(reveal) else value
