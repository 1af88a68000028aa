"""Crashed runs are begun again as often as their flow says, and never while their process may still run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from segue.decide.restarts import restarted, restarts
from segue.model.states import Crashed, Running, Scheduled, State

NOW = datetime(2030, 1, 1, tzinfo=UTC)
CRASHED = Crashed(id="c", name="Crashed", timestamp=NOW, message="Its process is gone.")


def again(history: list[State], allowed: int, lease_until: datetime | None = None) -> Scheduled | None:
    return restarted(CRASHED, history, allowed=allowed, now=NOW, id="s", lease_until=lease_until)


def test_it_is_begun_again_as_often_as_was_said_and_a_person_begins_the_count_anew() -> None:
    history: list[State] = [Running(id="r", name="Running", timestamp=NOW), CRASHED]
    for time in (1, 2):
        state = again(history, 2)
        assert state is not None
        assert (state.name, state.details, state.at) == ("AwaitingRetry", {"restart": time}, NOW)
        assert f"{time} of 2 times" in (state.message or "")
        history += [state, CRASHED]
        assert restarts(history) == time
    assert again(history, 2) is None
    assert again(history, 0) is None
    history.append(Scheduled(id="p", name="AwaitingRetry", timestamp=NOW, at=NOW))
    assert again([*history, CRASHED], 2) is not None


def test_what_nobody_has_seen_end_is_begun_again_only_after_its_lease() -> None:
    for until, at in ((NOW, NOW + timedelta(seconds=5)), (NOW - timedelta(hours=1), NOW)):
        state = again([CRASHED], 1, until)
        assert state is not None
        assert state.at == at
