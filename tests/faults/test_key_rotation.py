"""The keys of secrets are rotated: killed at every step, nothing is lost."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from segue.backend.open import open_backend
from segue.backend.protocol import Backend
from segue.host.ids import new_id
from segue.host.secret_keys import SecretKeys
from segue.wire import blocks as w
from segue.wire import secret_keys as k
from segue.wire.requests import Nothing
from tests.conformance.conftest import postgresql  # noqa: F401 - a fixture

PROGRAM = Path(__file__).parent / "programs" / "rotating.py"
FIELDS: dict[str, object] = {"type": "object", "properties": {"value": {"type": "string"}}, "secret_fields": ["value"]}


def register(backend: Backend) -> None:
    backend.call(w.BLOCK_TYPE_PUT, w.PutBlockType(id=new_id(), slug="pin", name="Pin"))
    backend.call(w.BLOCK_SCHEMA_PUT, w.PutBlockSchema(id=new_id(), block_type="pin", fields=FIELDS))


def save(backend: Backend, name: str) -> str:
    return backend.call(
        w.BLOCK_SAVE, w.SaveBlock(id=new_id(), name=name, block_type="pin", data={"value": f"secret of {name}"})
    ).id


def lost(backend: Backend, ids: dict[str, str]) -> list[str]:
    """Return the names of the blocks whose secret is not what it was."""
    found = {name: backend.call(w.BLOCK_REVEAL, w.BlockId(id)).data["value"] for name, id in ids.items()}
    return [name for name, value in found.items() if value != f"secret of {name}"]


def run(home: Path, steps: int, url: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(PROGRAM), str(home), str(steps), *([url] if url else [])],
        check=False, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


@pytest.fixture(params=["sqlite", "postgresql"])
def copied(request: pytest.FixtureRequest) -> Iterator[Callable[[str], str]]:
    """Return a function that gives the address of a copy of the database `ready`, or of that one; no address on SQLite."""
    if request.param == "sqlite":
        yield lambda _: ""
        return
    server = request.getfixturevalue("postgresql")

    def copy(name: str) -> str:
        with psycopg.connect(server, autocommit=True) as connection:
            of = "template0" if name == "rotation_ready" else "rotation_ready"
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {of}".encode())
        return str(server.replace("/postgres?", f"/{name}?"))

    yield copy


def test_killed_at_every_step_all_secrets_stay_readable_and_the_rotation_goes_on(
    tmp_path: Path, copied: Callable[[str], str]
) -> None:
    ready = tmp_path / "ready"
    first = copied("rotation_ready")
    backend = open_backend(first, ready)
    register(backend)
    # Each step costs three processes; on PostgreSQL two slices say as much as three.
    names = ("one", "two", "three", *(() if first else ("four", "five")))
    ids = {name: save(backend, name) for name in names}
    backend.close()
    (old,) = SecretKeys(str(ready)).known()
    steps = kills = 0
    while True:
        steps += 1
        home = tmp_path / f"home-{steps}"
        shutil.copytree(ready, home)
        url = copied(f"rotation_{steps}")
        done = run(home, steps, url)
        killed = done.returncode == -9
        assert killed or done.stdout == "done\n", done.stderr
        backend = open_backend(url, home)
        assert lost(backend, ids) == []
        backend.close()
        if killed:
            kills += 1
            again = run(home, 0, url)
            assert again.stdout == "done\n", again.stderr
        backend = open_backend(url, home)
        assert lost(backend, ids) == []
        keys = backend.call(k.KEYS_READ, Nothing()).items
        assert [key.documents for key in keys] == [len(names)]
        assert keys[0].id != old.id
        backend.close()
        if not killed:
            break
    # At least: the file is written twice, each document is encrypted anew, slices of two are committed.
    assert kills >= 2 * 3 + len(names) + (len(names) + 1) // 2
