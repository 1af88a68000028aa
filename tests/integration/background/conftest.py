"""A home of its own for each test of background runs."""

from collections.abc import Iterator

import pytest

from segue.testing.utilities import segue_test_harness


@pytest.fixture(autouse=True)
def home() -> Iterator[None]:
    with segue_test_harness():
        yield
