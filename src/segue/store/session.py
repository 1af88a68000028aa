"""What a database offers to the services: a session that runs statements of the catalogue and composed lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from segue.host.secret_keys import SecretKeys
from segue.model.callers import Caller
from segue.model.errors import StorageProblem
from segue.store.bulk import Rows
from segue.store.codec import Row

#: What a parameter may be.
Param = str | int | float | None


class TakesLong(Exception):
    """An operation may take long that is done while others stand still: it is to be done elsewhere."""


class Session(Protocol):
    """Statements over one connection; a writing session lives inside one transaction."""

    #: `sqlite` or `postgresql`; the composer's few differences hang on it.
    dialect: str

    def row(self, name: str, /, **params: Param) -> Row | None:
        """Run a statement of the catalogue and return its first row."""
        ...

    def rows(self, name: str, /, **params: Param) -> list[Row]:
        """Run a statement of the catalogue and return its rows."""
        ...

    def run(self, name: str, /, **params: Param) -> int:
        """Run a statement of the catalogue and return how many rows it changed."""
        ...

    def put(self, name: str, rows: Rows, /, **params: Param) -> None:
        """Run a bulk statement of the catalogue."""
        ...

    def append_states(self, rows: Rows) -> int:
        """Give numbers to new rows of the history and insert them; return the number before the first."""
        ...

    def count_past(self, number: int) -> None:
        """Let the numbers of the history go on from this one, unless they are past it."""
        ...

    def select(self, sql: str, params: dict[str, Param]) -> list[Row]:
        """Run a composed SELECT."""
        ...

    def now(self) -> datetime:
        """Return the instant by the database's clock, by which leases are judged."""
        ...

    def new_id(self) -> str:
        """Return a new id."""
        ...

    def order(self) -> None:
        """Take the lock that gives events their order; taken first by whatever makes rows that others may make too."""
        ...

    def take_long(self) -> None:
        """Tell that what follows may take long; raises `TakesLong` where that must not be, and all of it is undone."""
        ...

    def schema_version(self) -> int:
        """Return the number of the last migration that was applied."""
        ...

    #: What this transaction learnt and may be kept after its commit, such as the numbers of interned tasks.
    memory: dict[tuple[str, ...], int]
    #: Who asks for the operation at hand; None where nobody said.
    caller: Caller | None
    #: The keys that secrets are encrypted with; None where nobody gave any.
    keys: SecretKeys | None


class Writer(Session, Protocol):
    """The writing session of a database: at most one transaction at a time, used by one thread at a time."""

    #: What the database's driver raises.
    failures: tuple[type[Exception], ...]
    #: Whether something was told in the present transaction, or in the last: states, lines, events.
    has_appended: bool
    #: Whether others stand still until the statements of this transaction are done.
    is_awaited: bool

    @property
    def touched(self) -> int:
        """A number that is another after something was written, and may be so after anything that is no plain SELECT."""
        ...

    def append_at_once(
        self, id: str, fence: int, before: int, last: int, states: int, rows: Mapping[str, Rows], tasks: str, /
    ) -> bool:
        """Apply a whole batch in one statement where that is quicker; return False when nothing was done.

        Only for a batch that is alone in its transaction. `rows` are the rows by bulk statement, `states` the number of
        states among them, `tasks` the numbers of the interned tasks.
        """
        ...

    @property
    def is_lost(self) -> bool:
        """Whether the connection is gone and another session must be opened."""
        ...

    def begin(self, settle: Callable[[], object] | None = None) -> None:
        """Take this process's turn and open a transaction; nothing of it is durable before `settle` returned.

        `settle` is called at most once, after the statements where that is possible: its work and theirs overlap. What it raises
        comes out of `commit` or `append_at_once`, and the transaction is then to be rolled back.
        """
        ...

    def begin_at_once(self) -> bool:
        """Do as `begin` where statements take no trip and nobody has to be waited for; say whether it was done.

        Others stand still meanwhile (`is_awaited`), until told otherwise. May be called in another thread than what follows.
        """
        ...

    def commit(self) -> None:
        """Make everything since `begin` durable and give the turn back."""
        ...

    def rollback(self) -> None:
        """Undo everything since `begin` and give the turn back; never raises."""
        ...

    def save(self) -> None:
        """Open a savepoint."""
        ...

    def release(self) -> None:
        """Keep what was done since the savepoint."""
        ...

    def undo(self) -> None:
        """Undo what was done since the savepoint, and forget it."""
        ...

    def restart(self) -> None:
        """Undo everything since `begin` but keep the turn, in a new transaction."""
        ...

    def lock(self, rows: Sequence[tuple[str, str]]) -> None:
        """Lock rows, given as (kind, id), in that order, so that what is decided over them holds until the commit."""
        ...

    def is_passing(self, problem: BaseException) -> bool:
        """Say whether the transaction failed only because of another one, and will succeed when done again."""
        ...

    def explain(self, problem: BaseException) -> StorageProblem | None:
        """Return the sentence for a database that cannot be used; None when the problem is the operation's own."""
        ...

    def others(self) -> object:
        """Return what is another after others have committed, and the same after this session has; not within a transaction.

        It is always the same where watching the database is the only way to know.
        """
        ...

    def close(self) -> None:
        """Close the connection."""
        ...

    def abandon(self) -> None:
        """Forget the connection without touching it: it belongs to the process this one was forked from."""
        ...


class Watch(Protocol):
    """Notices commits, of whichever process; used by one thread."""

    def wait(self, seconds: float) -> bool:
        """Return True as soon as something was committed since the last call, or may have been; False when the time is over.

        Raises `StorageProblem` while the database is away.
        """
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


class Database(Protocol):
    """An opened database."""

    #: A sentence part for messages: the file's path, or the server's address without the password.
    address: str
    dialect: str
    #: Whether a caller may write in its own thread: the driver survives an exception thrown into the middle of it.
    is_interruptible: bool
    #: Whether it is a file on a disk of this machine's own.
    is_on_own_disk: bool

    def reader(self) -> Session:
        """Return this thread's reading session; reads never wait for writes."""
        ...

    def writer(self) -> Writer:
        """Open the writing session."""
        ...

    def watch(self, others: Callable[[], object] | None = None) -> Watch:
        """Begin to notice commits; given `Writer.others`, only those of others, if the database can tell them apart."""
        ...

    def explain(self, problem: BaseException) -> StorageProblem | None:
        """Return the sentence for a database that cannot be used; None when the problem is the operation's own."""
        ...

    def upgrade(self) -> int:
        """Apply the steps that wait until no older release reads this database; return the schema's number."""
        ...

    def check(self) -> list[str]:
        """Return what is wrong with the database, a line each; nothing when it is sound."""
        ...

    def back_up(self, target: str) -> None:
        """Write a consistent copy into a new file while others go on; raises `StorageProblem`."""
        ...

    def bring_back(self, source: str) -> None:
        """Replace everything by a copy, in one transaction that other processes see as any other."""
        ...

    def close(self) -> None:
        """Close every connection."""
        ...

    def abandon(self) -> None:
        """Forget the connections without touching them: they belong to the process this one was forked from."""
        ...
