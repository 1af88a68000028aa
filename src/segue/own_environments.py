"""The environment that a flow's file asks for itself: a header as of PEP 723, which uv turns into an environment of this machine.

It is made once for all runs that ask for the same, below the home. The worker's own Segue is lent to it, file by file the same, so
that no registry has to have it; of what Segue needs, what only servers and the command line use is left out. Everything else in it
is the file's to say.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any, NoReturn

from segue.backend.environments import FOLDER, WHOLE
from segue.exceptions import SegueException
from segue.host import config

_HEADER = re.compile(r"(?m)^# /// script[ \t]*$\n(?P<content>(?:^#(?:| .*)$\n)+?)^# ///[ \t]*$")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
#: Requirements of Segue that no run has a use for: servers, databases and the command line have.
_NOT_FOR_RUNS = frozenset({"apsw", "psycopg", "starlette", "uvicorn", "httptools", "uvloop", "typer", "rich"})
#: Variables of the worker's own interpreter.
_ALIEN = frozenset({"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "CONDA_PREFIX"})
#: Lines of what uv said that an error repeats.
_LAST_LINES = 15


class NoEnvironment(SegueException):
    """The environment that a flow's file asks for cannot be made."""


def header_of(file: Path) -> str | None:
    """Return what the PEP 723 header of a file says, as TOML; None where it has none. Raises NoEnvironment for two of them."""
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        # Whoever loads the file says what is wrong with it.
        return None
    found = _HEADER.findall(f"{text}\n") if "# /// script" in text else []
    if len(found) > 1:
        raise NoEnvironment(f"{file} has {len(found)} headers `# /// script`; it may have one.")
    return (
        "".join(f"{line[2:] if line[1:2] == ' ' else line[1:]}\n" for line in found[0].splitlines()) if found else None
    )


def environment_for(header: str, *, said_in: Path, home: str) -> Path:
    """Return the interpreter of the environment that a header asks for, made if need be; raises NoEnvironment.

    The environment stays as long as this process does, also after it has become the interpreter.
    """
    wanted = _understood(header, said_in)
    project = _project(wanted, header)
    lent = metadata.distribution("segue")
    mark = hashlib.sha256(json.dumps([project, lent.version, _package(), sys.version_info[:2]]).encode()).hexdigest()[
        :20
    ]
    place = Path(home) / FOLDER / mark
    python = place / "env" / "bin" / "python"
    while True:
        with _alone(place):
            if not (place / WHOLE).exists():
                shutil.rmtree(place, ignore_errors=True)
                place.mkdir(parents=True)
                (place / "pyproject.toml").write_text(project, "utf-8")
                _make(place, python, str(wanted.get("requires-python") or sys.executable), said_in)
            # Its time tells when it was last used.
            (place / WHOLE).touch()
        if _held(place):
            return python


def _held(place: Path) -> bool:
    """Hold an environment until this process ends, whatever program it becomes; False where it was taken away just now."""
    name = place.with_suffix(".lock")
    lock = os.open(name, os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(lock, fcntl.LOCK_SH)
    # A lock on a file that went is none: another process may have made the environment again beside it.
    if not _is_at(lock, name) or not (place / WHOLE).exists():
        os.close(lock)
        return False
    os.set_inheritable(lock, True)  # noqa: FBT003 - the system's own signature
    return True


def become(python: Path, variables: Mapping[str, str]) -> NoReturn:
    """Let this process go on as one of another interpreter, which runs the same flow run; variables are added."""
    kept = {name: value for name, value in config.surroundings().items() if name not in _ALIEN}
    sys.stdout.flush()
    sys.stderr.flush()
    path = f"{python.parent}:{kept.get('PATH', os.defpath)}"
    environment = {**kept, "VIRTUAL_ENV": str(python.parent.parent), "PATH": path, **variables}
    os.execve(python, [str(python), "-m", "segue.executing"], environment)


def _understood(header: str, said_in: Path) -> dict[str, Any]:
    try:
        wanted = tomllib.loads(header)
    except tomllib.TOMLDecodeError as problem:
        raise NoEnvironment(f"The header `# /// script` of {said_in} is no TOML: {problem}") from None
    needed = wanted.get("dependencies", [])
    if not isinstance(needed, list) or not all(isinstance(each, str) and _NAME.match(each) for each in needed):
        raise NoEnvironment(
            f"`dependencies` in the header of {said_in} must be a list of requirements, not {needed!r:.100}."
        )
    if not isinstance(wanted.get("requires-python", ""), str):
        raise NoEnvironment(f"`requires-python` in the header of {said_in} must be a text.")
    return wanted


def _project(wanted: Mapping[str, Any], header: str) -> str:
    """Return a project file that asks for what the header does, and for what Segue needs in place of Segue."""
    own = [each for each in wanted.get("dependencies", []) if _named(each) != "segue"]
    ours = [each for each in metadata.requires("segue") or () if "extra ==" not in each]
    needed = [*own, *(each for each in ours if _named(each) not in _NOT_FOR_RUNS)]
    tables = re.search(r"(?m)^\s*\[", header)
    lines = [
        "[project]", 'name = "own-environment"', 'version = "0"', f"dependencies = {json.dumps(needed)}",
        header[tables.start() :] if tables is not None else "",
    ]  # fmt: skip
    return "\n".join(lines)


def _named(requirement: str) -> str:
    found = _NAME.match(requirement)
    return re.sub(r"[-_.]+", "-", found[0]).lower() if found is not None else ""


def _package() -> str:
    """Return the folder of Segue itself."""
    return str(Path(__file__).parent)


def _make(place: Path, python: Path, version: str, said_in: Path) -> None:
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    if uv is None:
        raise NoEnvironment(
            f"{said_in} names its own dependencies (`# /// script`), and uv, which installs them, is not on this machine. "
            "Install it (https://docs.astral.sh/uv), or say with the job variable `python` which environment to use."
        )
    environment = str(place / "env")
    _uv(said_in, place, uv, "venv", "--quiet", "--no-project", "--python", version, environment)
    _uv(said_in, place, uv, "pip", "install", "--quiet", "--python", environment, "-r", "pyproject.toml")
    (packages,) = (place / "env" / "lib").glob("python*/site-packages")
    lent = metadata.distribution("segue")
    (packages / "segue").symlink_to(_package())
    facts = packages / f"segue-{lent.version}.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text(lent.read_text("METADATA") or "", "utf-8")
    if not python.exists():
        raise NoEnvironment(f"uv has made no interpreter at {python}.")


def _uv(said_in: Path, place: Path, *words: str) -> None:
    surroundings = {name: value for name, value in config.surroundings().items() if name not in _ALIEN}
    done = subprocess.run(words, cwd=place, env=surroundings, capture_output=True, text=True, check=False)
    if done.returncode:
        last = "\n".join(done.stderr.strip().splitlines()[-_LAST_LINES:])
        raise NoEnvironment(f"The environment that {said_in} asks for (`# /// script`) cannot be made: {last}")


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """Wait for whoever makes the same environment right now, or takes it away."""
    place.parent.mkdir(parents=True, exist_ok=True)
    name = place.with_suffix(".lock")
    while True:
        with name.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if _is_at(lock.fileno(), name):
                yield
                return


def _is_at(lock: int, name: Path) -> bool:
    """Say whether a lock file still bears its name: it goes with the environment that it is for."""
    try:
        return os.path.samestat(os.fstat(lock), name.stat())
    except FileNotFoundError:
        return False
