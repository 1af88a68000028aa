"""A backend whose database's clock is wound by hand: what is done over it takes no time, however busy the machine is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar, cast

from segue.backend.embedded import EmbeddedBackend
from segue.host.clock import now
from segue.host.secret_keys import SecretKeys
from segue.model.callers import Caller
from segue.service.handlers import handler_of
from segue.store.postgresql import PostgresqlDatabase
from segue.store.session import Database, Session
from segue.store.sqlite import SqliteDatabase
from segue.wire.operation import Durability, Operation

Q = TypeVar("Q")
A = TypeVar("A")


class _Session:
    """A session by the clock of its backend."""

    def __init__(self, session: Session, wall: datetime) -> None:
        self._session = session
        self._wall = wall
        self.caller = session.caller

    def now(self) -> datetime:
        return self._wall

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)


class Wound(EmbeddedBackend):
    """An embedded backend; `wall` is what its clock shows."""

    def __init__(self, url: str, home: str) -> None:
        self.wall = now()
        super().__init__(lambda: _opened(url), SecretKeys(home, None))

    def call(self, operation: Operation[Q, A], request: Q) -> A:
        """Do an operation."""
        handler = cast("Callable[[Session, Q], A]", handler_of(operation))
        if operation.durability is Durability.READ:
            return self.look(lambda session: handler(session, request))
        return self.do(operation.name, handler, request)

    def look(self, reading: Callable[[Session], A], caller: Caller | None = None) -> A:
        """Read something."""
        return super().look(lambda session: reading(self._by_hand(session)), caller)

    def do(self, name: str, handler: Callable[[Session, Q], A], request: Q) -> A:
        """Do something in a transaction."""
        return super().do(name, lambda session, asked: handler(self._by_hand(session), asked), request)

    def _by_hand(self, session: Session) -> Session:
        return cast("Session", _Session(session, self.wall))


def _opened(url: str) -> Database:
    path = url.removeprefix("sqlite:///")
    return PostgresqlDatabase(url) if path == url else SqliteDatabase(path)
