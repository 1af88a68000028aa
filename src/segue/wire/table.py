"""The one table of operations: a server mounts it, the OpenAPI document is printed from it.

A new endpoint is one row in its noun's file and one handler in `segue.service`.
"""

from __future__ import annotations

from segue.wire import (
    activity,
    automations,
    background,
    blocks,
    bulk,
    database,
    deliveries,
    deployments,
    discarded,
    evaluator,
    events,
    figures,
    history,
    keeping,
    late,
    leases,
    live,
    operations,
    pages,
    pauses,
    people,
    pool_types,
    pools,
    recording,
    redoing,
    saved_views,
    schedules,
    secret_keys,
    servers,
    slots,
    waits,
    workers,
)
from segue.wire.operation import Operation

#: The files whose rows make up the table.
NOUNS = (
    pages,
    operations, bulk, redoing, leases, events, slots, blocks, live, database, discarded, figures, history, keeping, late, pauses,
    servers, people, secret_keys, waits, deliveries, deployments, pools, workers, schedules,
    activity, pool_types, automations, evaluator, recording, saved_views,
    background,
)  # fmt: skip

#: Every operation by its name.
OPERATIONS: dict[str, Operation[object, object]] = {
    value.name: value for noun in NOUNS for value in vars(noun).values() if isinstance(value, Operation)
}
