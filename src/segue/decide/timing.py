"""What a run's clock facts become when it enters a state; the same sum for flow runs and task runs."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from segue.model.states import Running, State


class Timing(Struct, frozen=True):
    """When a run started and ended, how often it began, and for how long it ran."""

    run_count: int = 0
    start_time: datetime | None = None
    end_time: datetime | None = None
    #: Seconds spent Running up to the last transition.
    total_run_time: float = 0.0

    def entered(self, before: State | None, after: State) -> Timing:
        """Return the facts after a run went from one state into another."""
        total = self.total_run_time
        if isinstance(before, Running):
            total += max(0.0, (after.timestamp - before.timestamp).total_seconds())
        runs = isinstance(after, Running)
        start = self.start_time
        if start is None and runs:
            start = after.timestamp
        return Timing(
            run_count=self.run_count + runs,
            start_time=start,
            end_time=after.timestamp if after.final else None,
            total_run_time=total,
        )


def entered_all(states: list[State]) -> Timing:
    """Return the facts of a run that entered these states in order."""
    timing, before = Timing(), None
    for state in states:
        timing = timing.entered(before, state)
        before = state
    return timing
