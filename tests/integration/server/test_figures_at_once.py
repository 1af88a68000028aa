"""The database in numbers is asked for every few seconds: each number is found along an index, however much there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from segue.backend.open import open_backend
from segue.store.session import Session
from segue.store.statements import statement


@pytest.mark.parametrize(
    "name", ["figures_due", "figures_flow_runs", "figures_task_runs", "figures_waiting", "feed_ends", "leases_open"]
)
def test_no_table_is_gone_through(tmp_path: Path, name: str) -> None:
    def plan(session: Session) -> list[str]:
        return [str(row[3]) for row in session.select(f"EXPLAIN QUERY PLAN {statement(name)}", {"now": 1})]

    backend = open_backend(f"sqlite:///{tmp_path / 'segue.db'}", tmp_path)
    try:
        steps = backend.look(plan)
    finally:
        backend.close()
    assert steps
    assert [step for step in steps if step.startswith("SCAN") and "INDEX" not in step and "CONSTANT" not in step] == []
