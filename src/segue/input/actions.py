"""Values sent to a flow run, by key: put, read, listed, deleted."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import msgspec
import pydantic

from segue.client.orchestration import SyncSegueClient
from segue.client.schemas.objects import FlowRunInput
from segue.engine.asks import Do, Script
from segue.engine.lives import current_flow
from segue.exceptions import ObjectNotFound
from segue.pairs import aplay, play


def ensure_flow_run_id(flow_run_id: UUID | str | None = None) -> UUID:
    """Return the id given, else that of the current flow run; raises RuntimeError when there is neither."""
    if flow_run_id is not None:
        return flow_run_id if isinstance(flow_run_id, UUID) else UUID(flow_run_id)
    life = current_flow.get()
    if life is None:
        raise RuntimeError("Must either provide a flow run ID or be within a flow run.")
    return UUID(life.id)


def default_sender() -> str | None:
    """Return how the current flow run signs what it sends."""
    life = current_flow.get()
    return f"segue.flow-run.{life.id}" if life is not None else None


def put(key: str, text: str, flow_run_id: UUID | str | None, sender: str | None) -> Script[None]:
    """Store JSON text under a key."""
    run = ensure_flow_run_id(flow_run_id)
    yield Do(SyncSegueClient().create_flow_run_input, (run, key, text, sender))


def _create(key: str, value: object, flow_run_id: UUID | str | None, sender: str | None) -> Script[None]:
    yield from put(key, msgspec.json.encode(value).decode(), flow_run_id, sender)


def create_from_model(
    key: str, model_instance: pydantic.BaseModel, flow_run_id: UUID | str | None, sender: str | None
) -> Script[None]:
    """Store a model as JSON, signed by the current flow run unless `sender` says otherwise."""
    yield from put(key, model_instance.model_dump_json(), flow_run_id, sender or default_sender())


def read(key: str, flow_run_id: UUID | str | None) -> Script[object]:
    """Read the value under a key, or None."""
    try:
        text = yield Do(SyncSegueClient().read_flow_run_input, (ensure_flow_run_id(flow_run_id), key))
    except ObjectNotFound:
        return None
    return msgspec.json.decode(text)


def find(
    key_prefix: str, limit: int, exclude_keys: Iterable[str] | None, flow_run_id: UUID | str | None
) -> Script[list[FlowRunInput]]:
    """List the values whose key begins with a prefix, oldest first."""
    run = ensure_flow_run_id(flow_run_id)
    found: list[FlowRunInput] = yield Do(
        SyncSegueClient().filter_flow_run_input, (run, key_prefix, limit, tuple(exclude_keys or ()))
    )
    return found


def _delete(key: str, flow_run_id: UUID | str | None) -> Script[None]:
    yield Do(SyncSegueClient().delete_flow_run_input, (ensure_flow_run_id(flow_run_id), key))


def create_flow_run_input(
    key: str, value: object, flow_run_id: UUID | str | None = None, sender: str | None = None
) -> None:
    """Store a JSON value under a key of a flow run, by default the current one; a key that is taken is refused."""
    return play(_create(key, value, flow_run_id, sender))


async def acreate_flow_run_input(
    key: str, value: object, flow_run_id: UUID | str | None = None, sender: str | None = None
) -> None:
    """Store a JSON value under a key; the async form of `create_flow_run_input`."""
    await aplay(_create(key, value, flow_run_id, sender))


def create_flow_run_input_from_model(
    key: str, model_instance: pydantic.BaseModel, flow_run_id: UUID | str | None = None, sender: str | None = None
) -> None:
    """Store a pydantic model under a key of a flow run, by default the current one."""
    return play(create_from_model(key, model_instance, flow_run_id, sender))


async def acreate_flow_run_input_from_model(
    key: str, model_instance: pydantic.BaseModel, flow_run_id: UUID | str | None = None, sender: str | None = None
) -> None:
    """Store a pydantic model; the async form of `create_flow_run_input_from_model`."""
    await aplay(create_from_model(key, model_instance, flow_run_id, sender))


def filter_flow_run_input(
    key_prefix: str,
    limit: int = 1,
    exclude_keys: Iterable[str] | None = None,
    flow_run_id: UUID | str | None = None,
) -> list[FlowRunInput]:
    """Return the values whose key begins with a prefix, oldest first."""
    return play(find(key_prefix, limit, exclude_keys, flow_run_id))


async def afilter_flow_run_input(
    key_prefix: str,
    limit: int = 1,
    exclude_keys: Iterable[str] | None = None,
    flow_run_id: UUID | str | None = None,
) -> list[FlowRunInput]:
    """Return the values whose key begins with a prefix; the async form of `filter_flow_run_input`."""
    return await aplay(find(key_prefix, limit, exclude_keys, flow_run_id))


def read_flow_run_input(key: str, flow_run_id: UUID | str | None = None) -> object:
    """Return the value under a key, or None when there is none."""
    return play(read(key, flow_run_id))


async def aread_flow_run_input(key: str, flow_run_id: UUID | str | None = None) -> object:
    """Return the value under a key; the async form of `read_flow_run_input`."""
    return await aplay(read(key, flow_run_id))


def delete_flow_run_input(key: str, flow_run_id: UUID | str | None = None) -> None:
    """Delete the value under a key; raises ObjectNotFound."""
    return play(_delete(key, flow_run_id))


async def adelete_flow_run_input(key: str, flow_run_id: UUID | str | None = None) -> None:
    """Delete the value under a key; the async form of `delete_flow_run_input`."""
    await aplay(_delete(key, flow_run_id))
