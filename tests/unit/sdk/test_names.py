"""Names that users know from more than one place."""

from __future__ import annotations

from segue import aserve, flows, serve, states


def test_flows_are_served_from_where_flows_are() -> None:
    assert (flows.serve, flows.aserve) == (serve, aserve)


def test_what_is_a_state() -> None:
    assert states.is_state(states.Completed())
    assert not states.is_state("Completed")
