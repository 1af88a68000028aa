"""A distribution that no registry has, and environments whose installer knows a folder of wheels and nothing else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import msgspec

import segue
from tests.installed import UV

#: A module with one step, and the distribution that has it.
MODULE, NAME = "greeting_of_test", "greeting-of-test"


def wheel(folder: Path, version: str) -> Path:
    """Make a wheel with one step, which says its version.

    Versions differ in size: Python goes on with what it compiled before where a file has the same size and was written in the
    same second, and uv leaves what was compiled of a module that it replaces.
    """
    size = f"# {'=' * int(version.replace('.', ''))}\n"
    about = f"{MODULE}-{version}.dist-info"
    files = {
        f"{MODULE}.py": f"{size}def greet(who):\n    return {{'said': 'hello ' + who + ' from {version}'}}\n",
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {NAME}\nVersion: {version}\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{about}/RECORD"] = "".join(f"{name},,\n" for name in (*files, f"{about}/RECORD"))
    path = folder / f"{MODULE}-{version}-py3-none-any.whl"
    with ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


class Own:
    """An environment of its own, which has Segue, and an installer that knows a folder of wheels and nothing else."""

    def __init__(self, tmp_path: Path, installer: str) -> None:
        self.place = tmp_path / "own"
        self.wheels = tmp_path / "wheels"
        self.wheels.mkdir()
        made = [str(UV), "venv", "--quiet"] if installer == "uv" else [sys.executable, "-m", "venv"]
        subprocess.run([*made, str(self.place)], check=True, capture_output=True)
        (packages,) = (self.place / "lib").glob("python*/site-packages")
        here = (Path(segue.__file__).parents[1], Path(msgspec.__path__[0]).parent)
        (packages / "segue.pth").write_text("".join(f"{each}\n" for each in here))
        programs = tmp_path / "bin"
        programs.mkdir()
        if installer == "uv":
            shutil.copy(UV, programs / "uv")
        # No registry is asked, whatever this machine is set up for.
        config = tmp_path / "uv.toml"
        config.write_text(f"no-index = true\nfind-links = [{json.dumps(str(self.wheels))}]\n")
        self.surroundings = {
            "HOME": str(tmp_path), "PATH": str(programs), "SEGUE_HOME": str(tmp_path / "home"), "UV_CONFIG_FILE": str(config),
            "UV_CACHE_DIR": str(tmp_path / "cache"), "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.wheels),
            "PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        }  # fmt: skip
