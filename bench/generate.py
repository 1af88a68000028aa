"""Fill an empty database with a year of runs: `python -m bench.generate --runs 1000000 --task-runs 10000000 [--database URL]`.

The product makes the database; the rows are put in as it would put them, but many thousand at a time, without waiting for the
disk and with the indexes made at the end. A database in which something is already is refused.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import apsw

from bench.history import COLUMNS, DAY, History
from segue.backend.open import open_backend
from segue.wire import operations as op
from segue.wire.queries import FlowQuery

Rows = Iterable[tuple[object, ...]]


class Sink(Protocol):
    """Where rows go."""

    def put(self, table: str, rows: Rows) -> None:
        """Add rows to a table."""
        ...

    def finish(self, seq: int) -> None:
        """Let the next number of the feed follow `seq`."""
        ...


class Sqlite:
    """A SQLite file."""

    def __init__(self, path: Path) -> None:
        self._connection = apsw.Connection(str(path))
        # A power cut would cost the whole file, which is made again within minutes.
        self._connection.execute("PRAGMA synchronous = OFF; PRAGMA cache_size = -500000; BEGIN IMMEDIATE")
        self._indexes = self._connection.execute(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL"
        ).fetchall()
        for name, _ in self._indexes:
            self._connection.execute(f"DROP INDEX {name}")

    def put(self, table: str, rows: Rows) -> None:
        """Add rows to a table."""
        columns = COLUMNS[table].split()
        marks = ", ".join("?" * len(columns))
        self._connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)

    def finish(self, seq: int) -> None:
        """Let the next number of the feed follow `seq`, and make the indexes."""
        self._connection.execute("UPDATE counter SET value = ? WHERE name = 'state'", (seq,))
        for _, sql in self._indexes:
            self._connection.execute(str(sql))
        self._connection.execute("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        self._connection.close()


class Postgresql:
    """A PostgreSQL database."""

    def __init__(self, url: str) -> None:
        import psycopg

        self._connection: psycopg.Connection[Any] = psycopg.connect(url, options="-c search_path=segue")
        find = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'segue' AND indexname NOT IN (%s)"
        kept = "SELECT conname FROM pg_constraint WHERE connamespace = 'segue'::regnamespace"
        self._indexes = self._connection.execute((find % kept).encode()).fetchall()
        for name, _ in self._indexes:
            self._connection.execute(f"DROP INDEX {name}".encode())

    def put(self, table: str, rows: Rows) -> None:
        """Add rows to a table."""
        columns = ", ".join(COLUMNS[table].split())
        with self._connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN".encode()) as copy:
            for row in rows:
                copy.write_row(row)

    def finish(self, seq: int) -> None:
        """Let the next numbers follow those that were given, and make the indexes."""
        self._connection.execute("UPDATE counter SET value = %s WHERE name = 'state'", (seq,))
        given = "SELECT setval(pg_get_serial_sequence('task', 'n'), (SELECT max(n) FROM task))"
        self._connection.execute(given)
        for _, sql in self._indexes:
            self._connection.execute(str(sql).encode())
        self._connection.commit()
        self._connection.autocommit = True
        # What the server does by itself within a minute or so.
        self._connection.execute("VACUUM ANALYZE")
        self._connection.close()


@contextmanager
def _sink(url: str, home: Path) -> Iterator[Sink]:
    """Make the database, and give what fills it."""
    backend = open_backend(url, home)
    try:
        if backend.call(op.FLOW_COUNT, FlowQuery()).count:
            raise SystemExit(f"{backend.address} is not empty: nothing was made.")
        path = Path(backend.address)
    finally:
        backend.close()
    yield Postgresql(url) if url.startswith("postgresql") else Sqlite(path)


def generate(url: str, home: Path, history: History) -> dict[str, float]:
    """Fill the database that `url` names; returns how many rows were made, and how fast."""
    began = time.perf_counter()
    made = dict.fromkeys(COLUMNS, 0)
    with _sink(url, home) as sink:
        for rows in history.chunks():
            for table in COLUMNS:
                if rows[table]:
                    made[table] += len(rows[table])
                    sink.put(table, sorted(rows[table]) if table == "task_run" else rows[table])
            if made["flow_run"] % 100_000 == 0:
                print(f"{made['flow_run']:,} flow runs, {made['task_run']:,} task runs …", file=sys.stderr, flush=True)
        filled = time.perf_counter() - began
        sink.finish(history.seq)
    seconds = time.perf_counter() - began
    return {**made, "seconds": seconds, "indexing": seconds - filled, "rows_per_second": sum(made.values()) / seconds}


def main() -> int:
    """Make what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench.generate", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=1_000_000, help="flow runs")
    parser.add_argument("--task-runs", type=int, default=10_000_000, help="task runs")
    parser.add_argument("--days", type=int, default=365, help="over so many days, up to now")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--database", default="", metavar="URL", help="by default the SQLite file in --home")
    parser.add_argument("--home", type=Path, default=Path("generated"), help="folder; by default ./generated")
    options = parser.parse_args()
    end = time.time_ns() // 1000
    history = History(options.runs, options.task_runs, end - options.days * DAY, end, options.seed)
    made = generate(options.database, options.home, history)
    tables = ", ".join(f"{made[table]:,} {table}" for table in COLUMNS)
    print(
        f"{tables}: {made['seconds']:.0f} s ({made['indexing']:.0f} s for indexes), {made['rows_per_second']:,.0f} rows/s"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
