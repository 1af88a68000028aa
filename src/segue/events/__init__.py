"""Events: `emit_event` from anywhere; what the feed holds as `Event`; and what automations are made of."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from segue.events.clients import get_events_client as get_events_client
from segue.events.clients import get_events_subscriber as get_events_subscriber
from segue.events.schemas.events import Event as Event
from segue.events.schemas.events import ReceivedEvent as ReceivedEvent
from segue.events.schemas.events import RelatedResource as RelatedResource
from segue.events.schemas.events import Resource as Resource
from segue.events.schemas.events import ResourceSpecification as ResourceSpecification
from segue.events.utilities import emit_event as emit_event

if TYPE_CHECKING:
    from segue.automations import *  # noqa: F403 - what `__getattr__` finds


def __getattr__(name: str) -> Any:
    """What automations are made of, loaded when it is first asked for: few programs that tell events make any."""
    if name.startswith("_"):
        raise AttributeError(name)
    return getattr(importlib.import_module("segue.automations"), name)
