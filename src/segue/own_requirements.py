"""What a step of a deployment requires: installed into the environment that does the step, where it is not there yet."""

from __future__ import annotations

import importlib
import os
import re
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

from segue.host import config
from segue.host.locks import FileLock
from segue.own_steps import installer, run_program
from segue.pulling import StepFailed

#: A requirement as pip and uv read it: a name, and perhaps extras, versions, an address or a condition.
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*($|[\[<>=!~@;(].*)")


def require(given: object) -> None:
    """Install those of a step's requirements that are missing, as uv or pip does, and tell what was installed.

    A name alone is there or is not; where versions are named, the installer sees whether they fit. What is part of Segue always is
    there. Raises `StepFailed`.
    """
    wanted = given if isinstance(given, list | tuple) else [given] if given is not None else []
    missing = [each for each in map(_readable, wanted) if not _is_there(each)]
    if missing:
        with _alone():
            # Another run of this environment may have installed it meanwhile.
            _install([each for each in missing if not _is_there(each)])


def _readable(given: object) -> str:
    # Nothing else goes to the installer: neither an option, nor a file whose name nobody could look for.
    if not isinstance(given, str) or not _REQUIREMENT.fullmatch(given):
        raise StepFailed(
            f"A step requires {given!r:.200}, which is no requirement; write a name, as in `dbt-core` or `dbt-core>=1.8`."
        )
    return given.strip()


def _is_there(requirement: str) -> bool:
    found = _REQUIREMENT.fullmatch(requirement)
    name, more = found.groups() if found is not None else (requirement, "")
    # Ported files name integrations that are folders of ours: nobody's package of that name is to take their place.
    if re.sub(r"[-_.]+", "-", name).lower().startswith("segue-") or name.lower() == "segue":
        return True
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return not more


def _install(requirements: Sequence[str]) -> None:
    if not requirements:
        return
    words = [*shlex.split(installer()), *requirements]
    try:
        run_program(words, Path.cwd(), config.surroundings(), aloud=True)
    except StepFailed as problem:
        raise StepFailed(
            f"A step requires {', '.join(requirements)}, which cannot be installed into {sys.prefix}: {problem}"
        ) from problem
    importlib.invalidate_caches()


@contextmanager
def _alone() -> Iterator[None]:
    """Have this environment to oneself: two installers at once could leave half of each."""
    if not os.access(sys.prefix, os.W_OK):
        # The installer says so, or knows another place.
        yield
        return
    lock = FileLock(str(Path(sys.prefix) / ".segue-installing.lock"))
    try:
        lock.acquire()
        yield
    finally:
        lock.close()
