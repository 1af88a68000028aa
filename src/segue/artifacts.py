"""Artifacts: pieces of a report that a run leaves behind (links, markdown, tables, images, progress).

Inside a run an artifact rides the run's record stream; outside it is written at once. The same key makes a new version.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import PurePath
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from segue.client.schemas.actions import ArtifactCreate
from segue.client.schemas.objects import Artifact as RecordedArtifact
from segue.engine.asks import Do, Script
from segue.engine.lives import FlowLife, TaskLife, current_flow, current_task
from segue.engine.session import backend, reading
from segue.host import clock
from segue.host.ids import new_id
from segue.logging import get_logger
from segue.model import sizes
from segue.model.errors import TooLarge
from segue.model.records import ArtifactMade
from segue.pairs import aplay, play
from segue.refusing import invalid
from segue.wire.operations import ARTIFACT_LIST, ARTIFACT_PUT, ARTIFACT_READ
from segue.wire.queries import ArtifactQuery, NewArtifact
from segue.wire.requests import ById

__all__ = [
    "Artifact",
    "ImageArtifact",
    "LinkArtifact",
    "MarkdownArtifact",
    "ProgressArtifact",
    "TableArtifact",
    "acreate_image_artifact",
    "acreate_link_artifact",
    "acreate_markdown_artifact",
    "acreate_progress_artifact",
    "acreate_table_artifact",
    "aupdate_progress_artifact",
    "create_image_artifact",
    "create_link_artifact",
    "create_markdown_artifact",
    "create_progress_artifact",
    "create_table_artifact",
    "update_progress_artifact",
]

Table = dict[str, list[Any]] | list[dict[str, Any]] | list[list[Any]]
_KEY = re.compile(r"[a-z0-9-]+")


class Artifact(ArtifactCreate, kw_only=True):
    """A piece of a report; `key` has lowercase letters, numbers and dashes, and names its versions."""

    def __post_init__(self) -> None:
        if self.key is not None and not _KEY.fullmatch(self.key):
            raise self._refused("key", "Artifact key must only contain lowercase letters, numbers, and dashes.")

    def _refused(self, field: str, sentence: str) -> ValueError:
        return invalid(type(self).__name__, field, getattr(self, field), sentence)

    def format(self) -> str | float | dict[str, Any]:
        """Return the data as it is recorded."""
        return json.dumps(self.data)

    async def aformat(self) -> str | float | dict[str, Any]:
        """Return the data as it is recorded."""
        return self.format()

    def create(self) -> RecordedArtifact:
        """Leave the artifact with the run whose code is running; awaitable in async code."""
        return play(_create(self))

    async def acreate(self) -> RecordedArtifact:
        """Leave the artifact with the run whose code is running."""
        return await aplay(_create(self))

    @classmethod
    def get(cls, key: str | None = None) -> RecordedArtifact | None:
        """Return the newest artifact of a key; None when there is none. Awaitable in async code."""
        return play(_get(key))

    @classmethod
    async def aget(cls, key: str | None = None) -> RecordedArtifact | None:
        """Return the newest artifact of a key; None when there is none."""
        return await aplay(_get(key))

    @classmethod
    def get_or_create(
        cls, key: str | None = None, description: str | None = None, data: object = None, **kwargs: Any
    ) -> tuple[RecordedArtifact, bool]:
        """Return the newest artifact of a key, made if need be, and whether it was made. Awaitable in async code."""
        return play(_get_or_create(cls, key, {"description": description, "data": data, **kwargs}))

    @classmethod
    async def aget_or_create(
        cls, key: str | None = None, description: str | None = None, data: object = None, **kwargs: Any
    ) -> tuple[RecordedArtifact, bool]:
        """Return the newest artifact of a key, made if need be, and whether it was made."""
        return await aplay(_get_or_create(cls, key, {"description": description, "data": data, **kwargs}))


class LinkArtifact(Artifact, kw_only=True):
    """A link; its text is the address where none is given."""

    link: str
    link_text: str | None = None
    type: str | None = "markdown"

    def format(self) -> str:
        """Return the link in markdown."""
        return f"[{self.link_text or self.link}]({self.link})"


class MarkdownArtifact(Artifact, kw_only=True):
    """A text in markdown."""

    markdown: str
    type: str | None = "markdown"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.markdown, str):
            raise self._refused("markdown", "Input should be a valid string")

    def format(self) -> str:
        """Return the text."""
        return self.markdown


class TableArtifact(Artifact, kw_only=True):
    """A table: a list of rows (dicts or lists), or lists by column."""

    table: Table
    type: str | None = "table"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.table, (dict, list, tuple)):
            raise self._refused("table", "Input should be a list of rows, or a dictionary of columns")

    def format(self) -> str:
        """Return the table as JSON text; what is not a number in JSON (NaN, infinity) is null."""
        return json.dumps(_finite(self.table), default=_cell)


class ProgressArtifact(Artifact, kw_only=True):
    """A bar between 0 and 100 percent."""

    progress: float
    type: str | None = "progress"

    def __post_init__(self) -> None:
        super().__post_init__()
        try:
            self.progress = float(self.progress)
        except (TypeError, ValueError):
            raise self._refused("progress", "Input should be a valid number") from None
        if math.isnan(self.progress):
            raise self._refused("progress", "Input should be a finite number")

    def format(self) -> float:
        """Return the percentage, kept between 0 and 100."""
        return _percent(self.progress)


class ImageArtifact(Artifact, kw_only=True):
    """An image at a public address."""

    image_url: str
    type: str | None = "image"

    def format(self) -> str:
        """Return the address."""
        return self.image_url


def create_link_artifact(
    link: str, link_text: str | None = None, key: str | None = None, description: str | None = None
) -> UUID:
    """Leave a link with the current run; returns the artifact's id. Awaitable in async code."""
    return play(_id(LinkArtifact(link=link, link_text=link_text, key=key, description=description)))


async def acreate_link_artifact(
    link: str, link_text: str | None = None, key: str | None = None, description: str | None = None
) -> UUID:
    """Leave a link with the current run; returns the artifact's id."""
    return await aplay(_id(LinkArtifact(link=link, link_text=link_text, key=key, description=description)))


def create_markdown_artifact(markdown: str, key: str | None = None, description: str | None = None) -> UUID:
    """Leave a text with the current run; returns the artifact's id. Awaitable in async code."""
    return play(_id(MarkdownArtifact(markdown=markdown, key=key, description=description)))


async def acreate_markdown_artifact(markdown: str, key: str | None = None, description: str | None = None) -> UUID:
    """Leave a text with the current run; returns the artifact's id."""
    return await aplay(_id(MarkdownArtifact(markdown=markdown, key=key, description=description)))


def create_table_artifact(table: Table, key: str | None = None, description: str | None = None) -> UUID:
    """Leave a table with the current run; returns the artifact's id. Awaitable in async code."""
    return play(_id(TableArtifact(table=table, key=key, description=description)))


async def acreate_table_artifact(table: Table, key: str | None = None, description: str | None = None) -> UUID:
    """Leave a table with the current run; returns the artifact's id."""
    return await aplay(_id(TableArtifact(table=table, key=key, description=description)))


def create_progress_artifact(progress: float, key: str | None = None, description: str | None = None) -> UUID:
    """Leave a progress bar with the current run; returns the artifact's id. Awaitable in async code."""
    return play(_id(ProgressArtifact(progress=progress, key=key, description=description)))


async def acreate_progress_artifact(progress: float, key: str | None = None, description: str | None = None) -> UUID:
    """Leave a progress bar with the current run; returns the artifact's id."""
    return await aplay(_id(ProgressArtifact(progress=progress, key=key, description=description)))


def create_image_artifact(image_url: str, key: str | None = None, description: str | None = None) -> UUID:
    """Leave an image with the current run; returns the artifact's id. Awaitable in async code."""
    return play(_id(ImageArtifact(image_url=image_url, key=key, description=description)))


async def acreate_image_artifact(image_url: str, key: str | None = None, description: str | None = None) -> UUID:
    """Leave an image with the current run; returns the artifact's id."""
    return await aplay(_id(ImageArtifact(image_url=image_url, key=key, description=description)))


def update_progress_artifact(artifact_id: UUID, progress: float, description: str | None = None) -> UUID:
    """Move a progress bar in place; without a description the old one stays. Awaitable in async code."""
    return play(_update_progress(artifact_id, progress, description))


async def aupdate_progress_artifact(artifact_id: UUID, progress: float, description: str | None = None) -> UUID:
    """Move a progress bar in place; without a description the old one stays."""
    return await aplay(_update_progress(artifact_id, progress, description))


# --- scripts --------------------------------------------------------------------------------------------------------


def _id(artifact: Artifact) -> Script[UUID]:
    return (yield from _create(artifact)).id


def _create(artifact: Artifact) -> Script[RecordedArtifact]:
    life = current_task.get() or current_flow.get()
    flow_id, task_id = _ids(life)
    new = NewArtifact(
        id=new_id(),
        type=artifact.type or "unknown",
        data=_fitting(artifact.format()),
        key=artifact.key,
        description=artifact.description,
        flow_run_id=str(artifact.flow_run_id) if artifact.flow_run_id is not None else flow_id,
        task_run_id=str(artifact.task_run_id) if artifact.task_run_id is not None else task_id,
    )
    if isinstance(artifact, ProgressArtifact):
        _bars.remember(new)
    return (yield from _put(new, life))


def _put(new: NewArtifact, life: FlowLife | TaskLife | None) -> Script[RecordedArtifact]:
    put = _stream_of(life)
    if put is None:
        return RecordedArtifact.of((yield Do(lambda: backend().call(ARTIFACT_PUT, new))))
    now = clock.now()
    made = {name: getattr(new, name) for name in new.__struct_fields__}
    yield Do(put, (ArtifactMade(**made, timestamp=now),))
    ids = {name: UUID(text) if text else None for name in ("flow_run_id", "task_run_id") for text in [made[name]]}
    return RecordedArtifact(**{**made, **ids, "id": UUID(new.id)}, created=now, updated=now)


def _get(key: str | None) -> Script[RecordedArtifact | None]:
    query = ArtifactQuery(keys=None if key is None else [key], sort="-updated", limit=1)
    found = (yield Do(lambda: reading().call(ARTIFACT_LIST, query))).items
    return RecordedArtifact.of(found[0]) if found else None


def _get_or_create(
    kind: type[Artifact], key: str | None, facts: dict[str, Any]
) -> Script[tuple[RecordedArtifact, bool]]:
    found = yield from _get(key)
    if found is not None:
        return found, False
    return (yield from _create(kind(key=key, **facts))), True


def _update_progress(artifact_id: UUID, progress: float, description: str | None) -> Script[UUID]:
    known = _bars.known.get(str(artifact_id))
    if known is None:
        # Made by another process, or long ago; raises NotFound where there is none.
        before = yield Do(lambda: reading().call(ARTIFACT_READ, ById(str(artifact_id))))
        known = NewArtifact(
            id=before.id, type=before.type, data=None, key=before.key, flow_run_id=before.flow_run_id,
            task_run_id=before.task_run_id,
        )  # fmt: skip
    changed = msgspec.structs.replace(known, data=_fitting(_percent(float(progress))), description=description)
    yield from _put(changed, current_task.get() or current_flow.get())
    return artifact_id


class _Bars(Struct):
    """Progress bars of this process, so that moving one needs no look at the record."""

    known: dict[str, NewArtifact] = {}
    most: int = 1000

    def remember(self, new: NewArtifact) -> None:
        """Keep the facts of a new bar, and forget the oldest beyond the limit."""
        self.known[new.id] = new
        for old in list(self.known)[: -self.most]:
            self.known.pop(old, None)


_bars = _Bars()


def _ids(life: FlowLife | TaskLife | None) -> tuple[str | None, str | None]:
    match life:
        case TaskLife():
            return (life.flow.id if life.flow is not None else None), life.id
        case FlowLife():
            return life.id, None
        case None:
            return None, None


def _stream_of(life: FlowLife | TaskLife | None) -> Callable[[ArtifactMade], object] | None:
    """Where records of this run go; None outside runs, and in a hook of a run that is over."""
    flow = life.flow if isinstance(life, TaskLife) else life
    while flow is not None and flow.parent is not None:
        flow = flow.parent
    if life is None or (flow is not None and flow.state is not None and flow.state.final):
        return None
    return life.stream.put if life.stream is not None else None


def _fitting(data: str | float | dict[str, Any]) -> str | float | dict[str, Any]:
    """The data, once it is known to be JSON of a size that can be kept; raises TypeError, TooLarge."""
    size = len(msgspec.json.encode(data))
    if size > sizes.ARTIFACT:
        raise TooLarge(what="The artifact", size=size, limit=sizes.ARTIFACT)
    # Read back as databases keep numbers: a whole one is an int.
    return int(data) if isinstance(data, float) and data.is_integer() else data


def _percent(progress: float) -> float:
    kept = min(max(progress, 0.0), 100.0)
    if kept != progress:
        log = get_logger("artifacts")
        log.warning("ProgressArtifact received an invalid value, Progress: %s%%", progress)
        log.warning("Interpreting as %s%% progress", kept)
    return kept


def _finite(item: object) -> object:
    match item:
        case list() | tuple():
            return [_finite(each) for each in item]
        case dict():
            return {key: _finite(value) for key, value in item.items()}
        case float() if not math.isfinite(item):
            return None
        case _:
            return item


def _cell(value: object) -> object:
    """Values that tables hold and JSON does not know, as text (numbers of numpy and its like as numbers)."""
    scalar = getattr(value, "item", None)
    if callable(scalar):
        return _finite(scalar())
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, (Decimal, UUID, PurePath, timedelta)):
        return str(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
