"""Automations over time: what is due, also after they were disabled for a while."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from segue.decide.triggers.evaluation import Evaluation
from segue.decide.triggers.watching import Change
from segue.model.automations import Automation, EventTrigger

SECOND = 1_000_000
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def test_what_is_enabled_again_after_it_would_have_been_due_is_due_anew() -> None:
    trigger = EventTrigger(posture="Proactive", expect=["file.arrived"], within=5)
    absence = Automation(id="one", name="absence", created=BEGIN, updated=BEGIN, trigger=trigger)
    evaluation = Evaluation()
    evaluation.change(Change(1, absence.id, absence, 0))
    assert evaluation.is_due(5 * SECOND)
    evaluation.change(Change(2, absence.id, msgspec.structs.replace(absence, enabled=False), SECOND))
    # Whoever evaluates asks this before time passes.
    assert not evaluation.is_due(10 * SECOND)
    assert evaluation.pass_time(10 * SECOND, position=2) == []
    evaluation.change(Change(3, absence.id, absence, 20 * SECOND))
    assert evaluation.next_due == 25 * SECOND
    assert not evaluation.is_due(24 * SECOND)
    assert evaluation.is_due(25 * SECOND)
    (fired,) = evaluation.pass_time(25 * SECOND, position=3)
    assert fired.hit.at == 25 * SECOND
