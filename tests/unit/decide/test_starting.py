"""What stands between a run and a worker, in the order in which it passes it."""

from __future__ import annotations

from datetime import UTC, datetime

from segue.decide.starting import Before, Full, Place, Seat, Shut, standing
from segue.model.waiting import Keeper

THEN = datetime(2030, 1, 1, tzinfo=UTC)
KEEPER = Keeper(type="flow-run", name="held")


def test_every_gate_that_is_shut_is_told_in_order_and_open_ones_are_not() -> None:
    place = Place(
        of="work pool here",
        paused=[Shut(what="work pool here")],
        full=[Full(of="deployment a/b", slots=2, taken=3, keepers=[KEEPER])],
        before=[
            Before(where="work queue here/urgent", many=1_000, more=True, keepers=[KEEPER]),
            Before(where="its own queue", many=0),
        ],
        schedule=Keeper(type="schedule", name="@daily"),
    )
    gates = standing(place, since=THEN, due=True)
    assert [gate.kind for gate in gates] == ["schedule", "paused", "worker", "slot", "order"]
    assert gates[-1].what == "1,000 runs or more of work queue here/urgent before it"
    assert gates[-2].what == "a slot of deployment a/b (3 of 2 taken)"
    assert [gate.kind for gate in standing(place, since=THEN, due=False)] == ["paused", "worker"]


def test_one_worker_with_room_is_enough() -> None:
    full, free = Seat(id="1", name="ann", taken=2, slots=2), Seat(id="2", name="bob", taken=9)
    (gate,) = standing(Place(of="work pool here", workers=[full]), since=THEN, due=True)
    assert (gate.kind, gate.what) == ("slot", "a worker of work pool here with room (ann runs 2 of 2)")
    (gate,) = standing(Place(of="work pool here", workers=[full, free]), since=THEN, due=True)
    assert gate.kind == "claim"
