"""Examples of requests for the description of the API; each is read as a request when the description is printed."""

from __future__ import annotations

ID = "01a20f12-a816-7004-a919-a31f7ab38091"

#: Bodies, by operation and what they show.
EXAMPLES: dict[str, dict[str, dict[str, object]]] = {
    "flow-runs.list": {
        "the newest failures": {"where": {"state_types": ["FAILED", "CRASHED"]}, "sort": "-created", "limit": 20},
        "of one flow, since an instant": {
            "where": {"flow_names": ["etl"], "created_after": "2026-01-31T00:00:00Z", "top_level": True}
        },
    },
    "flow-runs.count": {"running now": {"state_types": ["RUNNING"]}},
    "flow-runs.edit": {"another name and tags": {"name": "monday", "tags": ["prod"]}},
    "task-runs.list": {"of one flow run": {"where": {"flow_run_ids": [ID]}, "sort": "created", "limit": 200}},
    "flows.list": {"by a part of the name": {"name_like": "etl"}},
    "logs.list": {"warnings of one run": {"flow_run_ids": [ID], "level_from": 30}},
    "artifacts.put": {"a page": {"type": "markdown", "key": "report", "data": "# Sales\n\n12 orders."}},
    "artifacts.list": {"the newest of each key": {"latest": True}},
    "variables.set": {"a threshold": {"name": "threshold", "value": 0.9, "tags": ["model"], "overwrite": True}},
    "variables.list": {"by tag": {"tags_all": ["model"]}},
    "events.tell": {
        "one event": {
            "event": "orders.arrived",
            "resource": {"segue.resource.id": "orders/2026-01-31.csv"},
            "payload": {"rows": 1200},
        },
        "a CloudEvent": {
            "specversion": "1.0", "id": "17", "source": "/shop", "type": "order.packed", "data": {"order": 17},
        },
    },
    "events.list": {"what failed": {"names": ["segue.flow-run.Failed"], "occurred_after": "2026-01-31T00:00:00Z"}},
    "concurrency-limits.create": {
        "three at once": {"name": "warehouse", "limit": 3},
        "ten a second": {"name": "api-calls", "limit": 10, "slot_decay_per_second": 10},
    },
    "concurrency-limits.edit": {"five at once": {"limit": 5}},
    "block-documents.save": {"a secret": {"name": "token", "block_type": "secret", "data": {"value": "hush"}}},
    "inputs.put": {"an answer": {"key": "approval", "value": "{\"approved\": true}"}},
}  # fmt: skip

#: Names of a query, by operation.
QUERIES: dict[str, dict[str, object]] = {
    "flow-runs.list": {"state_types": ["FAILED"], "flow_names": ["etl"], "limit": 20},
    "task-runs.list": {"state_types": ["RUNNING"]},
    "logs.list": {"level_from": 30},
    "events.list": {"names": ["segue.flow-run.*"]},
    "stream.read": {"kinds": ["runs", "events"]},
}
