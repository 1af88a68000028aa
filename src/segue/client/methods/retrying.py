"""Retrying a flow run that has ended, from what failed or from elsewhere."""

from __future__ import annotations

from uuid import UUID

from segue.client.methods.calls import Calls, id_text
from segue.client.schemas.objects import FlowRun
from segue.model.errors import RetryRefused
from segue.wire import operations as op
from segue.wire.bulk import FLOW_RUNS_RETRY, RetryMany
from segue.wire.queries import RunFilter
from segue.wire.redoing import RETRY_PREVIEW, RetryChoice, RetryPreview
from segue.wire.requests import ById


class RetryMethods(Calls):
    """Retrying."""

    def preview_flow_run_retry(
        self, flow_run_id: UUID | str, *, from_start: bool = False, from_task_run: UUID | str | None = None
    ) -> RetryPreview:
        """Return which outcomes a retry would reuse and which calls it would make again; takes what `retry_flow_run` takes.

        Raises ObjectNotFound, `NotOver` for a run that has not ended, `ForeignTaskRun` for a task run of another run.
        """
        return self._call(RETRY_PREVIEW, _choice(flow_run_id, from_start, from_task_run))

    def retry_flow_run(
        self,
        flow_run_id: UUID | str,
        *,
        from_start: bool = False,
        from_task_run: UUID | str | None = None,
        reason: str | None = None,
    ) -> FlowRun:
        """Let a run of a deployment that has ended wait to run again, under its own id and with its parameters.

        What is recorded as finished is reused where the flow is durable or the task kept its result; with `from_start` nothing
        is, with `from_task_run` what began before that task run. Raises what `preview_flow_run_retry` raises, and `RetryRefused`:
        nobody would begin a run without a deployment, for which there is `segue.flows.rerun`.
        """
        asked = _choice(flow_run_id, from_start, from_task_run)
        self._call(RETRY_PREVIEW, asked)
        where = RunFilter(ids=[asked.id])
        many = RetryMany(where=where, message=reason, from_start=asked.from_start, from_task_run=asked.from_task_run)
        for outcome in self._call(FLOW_RUNS_RETRY, many).items:
            if not outcome.done:
                raise RetryRefused(name=outcome.name or outcome.id, why=outcome.detail or outcome.code)
        return FlowRun.of(self._call(op.FLOW_RUN_READ, ById(asked.id)))


def _choice(flow_run_id: UUID | str, from_start: bool, from_task_run: UUID | str | None) -> RetryChoice:  # noqa: FBT001 - passed on
    task = id_text(from_task_run) if from_task_run is not None else None
    return RetryChoice(id=id_text(flow_run_id), from_start=from_start, from_task_run=task)
