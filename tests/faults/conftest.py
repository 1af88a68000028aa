"""Each test has a home of its own, for itself and for the processes it starts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from segue.engine.session import forget
from segue.host import config
from tests.faults.processes import leave


@pytest.fixture(autouse=True)
def home(segue_home: Path) -> Iterator[Path]:
    """Give a test an empty home and settings read anew; afterwards close its database, and end what it started."""
    config.forget()
    yield segue_home
    leave()
    forget()
    config.forget()


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file in which programs write what they did to the world."""
    path = tmp_path / "ledger"
    monkeypatch.setenv("LEDGER", str(path))
    return path
