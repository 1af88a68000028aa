"""Bytes on disk for each no-op task run, its history of states included: what the database file grows by."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from bench.harness import Bench, Failed
from bench.peers import Prefect, Segue
from bench.servers import serving
from bench.table import Row

_PEER = 200


def measure(bench: Bench, segue: Segue, prefect: Prefect | None) -> Row:
    """Compare the file after one task run with the file after many."""
    count = 5_000 if bench.quick else 20_000
    row = Row(f"stored per task run, {count:,}", "bytes", budget=700, better="less")

    def size(tasks: int) -> int:
        with bench.home() as home:
            segue.program("sequential", home, tasks)
            return _size(home / "segue" / "segue.db")

    try:
        found = bench.quietly(lambda: (size(count) - size(1)) / (count - 1))
        row.segue, row.foreign = found.value, found.foreign
    except Failed as problem:
        row.notes.append(str(problem))
    if prefect is not None:
        try:
            row.prefect = _beside(bench, row, prefect)
        except Failed as problem:
            row.notes.append(f"Prefect: {problem}")
    return row


def _beside(bench: Bench, row: Row, prefect: Prefect) -> float:
    with serving(bench, prefect) as server:
        path = server.home / "prefect" / "prefect.db"
        server.program("sequential", 1)
        before = _size(path)
        _, seen = server.program("sequential", _PEER)
        row.notes.append(f"Prefect: {_PEER} sequential task runs through a local server; {seen}")
        return (_size(path) - before) / _PEER


def _size(path: Path) -> int:
    """Bytes of a database file once the log is folded in."""
    connection = sqlite3.connect(path, timeout=30)
    busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    connection.close()
    if busy:
        raise Failed(f"{path.name}: the log could not be folded in")
    return path.stat().st_size
