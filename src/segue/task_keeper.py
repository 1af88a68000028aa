"""Opens the transaction of a task run, where it needs one; most do not, and pay for a look alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segue.engine.lives import TaskLife
from segue.engine.results import Keeper
from segue.persistence import persists_task
from segue.transaction_context import KEY, current_transaction

if TYPE_CHECKING:
    from segue.tasks import Task


def open_keeper(task: Task[Any, Any], life: TaskLife) -> Keeper | None:
    """Open the transaction of a task run; None when nothing is persisted, no hook waits for it and nothing surrounds it."""
    extra, parent = life.extra, life.parent
    if (
        not task.on_commit_hooks
        and not task.on_rollback_hooks
        and current_transaction.get() is None
        and (extra is None or KEY not in extra)
        and (parent is None or parent.extra is None or KEY not in parent.extra)
        and not persists_task(life)
    ):
        return None
    # A door: result storage and transactions are loaded by the first run that needs them.
    from segue.kept_task import TaskKeeper  # noqa: PLC0415

    return TaskKeeper(task, life)
