"""The names of runs on log records, for formats that ask for them."""

from __future__ import annotations

import logging

from segue.engine.lives import FlowLife, TaskLife


class RunNames(logging.Filter):
    """Gives each line of a run the names and ids that formats may ask for."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Complete the record; it is always let through."""
        facts = record.__dict__
        for name, value in _names(facts.get("life")).items():
            facts.setdefault(name, value)
        return True


def _names(life: object) -> dict[str, str]:
    if isinstance(life, FlowLife):
        return {"flow_run_id": life.id, "flow_run_name": life.name, "flow_name": life.spec.name}
    if not isinstance(life, TaskLife):
        return {}
    # A line of a task outside flows has every name as well.
    flow = (
        {"flow_run_id": "", "flow_run_name": "<unknown>", "flow_name": "<unknown>"}
        if life.flow is None
        else _names(life.flow)
    )
    return {**flow, "task_run_id": life.id, "task_run_name": life.name, "task_name": life.spec.name}
