"""A ledger of schedules that neither skips nor doubles an instant, although a server dies each hour."""

from __future__ import annotations

import random

from tests.faults import ledger
from tests.property.test_schedules import HARD


def test_three_servers_one_of_which_dies_each_hour() -> None:
    seed = random.randrange(2**32)
    fired, deaths, wrong = ledger.simulate(random.Random(seed).sample(HARD, 4), 120, seed)
    assert wrong == [], seed
    # Most hours have nothing to do, and a server whose turn is short outlives it.
    assert (fired >= 4 * 118, deaths > 100) == (True, True), (seed, fired, deaths)
