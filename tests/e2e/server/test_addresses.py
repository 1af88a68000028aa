"""Where a server listens: on this machine alone, as long as there are no accounts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.cli.desk import Desk


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "example.org"])
def test_no_other_machine_is_served_without_accounts(tmp_path: Path, host: str) -> None:
    told = Desk(tmp_path).segue("server", "start", "--host", host, "--port", "0")
    assert told.returncode == 4
    assert f"listens on this machine only (127.0.0.1), not on {host}" in told.stderr
