"""What a script imports first costs little: heavy libraries are loaded where they are used."""

import subprocess
import sys

import pytest

HEAVY = ("apsw", "asyncio", "cloudpickle", "dataclasses", "fsspec", "inspect", "psycopg", "pydantic", "rich", "typer")


@pytest.mark.parametrize(
    "module",
    [
        "segue.artifacts",
        "segue.context",
        "segue.logging",
        "segue.runtime",
        "segue.settings",
        "segue.utilities.annotations",
        "segue.variables",
    ],
)
def test_an_import_loads_no_heavy_library(module: str) -> None:
    program = f"import sys, {module}; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
