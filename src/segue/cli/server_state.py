"""How servers are: those of this home, found by the files they leave in it, and the one that a setting names."""

from __future__ import annotations

import os
import signal

import msgspec
from msgspec import Struct

from segue.backend.open import connect_backend
from segue.host import clock
from segue.host.process import is_alive
from segue.model.errors import SegueError
from segue.model.settings import Settings
from segue.server.records import Record, read_records
from segue.wire.requests import Nothing
from segue.wire.servers import SERVER_READY, Beat

#: Seconds between two looks while waiting.
LOOK = 0.1
#: Seconds for a server to say how it is.
_PATIENCE = 5.0
#: Seconds that a server has for a graceful end, and for one at once.
_GRACE, _AT_ONCE = 14.0, 5.0


class Seen(Struct, frozen=True, kw_only=True):
    """A server, looked at once."""

    #: `ready`, `not ready`, or `silent`: its process lives but does not answer.
    state: str
    url: str
    pid: int | None = None
    version: str | None = None
    database: str | None = None
    log: str | None = None
    #: Why it is not ready.
    why: str | None = None
    loops: dict[str, Beat] = {}


def look(settings: Settings, port: int | None) -> list[Seen]:
    """Look at the servers of the home, or at the one that `SEGUE_API_URL` names where the home has none."""
    records = [record for at, record in read_records(settings.home) if port in {None, at}]
    if records:
        return [_look(settings, record.url, record) for record in records]
    if settings.api.url and port is None:
        return [_look(settings, settings.api.url.removesuffix("/").removesuffix("/api"), None)]
    return []


def look_until_ready(settings: Settings, port: int | None, seconds: float) -> list[Seen]:
    """Look until there is a server and every one is ready, or the time is up."""
    end = clock.monotonic() + seconds
    while True:
        seen = look(settings, port)
        if (seen and all(each.state == "ready" for each in seen)) or clock.monotonic() >= end:
            return seen
        clock.pause(LOOK)


def _look(settings: Settings, url: str, record: Record | None) -> Seen:
    seen = Seen(state="ready", url=url)
    if record is not None:
        seen = Seen(
            state="ready", url=url, pid=record.process.pid, version=record.version, database=record.database,
            log=record.log,
        )  # fmt: skip
    # Everybody may ask this, so no key is shown; and a server of this home is known by its files, not by its certificate. One
    # question, and not for long: a server that hangs is to be told as such.
    replace = msgspec.structs.replace
    unverified = record is not None or settings.api.tls_insecure_skip_verify
    patience = min(settings.api.request_timeout, _PATIENCE)
    asking = replace(
        settings,
        api=replace(settings.api, tls_insecure_skip_verify=unverified, request_timeout=patience),
        client=replace(settings.client, max_retries=0),
    )
    backend = connect_backend(f"{url}/api", key=None, home=settings.home, settings=asking)
    try:
        found = backend.call(SERVER_READY, Nothing())
    except SegueError as problem:
        state = "not ready" if problem.code == "server.not-ready" else "silent"
        return msgspec.structs.replace(seen, state=state, why=str(problem))
    finally:
        backend.close()
    return msgspec.structs.replace(seen, loops=found.loops, database=seen.database or found.database)


def stop(record: Record) -> bool:
    """End a server: asked first, at once when it does not end in time; returns whether it is gone."""
    for seconds in (_GRACE, _AT_ONCE):
        try:
            os.kill(record.process.pid, signal.SIGTERM)
        except ProcessLookupError:
            return True
        end = clock.monotonic() + seconds
        while clock.monotonic() < end:
            # It was seen on this machine before it was asked.
            if is_alive(record.process, here=True) is not True:
                return True
            clock.pause(LOOK)
    return False
