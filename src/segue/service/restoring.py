"""After a restore: nothing that was granted before it may write after it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from segue.service.happenings import changed
from segue.service.leases import all_open
from segue.service.upkeep import reap
from segue.store.codec import json_text
from segue.store.session import Session
from segue.wire.requests import Reap, Reaped


class Marks(Struct, frozen=True):
    """How far a database had counted."""

    sequence: int
    fence: int
    #: Tasks and their numbers: processes that run on go on using them.
    tasks: list[tuple[int, str, str, str]] = []


def marks(session: Session) -> Marks:
    """Return how far this database has counted."""
    row = session.row("highest_marks")
    sequence, of_runs, of_leases = row if row is not None else (0, 0, 0)
    tasks = [(int(n or 0), str(key), str(name), str(entry)) for n, key, name, entry in session.rows("tasks_all")]
    return Marks(int(sequence or 0), max(int(of_runs or 0), int(of_leases or 0)), tasks)


def restored(session: Session, before: Marks) -> Reaped:
    """Move fences and sequences past those of the database that was replaced, and close what the copy shows as running."""
    # Numbers of tasks that were given before may mean other tasks in the copy.
    session.memory.clear()
    session.run("restored_tasks", rows=json_text(before.tasks))
    session.count_past(before.sequence)
    session.run("restored_fences", past=before.fence + 1)
    session.run("restored_leases", past=before.fence + 1)
    return reap(session, Reap(dead=[(lease.id, lease.fence) for lease in all_open(session)]))


def told_of_database(session: Session, told: tuple[str, Mapping[str, object]]) -> None:
    """Record what the caller did to the database as a whole."""
    name, facts = told
    labels = {"segue.resource.id": "segue.database", "segue.resource.name": "database"}
    changed(session, f"segue.database.{name}", labels, **facts)
