"""The details of a state under the names users know; each lives in a field of the model's own state type."""

from __future__ import annotations

import copy
from datetime import datetime
from typing import Any

from segue.engine.lives import FlowLife, TaskLife
from segue.model import states as model

#: Facts that are instants.
TIMES = frozenset({"scheduled_time", "cache_expiration", "pause_timeout"})


def parsed(given: datetime | str | None) -> datetime | None:
    """Return an instant that may be given as text; raises ValueError for other text."""
    return datetime.fromisoformat(given) if isinstance(given, str) else given


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int | float | str | dict) else str(value)


class StateDetails:
    """Facts of a state besides type, name and message."""

    def __init__(self, **facts: Any) -> None:
        self.flow_run_id: Any = facts.pop("flow_run_id", None)
        self.task_run_id: Any = facts.pop("task_run_id", None)
        self.child_flow_run_id: Any = facts.pop("child_flow_run_id", None)
        self.scheduled_time: datetime | None = facts.pop("scheduled_time", None)
        self.cache_key: str | None = facts.pop("cache_key", None)
        self.cache_expiration: datetime | None = facts.pop("cache_expiration", None)
        self.deferred: bool | None = facts.pop("deferred", False)
        self.untrackable_result: bool = facts.pop("untrackable_result", False)
        self.pause_timeout: datetime | None = facts.pop("pause_timeout", None)
        self.pause_reschedule: bool = facts.pop("pause_reschedule", False)
        self.pause_key: str | None = facts.pop("pause_key", None)
        self.run_input_keyset: dict[str, str] | None = facts.pop("run_input_keyset", None)
        self.refresh_cache: bool | None = facts.pop("refresh_cache", None)
        self.retriable: bool | None = facts.pop("retriable", None)
        self.transition_id: Any = facts.pop("transition_id", None)
        self.task_parameters_id: Any = facts.pop("task_parameters_id", None)
        self.traceparent: str | None = facts.pop("traceparent", None)
        self.deployment_concurrency_lease_id: Any = facts.pop("deployment_concurrency_lease_id", None)
        #: Who or what made the state.
        self.actor: model.Actor | None = facts.pop("actor", None)
        if facts:
            raise TypeError(f"StateDetails has no {', '.join(sorted(facts))}")

    @classmethod
    def taken(cls, given: StateDetails | dict[str, Any] | None) -> StateDetails:
        """Return details as they are given: as they are, or as a dict of facts whose times may be text."""
        if isinstance(given, StateDetails):
            return given
        facts = dict(given or {})
        for name in TIMES & facts.keys():
            facts[name] = parsed(facts[name])
        return cls(**facts)

    @classmethod
    def of(cls, state: model.State) -> StateDetails:
        """Return the details of a recorded state."""
        details = cls(actor=state.actor, deferred=bool(state.details.get("deferred")))
        match state:
            case model.Scheduled():
                details.scheduled_time = state.at
            case model.Paused():
                details.pause_timeout = state.until
                details.pause_key = state.key
                details.pause_reschedule = state.reschedule
                if state.input_key is not None:
                    details.run_input_keyset = {
                        part: f"{state.input_key}-{part}" for part in ("description", "response", "schema")
                    }
            case _:
                pass
        return details

    def apply(self, kind: type[model.StateFields], **fields: Any) -> Any:
        """Return the model's state of this kind with these details."""
        facts: dict[str, Any] = {"actor": self.actor, **fields}
        if kind is model.Scheduled:
            facts["at"] = self.scheduled_time or fields["timestamp"]
        elif kind is model.Paused:
            facts.update(until=self.pause_timeout, key=self.pause_key, reschedule=self.pause_reschedule)
            if self.run_input_keyset:
                facts["input_key"] = self.run_input_keyset["response"].removesuffix("-response")
        return kind(**facts)

    def belong_to(self, life: FlowLife | TaskLife) -> None:
        """Note whose state this is; a state that belongs to a run is no longer one that the user merely made."""
        from uuid import UUID  # noqa: PLC0415 - a door: only for states that somebody looks at

        # Also of a run elsewhere, of which no more is known than that: only a task run says of which flow run it is.
        if hasattr(life, "flow"):
            self.task_run_id = UUID(life.id)
            self.flow_run_id = UUID(life.flow.id) if life.flow is not None else None
        else:
            self.flow_run_id = UUID(life.id)

    def model_dump(self, *, mode: str = "python", **_: object) -> dict[str, Any]:
        """Return the facts as a dict; with `mode="json"` of values that JSON knows."""
        facts = {name: value for name, value in vars(self).items() if name != "actor"}
        return {name: _plain(value) for name, value in facts.items()} if mode == "json" else facts

    def copy(self) -> StateDetails:
        """Return a copy."""
        return copy.copy(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StateDetails) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        known = ", ".join(f"{name}={value!r}" for name, value in vars(self).items() if value not in (None, False))
        return f"StateDetails({known})"
