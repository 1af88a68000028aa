"""The numbers of the database, the same whichever server tells them."""

from __future__ import annotations

import logging

from segue.backend.embedded import EmbeddedBackend
from segue.model.errors import SegueError
from segue.server.figures.exposition import Family, counter, gauge
from segue.wire.figures import FIGURES_KEEP, FIGURES_READ, Figures, KeepTally
from segue.wire.requests import Nothing

_log = logging.getLogger("segue.server")

#: A tally is kept after so many rows of the feed: counting them anew at each scrape costs next to nothing.
_MANY = 20_000


class Everybodys:
    """Looks at the database."""

    def __init__(self, backend: EmbeddedBackend) -> None:
        self._backend = backend

    def look(self) -> Figures | None:
        """Return the database in numbers; None while it cannot be read."""
        try:
            found = self._backend.call(FIGURES_READ, Nothing())
            if found.kept is None or found.tally.until - found.kept >= _MANY:
                self._backend.call(FIGURES_KEEP, KeepTally(tally=found.tally, kept=found.kept))
        except SegueError as problem:
            _log.debug("The database cannot be looked at: %s", problem)
            return None
        return found


def families(found: Figures | None) -> list[Family]:
    """Return the numbers as families."""
    up = gauge("segue_database_up", "Whether the database could be read.", float(found is not None))
    if found is None:
        return [up]
    return [
        up,
        gauge("segue_flow_runs", "Open flow runs, by the type of their state.", found.flow_runs, label="state_type"),
        gauge("segue_task_runs", "Open task runs, by the type of their state.", found.task_runs, label="state_type"),
        counter("segue_flow_run_states_total", "States entered by flow runs.", found.tally.flow_runs, label="state_type"),
        counter("segue_task_run_states_total", "States entered by task runs.", found.tally.task_runs, label="state_type"),
        counter("segue_events_total", "Events told, beside the states of runs.", found.tally.events),
        gauge("segue_flow_runs_overdue", "Scheduled flow runs whose time has passed.", found.overdue),
        gauge("segue_flow_run_lateness_seconds", "How late the first overdue flow run is.", found.overdue_by),
        gauge("segue_task_queue_length", "Task runs that wait for a task worker.", found.waiting_tasks),
        gauge("segue_task_queue_age_seconds", "For how long the first waiting task run has waited.", found.waiting_for),
        gauge("segue_feed_row", "Number of the newest row of the feed.", found.newest),
        gauge("segue_leases", "Leases held by processes that run something.", found.open_leases),
    ]  # fmt: skip
