"""What acts by itself in the world of the pictures: automations that fired, that wait, and that could not tell anybody."""

from __future__ import annotations

from typing import Any

from tests.e2e.ui.room import Terminal
from tests.e2e.ui.yard import call, webhook

ORDERS = {"segue.resource.role": "flow", "segue.resource.name": "orders"}


def watching(desk: Terminal) -> None:
    """Make the automations that wait for what happens from now on."""
    till = webhook(desk, "till", "http://127.0.0.1:9/orders")
    failed = {"type": "event", "expect": ["segue.flow-run.Failed", "segue.flow-run.Crashed"], "match_related": ORDERS}
    _make(
        desk, "orders failed", failed,
        {"type": "call-webhook", "block_document_id": till, "payload": "{{ flow_run.name }} failed"},
        {"type": "cancel-flow-run", "flow_name": "report", "tags": ["daily"]},
        {"type": "emit-event", "event": "shop.orders.missing"},
        description="A report of yesterday's orders would be wrong: the till is told, and the report does not run.",
        tags=["sales", "urgent"],
    )  # fmt: skip
    late = {
        "type": "event", "posture": "Proactive", "after": ["shop.delivery.arrived"], "expect": ["segue.flow-run.Completed"],
        "match_related": ORDERS, "for_each": ["segue.resource.id"], "within": 7200,
    }  # fmt: skip
    _make(
        desk,
        "a delivery that nobody loads",
        late,
        {"type": "emit-event", "event": "shop.delivery.left"},
        tags=["sales"],
    )
    few = {
        "type": "metric",
        "metric": {"name": "successes", "operator": "<", "threshold": 0.9, "range": 3600, "firing_for": 600},
    }
    _make(desk, "too few succeed", few, actions_on_resolve=[{"type": "emit-event", "event": "shop.well-again"}])


def reacting(desk: Terminal, deployment: str) -> None:
    """Make those that act upon a deployment."""
    both = {
        "type": "compound", "require": "all", "within": 3600,
        "triggers": [
            {"type": "event", "expect": ["shop.delivery.arrived"], "match": {"segue.resource.id": "shop.delivery.north"}},
            {
                "type": "sequence",
                "triggers": [
                    {"type": "event", "expect": ["shop.prices.changed"]},
                    {"type": "event", "expect": ["shop.prices.checked"], "threshold": 2},
                ],
            },
        ],
    }  # fmt: skip
    run = {"type": "run-deployment", "deployment_id": deployment, "parameters": {"region": "{{ event.resource.id }}"}}
    _make(desk, "load what arrived", both, run, tags=["nightly"])
    arrived = {"type": "event", "expect": ["shop.delivery.arrived"]}
    pause = {"type": "pause-deployment", "deployment_id": deployment}
    _make(desk, "rest while it is loaded", arrived, pause, enabled=False, description="Not while we are stocktaking.")


def _make(desk: Terminal, name: str, trigger: dict[str, Any], *actions: dict[str, Any], **facts: Any) -> None:
    call(desk, "POST", "/automations", {"name": name, "trigger": trigger, "actions": actions, **facts})
