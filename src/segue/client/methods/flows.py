"""Flows and log lines: read, count, delete."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from segue.client.listings import FLOWS, LOGS
from segue.client.methods.calls import Calls, id_text
from segue.client.methods.scope import by_flow_runs, by_task_runs, of_deployed
from segue.client.schemas.actions import LogCreate
from segue.client.schemas.filters import (
    DeploymentFilter,
    FlowFilter,
    FlowRunFilter,
    FlowRunFilterId,
    LogFilter,
    TaskRunFilter,
)
from segue.client.schemas.objects import Flow, Log
from segue.client.schemas.sorting import FlowSort, LogSort
from segue.client.search import Wire, count, find
from segue.exceptions import ObjectNotFound
from segue.host.ids import new_id
from segue.wire import operations as op
from segue.wire.queries import FlowQuery
from segue.wire.recording import LOG_TELL, NewLog, TellLogs
from segue.wire.requests import ById, NewFlow

if TYPE_CHECKING:
    from segue.flows import Flow as AnyFlow


#: Lines of one request.
_LINES = 500


class FlowMethods(Calls):
    """What can be done with flows and the log lines of their runs."""

    def create_flow(self, flow: AnyFlow[Any, Any]) -> UUID:
        """Make a flow known before it runs; returns its id."""
        return self.create_flow_from_name(flow.name)

    def create_flow_from_name(self, flow_name: str) -> UUID:
        """Make a flow of this name known before it runs; returns its id."""
        return UUID(self._call(op.FLOW_CREATE, NewFlow(name=flow_name, id=new_id())).id)

    def read_flow(self, flow_id: UUID | str) -> Flow:
        """Return a flow; raises ObjectNotFound."""
        return Flow.of(self._call(op.FLOW_READ, ById(id_text(flow_id))))

    def read_flow_by_name(self, flow_name: str) -> Flow:
        """Return the flow of a name; raises ObjectNotFound."""
        found = self._call(op.FLOW_LIST, FlowQuery(names=[flow_name], limit=1)).items
        if not found:
            raise ObjectNotFound(help_message=f"There is no flow {flow_name!r}.")
        return Flow.of(found[0])

    def read_flows(
        self,
        *,
        flow_filter: FlowFilter | None = None,
        flow_run_filter: FlowRunFilter | None = None,
        task_run_filter: TaskRunFilter | None = None,
        deployment_filter: DeploymentFilter | None = None,
        sort: FlowSort | str | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[Flow]:
        """Return the flows that every filter means, by name unless `sort` says otherwise; 200 without a `limit`."""
        return find(
            self._reading(), FLOWS, flow_filter, sort=FlowSort(sort or FlowSort.NAME_ASC).value, limit=limit, offset=offset,
            extra=self._ran(flow_run_filter, task_run_filter, deployment_filter),
        )  # fmt: skip

    def count_flows(
        self,
        *,
        flow_filter: FlowFilter | None = None,
        flow_run_filter: FlowRunFilter | None = None,
        task_run_filter: TaskRunFilter | None = None,
        deployment_filter: DeploymentFilter | None = None,
    ) -> int:
        """Return how many flows every filter means."""
        return count(
            self._reading(), FLOWS, flow_filter, extra=self._ran(flow_run_filter, task_run_filter, deployment_filter)
        )

    def _ran(
        self,
        flow_runs: FlowRunFilter | None,
        task_runs: TaskRunFilter | None,
        deployments: DeploymentFilter | None,
    ) -> Wire:
        extra: Wire = {}
        reading = self._reading()
        by_flow_runs(reading, extra, "ids", flow_runs=flow_runs, what="flow_id")
        if task_runs is not None:
            inner: Wire = {}
            by_task_runs(reading, inner, "ids", task_runs)
            runs = FlowRunFilter(id=FlowRunFilterId(any_=inner["ids"]))  # type: ignore[arg-type]
            by_flow_runs(reading, extra, "ids", flow_runs=runs, what="flow_id")
        of_deployed(reading, extra, deployments)
        return extra

    def delete_flow(self, flow_id: UUID | str) -> None:
        """Delete a flow with its runs; raises ObjectNotFound."""
        self._call(op.FLOW_DELETE, ById(id_text(flow_id)))

    def create_logs(self, logs: Iterable[LogCreate | dict[str, Any]]) -> None:
        """Record log lines; raises ObjectNotFound for a run that is not there, TypeError or ValueError for what is no line."""
        lines = [_line(each if isinstance(each, LogCreate) else LogCreate(**each)) for each in logs]
        for at in range(0, len(lines), _LINES):
            self._call(LOG_TELL, TellLogs(items=lines[at : at + _LINES]))

    def read_logs(
        self,
        log_filter: LogFilter | None = None,
        limit: int | None = None,
        offset: int | None = None,
        sort: LogSort | str = LogSort.TIMESTAMP_ASC,
    ) -> list[Log]:
        """Return log lines, oldest first unless `sort` says otherwise; 200 without a `limit`."""
        return find(self._reading(), LOGS, log_filter, sort=LogSort(sort).value, limit=limit, offset=offset or 0)


def _line(log: LogCreate) -> NewLog:
    return NewLog(
        name=log.name, level=log.level, message=log.message, timestamp=log.timestamp,
        flow_run_id=id_text(log.flow_run_id) if log.flow_run_id is not None else None,
        task_run_id=id_text(log.task_run_id) if log.task_run_id is not None else None,
    )  # fmt: skip
