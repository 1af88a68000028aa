"""The installed wheel alone is enough."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="session")
def bare(installed: Callable[..., Path]) -> Path:
    return installed()


def said(command: list[str], folder: Path) -> str:
    surroundings = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "SEGUE_HOME": str(folder / "segue")}
    done = subprocess.run(
        command, check=False, cwd=folder, env=surroundings, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_imports_without_any_warning(bare: Path, tmp_path: Path) -> None:
    program = "from segue import flow, task; print(flow.__name__, task.__name__)"
    assert said([str(bare / "bin" / "python"), "-W", "error", "-c", program], tmp_path) == "flow task\n"


def test_importing_it_writes_nothing(bare: Path, tmp_path: Path) -> None:
    said([str(bare / "bin" / "python"), "-c", "from segue import flow, task"], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_command_is_there_and_tells_the_version_of_the_wheel(bare: Path, tmp_path: Path) -> None:
    python = str(bare / "bin" / "python")
    version = said([python, "-c", "from importlib.metadata import version; print(version('segue'))"], tmp_path).strip()
    assert version in said([str(bare / "bin" / "segue"), "version"], tmp_path)


def test_type_checkers_find_its_types(bare: Path, tmp_path: Path) -> None:
    program = "from importlib.resources import files; print((files('segue') / 'py.typed').is_file())"
    assert said([str(bare / "bin" / "python"), "-c", program], tmp_path) == "True\n"
