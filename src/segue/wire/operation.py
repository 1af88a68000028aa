"""What an operation is: its place in the HTTP API, its request and its answer, who may call it and when it answers."""

from __future__ import annotations

from enum import Enum
from typing import Generic, TypeVar

from msgspec import Struct

Q = TypeVar("Q")
A = TypeVar("A")


class Access(Enum):
    """Who may call an operation; `PUBLIC`: anybody, also without a name, so it tells nothing that is worth a name."""

    PUBLIC = "public"
    READ = "read"
    RUN = "run"
    EDIT = "edit"
    ADMIN = "admin"


class Durability(Enum):
    """When an operation answers: a read at once, `NOW` when its commit is on disk, `SOON` with the next commit.

    `SELF`: the server answers of itself, no service is asked.
    """

    SELF = "self"
    READ = "read"
    SOON = "soon"
    NOW = "now"


class Operation(Struct, Generic[Q, A], frozen=True, eq=False):
    """One thing the control plane does."""

    name: str
    method: str
    path: str
    request: type[Q]
    response: type[A]
    access: Access
    durability: Durability
    #: Answered by server-sent events for as long as the client listens; by a server alone.
    streamed: bool = False
    #: Media type of an answer that is text and not JSON; its response is then `str`.
    text: str | None = None
    #: Answered at the root of a server as well as below `/api`: where the tools that ask for it expect it.
    at_root: bool = False
    #: Answered below `/api`; what is not is there for people alone.
    below: bool = True
    #: Something about it takes long, such as the hash of a password: done before it takes its turn at the database.
    slow: bool = False
    #: A second way for a question: GET at this path, with what `request` holds as query parameters.
    get: str | None = None
    #: What it does, where no handler says so.
    says: str = ""
    #: Answered as soon as there is something, and after the `seconds` of its request in any case.
    waits: bool = False
    #: The answer tells a secret, once: it is kept nowhere, not even for a request that is repeated.
    secret: bool = False
    #: What a query holds is nothing to the server: the page that is shown reads it.
    any_query: bool = False

    @property
    def ways(self) -> tuple[tuple[str, str], ...]:
        """The methods and paths by which it is reached; all of them ask for the same right."""
        first = (self.method, self.path)
        return (first,) if self.get is None else (first, ("GET", self.get))


class Page(Struct, frozen=True, kw_only=True):
    """An answer that is no JSON of a noun, sent as it is."""

    kind: str
    body: bytes
    headers: dict[str, str] = {}
