"""Which run is running, and a context variable set for a while, under the names users know."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context, ContextVar
from uuid import UUID

from segue.engine.lives import current_flow, current_task


@contextmanager
def temporary_context(context: Context) -> Iterator[None]:
    """Set the variables of a copied context inside the block, and take them back after it."""
    tokens = [(variable, variable.set(value)) for variable, value in context.items()]
    try:
        yield
    finally:
        for variable, token in reversed(tokens):
            _reset(variable, token)


def _reset(variable: ContextVar[object], token: object) -> None:
    variable.reset(token)  # type: ignore[arg-type]  # the token of this very variable


def get_task_run_id() -> UUID | None:
    """Return the id of the task run whose code is running."""
    life = current_task.get()
    return UUID(life.id) if life is not None else None


def get_flow_run_id() -> UUID | None:
    """Return the id of the flow run whose code, or whose task's code, is running."""
    life = current_flow.get()
    return UUID(life.id) if life is not None else None


def get_task_and_flow_run_ids() -> tuple[UUID | None, UUID | None]:
    """Return both ids: of the task run and of the flow run."""
    return get_task_run_id(), get_flow_run_id()
