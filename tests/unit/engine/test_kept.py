"""A value that a cluster keeps can be had for as long as anybody has it."""

from __future__ import annotations

import pytest

from segue.engine.kept import Kept
from segue.exceptions import MissingResult


def lost(_: object) -> object:
    raise MissingResult("lost with its worker")


def test_a_value_that_its_cluster_lost_is_read_where_its_worker_wrote_it() -> None:
    kept = Kept("cluster", "handle", lost)
    with pytest.raises(MissingResult, match="lost with its worker"):
        kept.get()
    kept.stored = lambda: "value"
    assert kept.get() == "value"
