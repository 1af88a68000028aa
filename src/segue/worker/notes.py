"""What a worker writes down of the runs it has started, so that another one of this home finds them when it is gone."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from segue.host.process import Identity, is_alive, this_process
from segue.model.runs import Id

_log = logging.getLogger("segue.worker")


class Note(Struct, frozen=True, kw_only=True):
    """One run, and where it runs."""

    flow_run_id: Id
    name: str
    fence: int
    server: str
    #: The launcher that knows the rest.
    type: str
    infrastructure: dict[str, object]
    worker: Identity


class Notes:
    """The notes of one home, a file each."""

    def __init__(self, home: str, server: str) -> None:
        self._folder = Path(home) / "worker-runs"
        self._server = server

    def write(self, id: Id, name: str, fence: int, type: str, infrastructure: dict[str, object]) -> None:
        """Write down where a run runs; a disk that takes nothing costs only that another worker does not find it."""
        note = Note(
            flow_run_id=id, name=name, fence=fence, server=self._server, type=type, infrastructure=infrastructure,
            worker=this_process(),
        )  # fmt: skip
        path = self._folder / f"{id}.json"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh = path.with_suffix(".new")
            fresh.touch(mode=0o600)
            fresh.write_bytes(msgspec.json.encode(note))
            fresh.replace(path)
        except OSError as problem:
            _log.warning("%s cannot be written, so no other worker will find this run: %s", path, problem.strerror)

    def forget(self, id: Id) -> None:
        """The run's end is recorded."""
        with suppress(OSError):
            (self._folder / f"{id}.json").unlink()

    def orphans(self, type: str) -> Iterator[Note]:
        """Yield the runs of workers that are gone, each to one taker."""
        for path in sorted(self._folder.glob("*.json")):
            try:
                note = msgspec.json.decode(path.read_bytes(), type=Note)
            except (OSError, msgspec.MsgspecError):
                continue
            if (note.server, note.type) != (self._server, type) or is_alive(note.worker) is not False:
                continue
            mine = path.with_suffix(f".{this_process().pid}")
            try:
                # Whoever moves it first has it.
                path.rename(mine)
            except OSError:
                continue
            mine.unlink()
            self.write(note.flow_run_id, note.name, note.fence, note.type, note.infrastructure)
            yield note
