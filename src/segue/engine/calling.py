"""Whether code is being called from async code: what decides if a two-way function answers with a value or an awaitable."""

from __future__ import annotations

import sys

from segue.engine.lives import current_flow, current_task


def in_async_code() -> bool:
    """Return True inside an async flow or task, or, outside runs, where an event loop is running."""
    life = current_task.get() or current_flow.get()
    if life is not None:
        return life.spec.is_async
    asyncio = sys.modules.get("asyncio")
    if asyncio is None:
        return False
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
