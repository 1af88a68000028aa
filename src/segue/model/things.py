"""What runs leave behind or share: artifacts, variables, answers to a pause."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from segue.model.runs import Id


class Artifact(Struct, frozen=True, kw_only=True):
    """A piece of a report left by a run: markdown, a table, a link, an image, progress. Same key, new version."""

    id: Id
    type: str
    data: object
    created: datetime
    updated: datetime
    key: str | None = None
    description: str | None = None
    flow_run_id: Id | None = None
    task_run_id: Id | None = None
    metadata: dict[str, str] = {}


class Variable(Struct, frozen=True, kw_only=True):
    """A named JSON value shared by all runs of a home."""

    id: Id
    name: str
    value: object
    created: datetime
    updated: datetime
    tags: list[str] = []


class RunInput(Struct, frozen=True, kw_only=True):
    """One value sent to a flow run from outside: an answer to a pause, or a message between runs."""

    flow_run_id: Id
    key: str
    value: str
    created: datetime
    sender: str | None = None
