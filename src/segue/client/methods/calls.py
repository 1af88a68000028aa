"""What all methods stand on: one call of an operation."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from segue.backend.protocol import Backend
from segue.client.lookout import looked_after
from segue.engine.session import backend
from segue.exceptions import ObjectAlreadyExists, ObjectNotFound
from segue.model.errors import AlreadyExists, NotFound
from segue.wire.operation import Operation

Q = TypeVar("Q")
A = TypeVar("A")


class Calls:
    """A way to the operations, opened at the first call."""

    _backend: Backend | None = None

    def _reading(self) -> Backend:
        """The backend, once everything this process recorded so far can be read, and runs of dead processes are closed."""
        if self._backend is None:
            self._backend = backend()
        return looked_after(self._backend)

    def _call(self, operation: Operation[Q, A], request: Q) -> A:
        """Do one operation; what is not there, or there already, is said by the exceptions that users know."""
        try:
            return self._reading().call(operation, request)
        except NotFound as error:
            raise ObjectNotFound(error) from error
        except AlreadyExists as error:
            raise ObjectAlreadyExists(error) from error


def id_text(id: UUID | str) -> str:
    """Return an id as the wire has it; raises ValueError for what is not one."""
    return str(id if isinstance(id, UUID) else UUID(id))
