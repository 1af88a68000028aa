"""What one process shares among its runs: the backend, its identity as a holder, the pulse."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from segue.backend.holders import this_holder
from segue.backend.janitor import Janitor
from segue.backend.lookout import Lookout
from segue.backend.open import connect_backend, open_backend
from segue.backend.sweeping import Sweeping
from segue.engine.lives import current_actor, current_flow, current_reason, current_task
from segue.engine.pulse import Pulse
from segue.host import config
from segue.host.ids import new_id
from segue.host.person import user_name
from segue.model.callers import Caller
from segue.model.states import Actor
from segue.wire.operations import LEASE_TAKE
from segue.wire.requests import SERVICE_LEASE, LeaseRequest, TakeLease

if TYPE_CHECKING:
    from segue.backend.protocol import Backend, Stream
    from segue.model.settings import Settings


class Session:
    """One backend and what hangs on it."""

    def __init__(self, backend: Backend, also: Callable[[], object] | None = None) -> None:
        self.backend = backend
        self.pulse = Pulse(backend, also=also)
        self._lock = threading.Lock()
        self._stray: Stream | None = None
        self._events: Stream | None = None

    @property
    def actor(self) -> Actor:
        """Who acts in this process."""
        return who()

    def lease_request(self) -> LeaseRequest:
        """Ask for a lease in the name of this process."""
        return LeaseRequest(holder=this_holder(), served=self.backend.is_remote, service_seconds=SERVICE_LEASE)

    def forked(self) -> None:
        """Let go of what belongs to the parent process."""
        self._lock = threading.Lock()
        self._stray = self._events = None
        for life in self.pulse.forked():
            life.forked = True

    def stray_stream(self) -> Stream:
        """The stream of tasks that run outside any flow: under a lease of the process itself."""
        with self._lock:
            if self._stray is None:
                lease = self.backend.call(LEASE_TAKE, TakeLease(id=new_id(), lease=self.lease_request()))
                self._stray = self.backend.stream(lease)
                self.pulse.hold(lease, self._stray)
            return self._stray

    def events_stream(self) -> Stream:
        """The stream of events that are told outside any run; a server is not asked first, and may be away."""
        with self._lock:
            if self._events is None:
                self._events = self.backend.events()
        return self._events or self.stray_stream()


_sessions: dict[tuple[str, str, str | None], Session] = {}
_lock = threading.Lock()


def session() -> Session:
    """Return the session of the current settings, opened at the first call; who reads or retries closes runs of dead processes."""
    settings = config.current()
    # A child process of several runs has a token of each.
    key = (settings.api.url or settings.database.url, str(settings.home), settings.api.key)
    found = _sessions.get(key)
    if found is not None:
        return found
    with _lock:
        found = _sessions.get(key)
        if found is None:
            found = _sessions[key] = _opened(settings)
    return found


def _opened(settings: Settings) -> Session:
    if settings.api.url:
        # The server tidies its database itself.
        remote = connect_backend(
            settings.api.url, key=settings.api.key, home=settings.home, caller=caller, settings=settings
        )
        sweeping = _sweeping(remote, settings)
        sweeping.look()
        return Session(remote, also=sweeping.look)
    backend = open_backend(settings.database.url, settings.home, secret_key=settings.secret_key, caller=caller)
    sweeping = _sweeping(backend, settings)
    janitor, lookout = Janitor(backend, settings.retention, sweeping), Lookout(backend)
    janitor.look()

    def look() -> None:
        """Where there is no server, whoever runs for long sees to what is left by others, of other machines as well."""
        janitor.look()
        lookout.look()

    return Session(backend, also=look)


def _sweeping(backend: Backend, settings: Settings) -> Sweeping:
    return Sweeping(backend, settings.home, settings.results.local_storage_path, settings.retention.environments_days)


def caller() -> Caller:
    """Return who asks for operations in this process, and why if that was said."""
    return Caller(actor=who(), reason=current_reason.get())


def _forked() -> None:
    """In a child process: the runs of its parent are its parent's, and what is called here begins runs of its own."""
    global _lock  # noqa: PLW0603 - it may be held by a thread that this process does not have
    _lock = threading.Lock()
    current_flow.set(None)
    current_task.set(None)
    for each in _sessions.values():
        each.forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)


def who() -> Actor:
    """Return who acts in this process: whoever was set to act, else the person it runs as."""
    return current_actor.get() or Actor(kind="user", name=user_name(), means="sdk")


def backend() -> Backend:
    """Return the backend of the current settings."""
    return session().backend


def reading() -> Backend:
    """Return the backend once everything this process recorded so far can be read."""
    found = session().backend
    found.flush()
    return found


def forget() -> None:
    """Close every session: a test is over, or the process forked and must not use its parent's."""
    with _lock:
        sessions = list(_sessions.values())
        _sessions.clear()
    for each in sessions:
        each.pulse.rest()
        each.backend.close()
