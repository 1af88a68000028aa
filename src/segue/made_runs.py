"""Task runs that are made without being begun."""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import copy_context
from typing import TYPE_CHECKING, Any
from uuid import UUID

from segue.background import enqueue
from segue.client.lookout import looked_after
from segue.client.schemas.objects import TaskRun
from segue.engine import stamp
from segue.engine.asks import Do, Script
from segue.engine.lives import current_flow, current_tags, current_task
from segue.engine.session import backend
from segue.host.ids import new_id
from segue.pairs import aplay
from segue.states import State
from segue.submission import start_run
from segue.wire.operations import TASK_RUN_READ
from segue.wire.requests import ById

if TYPE_CHECKING:
    from segue.context import FlowRunContext, TaskRunContext
    from segue.tasks import Task


class Making:
    """What a run is to be made of."""

    def __init__(
        self,
        task: Task[Any, Any],
        id: UUID | None,
        parameters: dict[str, Any],
        flow: FlowRunContext | None,
        parent: TaskRunContext | None,
        wait_for: Iterable[Any] | None,
    ) -> None:
        self.task = task
        self.id = new_id() if id is None else str(id)
        self.parameters = parameters
        self.wait_for = wait_for
        # It is made where its flow and its parent are said to be.
        self._where = copy_context()
        if flow is not None:
            self._where.run(current_flow.set, flow.life)
        if parent is not None:
            self._where.run(current_task.set, parent.life)

    async def recorded(self) -> TaskRun:
        """Record it as Pending, and return it."""
        return await aplay(self._in_place(self._record))

    async def handed_over(self) -> TaskRun:
        """Record it as Scheduled, for a task worker, and return it."""
        return await aplay(self._in_place(self._hand_over))

    async def local(self) -> TaskRun:
        """Return it as Pending, without a word to anybody."""
        return self._where.run(self._face)

    def _in_place(self, make: Any) -> Script[TaskRun]:
        made: TaskRun = yield Do(self._where.run, (make,))
        return made

    def _record(self) -> TaskRun:
        run = start_run(self.task, self.parameters, self.wait_for, direct=False, id=self.id)
        return _read(run.life.id)

    def _hand_over(self) -> TaskRun:
        future = enqueue(self.task, self.parameters, wait_for=self.wait_for)
        return _read(str(future.task_run_id))

    def _face(self) -> TaskRun:
        flow, parent, spec = current_flow.get(), current_task.get(), self.task.spec
        number = flow.ordinal(spec.key) if flow is not None else self.task.ordinal()
        return TaskRun(
            id=UUID(self.id), name=f"{spec.name}-{number}", task_key=spec.key, task_name=spec.name, dynamic_key=str(number),
            flow_run_id=UUID(flow.id) if flow is not None else None,
            parent_task_run_id=UUID(parent.id) if parent is not None else None,
            tags=sorted(spec.tags | current_tags.get()), entrypoint=spec.entrypoint,
        ).in_state(State.of(stamp.pending()))  # fmt: skip


def _read(id: str) -> TaskRun:
    return TaskRun.of(looked_after(backend()).call(TASK_RUN_READ, ById(id)))
