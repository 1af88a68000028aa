"""What is due is found in a time that does not grow with what waits, or has been done."""

from __future__ import annotations

from pathlib import Path

import pytest

from segue.backend.open import open_backend
from segue.store.session import Session
from segue.store.statements import statement


@pytest.mark.parametrize(
    "name", ["automation_actions_due", "automation_actions_ahead", "deliveries_due", "deliveries_ahead"]
)
def test_what_is_due_is_read_along_an_index_until_there_is_enough(tmp_path: Path, name: str) -> None:
    def plan(session: Session) -> list[str]:
        asked = f"EXPLAIN QUERY PLAN {statement(name)}"
        return [str(row[3]) for row in session.select(asked, {"now": 1, "later": 1, "limit": 1})]

    backend = open_backend(f"sqlite:///{tmp_path / 'segue.db'}", tmp_path)
    try:
        search, *sorting = backend.look(plan)
    finally:
        backend.close()
    by = "updated" if name == "deliveries_ahead" else "due"
    assert "USING INDEX" in search
    assert f"({by}{'<' if name.endswith('due') else '>'}?)" in search
    # Equal instants alone may be put in order, not all that there is.
    assert "USE TEMP B-TREE FOR ORDER BY" not in sorting
