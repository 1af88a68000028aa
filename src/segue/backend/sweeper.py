"""Takes away the files of runs that were deleted.

A run's own files bear its id, so whatever machine they lie on can tell whose they are: the result of a flow run, the exception of a
failed run, inputs that were kept, arguments that were handed over, the journal of a durable run. Results under a cache key belong
to the cache, not to a run, and what lies in a storage of the user's own belongs to the user: neither is touched. The record says
which runs were deleted; nothing is taken away because it is not found there.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence

from msgspec import Struct

from segue.backend.protocol import Backend
from segue.wire.discarded import DISCARDED_LIST, DISCARDED_REFERRED, DiscardedQuery, Names

#: Ids are what names are made of, and nothing else is.
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_JOURNAL = re.compile(rf"({_ID.pattern})\.\d+\.journal")
_PAGE = 1_000


class Swept(Struct, frozen=True):
    """Files that were taken away, or would be."""

    files: int = 0
    bytes: int = 0
    #: What could not be taken away, with the reason; it is tried again.
    failed: tuple[str, ...] = ()

    def __add__(self, other: Swept) -> Swept:
        """Return both together."""
        return Swept(self.files + other.files, self.bytes + other.bytes, self.failed + other.failed)


class Sweeper:
    """Sweeps one home: `storage` is the folder of its results."""

    def __init__(self, backend: Backend, home: str, storage: str) -> None:
        self._backend = backend
        self._storage = storage
        self._inputs = os.path.join(home, "inputs")
        self._journals = os.path.join(storage, "journals")
        self._parameters = os.path.join(storage, "parameters")

    def sweep(self) -> Swept:
        """Take away the files of every run that was deleted lately; raises what the backend raises."""
        done, after = Swept(), ""
        journals = self._journals_by_run()
        while True:
            ids = self._backend.call(DISCARDED_LIST, DiscardedQuery(limit=_PAGE, after=after)).ids
            for path, size in self._unneeded(list(self._files(ids, journals))):
                done += _taken_away(path, size)
            if len(ids) < _PAGE:
                return done
            after = ids[-1]

    def measure(self, ids: Sequence[str]) -> Swept:
        """Say what would be taken away if these runs were deleted."""
        found = list(self._files(ids, self._journals_by_run()))
        return Swept(len(found), sum(size for _, size in found))

    def _files(self, ids: Sequence[str], journals: dict[str, list[str]]) -> Iterator[tuple[str, int]]:
        """Yield the files of these runs that are there, with their sizes."""
        storage, inputs = self._storage, self._inputs
        inside = {folder: self._is_inside(folder) for folder in (self._journals, self._parameters)}
        for id in ids:
            if _ID.fullmatch(id) is None:
                continue
            named = [
                os.path.join(storage, f"flow-{id}"),
                os.path.join(storage, f"failure-{id}"),
                os.path.join(self._parameters, id),
                os.path.join(inputs, f"inputs-{id}"),
                os.path.join(inputs, f"arguments-{id}"),
            ]
            for path in [*named, *journals.get(id, ())]:
                size = _size_of(path) if inside.get(os.path.dirname(path), True) else None
                if size is not None:
                    yield path, size

    def _is_inside(self, folder: str) -> bool:
        """Say whether a folder of the storage lies there, and is no link to elsewhere."""
        return os.path.realpath(folder) == os.path.join(os.path.realpath(self._storage), os.path.basename(folder))

    def _journals_by_run(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        try:
            names = os.listdir(self._journals)
        except OSError:
            return found
        for name in names:
            match = _JOURNAL.fullmatch(name)
            if match is not None:
                found.setdefault(match[1], []).append(os.path.join(self._journals, name))
        return found

    def _unneeded(self, files: list[tuple[str, int]]) -> list[tuple[str, int]]:
        """Leave out what a state of another run points to, such as one that was handed on."""
        names = {path: self._name(path) for path, _ in files}
        if not names:
            return []
        needed = set(self._backend.call(DISCARDED_REFERRED, Names(names=sorted(set(names.values())))).names)
        return [(path, size) for path, size in files if names[path] not in needed]

    def _name(self, path: str) -> str:
        """What a pointer to this file holds: its key, or for a journal its place."""
        folder, name = os.path.split(path)
        if folder == self._journals:
            return f"journal:{path}"
        return f"parameters/{name}" if folder == self._parameters else name


def _size_of(path: str) -> int | None:
    """Return the bytes of a plain file; None for anything else, links included."""
    try:
        facts = os.lstat(path)
    except OSError:
        return None
    return facts.st_size if stat.S_ISREG(facts.st_mode) else None


def _taken_away(path: str, size: int) -> Swept:
    try:
        os.unlink(path)
    except FileNotFoundError:
        return Swept()
    except OSError as problem:
        return Swept(failed=(f"{path}: {problem.strerror}",))
    return Swept(1, size)
