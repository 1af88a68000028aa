"""The steps of deployments: those that fetch code where it shall run, and those that build and push it before.

What a step is given may name secrets, variables, the environment and outputs of earlier steps (`{{ segue.blocks.secret.token }}`,
`{{ segue.variables.branch }}`, `{{ $HOME }}`, `{{ id-of-a-step.output }}`): they are looked up here, on the machine that does the
step, and nowhere else. Each step begins in the folder that the one before has left.
"""

from __future__ import annotations

import importlib
import inspect
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path
from typing import IO, Any, TextIO, cast

from segue.engine.masking import masked
from segue.engine.session import backend
from segue.engine.templating import NotThere, Templates
from segue.host import config
from segue.places import Address
from segue.pulling import PullFailed, StepFailed, clone, name_of_repository

#: What a step's inputs may hold beside those of its own.
KEYWORDS = ("id", "requires")
_HOMES = ("segue.deployments.steps.", "segue.deployments.steps.pull.", "segue.deployments.steps.utility.")
#: Packages that users know by a name of their own, and that are folders of ours.
_PACKAGES = ("segue_docker.", "segue_dask.", "segue_ray.")
#: Lines of a failed program that its error repeats.
_LAST_LINES = 10


def pull(steps: Sequence[Mapping[str, object]], into: Path) -> Path:
    """Do pull steps within a folder and return the folder that they leave the code in; raises `StepFailed`."""
    return do(steps, into, {})


def do(steps: Sequence[Mapping[str, object]], folder: Path, outputs: dict[str, object]) -> Path:
    """Do steps one after the other and return the folder that they leave.

    `outputs` is what earlier steps have left: `{{ output }}` is the last of that name, `{{ id.output }}` that of one step. Raises
    `StepFailed`.
    """
    templates = Templates(backend, environment=config.variable, outputs=outputs)
    for step in steps:
        name, given = taken_apart(step)
        inputs = {word: value for word, value in given.items() if word not in KEYWORDS}
        _require(given.get("requires"))
        try:
            filled = cast("dict[str, Any]", templates.filled(inputs))
        except NotThere as problem:
            raise PullFailed(f"The step {name}: {problem}") from problem
        done = _callable(name)(folder, **filled)
        if isinstance(done, Mapping):
            outputs |= done
            if given.get("id") is not None:
                outputs |= {f"{given['id']}.{output}": value for output, value in done.items()}
            folder = Path(str(done.get("directory", folder)))
    return folder


def taken_apart(step: Mapping[str, object]) -> tuple[str, dict[str, object]]:
    """Return a step's name and what it is given; raises `StepFailed`."""
    if len(step) != 1:
        raise PullFailed(f"A step has one name with its inputs; here are {', '.join(step) or 'none'}.")
    ((name, given),) = step.items()
    return name, dict(cast("Mapping[str, object]", given)) if isinstance(given, Mapping) else {}


def known_step(name: str) -> Callable[..., object] | None:
    """Return one of our own steps by any of its names; None for another's."""
    short = name.rpartition(".")[2]
    return STEPS.get(short) if name == short or name.removesuffix(short) in _HOMES else None


def imported(name: str) -> Callable[..., object]:
    """Return a step by its dotted name; raises `StepFailed`."""
    module, _, function = name.rpartition(".")
    package = next((each for each in _PACKAGES if module.startswith(each)), None)
    if package is not None:
        module = f"{package.replace('_', '.', 1)}{module.removeprefix(package)}"
    try:
        found: Callable[..., object] = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError, ValueError) as problem:
        raise PullFailed(f"The step {name!r} cannot be done here: {problem}.") from problem
    return found


def _callable(name: str) -> Callable[..., object]:
    known = known_step(name)
    if known is not None:
        return known
    found = imported(name)

    def own(folder: Path, **inputs: object) -> object:
        os.chdir(folder)
        result = found(**inputs)
        if inspect.isawaitable(result):
            import asyncio  # noqa: PLC0415 - a door: few steps are coroutines

            return asyncio.run(_awaited(result))
        return result

    return own


async def _awaited(what: Any) -> object:
    return await what


def _require(given: object) -> None:
    """See that the distributions are here that a step says it needs; what is part of Segue always is."""
    wanted = [given] if isinstance(given, str) else given if isinstance(given, list) else []
    for each in wanted:
        name = str(each)
        for mark in "=<>!~[; ":
            name = name.partition(mark)[0]
        if name == "segue" or name.startswith("segue-"):
            continue
        try:
            metadata.distribution(name)
        except metadata.PackageNotFoundError:
            raise StepFailed(
                f"A step requires {each!r}, which is not installed in {sys.prefix}: `{_installer_words()} {each}` installs it."
            ) from None


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
            out, err = _run(words, at, surroundings, aloud=stream_output)
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
    words = [*shlex.split(_installer_words()), "-r", requirements_file]
    out, err = _run(words, at, config.surroundings(), aloud=stream_output)
    return {"stdout": out, "stderr": err}


def _installer_words() -> str:
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    words = [sys.executable, "-m", "pip"] if uv is None else [uv, "pip"]
    return shlex.join([*words, "install", *([] if uv is None else ["--python", sys.executable])])


def _expanded(line: str, surroundings: Mapping[str, str]) -> str:
    for name in sorted(surroundings, key=len, reverse=True):
        line = line.replace(f"${{{name}}}", surroundings[name]).replace(f"${name}", surroundings[name])
    return line


def _run(words: list[str], at: Path, surroundings: Mapping[str, str], *, aloud: bool) -> tuple[str, str]:
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
