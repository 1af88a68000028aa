"""PostgreSQL: many processes on many machines.

Everything lives in the schema `segue`. A batch locks the rows it decides over in one order, then the row of the event
counter, which it holds to its commit: so the order of events is the order of commits, and no reader's cursor skips one.
What still collides is undone by the server and done again.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlsplit

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Loader

from segue.host.clock import monotonic
from segue.host.ids import new_id
from segue.host.secret_keys import SecretKeys
from segue.model.callers import Caller
from segue.model.errors import StorageProblem
from segue.store.at_once import CHANNEL, PARTS, joined
from segue.store.bulk import Rows
from segue.store.codec import Row, instant, json_text, refuse_unstorable
from segue.store.migrations import due
from segue.store.session import Param
from segue.store.statements import statement_for_postgresql

#: Any number that no other program of the same database is likely to lock.
_MIGRATION_LOCK = 0x5E_60_E0_01
_SCHEMA = "segue"
#: Seconds after which a watch has others look whether or not it heard anything.
_CATCH_UP = 2.0
_OWN_TOOLS = "A PostgreSQL database is backed up and restored with pg_dump and pg_restore (schema `segue`)."
#: A writer finds rows by their keys and nothing else. A plan is made once and kept: one that was made while a table was empty would
#: read the whole of it ever after.
_BY_KEY = "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off"
#: A list is planned for the values that it is asked for, in whichever order its tables are best joined: with more of them than the
#: limit, the rows of a page would be picked only after everything was joined. Compiling a plan takes longer than any page may.
_AS_ASKED = (
    "SET plan_cache_mode = force_custom_plan; SET jit = off; SET join_collapse_limit = 12; SET from_collapse_limit = 12"
)
_abandoned: list[object] = []

Connection = psycopg.Connection[tuple[Any, ...]]


class JsonText(Loader):
    """Hands out JSON as it came; the nouns decode it."""

    def load(self, data: Buffer) -> bytes:
        """Return the text as bytes."""
        return bytes(data)


class PostgresqlSession:
    """Statements over one PostgreSQL connection."""

    dialect = "postgresql"

    def __init__(self, connection: Connection, address: str) -> None:
        self._connection = connection
        self._address = address
        self._now: datetime | None = None
        self.memory: dict[tuple[str, ...], int] = {}
        self.has_appended = False
        self.caller: Caller | None = None
        self.keys: SecretKeys | None = None

    def row(self, name: str, /, **params: Param) -> Row | None:
        """Run a statement of the catalogue and return its first row."""
        return cast("Row | None", self._execute(statement_for_postgresql(name), params).fetchone())

    def rows(self, name: str, /, **params: Param) -> list[Row]:
        """Run a statement of the catalogue and return its rows."""
        return cast("list[Row]", self._execute(statement_for_postgresql(name), params).fetchall())

    def run(self, name: str, /, **params: Param) -> int:
        """Run a statement of the catalogue and return how many rows it changed."""
        return self._execute(statement_for_postgresql(name), params).rowcount

    def put(self, name: str, rows: Rows, /, **params: Param) -> None:
        """Run a bulk statement of the catalogue."""
        self._execute(statement_for_postgresql(name), {**params, "rows": rows.text})

    def append_states(self, rows: Rows) -> int:
        """Give numbers to new rows of the history and insert them, in one statement; return the number before the first."""
        self.has_appended = True
        row = self.row("states_append", n=rows.count, rows=rows.text)
        return int(row[0] or 0) if row else 0

    def count_past(self, number: int) -> None:
        """Let the numbers of the history go on from this one, unless they are past it."""
        self.run("restored_counter", past=number)

    def select(self, sql: str, params: dict[str, Param]) -> list[Row]:
        """Run a composed SELECT."""
        return cast("list[Row]", self._execute(sql, params).fetchall())

    def now(self) -> datetime:
        """Return the instant by the server's clock at which this transaction began."""
        if self._now is None:
            row = self.row("transaction_now")
            self._now = instant(int(row[0] or 0) if row else 0)
        return self._now

    def new_id(self) -> str:
        """Return a new id."""
        return new_id()

    def order(self) -> None:
        """Take the lock that gives events their order."""
        self.row("order_take")

    def take_long(self) -> None:
        """Go on: nobody stands still."""

    def schema_version(self) -> int:
        """Return the number of the last migration that was applied."""
        return _version(self._connection)[0]

    @property
    def is_lost(self) -> bool:
        """Whether the connection is gone."""
        return self._connection.closed

    def _execute(self, sql: str, params: dict[str, Param]) -> psycopg.Cursor[tuple[Any, ...]]:
        refuse_unstorable(params)
        # Statements are our own files, or composed of our own column names and placeholders.
        return self._connection.execute(sql.encode(), params)


class PostgresqlReader(PostgresqlSession):
    """A reading session: autocommit, and a lost connection is told in a sentence."""

    def now(self) -> datetime:
        """Return the present instant by the server's clock."""
        self._now = None
        return super().now()

    def _execute(self, sql: str, params: dict[str, Param]) -> psycopg.Cursor[tuple[Any, ...]]:
        try:
            return super()._execute(sql, params)
        except psycopg.OperationalError as problem:
            raise storage_problem(problem, self._address) from problem


class PostgresqlWriter(PostgresqlSession):
    """The writing session of a process."""

    failures: tuple[type[Exception], ...] = (psycopg.Error,)
    is_awaited = False

    def __init__(self, connection: Connection, address: str) -> None:
        super().__init__(connection, address)
        #: Whether the transaction was begun at the server; a batch of one statement needs none.
        self._begun = False
        self._settle: Callable[[], object] | None = None
        #: How many statements there were that are no plain SELECT.
        self.touched = 0

    def begin(self, settle: Callable[[], object] | None = None) -> None:
        """Open a transaction; the server hears of it with the first statement."""
        self._settle = settle
        self.has_appended = False
        self._now = None
        self._begun = False
        if self._connection.closed:
            message = "the connection is closed"
            raise storage_problem(psycopg.OperationalError(message), self._address)

    def begin_at_once(self) -> bool:
        """Say no: each statement is a trip to the server."""
        return False

    def commit(self) -> None:
        """Make everything since `begin` durable."""
        self._settled()
        if self._begun:
            self._connection.execute(f"NOTIFY {CHANNEL}; COMMIT")

    def rollback(self) -> None:
        """Undo everything since `begin`; never raises."""
        self.memory.clear()
        try:
            if self._begun:
                self._connection.execute("ROLLBACK")
        except psycopg.Error:
            # The connection is gone, and the transaction with it; the next session tells.
            self._connection.close()

    def append_at_once(
        self, id: str, fence: int, before: int, last: int, states: int, rows: Mapping[str, Rows], tasks: str
    ) -> bool:
        """Apply a whole batch in one statement and commit it; return False when nothing was done."""
        names = tuple(name for name in PARTS if name in rows)
        if self._begun or "states" not in rows or len(names) + 1 != len(rows):
            return False
        params: dict[str, Param] = {"id": id, "fence": fence, "before": before, "last": last, "n": states}
        params |= {name: each.text for name, each in rows.items()}
        params |= {"tasks": tasks, "lease_id": id}
        self._settled()
        try:
            row = self._connection.execute(joined(names).encode(), params).fetchone()
        except (psycopg.IntegrityError, psycopg.DataError):
            return False
        return row is not None and row[0] == 1

    def save(self) -> None:
        """Open a savepoint."""
        self._begin()
        self._connection.execute("SAVEPOINT s")

    def release(self) -> None:
        """Keep what was done since the savepoint."""
        self._connection.execute("RELEASE s")

    def undo(self) -> None:
        """Undo what was done since the savepoint, and forget it."""
        self.memory.clear()
        self._connection.execute("ROLLBACK TO s")
        self._connection.execute("RELEASE s")

    def restart(self) -> None:
        """Undo everything since `begin` and begin again."""
        self.memory.clear()
        if self._begun:
            self._connection.execute("ROLLBACK")
        self.begin(self._settle)

    def _settled(self) -> None:
        settle, self._settle = self._settle, None
        if settle is not None:
            settle()

    def _execute(self, sql: str, params: dict[str, Param]) -> psycopg.Cursor[tuple[Any, ...]]:
        self._begin()
        self.touched += not sql.startswith("SELECT")
        return super()._execute(sql, params)

    def _begin(self) -> None:
        if not self._begun:
            self._connection.execute("BEGIN")
            self._begun = True

    def lock(self, rows: Sequence[tuple[str, str]]) -> None:
        """Lock rows in the order of kinds, and of ids within a kind."""
        for kind in ("work_pool", "deployment", "lease", "flow_run", "task_run", "concurrency_limit"):
            ids = sorted({id for each, id in rows if each == kind})
            if ids:
                self.rows(f"lock_{kind}s", ids=json_text(ids))

    def is_passing(self, problem: BaseException) -> bool:
        """Say whether two transactions stood in each other's way."""
        return isinstance(problem, psycopg.errors.DeadlockDetected | psycopg.errors.SerializationFailure)

    def explain(self, problem: BaseException) -> StorageProblem | None:
        """Return the sentence for a database that cannot be used; None when the problem is the operation's own."""
        if isinstance(problem, StorageProblem):
            return problem
        if self.is_passing(problem):
            return storage_problem(problem, self._address)
        unusable = isinstance(problem, psycopg.OperationalError | psycopg.InterfaceError)
        return storage_problem(problem, self._address) if unusable or self._connection.closed else None

    def others(self) -> None:
        """Tell nothing: what others commit is heard of by watching."""

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def abandon(self) -> None:
        """Forget the connection without touching it."""
        _abandoned.append(self._connection)


class PostgresqlWatch:
    """Notices commits by the word that every batch leaves; what is missed is made up for by a look now and then."""

    def __init__(self, connect: Callable[[], Connection], address: str) -> None:
        self._connect = connect
        self._address = address
        self._connection: Connection | None = None
        self._told = 0.0

    def wait(self, seconds: float) -> bool:
        """Return True as soon as something was committed since the last call, or may have been; False when the time is over."""
        try:
            if self._connection is None or self._connection.closed:
                self._connection = self._connect()
                self._connection.execute(f"LISTEN {CHANNEL}")
                return self._tell()
            due = self._told + _CATCH_UP - monotonic()
            found = list(self._connection.notifies(timeout=max(0.0, min(seconds, due)), stop_after=1))
        except psycopg.Error as problem:
            raise storage_problem(problem, self._address) from problem
        return self._tell() if found or monotonic() >= self._told + _CATCH_UP else False

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()

    def _tell(self) -> bool:
        self._told = monotonic()
        return True


class PostgresqlDatabase:
    """An opened PostgreSQL database."""

    dialect = "postgresql"
    is_interruptible = False
    is_on_own_disk = False

    def __init__(self, url: str) -> None:
        self._url = url
        self.address = _without_password(url)
        self._local = threading.local()
        # Weakly: a thread that ends takes its connection with it.
        self._connections: weakref.WeakSet[Connection] = weakref.WeakSet()
        try:
            self._prepare()
        except psycopg.Error as problem:
            raise storage_problem(problem, self.address) from problem

    def reader(self) -> PostgresqlReader:
        """Return this thread's reading session, over a new connection when the old one is gone."""
        session: PostgresqlReader | None = getattr(self._local, "session", None)
        if session is None or session.is_lost:
            session = self._local.session = self._reader(self._connect())
        return session

    def writer(self) -> PostgresqlWriter:
        """Open the writing session."""
        return PostgresqlWriter(self._connect(_BY_KEY), self.address)

    def watch(self, others: Callable[[], object] | None = None) -> PostgresqlWatch:  # noqa: ARG002
        """Begin to notice commits, those of this process among them: the word that a batch leaves does not say whose it is."""
        return PostgresqlWatch(self._connect, self.address)

    def explain(self, problem: BaseException) -> StorageProblem | None:
        """Return the sentence for a database that cannot be used; None when the problem is the operation's own."""
        if isinstance(problem, StorageProblem):
            return problem
        unusable = isinstance(problem, psycopg.OperationalError | psycopg.InterfaceError)
        return storage_problem(problem, self.address) if unusable else None

    def upgrade(self) -> int:
        """Apply the steps that wait until no older release reads this database; return the schema's number."""
        connection = self._connect()
        self._migrate(connection, post=True)
        return _version(connection)[0]

    def check(self) -> list[str]:
        """Return nothing: a PostgreSQL server looks after its own pages."""
        return []

    def back_up(self, target: str) -> None:  # noqa: ARG002
        """Refuse: a server's databases are copied with the server's own tools."""
        raise StorageProblem(_OWN_TOOLS)

    def bring_back(self, source: str) -> None:  # noqa: ARG002
        """Refuse: a server's databases are restored with the server's own tools."""
        raise StorageProblem(_OWN_TOOLS)

    def close(self) -> None:
        """Close every connection."""
        self._local = threading.local()
        for connection in list(self._connections):
            connection.close()
        self._connections.clear()

    def abandon(self) -> None:
        """Forget the connections without touching them."""
        _abandoned.append((self._local, list(self._connections)))
        self._local, self._connections = threading.local(), weakref.WeakSet()

    def _connect(self, manner: str = _AS_ASKED) -> Connection:
        try:
            connection = psycopg.connect(self._url, autocommit=True, application_name="segue")
            connection.execute(f"SET search_path TO {_SCHEMA}; {manner}")
        except psycopg.Error as problem:
            raise storage_problem(problem, self.address) from problem
        connection.adapters.register_loader("jsonb", JsonText)
        self._connections.add(connection)
        return connection

    def _prepare(self) -> None:
        connection = self._connect()
        version, oldest = _version(connection)
        if due("postgresql", version=version, min_reader=oldest, address=self.address):
            self._migrate(connection)
        self._local.session = self._reader(connection)

    def _reader(self, connection: Connection) -> PostgresqlReader:
        session = PostgresqlReader(connection, self.address)
        weakref.finalize(session, connection.close)
        return session

    def _migrate(self, connection: Connection, *, post: bool = False) -> None:
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_MIGRATION_LOCK,))
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {_SCHEMA}")
            version, oldest = _version(connection)
            for step in due("postgresql", version=version, min_reader=oldest, address=self.address, post=post):
                connection.execute(step.sql.encode())
                put = "INSERT INTO meta (key, value) VALUES (%s, %s) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
                connection.execute(put, ("schema_version", str(step.number)))
                if step.min_reader is not None:
                    connection.execute(put, ("min_reader", str(step.min_reader)))


def _version(connection: Connection) -> tuple[int, int]:
    row = connection.execute("SELECT to_regclass('segue.meta')::text").fetchone()
    if row is None or row[0] is None:
        return 0, 0
    found: dict[str, str] = dict(connection.execute("SELECT key, value FROM meta").fetchall())
    return int(found.get("schema_version", "0")), int(found.get("min_reader", "0"))


def storage_problem(problem: BaseException, address: str) -> StorageProblem:
    """Return the sentence a person needs: which database, what is wrong, what to do."""
    if isinstance(problem, StorageProblem):
        return problem
    reason = str(problem).strip().partition("\n")[0]
    match problem:
        case psycopg.errors.DiskFull():
            text = f"The disk of the database {address} is full. Free some space; nothing recorded so far is lost."
        case psycopg.errors.InsufficientPrivilege() | psycopg.errors.ReadOnlySqlTransaction():
            text = f"The database {address} cannot be written: {reason}. Check the rights of the user in the address."
        case psycopg.errors.InvalidCatalogName():
            text = f"The database {address} does not exist: {reason}. Create it first."
        case _:
            text = f"The database {address} cannot be reached: {reason}. Check that it runs and SEGUE_DATABASE_URL is right."
    return StorageProblem(text)


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    if parts.password is None:
        return url
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{parts.username or ''}:***@{host}").geturl()
