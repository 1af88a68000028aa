"""The keys of secrets are rotated: killed at every step, nothing is lost."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from segue.backend.open import open_backend
from segue.backend.protocol import Backend
from segue.host.ids import new_id
from segue.host.secret_keys import SecretKeys
from segue.wire import blocks as w
from segue.wire import secret_keys as k
from segue.wire.requests import Nothing

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


def run(home: Path, steps: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(PROGRAM), str(home), str(steps)], check=False, capture_output=True, text=True, timeout=60
    )


def test_killed_at_every_step_all_secrets_stay_readable_and_the_rotation_goes_on(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    backend = open_backend("", ready)
    register(backend)
    ids = {name: save(backend, name) for name in ("one", "two", "three", "four", "five")}
    backend.close()
    (old,) = SecretKeys(str(ready)).known()
    steps = kills = 0
    while True:
        steps += 1
        home = tmp_path / f"home-{steps}"
        shutil.copytree(ready, home)
        done = run(home, steps)
        killed = done.returncode == -9
        assert killed or done.stdout == "done\n", done.stderr
        backend = open_backend("", home)
        assert lost(backend, ids) == []
        backend.close()
        if killed:
            kills += 1
            again = run(home, 0)
            assert again.stdout == "done\n", again.stderr
        backend = open_backend("", home)
        assert lost(backend, ids) == []
        keys = backend.call(k.KEYS_READ, Nothing()).items
        assert [key.documents for key in keys] == [5]
        assert keys[0].id != old.id
        backend.close()
        if not killed:
            break
    # At least: the file is written twice, each of five documents is encrypted anew, three slices are committed.
    assert kills >= 2 * 3 + 5 + 3
