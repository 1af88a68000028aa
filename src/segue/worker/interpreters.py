"""Interpreters that runs ask for, by a path, the folder of an environment or its name; each has Segue in it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path

from segue.host import config
from segue.worker.launching import NoLaunch

#: Places of an interpreter within an environment.
_WITHIN = ("bin/python", "Scripts/python.exe", "python.exe")
#: Variables that are about the worker's own interpreter.
_OWN = frozenset(
    {"PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "CONDA_PREFIX", "CONDA_DEFAULT_ENV", "__PYVENV_LAUNCHER__"}
)
_ASK = "import importlib.util, sys; sys.exit(importlib.util.find_spec('segue') is None)"
#: Interpreters that were seen to have Segue.
_seen: set[str] = set()


def interpreter(named: str) -> Path:
    """Return the interpreter that a path, an environment's folder or its name means; raises `NoLaunch`."""
    place = Path(named).expanduser()
    if place.is_dir():
        return _within(place)
    if place.exists():
        return place
    if os.sep not in named:
        resolved = shutil.which(named)
        if resolved is not None:
            return Path(resolved)
        found = next((each for each in _called(named) if each.is_dir()), None)
        if found is not None:
            return _within(found)
        raise NoLaunch(
            why=f"there is no Python {named}: no program, and no environment of conda or virtualenvwrapper, is called that here."
        )
    raise NoLaunch(why=f"there is no Python {named}.")


def _within(place: Path) -> Path:
    found = next((each for name in _WITHIN if (each := place / name).exists()), None)
    if found is None:
        raise NoLaunch(why=f"there is no Python in the environment {place}.")
    return found


def _called(name: str) -> Iterator[Path]:
    """Yield the folders in which an environment of a name may be."""
    home = Path(config.variable("HOME") or "~").expanduser()
    known = home / ".conda" / "environments.txt"
    if known.is_file():
        yield from (Path(line) for line in known.read_text("utf-8").splitlines() if Path(line).name == name)
    for variable, below in (
        ("CONDA_ENVS_PATH", ""),
        ("MAMBA_ROOT_PREFIX", "envs"),
        ("CONDA_ROOT", "envs"),
        ("WORKON_HOME", ""),
    ):
        for root in (config.variable(variable) or "").split(os.pathsep):
            if root:
                yield Path(root) / below / name
    program = config.variable("CONDA_EXE")
    if program:
        yield Path(program).parent.parent / "envs" / name
    yield home / ".virtualenvs" / name


def surroundings(python: Path, environment: Mapping[str, str], asked: Mapping[str, str]) -> dict[str, str]:
    """Return an environment for an interpreter of its own: what is about the worker's is left out, unless the job asks for it."""
    kept = {name: value for name, value in environment.items() if name not in _OWN or name in asked}
    root = python.parent.parent
    is_conda = (root / "conda-meta").is_dir()
    if is_conda or (root / "pyvenv.cfg").is_file():
        kept.setdefault("CONDA_PREFIX" if is_conda else "VIRTUAL_ENV", str(root))
        kept["PATH"] = f"{python.parent}{os.pathsep}{kept.get('PATH', os.defpath)}"
    return kept


def refuse_without_segue(python: Path, environment: Mapping[str, str]) -> None:
    """Raise `NoLaunch` where an interpreter has no Segue: its process would end with no word that reaches anybody."""
    if str(python) in _seen:
        return
    done = subprocess.run(
        [python, "-c", _ASK],
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        why = done.stderr.strip().splitlines()[-1:] or ["no Segue is installed there"]
        install = f"uv pip install --python {python} segue=={metadata.version('segue')}"
        raise NoLaunch(why=f"{python} cannot run it ({why[0]}). `{install}` puts Segue there.")
    _seen.add(str(python))
