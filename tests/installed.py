"""Environments that hold the installed wheel and nothing else: built once for a whole test session, however many workers.

Dependencies come at the versions of the lock, so that a test fails for what changed here and not elsewhere.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
UV = Path(sys.executable).with_name("uv")


def environment(shared: Path, extras: tuple[str, ...]) -> Path:
    """Return an environment with the wheel and these extras, made below a folder that all workers share."""
    with _alone(shared):
        place = shared / "-".join(["installed", *extras])
        if not (place / "complete").exists():
            _make(place, _wheel(shared), extras)
            (place / "complete").touch()
    return place


def _wheel(shared: Path) -> Path:
    folder = shared / "dist"
    if not folder.exists():
        # hatchling is in the locked environment: no build isolation, no network.
        _run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)])
    (wheel,) = folder.glob("*.whl")
    return wheel


def _make(place: Path, wheel: Path, extras: tuple[str, ...]) -> None:
    requirements = place.with_suffix(".txt")
    wanted = [argument for extra in extras for argument in ("--extra", extra)]
    locked = [
        "export",
        "--frozen",
        "--no-default-groups",
        "--no-emit-project",
        "--quiet",
        *wanted,
        "-o",
        str(requirements),
    ]
    _run([str(UV), *locked])
    _run([str(UV), "venv", "--quiet", "--clear", "--python", sys.executable, str(place)])
    pip = [str(UV), "pip", "install", "--quiet", "--python", str(place / "bin" / "python")]
    _run([*pip, "-r", str(requirements)])
    _run([*pip, "--no-deps", str(wheel)])


def _run(command: list[str]) -> None:
    alien = {"VIRTUAL_ENV", "PYTHONPATH"}
    surroundings = {name: value for name, value in os.environ.items() if name not in alien}
    done = subprocess.run(command, check=False, cwd=ROOT, env=surroundings, capture_output=True, text=True)
    if done.returncode:
        msg = f"{' '.join(command)} exited with {done.returncode}\n{done.stdout}{done.stderr}"
        raise RuntimeError(msg)


@contextmanager
def _alone(shared: Path) -> Iterator[None]:
    with (shared / "installed.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
