"""What `from segue import flow, task` may not load: what a program does not use, it does not pay for."""

import subprocess
import sys

import pytest

LOADED = "import sys; from segue import flow, task; print(*sys.modules)"

HEAVY = [
    # The floors that open a database, and their drivers.
    "apsw", "psycopg", "sqlite3", "segue.backend.embedded", "segue.service", "segue.store",
    # Libraries for what only some programs do.
    "cloudpickle", "fsspec", "pydantic", "rich", "typer", "typing_extensions",
    # Parts of the standard library that cost milliseconds each.
    "asyncio", "concurrent.futures", "dataclasses", "hashlib", "importlib.metadata", "inspect", "ipaddress", "json",
    "multiprocessing", "pathlib", "pickle", "queue", "random", "socket", "subprocess", "tempfile", "tomllib", "urllib",
]  # fmt: skip


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    # Isolated: what the environment itself loads at each start (coverage, path hooks) is not ours to answer for.
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    bare = subprocess.run(
        [sys.executable, "-c", "import sys; print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split()) - set(bare.stdout.split())


@pytest.mark.parametrize("module", HEAVY)
def test_the_import_does_not_load(module: str, loaded: set[str]) -> None:
    assert module not in loaded
