"""Parameters as they travel to another process: what JSON has a form for, and nothing that only describes it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path
from uuid import UUID

import pytest
from pydantic import BaseModel

from segue.parameters import as_json


class Colour(Enum):
    RED = "red"


class Model(BaseModel):
    day: date


def test_values_that_json_has_forms_for_travel() -> None:
    assert as_json({"a": 1, "b": "x", "c": None, "d": True}) == {"a": 1, "b": "x", "c": None, "d": True}
    given = {
        "at": datetime(2026, 1, 31, tzinfo=UTC), "model": Model(day=date(2026, 1, 31)), "colour": Colour.RED,
        "path": Path("/a"), "id": UUID(int=1), "list": [1, {"k": (2, 3)}], "odd": float("nan"),
    }  # fmt: skip
    assert as_json(given) == {
        "at": "2026-01-31T00:00:00Z", "model": {"day": "2026-01-31"}, "colour": "red", "path": "/a",
        "id": "00000000-0000-0000-0000-000000000001", "list": [1, {"k": [2, 3]}], "odd": "NaN",
    }  # fmt: skip


def test_a_value_that_json_cannot_hold_is_named() -> None:
    with pytest.raises(ValueError, match=r"Parameter 'frame' cannot travel to another process.*object"):
        as_json({"n": 1, "frame": object()})
