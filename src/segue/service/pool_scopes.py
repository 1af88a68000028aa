"""Keys that are confined to work pools: a request is refused, or cut down, where it reaches beyond them.

What is in another pool is refused in the same words as what is nowhere: whoever asks does not learn whether it is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec import UNSET

from segue.model.errors import Forbidden
from segue.model.redoing import REDO_FROM
from segue.service.run_tokens import is_own_batch
from segue.store.codec import json_text
from segue.store.session import Session
from segue.wire.operation import Access, Operation
from segue.wire.pool_rights import POOL_MAY, RUN_WITHIN, Within
from segue.wire.queries import RunFilter
from segue.wire.redoing import RetryChoice
from segue.wire.rights import RUN_MAY

#: No pool has this name: a request that is left with it finds nothing.
_NONE = [""]


def confined(
    session: Session, pools: frozenset[str], lease_id: str | None, operation: Operation[Any, Any], request: Any
) -> Any:
    """Return a request as it may be done within these pools; raises `Forbidden`.

    What a run asks by its own token is confined to itself as well (`run_tokens.refuse_others`).
    """
    if operation.access is Access.PUBLIC:
        return request
    within = POOL_MAY.get(operation.name)
    if within is None and lease_id is not None and operation.name in RUN_MAY:
        within = RUN_WITHIN.get(operation.name, Within.SHARED)
    if within is None:
        raise Forbidden(f"{operation.name} is about all work pools at once, and this key is for {_named(pools)} alone.")
    found = _Confines(session, pools, lease_id).of(within, request)
    if found is None:
        raise Forbidden(
            f"This key is for {_named(pools)} alone, and what {operation.name} was asked for is not known there."
        )
    return found


def _named(pools: Iterable[str]) -> str:
    return "work pool " + " and ".join(sorted(pools))


def _redone_from(request: Any) -> list[str | None]:
    if isinstance(request, RetryChoice):
        return [request.from_task_run]
    chosen = [state.details.get(REDO_FROM) for state in request.states]
    return [each for each in chosen if isinstance(each, str)]


class _Confines:
    """Work pools, and what is in them."""

    def __init__(self, session: Session, pools: frozenset[str], lease_id: str | None) -> None:
        self._session = session
        self._pools = pools
        #: That of the run that asks.
        self._lease_id = lease_id

    def of(self, within: Within, request: Any) -> Any:
        """Return the request, perhaps cut down; None where it is about something else."""
        match within:
            case Within.SHARED:
                return request
            case Within.POOLS:
                return msgspec.structs.replace(request, names=self._narrowed(request.names))
            case Within.OF_POOLS | Within.RUN_FILTER:
                return self._cut(request)
            case Within.RUNS:
                return msgspec.structs.replace(request, where=self._cut(request.where))
            case _:
                return request if self._holds(within, request) else None

    def _holds(self, within: Within, request: Any) -> bool:
        match within:
            case Within.POOL:
                return request.name in self._pools
            case Within.OF_POOL:
                return request.work_pool_name in self._pools
            case Within.FLOW_RUN:
                return self._runs([request.id])
            case Within.REDONE:
                return self._runs([request.id]) and self._none_elsewhere([], _redone_from(request))
            case Within.OF_FLOW_RUN:
                return self._runs([request.flow_run_id])
            case Within.BATCH:
                whole = self._lease_id is not None or is_own_batch(self._session, request.lease_id, request)
                return whole and self._runs([request.lease_id])
            case Within.CLAIM:
                return self._claims(request)
            case Within.TASK_RUN:
                return self._task_run(request.id)
            case Within.FLOW_RUNS:
                return self._runs(request.flow_run_ids) and not request.task_run_ids
            case Within.RUNS_OF_LEASES:
                where: RunFilter = request.where
                return self._runs([*(where.flow_run_ids or ()), *(where.lease_ids or ())])
            case Within.LEASES:
                return self._runs([id for id, _ in request.leases])
            case Within.LISTENER:
                return self._listens(request)
            case Within.NEW_RUN | Within.NEW_TASK_RUN | Within.RUN_OF_DEPLOYMENT | Within.RUNS_OF_DEPLOYMENT:
                return self._makes(within, request)
            case _:
                return self._deployment(within, request)

    def _narrowed(self, names: Sequence[str] | None) -> list[str]:
        """Return the pools of those asked for."""
        return sorted(self._pools if names is None else self._pools.intersection(names)) or _NONE

    def _cut(self, request: Any) -> Any:
        return msgspec.structs.replace(request, work_pool_names=self._narrowed(request.work_pool_names))

    def _runs(self, ids: Sequence[str] | None) -> bool:
        """Say whether these flow runs, one at least, are of the pools, themselves or by the run that they are a part of."""
        wanted = set(ids or ())
        if not wanted:
            return False
        rows = self._session.rows("pools_of_flow_runs", ids=json_text(sorted(wanted)))
        return {str(id) for id, pool in rows if pool in self._pools} == wanted

    def _task_run(self, id: str) -> bool:
        row = self._session.row("task_run_whose", id=id)
        return row is not None and self._runs([str(each) for each in row if each is not None][-1:])

    def _none_elsewhere(self, flow_runs: Iterable[str | None], task_runs: Iterable[str | None]) -> bool:
        """Say whether none of these that there are is another pool's, or no pool's."""
        ids = json_text(sorted({id for id in flow_runs if id is not None}))
        known = [id for id in task_runs if id is not None and self._session.row("task_run_whose", id=id) is not None]
        return all(pool in self._pools for _, pool in self._session.rows("pools_of_flow_runs", ids=ids)) and all(
            map(self._task_run, known)
        )

    def _makes(self, within: Within, request: Any) -> bool:
        if within is Within.NEW_TASK_RUN:
            return self._none_elsewhere([request.flow_run_id], [request.id, request.parent_task_run_id])
        if within is Within.NEW_RUN:
            known = self._by_key(request.flow_name, request.idempotency_key)
            flow_runs = [request.id, request.parent_flow_run_id, request.root_flow_run_id, known]
            return self._none_elsewhere(flow_runs, [request.parent_task_run_id])
        row = self._session.row("pool_of_deployment", id=request.deployment_id)
        if row is None or not self._is_ours(row):
            return False
        for each in request.runs if within is Within.RUNS_OF_DEPLOYMENT else [request]:
            stand_in = each.stand_in
            stands = [] if stand_in is None else [stand_in.id, stand_in.parent_task_run_id]
            flow_runs = [each.id, each.parent_flow_run_id, self._by_key(str(row[1]), each.idempotency_key)]
            if not self._none_elsewhere(flow_runs, [each.parent_task_run_id, *stands]):
                return False
        return True

    def _by_key(self, flow: str, key: str | None) -> str | None:
        row = None if key is None else self._session.row("flow_run_by_key", flow=flow, key=key)
        return None if row is None else str(row[0])

    def _claims(self, request: Any) -> bool:
        if request.work_pool_name not in self._pools:
            return False
        worker = self._session.row("pool_of_worker", id=request.worker_id)
        again = [str(row[0]) for row in self._session.rows("leases_of_claim", claim=request.id)]
        return (worker is None or worker[0] in self._pools) and self._none_elsewhere(again, [])

    def _listens(self, request: Any) -> bool:
        ids = [id for id, _ in request.leases]
        if ids and not self._runs(ids):
            return False
        if request.worker_id is None:
            return bool(ids)
        row = self._session.row("pool_of_worker", id=request.worker_id)
        return row is not None and row[0] in self._pools

    def _deployment(self, within: Within, request: Any) -> bool:
        session = self._session
        if within is Within.NAMED_DEPLOYMENT:
            return self._is_ours(session.row("pool_of_deployment_named", flow=request.flow_name, name=request.name))
        if within is Within.NEW_DEPLOYMENT:
            known = session.row("pool_of_deployment_named", flow=request.flow_name, name=request.name)
            return request.work_pool_name in self._pools and (known is None or self._is_ours(known))
        moved = within is Within.EDITED_DEPLOYMENT and request.work_pool_name is not UNSET
        if moved and request.work_pool_name not in self._pools:
            return False
        id = request.deployment_id if within is Within.OF_DEPLOYMENT else request.id
        return self._is_ours(session.row("pool_of_deployment", id=id))

    def _is_ours(self, row: Sequence[object] | None) -> bool:
        return row is not None and row[0] in self._pools
