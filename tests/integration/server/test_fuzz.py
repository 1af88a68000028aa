"""Requests that nobody thought of, made from the description of the API: none breaks the server, every answer is described."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conformance.conftest import postgresql, url  # noqa: F401 - fixtures
from tests.serving import served

#: Seconds of one run; `make fuzz` goes on for longer.
_BOUND = int(os.environ.get("SEGUE_TEST_FUZZ", "10"))
CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")
#: They answer when something happens, which is not now.
WAITING = ("/stream", "/leases/listen")


@pytest.mark.timeout(_BOUND + 100)
@pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)
def test_no_request_breaks_the_server_or_is_answered_otherwise_than_described(
    url: str,  # noqa: F811
    tmp_path: Path,
    request: pytest.FixtureRequest,
    caplog: pytest.LogCaptureFixture,
) -> None:
    seed = int(request.config.getoption("randomly_seed", 1))
    with served(url, tmp_path) as api, caplog.at_level(logging.ERROR, logger="segue"):
        done = subprocess.run(
            [
                Path(sys.executable).with_name("st"), "run", f"{api}/openapi.json", "--url", api, "--seed", str(seed),
                "--max-time", str(_BOUND), "--phases", "examples,coverage,fuzzing", "--checks", ",".join(CHECKS),
                *(word for path in WAITING for word in ("--exclude-path", path)),
                "--generation-database", "none", "--no-color", "--warnings", "off", "--request-timeout", "30",
            ],
            check=False, capture_output=True, text=True, timeout=_BOUND + 90, cwd=tmp_path,
        )  # fmt: skip
    print(done.stdout[-20_000:])
    assert done.returncode == 0, f"repeat with --randomly-seed={seed}"
    assert not [record.getMessage() for record in caplog.records]
