"""Events: `emit_event` from anywhere; what the feed holds as `Event`."""

from __future__ import annotations

from segue.events.clients import get_events_client as get_events_client
from segue.events.clients import get_events_subscriber as get_events_subscriber
from segue.events.schemas.events import Event as Event
from segue.events.schemas.events import ReceivedEvent as ReceivedEvent
from segue.events.schemas.events import RelatedResource as RelatedResource
from segue.events.schemas.events import Resource as Resource
from segue.events.schemas.events import ResourceSpecification as ResourceSpecification
from segue.events.utilities import emit_event as emit_event

__all__ = [
    "Event", "ReceivedEvent", "Resource", "RelatedResource", "ResourceSpecification", "emit_event", "get_events_client",
    "get_events_subscriber",
]  # fmt: skip
