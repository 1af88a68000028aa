"""Fixtures for pytest: import what you need into your `conftest.py`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from segue.testing.utilities import segue_test_harness


@pytest.fixture
def segue_harness() -> Iterator[None]:
    """Run the flows of one test against a database of their own."""
    with segue_test_harness():
        yield
