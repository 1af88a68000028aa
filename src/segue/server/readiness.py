"""Whether a server can do its work, told to whoever sends requests to it."""

from __future__ import annotations

import logging

from segue.backend.embedded import EmbeddedBackend
from segue.model.errors import SegueError, StorageProblem
from segue.wire.database import DATABASE_READ
from segue.wire.requests import Nothing
from segue.wire.servers import Beat, Readiness

_log = logging.getLogger("segue.server")


class NotReady(SegueError):
    """This server is not ready: {why}."""

    code = "server.not-ready"
    status = 503


def readiness(backend: EmbeddedBackend, beats: dict[str, Beat], is_ending: object) -> Readiness:
    """Return what the server stands on; raises `NotReady`, which says no more than everybody may know."""
    if is_ending:
        raise NotReady(why="it is ending")
    try:
        database = backend.read(DATABASE_READ, Nothing())
    except StorageProblem as problem:
        _log.debug("Not ready: %s", problem)
        raise NotReady(why="the database cannot be reached") from problem
    if database.schema_version < database.newest:
        raise NotReady(why=f"the database has schema {database.schema_version}, this version wants {database.newest}")
    silent = [name for name, beat in beats.items() if not beat.beating]
    if silent:
        raise NotReady(why=f"the {' and the '.join(silent)} did not succeed for long; the log says why")
    return Readiness(database=database.kind, schema_version=database.schema_version, loops=beats)
