"""The laws of the house, tried on a small house built for it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

ROOT = Path(__file__).parents[2]
CONFIG = """\
[tool.importlinter]
root_package = "house"
include_external_packages = true
contract_types = ["floors: tools.house.FloorsContract", "apart: tools.house.ApartContract"]
floors = ["cli", "sdk | server", "store | decide", "model"]
public_folders = ["client"]

[[tool.importlinter.contracts]]
name = "Floors"
type = "floors"

[[tool.importlinter.contracts]]
name = "Pure"
type = "apart"
rooms = ["model", "decide"]
apart_from = ["socket", "house.server"]
"""


def lint(folder: Path, files: dict[str, str]) -> tuple[int, str]:
    for name in ["__init__.py", *files]:
        path = folder / "house" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        for package in path.relative_to(folder).parents[:-1]:
            (folder / package / "__init__.py").touch()
        path.write_text(files.get(name, ""))
    (folder / "pyproject.toml").write_text(dedent(CONFIG))
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache"],
        check=False,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}", "COLUMNS": "200"},
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout + done.stderr


GROUND = {"model/runs.py": "x = 1\n"}
SOUND = {
    "flows.py": "from house.client import get\nfrom house.decide.moves import x\n",
    "client/__init__.py": "from house.states import y\nget = y\n",
    "states.py": "y = 1\n",
    "decide/moves.py": "from house.model.runs import x\n",
    "store/open.py": "import socket\nfrom house.model.runs import x\n",
    "server/app.py": "from house.store.open import x\n",
    "cli/main.py": "from house.flows import x\nfrom house.server.app import x\n",
    "__main__.py": "from house.cli.main import x\n",
}


def test_a_sound_house_stands(tmp_path: Path) -> None:
    code, said = lint(tmp_path, GROUND | SOUND)
    assert code == 0, said


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        ({"model/a.py": "from house.decide import b\n", "decide/b.py": ""}, "model may not import decide"),
        ({"store/a.py": "from house.decide import b\n", "decide/b.py": ""}, "store may not import decide"),
        ({"flows.py": "from house.server import b\n", "server/b.py": ""}, "sdk may not import server"),
        ({"store/a.py": "def f():\n    from house.flows import b\n", "flows.py": ""}, "store may not import sdk"),
        ({"decide/a.py": "import socket\n"}, "house.decide.a:1: import socket"),
        ({"annex/a.py": ""}, "annex/ is neither a room nor listed in public_folders"),
    ],
)
def test_a_fault_is_named_with_its_place(tmp_path: Path, fault: dict[str, str], complaint: str) -> None:
    code, said = lint(tmp_path, GROUND | fault)
    assert code == 1
    assert complaint in said
