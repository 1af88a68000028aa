"""One statement for a whole batch on PostgreSQL, put together from the statements of the catalogue.

A durable step waits for its commit, and each statement would be another trip to the server and back. Within one statement
the lease is checked first, the numbers taken only if it stands where the batch begins, and the rows made only with numbers:
without them the statement fails as a whole, because no run may point to a state without a number.
"""

from __future__ import annotations

from functools import cache

from segue.store.statements import statement, to_pyformat

#: What a batch may hold to be written so; anything else is rare.
PARTS = ("task_runs_insert", "task_runs_update", "logs_insert")
#: Where each batch leaves word that something was committed.
CHANNEL = "segue"
_BASE = "(SELECT base FROM taken)"


@cache
def joined(names: tuple[str, ...]) -> str:
    """Return the statement for a batch with states and these parts, in psycopg's spelling."""
    advanced = """
        UPDATE lease SET last_sequence = :last
        WHERE id = :id AND fence = :fence AND last_sequence = :before AND ended IS NULL
        RETURNING id
    """
    taken = """
        UPDATE counter SET value = value + :n
        WHERE name = 'state' AND EXISTS (SELECT 1 FROM advanced)
        RETURNING value - :n AS base
    """
    states = statement("states_append.postgresql").partition("), made AS (")[2].partition(")\nSELECT base")[0]
    parts = [f"advanced AS ({advanced})", f"taken AS ({taken})", f"made AS ({states.replace(':rows', ':states')})"]
    for name in names:
        text = statement(f"{name}.postgresql").replace(":base", _BASE).replace(":rows", f":{name}")
        if name == "logs_insert":
            # Behind the lock that orders the feed: lines, too, get their numbers in the order of commits.
            text = text.replace("AS r (v, n)", "AS r (v, n), taken")
        parts.append(f"{name}_part AS ({text})")
    # Only our own files and names go in.
    return to_pyformat(f"WITH {', '.join(parts)} SELECT count(*), pg_notify('{CHANNEL}', '') FROM advanced")  # noqa: S608
