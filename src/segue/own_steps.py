"""Segue's own steps of deployments: those that fetch code where it shall run, and those that build and send it before.

Each is given the folder that the step before has left, and its inputs; a step that leaves another folder returns it as `directory`.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, TextIO

from segue.engine.masking import masked
from segue.host import config
from segue.places import Address
from segue.pulling import PullFailed, StepFailed, clone, name_of_repository

#: Lines of a failed program that its error repeats.
_LAST_LINES = 10
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


# --- fetching -------------------------------------------------------------------------------------------------------


def set_working_directory(folder: Path, directory: str) -> dict[str, str]:
    """Go to a folder."""
    found = (folder / Path(directory).expanduser()).absolute()
    if not found.is_dir():
        raise PullFailed(f"There is no folder {found} on this machine.")
    return {"directory": str(found)}


def git_clone(
    folder: Path,
    repository: str,
    branch: str | None = None,
    commit_sha: str | None = None,
    tag: str | None = None,
    include_submodules: bool = False,  # noqa: FBT001, FBT002 - an input of a step
    access_token: str | None = None,
    credentials: object = None,
    directories: list[str] | None = None,
    subfolder: str | None = None,
    clone_directory_name: str | None = None,
) -> dict[str, str]:
    """Fetch a Git repository at a branch, a tag or a commit."""
    token = access_token if access_token is not None else credentials
    target = folder / (clone_directory_name or name_of_repository(repository))
    ref = commit_sha or tag or branch
    clone(repository, target, ref=ref, submodules=include_submodules, credentials=token, only=directories)
    return {"directory": str(_within(target, subfolder))}


def pull_from_remote_storage(
    folder: Path, url: str, subfolder: str | None = None, settings: dict[str, Any] | None = None, **more: Any
) -> dict[str, str]:
    """Fetch a folder from any address that fsspec reaches."""
    target = folder / (url.rstrip("/").rpartition("/")[2] or "code")
    target.mkdir(parents=True, exist_ok=True)
    try:
        Address(url, {**(settings or {}), **more}).get(None, str(target))
    except Exception as problem:
        raise PullFailed(f"{url} cannot be fetched: {type(problem).__name__}: {masked(str(problem))}") from problem
    return {"directory": str(_within(target, subfolder))}


def pull_with_block(folder: Path, block_document_name: str, block_type_slug: str) -> dict[str, str]:
    """Fetch a folder with a saved block."""
    from segue.blocks.core import Block  # noqa: PLC0415 - a door: pydantic is for those who keep code in a block

    block: Any = Block.load(f"{block_type_slug}/{block_document_name}")
    target = folder / block_document_name
    target.mkdir(parents=True, exist_ok=True)
    block.get_directory(local_path=str(target))
    return {"directory": str(target)}


def _within(folder: Path, subfolder: str | None) -> Path:
    found = (folder / subfolder).resolve() if subfolder else folder
    if not found.is_relative_to(folder.resolve()) and subfolder:
        raise PullFailed(f"The subfolder {subfolder!r} leads out of the code.")
    if not found.is_dir():
        raise PullFailed(f"There is no folder {subfolder!r} in the code.")
    return found


# --- sending --------------------------------------------------------------------------------------------------------


def push_to_remote_storage(
    folder: Path,
    url: str,
    ignore_file: str | None = ".segueignore",
    settings: dict[str, Any] | None = None,
    **more: Any,
) -> dict[str, object]:
    """Send a folder, but what its ignore file names, to any address that fsspec reaches."""
    ignored = None if ignore_file is None else str(folder / ignore_file)
    try:
        count = Address(url, {**(settings or {}), **more}).put(str(folder), None, ignored)
    except Exception as problem:
        raise StepFailed(
            f"The code cannot be sent to {url}: {type(problem).__name__}: {masked(str(problem))}"
        ) from problem
    return {"url": url, "files": count}


# --- programs -------------------------------------------------------------------------------------------------------


def run_shell_script(
    folder: Path,
    script: str,
    directory: str | None = None,
    env: dict[str, str] | None = None,
    stream_output: bool = True,  # noqa: FBT001, FBT002 - an input of a step
    expand_env_vars: bool = False,  # noqa: FBT001, FBT002 - the same
) -> dict[str, str]:
    """Run each line of a script as a program with its arguments, until one fails; no shell reads them, unless a line starts one."""
    surroundings = {**config.surroundings(), **{name: str(value) for name, value in (env or {}).items()}}
    at = folder if directory is None else (folder / Path(directory).expanduser()).absolute()
    said: dict[str, list[str]] = {"stdout": [], "stderr": []}
    for line in script.splitlines():
        if expand_env_vars:
            line = _expanded(line, surroundings)  # noqa: PLW2901 - the line as it is run
        words = shlex.split(line, comments=True)
        if words:
            out, err = run_program(words, at, surroundings, aloud=stream_output)
            said["stdout"].append(out)
            said["stderr"].append(err)
    return {name: "\n".join(each for each in texts if each) for name, texts in said.items()}


def pip_install_requirements(
    folder: Path,
    directory: str | None = None,
    requirements_file: str = "requirements.txt",
    stream_output: bool = False,  # noqa: FBT001, FBT002 - an input of a step
) -> dict[str, str]:
    """Install what a file of the code requires into the environment that runs the flow, which other runs may share."""
    at = folder if directory is None else (folder / Path(directory).expanduser()).absolute()
    if not (at / requirements_file).is_file():
        raise StepFailed(f"There is no file {at / requirements_file}.")
    words = [*shlex.split(installer()), "-r", requirements_file]
    out, err = run_program(words, at, config.surroundings(), aloud=stream_output)
    return {"stdout": out, "stderr": err}


def installer() -> str:
    """Return the words of a command that installs what follows them into this environment."""
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    words = [sys.executable, "-m", "pip"] if uv is None else [uv, "pip"]
    return shlex.join([*words, "install", *([] if uv is None else ["--python", sys.executable])])


def _expanded(line: str, surroundings: Mapping[str, str]) -> str:
    """Return a line with the variables that are set put in; what they hold is not looked through for others."""
    return _VARIABLE.sub(lambda found: surroundings.get(found[1] or found[2], found[0]), line)


def run_program(words: list[str], at: Path, surroundings: Mapping[str, str], *, aloud: bool) -> tuple[str, str]:
    """Run a program in a folder and return what it said on both streams, shown as it comes if `aloud`; raises `StepFailed`."""
    try:
        process = subprocess.Popen(
            words, cwd=at, env=dict(surroundings), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, errors="replace",
        )  # fmt: skip
    except OSError as problem:
        raise StepFailed(f"{words[0]!r} cannot be run in {at}: {problem.strerror}.") from problem
    with process, ThreadPoolExecutor(2) as readers:
        # Shown as it comes: a build may take long.
        out, err = (
            readers.submit(_heard, pipe, stream if aloud else None)
            for pipe, stream in ((process.stdout, sys.stdout), (process.stderr, sys.stderr))
        )
        said, complained = out.result(), err.result()
    if process.returncode:
        last = "\n".join((complained.strip() or said.strip()).splitlines()[-_LAST_LINES:])
        raise StepFailed(masked(f"{shlex.join(words)!r} failed with exit code {process.returncode}: {last}"))
    return said.strip(), complained.strip()


def _heard(pipe: IO[str] | None, stream: TextIO | None) -> str:
    said = []
    for line in pipe or ():
        said.append(line)
        if stream is not None:
            stream.write(masked(line))
            stream.flush()
    return "".join(said)


#: Our own, by their short names.
STEPS: dict[str, Callable[..., object]] = {
    each.__name__: each
    for each in (
        set_working_directory, git_clone, pull_from_remote_storage, pull_with_block, push_to_remote_storage, run_shell_script,
        pip_install_requirements,
    )
}  # fmt: skip
