"""Deletes what is older than its keep time, in slices between which others write."""

from __future__ import annotations

from segue.backend.protocol import Backend
from segue.wire.operations import UPKEEP_PRUNE
from segue.wire.requests import Prune, Pruned


def prune(backend: Backend, request: Prune) -> Pruned:
    """Prune slice by slice until nothing is left to delete; a dry run counts once."""
    done = backend.call(UPKEEP_PRUNE, request)
    if request.dry_run:
        return done
    part = done
    while part != Pruned():
        part = backend.call(UPKEEP_PRUNE, request)
        done = Pruned(
            logs=done.logs + part.logs,
            events=done.events + part.events,
            task_runs=done.task_runs + part.task_runs,
            flow_runs=done.flow_runs + part.flow_runs,
            artifacts=done.artifacts + part.artifacts,
        )
    return done
