"""`emit_event`."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from segue.decide.naming import FLOW, FLOW_RUN, RESOURCE_ID, RESOURCE_NAME, RESOURCE_ROLE, TAG, TASK_RUN
from segue.engine.lives import FlowLife, TaskLife, current_flow, current_task
from segue.engine.session import session, who
from segue.events.schemas.events import Event, RelatedResource, Resource
from segue.model import sizes
from segue.model.errors import TooLarge
from segue.model.records import EventTold


def emit_event(
    event: str,
    resource: dict[str, str] | Resource,
    occurred: datetime | None = None,
    related: list[dict[str, str]] | list[RelatedResource] | None = None,
    payload: dict[str, Any] | None = None,
    id: UUID | None = None,
    follows: Event | None = None,
) -> Event:
    """Tell that something happened; returns at once, and the event is kept with the records of this process.

    Within a run, the run, its flow and its tags are put to `related`. Told twice by the same id, it is kept once. Raises
    ValueError for a resource without `segue.resource.id`, TypeError for a payload that is no JSON, `TooLarge` above 1 MB.
    """
    facts: dict[str, Any] = {"occurred": occurred, "related": related, "payload": payload, "id": id}
    facts = {name: value for name, value in facts.items() if value is not None}
    told = Event(event=event, resource=Resource(resource), follows=follows.id if follows is not None else None, **facts)
    if told.size_bytes > sizes.EVENT:
        raise TooLarge(what="The event", size=told.size_bytes, limit=sizes.EVENT)
    life = current_task.get() or current_flow.get()
    record = told.model
    record = msgspec.structs.replace(record, related=[*record.related, *_around(life)], actor=who())
    # What is told later than this call must not change it.
    record = msgspec.structs.replace(record, payload=msgspec.to_builtins(record.payload))
    _stream_of(life).put(EventTold(record))
    return told


def _stream_of(life: FlowLife | TaskLife | None) -> Any:
    flow = life.flow if isinstance(life, TaskLife) else life
    root = flow.root() if flow is not None else None
    over = root is not None and root.state is not None and root.state.final
    if life is None or life.stream is None or over:
        return session().events_stream()
    return life.stream


def _around(life: FlowLife | TaskLife | None) -> list[dict[str, str]]:
    task = life if isinstance(life, TaskLife) else None
    flow = life.flow if isinstance(life, TaskLife) else life
    found: list[dict[str, str]] = []
    tags: set[str] = set()
    if flow is not None:
        found.append(_related(f"{FLOW_RUN}{flow.id}", flow.name, "flow-run"))
        tags |= set(flow.tags)
    if task is not None:
        found.append(_related(f"{TASK_RUN}{task.id}", task.name, "task-run"))
        tags |= set(task.tags)
    if flow is not None and flow.flow_id:
        found.append(_related(f"{FLOW}{flow.flow_id}", flow.spec.name, "flow"))
    return found + [_related(f"{TAG}{tag}", tag, "tag") for tag in sorted(tags)]


def _related(id: str, name: str, role: str) -> dict[str, str]:
    return {RESOURCE_ID: id, RESOURCE_ROLE: role, RESOURCE_NAME: name}
