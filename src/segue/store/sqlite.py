"""SQLite: one file, any number of processes.

Writers take turns through a file lock beside the database, waiting in the kernel; readers have a connection per thread and
never wait. The connections are in autocommit mode and every transaction is our own `BEGIN IMMEDIATE`.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import cast

import apsw

from segue.host.clock import now
from segue.host.disk import is_network_path
from segue.host.ids import new_id
from segue.host.locks import FileLock
from segue.host.secret_keys import SecretKeys
from segue.model.callers import Caller
from segue.model.errors import StorageProblem
from segue.store.bulk import FOR_FEW, Rows, few
from segue.store.codec import Row, micros, refuse_unstorable
from segue.store.migrations import due
from segue.store.session import Param, TakesLong
from segue.store.sqlite_problems import explained, storage_problem
from segue.store.statements import statement
from segue.store.watching import NumberWatch

_log = logging.getLogger("segue.store")

#: Milliseconds to wait for a program that does not know our lock, such as a shell or a backup tool.
_BUSY = 5_000
#: Kibibytes of pages that the writing connection keeps at most: a row goes into one page of each index of its table.
_WRITTEN = 8_000
#: A statement has one plan, whatever it is given. Otherwise SQLite prepares one that joins tables with partial indexes anew each
#: time a value is bound, which takes ten times as long as to run it.
_ONE_PLAN = apsw.SQLITE_DBCONFIG_ENABLE_QPSG
#: Connections of the parent process: never used, never closed, never collected.
_abandoned: list[object] = []


class SqliteSession:
    """Statements over one SQLite connection."""

    dialect = "sqlite"

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        #: Whether statements have one plan each, as they have on a connection that was just opened.
        self._once = True
        self.memory: dict[tuple[str, ...], int] = {}
        self.has_appended = False
        self.caller: Caller | None = None
        self.keys: SecretKeys | None = None

    def row(self, name: str, /, **params: Param) -> Row | None:
        """Run a statement of the catalogue and return its first row."""
        refuse_unstorable(params)
        if not self._once:
            self._plan(once=True)
        rows = self._connection.execute(statement(name), params).fetchall()
        return cast("Row", rows[0]) if rows else None

    def rows(self, name: str, /, **params: Param) -> list[Row]:
        """Run a statement of the catalogue and return its rows."""
        refuse_unstorable(params)
        if not self._once:
            self._plan(once=True)
        return cast("list[Row]", self._connection.execute(statement(name), params).fetchall())

    def run(self, name: str, /, **params: Param) -> int:
        """Run a statement of the catalogue and return how many rows it changed."""
        refuse_unstorable(params)
        if not self._once:
            self._plan(once=True)
        self._connection.execute(statement(name), params)
        return self._connection.changes()

    def put(self, name: str, rows: Rows, /, **params: Param) -> None:
        """Run a bulk statement of the catalogue."""
        if rows.cells is None or name not in FOR_FEW:
            self._connection.execute(statement(name), {**params, "rows": rows.text})
            return
        text, names = few(name, rows.count, rows.width)
        self._connection.execute(text, [*[params[each] for each in names], *rows.cells])

    def append_states(self, rows: Rows) -> int:
        """Refuse: only a writing session appends."""
        raise NotImplementedError

    def count_past(self, number: int) -> None:
        """Refuse: only a writing session counts."""
        raise NotImplementedError

    def select(self, sql: str, params: dict[str, Param]) -> list[Row]:
        """Run a composed SELECT."""
        refuse_unstorable(params)
        # What was asked for may let it use an index of a part of the rows: its plan is made for its values.
        if self._once:
            self._plan(once=False)
        return cast("list[Row]", self._connection.execute(sql, params).fetchall())

    def _plan(self, *, once: bool) -> None:
        """Let statements have one plan each from now on, or one for their values; a change lets all of them be prepared anew."""
        self._connection.config(_ONE_PLAN, int(once))
        # Last: cut short, it is done again.
        self._once = once

    def now(self) -> datetime:
        """Return the instant by this machine's clock, which is the database's."""
        return now()

    def new_id(self) -> str:
        """Return a new id."""
        return new_id()

    def order(self) -> None:
        """Do nothing: there is one writer at a time anyway."""

    def take_long(self) -> None:
        """Go on: nobody stands still."""

    def schema_version(self) -> int:
        """Return the number of the last migration that was applied."""
        return _version(self._connection)[0]


class SqliteWriter(SqliteSession):
    """The writing session: a turn is a file lock, a transaction and a commit."""

    failures: tuple[type[Exception], ...] = (apsw.Error,)
    is_lost = False
    is_awaited = False

    def __init__(self, connection: apsw.Connection, lock: FileLock, address: str) -> None:
        super().__init__(connection)
        self._lock = lock
        self._address = address
        self._settle: Callable[[], object] | None = None
        #: The last number of the history, once this transaction knows it, and how many after that it has taken: one statement
        #: reads them and one writes them, however many states are appended.
        self._last: int | None = None
        self._taken = 0
        #: What the two were at the savepoint.
        self._saved: tuple[int | None, int] = (None, 0)

    def append_states(self, rows: Rows) -> int:
        """Give numbers to new rows of the history and insert them; return the number before the first."""
        self.has_appended = True
        if self._last is None:
            row = self.row("counter_read")
            self._last = int(row[0] or 0) if row else 0
        base = self._last + self._taken
        self._taken += rows.count
        self.put("states_insert", rows, base=base, now=micros(self.now()))
        return base

    def count_past(self, number: int) -> None:
        """Let the numbers of the history go on from this one, unless they are past it."""
        self._count()
        self.run("restored_counter", past=number)

    def _count(self) -> None:
        """Write how far the numbers of the history were taken."""
        if self._taken:
            self.run("counter_take", n=self._taken)
        self._last, self._taken = None, 0

    def append_at_once(self, *batch: object) -> bool:  # noqa: ARG002
        """Do nothing: statements cost no trip."""
        return False

    def begin(self, settle: Callable[[], object] | None = None) -> None:
        """Take this process's turn and open a transaction."""
        self._settle = settle
        self.is_awaited = False
        try:
            self._lock.acquire()
            self._begin()
        except (apsw.Error, OSError) as problem:
            self._lock.release()
            if isinstance(problem, OSError) and problem.errno is None:
                # Not the lock's: a timeout thrown into this thread.
                raise
            raise storage_problem(problem, self._address) from problem

    def begin_at_once(self) -> bool:
        """Open a transaction where nobody has to be waited for; say whether it was done."""
        if not self._lock.try_acquire():
            return False
        self._settle = None
        self.is_awaited = True
        begun = False
        try:
            # A program that does not know our lock may have the database.
            self._connection.set_busy_timeout(0)
            # Whatever it is, the next attempt meets it, and tells of it.
            with contextlib.suppress(apsw.Error):
                self._begin()
                begun = True
            self._connection.set_busy_timeout(_BUSY)
        finally:
            if not begun:
                self._lock.release()
        return begun

    def _begin(self) -> None:
        self.has_appended = False
        self._last, self._taken = None, 0
        if self._connection.in_transaction:
            # An exception was thrown into the middle of a rollback.
            self._connection.execute("ROLLBACK")
        self._connection.execute("BEGIN IMMEDIATE")

    def take_long(self) -> None:
        """Refuse where others stand still."""
        if self.is_awaited:
            raise TakesLong

    def commit(self) -> None:
        """Make everything since `begin` durable and give the turn back."""
        if self._settle is not None:
            self._settle()
        try:
            self._count()
            self._connection.execute("COMMIT")
        except apsw.Error as problem:
            self.rollback()
            raise storage_problem(problem, self._address) from problem
        self._lock.release()

    def rollback(self) -> None:
        """Undo everything since `begin` and give the turn back; never raises."""
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except apsw.Error:
            # SQLite rolled back by itself (disk full, I/O error); there is nothing left to undo.
            pass
        finally:
            self.memory.clear()
            self._lock.release()

    @property
    def touched(self) -> int:
        """A number that is another after something was written."""
        return self._connection.total_changes()

    def save(self) -> None:
        """Open a savepoint."""
        self._saved = self._last, self._taken
        self._connection.execute("SAVEPOINT s")

    def release(self) -> None:
        """Keep what was done since the savepoint."""
        self._connection.execute("RELEASE s")

    def undo(self) -> None:
        """Undo what was done since the savepoint, and forget it."""
        self.memory.clear()
        self._last, self._taken = self._saved
        self._connection.execute("ROLLBACK TO s; RELEASE s")

    def restart(self) -> None:
        """Undo everything since `begin` but keep the turn, in a new transaction."""
        self.memory.clear()
        self._last, self._taken = None, 0
        self._connection.execute("ROLLBACK; BEGIN IMMEDIATE")

    def lock(self, rows: Sequence[tuple[str, str]]) -> None:
        """Do nothing: there is one writer at a time anyway."""

    def is_passing(self, problem: BaseException) -> bool:  # noqa: ARG002
        """Say no: writers take turns."""
        return False

    def explain(self, problem: BaseException) -> StorageProblem | None:
        """Return the sentence for a database that cannot be used; None when the problem is the operation's own."""
        return explained(problem, self._address)

    def others(self) -> object:
        """Return the number that every commit of another connection changes."""
        return _others(self._connection, self._address)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
        self._lock.close()

    def abandon(self) -> None:
        """Forget the connection without touching it."""
        _abandoned.append(self._connection)
        self._lock.abandon()


class SqliteDatabase:
    """An opened SQLite file."""

    dialect = "sqlite"
    is_interruptible = True

    def __init__(self, path: str) -> None:
        self.path = path
        self.address = path
        self._local = threading.local()
        # Weakly: a thread that ends takes its connection with it.
        self._connections: weakref.WeakSet[apsw.Connection] = weakref.WeakSet()
        self.is_on_own_disk = True
        try:
            self._prepare()
        except (apsw.Error, OSError) as problem:
            raise storage_problem(problem, self.address) from problem

    def reader(self) -> SqliteSession:
        """Return this thread's reading session."""
        session: SqliteSession | None = getattr(self._local, "session", None)
        if session is None:
            try:
                session = SqliteSession(self._connect())
            except (apsw.Error, OSError) as problem:
                raise storage_problem(problem, self.address) from problem
            self._local.session = session
        return session

    def writer(self) -> SqliteWriter:
        """Open the writing session."""
        try:
            connection = self._connect()
            connection.execute(f"PRAGMA cache_size = -{_WRITTEN}")
            return SqliteWriter(connection, FileLock(self._lock_path), self.address)
        except (apsw.Error, OSError) as problem:
            raise storage_problem(problem, self.address) from problem

    def watch(self, others: Callable[[], object] | None = None) -> NumberWatch:
        """Begin to notice commits; given `SqliteWriter.others`, only those of others."""
        if others is not None:
            return NumberWatch(others, lambda: None)
        try:
            connection = self._connect()
        except (apsw.Error, OSError) as problem:
            raise storage_problem(problem, self.address) from problem
        return NumberWatch(partial(_others, connection, self.address), connection.close)

    def explain(self, problem: BaseException) -> StorageProblem | None:
        """Return the sentence for a database that cannot be used; None when the problem is the operation's own."""
        return explained(problem, self.address)

    def upgrade(self) -> int:
        """Apply the steps that wait until no older release reads this database; return the schema's number."""
        connection = self._connect()
        with self._turn():
            self._migrate(connection, post=True)
        return _version(connection)[0]

    def check(self) -> list[str]:
        """Return what is wrong with the file, a line each; nothing when it is sound."""
        try:
            found = [str(row[0]) for row in self.reader().select("PRAGMA integrity_check", {})]
        except (apsw.Error, OSError) as problem:
            raise storage_problem(problem, self.address) from problem
        return [] if found == ["ok"] else found

    def back_up(self, target: str) -> None:
        """Write a consistent copy into a new file while others go on."""
        if os.path.exists(target):
            message = f"The file {target} exists already; a backup never overwrites one."
            raise StorageProblem(message)
        try:
            os.close(os.open(target, os.O_CREAT | os.O_RDWR, 0o600))
            self.reader().select("VACUUM INTO :target", {"target": target})
        except (apsw.Error, OSError) as problem:
            raise storage_problem(problem, target) from problem

    def bring_back(self, source: str) -> None:
        """Replace everything by a copy, in one transaction that other processes see as any other."""
        copy = None
        try:
            copy = apsw.Connection(source, flags=apsw.SQLITE_OPEN_READONLY)
            due("sqlite", version=_version(copy)[0], min_reader=_version(copy)[1], address=source)
            connection = self._connect()
            with self._turn(), connection.backup("main", copy, "main") as backup:
                backup.step()
            if due("sqlite", version=_version(connection)[0], min_reader=0, address=self.address):
                with self._turn():
                    self._migrate(connection)
        except (apsw.Error, OSError) as problem:
            raise storage_problem(problem, source) from problem
        finally:
            if copy is not None:
                copy.close()

    def close(self) -> None:
        """Close every connection."""
        self._local = threading.local()
        for connection in list(self._connections):
            # One that another thread is reading with at this moment is left to that thread.
            with contextlib.suppress(apsw.ThreadingViolationError):
                connection.close()
        self._connections.clear()

    def abandon(self) -> None:
        """Forget the connections without touching them."""
        _abandoned.append((self._local, list(self._connections)))
        self._local, self._connections = threading.local(), weakref.WeakSet()

    @property
    def _lock_path(self) -> str:
        return self.path + ".lock"

    def _prepare(self) -> None:
        folder = os.path.dirname(self.path)
        if not os.path.isdir(folder):
            os.makedirs(folder, exist_ok=True, mode=0o700)
        self.is_on_own_disk = not is_network_path(folder)
        if not self.is_on_own_disk:
            _log.warning(
                "The database %s lies on a network filesystem: it is kept in the slower rollback mode, and only as safe as "
                "the locks of that filesystem. Prefer a local disk for SEGUE_HOME.",
                self.path,
            )
        if not os.path.exists(self.path):
            # Made by us and not by SQLite, so that it is never readable by others.
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        if self.is_on_own_disk and self._is_new():
            # SQLite refuses at once, and does not wait, when two connections turn a new file to WAL at the same time.
            with self._turn():
                connection = self._connect()
        else:
            connection = self._connect()
        version, oldest = _version(connection)
        if due("sqlite", version=version, min_reader=oldest, address=self.address):
            with self._turn():
                self._migrate(connection)
        self._local.session = SqliteSession(connection)

    def _is_new(self) -> bool:
        """Say whether the file has not been turned to WAL: the version of its format, byte 18 of the head, is not 2."""
        with open(self.path, "rb") as file:
            return file.read(19)[18:] != b"\x02"

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        """Hold the writers' lock for work that is not the writer's."""
        lock = FileLock(self._lock_path)
        lock.acquire()
        try:
            yield
        finally:
            lock.close()

    def _migrate(self, connection: apsw.Connection, *, post: bool = False) -> None:
        connection.execute("BEGIN IMMEDIATE")
        try:
            version, oldest = _version(connection)
            for step in due("sqlite", version=version, min_reader=oldest, address=self.address, post=post):
                connection.execute(step.sql)
                put = (
                    "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
                )
                connection.execute(put, ("schema_version", str(step.number)))
                if step.min_reader is not None:
                    connection.execute(put, ("min_reader", str(step.min_reader)))
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    def _connect(self) -> apsw.Connection:
        connection = apsw.Connection(self.path, flags=apsw.SQLITE_OPEN_READWRITE)
        connection.set_busy_timeout(_BUSY)
        connection.config(_ONE_PLAN, 1)
        # A rollback journal on network filesystems: WAL needs memory shared by every process that opens the file.
        mode = "WAL" if self.is_on_own_disk else "TRUNCATE"
        connection.execute(f"PRAGMA journal_mode = {mode}; PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF")
        self._connections.add(connection)
        return connection


def _others(connection: apsw.Connection, address: str) -> object:
    """Return a number that changes whenever another connection than this one has committed."""
    try:
        return connection.execute("PRAGMA data_version").fetchall()
    except apsw.Error as problem:
        raise storage_problem(problem, address) from problem


def _version(connection: apsw.Connection) -> tuple[int, int]:
    if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'meta'").fetchall():
        return 0, 0
    found = dict(cast("Sequence[tuple[str, str]]", connection.execute("SELECT key, value FROM meta").fetchall()))
    return int(found.get("schema_version", "0")), int(found.get("min_reader", "0"))
