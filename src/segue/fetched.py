"""Flows whose code lies elsewhere: fetched from a repository, folder, address or block, and loaded apart from this program."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from segue.exceptions import ScriptError
from segue.placeholders import placeholder
from segue.runner.storage import BlockStorageAdapter, RunnerStorage, create_storage_from_source, fetch
from segue.scripts import flow_in, load, load_apart, refuse_inner, split

#: Folders with fetched code, which last as long as this process: a flow may read files beside its own.
_kept: list[tempfile.TemporaryDirectory[str]] = []


@dataclass(frozen=True)
class Source:
    """Where a flow's code lies, and which flow it is there."""

    storage: RunnerStorage
    entrypoint: str


class Sourced(Protocol):
    """A flow that may know where its code lies."""

    source: Source | None


F = TypeVar("F", bound=Sourced)


def from_source(kind: type[F], source: str | Path | RunnerStorage | Any, entrypoint: str) -> F:
    """Fetch code and return the flow in it; see `Flow.from_source`."""
    storage = storage_of(source)
    folder = tempfile.TemporaryDirectory(prefix="segue-code-")
    _kept.append(folder)
    storage.set_base_path(Path(folder.name))
    flow = load_entrypoint(kind, fetch(storage), entrypoint)
    flow.source = Source(storage, entrypoint)
    return flow


def storage_of(source: str | Path | RunnerStorage | Any) -> RunnerStorage:
    """Return the place that a source is; raises TypeError for what is none."""
    match source:
        case str():
            return create_storage_from_source(source)
        case Path():
            return create_storage_from_source(str(source))
        case RunnerStorage():
            return source
        case _ if hasattr(source, "get_directory"):
            return BlockStorageAdapter(source)
    raise TypeError(
        f"Unsupported source type {type(source).__name__!r}. Please provide a URL to remote storage, a folder, or a storage object."
    )


def load_entrypoint(kind: type[F], root: Path, entrypoint: str, *, use_placeholder: bool = True) -> F:
    """Return the flow that an entrypoint names below a folder; where its file cannot be run here, what stands for it.

    Raises MissingFlowError, UnspecifiedFlowError, CannotLoad, and ScriptError where nothing may stand for it.
    """
    place, function = split(entrypoint)
    refuse_inner(function, "flow")
    if not place.endswith(".py"):
        place = f"{place.replace('.', '/')}.py"
    path = (root / place).resolve()
    try:
        return flow_in(load_apart(path, root.resolve()), kind, str(path), function)
    except ScriptError as problem:
        if not use_placeholder or isinstance(problem.user_exc, SyntaxError):
            raise
        return placeholder(kind, path, root.resolve(), function, problem)


def load_here(kind: type[F], entrypoint: str, *, use_placeholder: bool) -> F:
    """Return the flow that an entrypoint names from this folder on; see `load_flow_from_entrypoint`."""
    place, function = split(entrypoint)
    path = Path(place).expanduser().absolute()
    if path.suffix == ".py" or path.is_file():
        root = Path.cwd() if path.is_relative_to(Path.cwd()) else path.parent
        within = str(path.relative_to(root)) + (f":{function}" if function else "")
        return load_entrypoint(kind, root, within, use_placeholder=use_placeholder)
    refuse_inner(function, "flow")
    if function is None:
        place, _, function = place.rpartition(".")
    return flow_in(load(place), kind, place, function)


async def afrom_source(kind: type[F], source: str | Path | RunnerStorage | Any, entrypoint: str) -> F:
    """Fetch code and return the flow in it, in a thread of its own."""
    call: Callable[..., F] = from_source
    return await asyncio.to_thread(call, kind, source, entrypoint)
