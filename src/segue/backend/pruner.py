"""Deletes what is older than its keep time, in slices between which others write."""

from __future__ import annotations

from datetime import timedelta

from segue.backend.protocol import Backend
from segue.model.settings import Retention
from segue.wire.operations import UPKEEP_PRUNE
from segue.wire.requests import Prune, Pruned


def prune(backend: Backend, request: Prune) -> Pruned:
    """Prune slice by slice until nothing is left to delete."""
    done = Pruned()
    while True:
        part = backend.call(UPKEEP_PRUNE, request)
        done += part.deleted
        if not part.more:
            return done


def retention(keep: Retention) -> Prune:
    """Return what the settings say about how long things are kept."""
    return Prune(
        logs=_days(keep.logs_days),
        events=_days(keep.events_days),
        task_runs=_days(keep.task_runs_days),
        flow_runs=_days(keep.flow_runs_days),
        artifacts=_days(keep.artifacts_days),
    )


def _days(number: int | None) -> timedelta | None:
    return None if number is None else timedelta(days=number)
