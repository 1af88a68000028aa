"""Assets: data that tasks make and use, told to the feed of events so that its lineage can be followed.

    @materialize("s3://lake/orders.parquet")
    def load(): ...

A task run that materializes an asset tells, when it ends, whether it succeeded and which assets it was made from: those named by
`asset_deps`, and those of the task runs whose values it was given. A task that materializes nothing passes on what it was given.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, ParamSpec, TypeVar
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from segue.decide.naming import RESOURCE_ID, RESOURCE_NAME, RESOURCE_ROLE
from segue.engine.lives import FlowLife, TaskLife, current_task
from segue.events.utilities import emit_event
from segue.tasks import Task

if TYPE_CHECKING:
    from segue.engine.ended import Ended

P = ParamSpec("P")
R = TypeVar("R")

MAX_KEY = 512
MAX_DESCRIPTION = 2500
_FORBIDDEN = frozenset("\n\r\t\0 #?&%\"'<>[]{}|\\^`")
_LINEAGE = "asset_lineage"

__all__ = ["Asset", "AssetContext", "AssetProperties", "MaterializingTask", "add_asset_metadata", "materialize"]


def _key(value: str) -> str:
    for character in value:
        if character in _FORBIDDEN:
            raise ValueError(f"Asset key cannot contain {character!r}")
    scheme, separator, rest = value.partition("://")
    if not separator or not rest or not scheme.isascii() or scheme != scheme.lower() or not scheme[0:1].isalpha():
        raise ValueError("Key must be a valid URI, e.g. storage://bucket/folder/asset.csv")
    return value


class AssetProperties(BaseModel):
    """What people should know of an asset."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str | None = None
    url: str | None = None
    description: str | None = Field(default=None, max_length=MAX_DESCRIPTION)
    owners: list[str] | None = None


class Asset(BaseModel):
    """A piece of data, known by a key in the form of a URI."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: Annotated[str, AfterValidator(_key), Field(max_length=MAX_KEY)]
    properties: AssetProperties | None = None

    def __repr__(self) -> str:
        return f"Asset(key={self.key!r})"

    def __hash__(self) -> int:
        return hash(self.key)

    def add_metadata(self, metadata: dict[str, Any]) -> None:
        """Add facts to what is told when this asset is materialized; see `add_asset_metadata`."""
        add_asset_metadata(self, metadata)


def asset_of(given: str | Asset) -> Asset:
    """Return the asset of a key."""
    return given if isinstance(given, Asset) else Asset(key=given)


def add_asset_metadata(asset: str | Asset, metadata: dict[str, Any]) -> None:
    """Add facts (row counts, sizes, …) to what is told when the running task has materialized an asset.

    Raises RuntimeError outside tasks, ValueError for an asset that the task does not materialize.
    """
    context = AssetContext.get()
    if context is None:
        raise RuntimeError("Unable to call `add_asset_metadata` when not inside of an AssetContext")
    context.add_asset_metadata(asset if isinstance(asset, str) else asset.key, metadata)


class MaterializingTask(Task[P, R]):
    """A task that makes assets; made by `@materialize`."""

    def __init__(
        self,
        fn: Callable[P, R],
        *,
        assets: Iterable[str | Asset],
        materialized_by: str | None = None,
        **task_kwargs: Any,
    ) -> None:
        super().__init__(fn, **task_kwargs)
        self.assets = [asset_of(asset) for asset in assets]
        self.materialized_by = materialized_by
        self.lineage = Lineage(self.asset_deps, self.assets, materialized_by)
        self._options = {**self._options, "assets": self.assets, "materialized_by": materialized_by}


def materialize(
    *assets: str | Asset, by: str | None = None, **task_kwargs: Any
) -> Callable[[Callable[P, R]], MaterializingTask[P, R]]:
    """Make a function a task that materializes assets; `by` names the tool that does it, and the rest is as for `@task`."""
    if not assets:
        raise TypeError("materialize requires at least one asset argument, e.g. `@materialize(asset)`")

    def decorate(fn: Callable[P, R]) -> MaterializingTask[P, R]:
        return MaterializingTask(fn, assets=assets, materialized_by=by, **task_kwargs)

    return decorate


class AssetContext:
    """What the running task has to do with assets."""

    def __init__(
        self,
        *,
        direct_asset_dependencies: Iterable[Asset] = (),
        downstream_assets: Iterable[Asset] = (),
        upstream_assets: Iterable[Asset] = (),
        materialized_by: str | None = None,
        task_run_id: UUID | None = None,
    ) -> None:
        self.direct_asset_dependencies = set(direct_asset_dependencies)
        self.downstream_assets = set(downstream_assets)
        self.upstream_assets = set(upstream_assets)
        self.materialized_by = materialized_by
        self.task_run_id = task_run_id
        self.materialization_metadata: dict[str, dict[str, Any]] = {}

    @classmethod
    def get(cls) -> AssetContext | None:
        """Return the context of the running task, None outside tasks."""
        life = current_task.get()
        return None if life is None else _context_of(life)

    def add_asset_metadata(self, asset_key: str, metadata: dict[str, Any]) -> None:
        """Add facts to what is told of an asset; raises ValueError for one that is not materialized here."""
        if asset_key not in {asset.key for asset in self.downstream_assets}:
            raise ValueError("Can only add metadata to assets that are arguments to @materialize")
        known = self.materialization_metadata.get(asset_key, {})
        self.materialization_metadata[asset_key] = {**known, **metadata}

    @staticmethod
    def asset_as_resource(asset: Asset) -> dict[str, str]:
        """Return the resource that an event about an asset names."""
        resource = {RESOURCE_ID: asset.key}
        known = asset.properties
        if known is None:
            return resource
        labels = {
            RESOURCE_NAME: known.name,
            "segue.asset.description": known.description,
            "segue.asset.url": known.url,
            "segue.asset.owners": json.dumps(known.owners) if known.owners is not None else None,
        }
        return resource | {label: value for label, value in labels.items() if value is not None}

    @staticmethod
    def asset_as_related(asset: Asset) -> dict[str, str]:
        """Return an asset as something that an event is related to."""
        return {RESOURCE_ID: asset.key, RESOURCE_ROLE: "asset"}

    @staticmethod
    def related_materialized_by(by: str) -> dict[str, str]:
        """Return a tool as something that an event is related to."""
        return {RESOURCE_ID: by, RESOURCE_ROLE: "asset-materialized-by"}

    def tell(self, *, succeeded: bool) -> None:
        """Tell which assets were used, and which were materialized or were meant to be."""
        used = sorted(self.upstream_assets | self.direct_asset_dependencies, key=lambda asset: asset.key)
        for asset in used:
            emit_event("segue.asset.referenced", self.asset_as_resource(asset))
        related = [self.asset_as_related(asset) for asset in used]
        if self.materialized_by:
            related.append(self.related_materialized_by(self.materialized_by))
        how = "succeeded" if succeeded else "failed"
        for asset in sorted(self.downstream_assets, key=lambda asset: asset.key):
            emit_event(
                f"segue.asset.materialization.{how}",
                self.asset_as_resource(asset),
                related=related,
                payload=self.materialization_metadata.get(asset.key),
            )


# --------------------------------------------------------------------------- lineage within one flow run


class _Passed:
    """What runs of one flow run pass on to those that are given their values."""

    def __init__(self) -> None:
        self.by_run: dict[str, set[Asset]] = {}
        # The values themselves are kept beside, so that the id of none is used again for another.
        self.by_value: dict[int, tuple[object, set[Asset]]] = {}

    def to(self, parameters: Mapping[str, Any], edges: Mapping[str, list[str]]) -> set[Asset]:
        """The assets behind the arguments of a call: those of the futures it was given, and those of values it was given."""
        found: set[Asset] = set()
        for origins in edges.values():
            for origin in origins:
                found |= self.by_run.get(origin, set())
        for value in parameters.values():
            parts = (
                value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple | set) else ()
            )
            for each in (value, *parts):
                found |= self.by_value.get(id(each), (None, set()))[1]
        return found


class Lineage:
    """Follows the runs of one task; `Task.lineage` of a task that has to do with assets."""

    def __init__(self, uses: Iterable[Asset] = (), makes: Iterable[Asset] = (), by: str | None = None) -> None:
        self.uses = set(uses)
        self.makes = set(makes)
        self.by = by

    def made(self, life: TaskLife, edges: Mapping[str, list[str]]) -> None:
        """Take note of a run that was made."""
        passed = _passed(life.flow, make=True)
        given = passed.to(life.parameters, edges) if passed is not None else set()
        context = AssetContext(
            direct_asset_dependencies=self.uses,
            downstream_assets=self.makes,
            upstream_assets=given,
            materialized_by=self.by,
            task_run_id=UUID(life.id),
        )
        if life.extra is None:
            life.extra = {}
        life.extra[_LINEAGE] = context
        if passed is not None:
            passed.by_run[life.id] = self.makes or given | self.uses

    def ended(self, life: TaskLife, ended: Ended) -> None:
        """Tell what became of the assets of a run, and know its value again where it is passed on."""
        passed = _passed(life.flow)
        assets = passed.by_run.get(life.id) if passed is not None else None
        if passed is not None and assets and isinstance(ended.value, list | dict | tuple | set | str | bytes):
            passed.by_value[id(ended.value)] = (ended.value, assets)
        if self.makes and ended.state.name != "Cached" and ended.state.kind in {"COMPLETED", "FAILED"}:
            token = current_task.set(life)
            try:
                _context_of(life).tell(succeeded=ended.completed)
            finally:
                current_task.reset(token)


_PASSING_ON = Lineage()


def _passed(flow: FlowLife | None, *, make: bool = False) -> _Passed | None:
    if flow is None:
        return None
    known = flow.extra.get(_LINEAGE)
    if known is None and make:
        known = flow.extra[_LINEAGE] = _Passed()
        flow.extra["lineage"] = _PASSING_ON
    return known if isinstance(known, _Passed) else None


def _context_of(life: TaskLife) -> AssetContext:
    if life.extra is None:
        life.extra = {}
    known = life.extra.get(_LINEAGE)
    if not isinstance(known, AssetContext):
        known = life.extra[_LINEAGE] = AssetContext(task_run_id=UUID(life.id))
    return known
