"""Fetching code where it shall run: the pull steps of a deployment, done one after the other.

What a step is given may name secrets and variables (`{{ segue.blocks.secret.github-token }}`, `{{ segue.variables.branch }}`,
`{{ $HOME }}`, `{{ id-of-a-step.output }}`): they are looked up here, on the machine that runs the code, and nowhere else.
"""

from __future__ import annotations

import base64
import importlib
import inspect
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from segue.engine.masking import keep_out, masked
from segue.engine.session import backend
from segue.engine.templating import NotThere, Templates
from segue.exceptions import SegueException
from segue.host import config
from segue.places import Address

#: Ways by which git may be spoken to: others, such as `ext::`, run commands.
_PROTOCOLS = "https:http:ssh:git:file"
#: Names under which a host takes a token as a password.
_USERS = {"github": "x-access-token", "gitlab": "oauth2", "bitbucket": "x-token-auth"}
_REF = re.compile(r"[^-\s][^\s]*")


class PullFailed(SegueException):
    """The code of a deployment cannot be fetched."""


def pull(steps: Sequence[Mapping[str, object]], into: Path) -> Path:
    """Do pull steps within a folder and return the folder that they leave the code in; raises `PullFailed`."""
    folder, outputs = into, dict[str, object]()
    templates = Templates(backend, environment=config.variable, outputs=outputs)
    for step in steps:
        if len(step) != 1:
            raise PullFailed(f"A pull step has one name with its inputs; here are {', '.join(step) or 'none'}.")
        ((name, given),) = step.items()
        inputs = dict(cast("Mapping[str, object]", given)) if isinstance(given, Mapping) else {}
        id, _ = inputs.pop("id", None), inputs.pop("requires", None)
        filled = cast("dict[str, Any]", _filled(templates, inputs))
        done = _step(name)(folder, **filled)
        if isinstance(done, Mapping):
            if id is not None:
                outputs |= {f"{id}.{output}": value for output, value in done.items()}
            folder = Path(str(done.get("directory", folder)))
    return folder


def _filled(templates: Templates, inputs: dict[str, object]) -> object:
    try:
        return templates.filled(inputs)
    except NotThere as problem:
        raise PullFailed(str(problem)) from problem


def _step(name: str) -> Callable[..., object]:
    known = _STEPS.get(name.rpartition(".")[2])
    if known is not None and (name in _STEPS or name.startswith("segue.deployments.steps.")):
        return known
    module, _, function = name.rpartition(".")
    try:
        found: Callable[..., object] = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError, ValueError) as problem:
        raise PullFailed(f"The pull step {name!r} cannot be done here: {problem}.") from problem

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


# --- the steps ------------------------------------------------------------------------------------------------------


def _set_working_directory(folder: Path, directory: str) -> dict[str, str]:
    found = (folder / Path(directory).expanduser()).absolute()
    if not found.is_dir():
        raise PullFailed(f"There is no folder {found} on this machine.")
    return {"directory": str(found)}


def _git_clone(
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
    token = access_token if access_token is not None else credentials
    target = folder / (clone_directory_name or name_of_repository(repository))
    clone(
        repository,
        target,
        ref=commit_sha or tag or branch,
        submodules=include_submodules,
        credentials=token,
        only=directories,
    )
    return {"directory": str(_within(target, subfolder))}


def _pull_from_remote_storage(
    folder: Path, url: str, subfolder: str | None = None, settings: dict[str, Any] | None = None, **more: Any
) -> dict[str, str]:
    target = folder / (url.rstrip("/").rpartition("/")[2] or "code")
    target.mkdir(parents=True, exist_ok=True)
    try:
        Address(url, {**(settings or {}), **more}).get(None, str(target))
    except Exception as problem:
        raise PullFailed(f"{url} cannot be fetched: {type(problem).__name__}: {masked(str(problem))}") from problem
    return {"directory": str(_within(target, subfolder))}


def _pull_with_block(folder: Path, block_document_name: str, block_type_slug: str) -> dict[str, str]:
    from segue.blocks.core import Block  # noqa: PLC0415 - a door: pydantic is for those who keep code in a block

    block: Any = Block.load(f"{block_type_slug}/{block_document_name}")
    target = folder / block_document_name
    target.mkdir(parents=True, exist_ok=True)
    block.get_directory(local_path=str(target))
    return {"directory": str(target)}


_STEPS: dict[str, Callable[..., object]] = {
    "set_working_directory": _set_working_directory,
    "git_clone": _git_clone,
    "pull_from_remote_storage": _pull_from_remote_storage,
    "pull_with_block": _pull_with_block,
}


def _within(folder: Path, subfolder: str | None) -> Path:
    found = (folder / subfolder).resolve() if subfolder else folder
    if not found.is_relative_to(folder.resolve()) and subfolder:
        raise PullFailed(f"The subfolder {subfolder!r} leads out of the code.")
    if not found.is_dir():
        raise PullFailed(f"There is no folder {subfolder!r} in the code.")
    return found


# --- git ------------------------------------------------------------------------------------------------------------


def name_of_repository(url: str) -> str:
    """Return what a repository is called by the end of its address."""
    return url.rstrip("/").removesuffix(".git").replace(":", "/").rpartition("/")[2] or "repository"


def clone(
    url: str,
    target: Path,
    *,
    ref: str | None = None,
    submodules: bool = False,
    credentials: object = None,
    only: Sequence[str] | None = None,
) -> None:
    """Bring a folder to what a repository is at a branch, tag or commit, by default its own; raises `PullFailed`."""
    if url.startswith("-") or "::" in url.partition("/")[0]:
        raise PullFailed(f"{url!r} is no address of a repository.")
    if ref is not None and not _REF.fullmatch(ref):
        raise PullFailed(f"{ref!r} is no branch, tag or commit.")
    surroundings = {**config.surroundings(), **_asking(url, credentials)}
    at = ("-C", str(target))
    if not (target / ".git").exists():
        target.mkdir(parents=True, exist_ok=True)
        _git(surroundings, *at, "init", "--quiet")
        _git(surroundings, *at, "remote", "add", "--", "origin", url)
    else:
        _git(surroundings, *at, "remote", "set-url", "--", "origin", url)
    if only:
        _git(surroundings, *at, "sparse-checkout", "set", "--end-of-options", *only)
    wanted = ref or "HEAD"
    try:
        _git(surroundings, *at, "fetch", "--quiet", "--depth", "1", "--", "origin", wanted)
        found = "FETCH_HEAD"
    except PullFailed:
        if ref is None:
            raise
        # A commit that is no branch's last one is not given by every host: all is fetched then, and it is looked for.
        _git(surroundings, *at, "fetch", "--quiet", "--tags", "--", "origin", "+refs/heads/*:refs/remotes/origin/*")
        found = ref
    _git(surroundings, *at, "checkout", "--quiet", "--force", "--detach", found)
    if submodules:
        _git(surroundings, *at, "submodule", "update", "--quiet", "--init", "--recursive", "--depth", "1")


def _git(surroundings: Mapping[str, str], *words: str) -> None:
    git = shutil.which("git")
    if git is None:
        raise PullFailed("git is not installed on this machine.")
    done = subprocess.run([git, *words], check=False, capture_output=True, text=True, env=dict(surroundings))
    if done.returncode:
        said = masked(done.stderr.strip() or done.stdout.strip() or f"exit code {done.returncode}")
        raise PullFailed(f"git {words[2] if len(words) > 2 else words[0]} failed: {said}")


def _asking(url: str, credentials: object) -> dict[str, str]:
    """What git reads from its environment: nobody is asked, and a token goes to its host alone and into no file or argument."""
    asking = {"GIT_TERMINAL_PROMPT": "0", "GIT_ALLOW_PROTOCOL": _PROTOCOLS}
    user, secret = _credentials(credentials)
    if secret is None:
        return asking
    parts = urlsplit(url)
    if parts.scheme not in {"https", "http"}:
        raise PullFailed(f"A token is for addresses by https; {url!r} is none.")
    host = parts.hostname or ""
    name = user or next((known for part, known in _USERS.items() if part in host), "git")
    header = base64.b64encode(f"{name}:{secret}".encode()).decode()
    keep_out([secret, header])
    origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/"
    return {
        **asking,
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"http.{origin}.extraHeader",
        "GIT_CONFIG_VALUE_0": f"Authorization: Basic {header}",
    }


def _credentials(given: object) -> tuple[str | None, str | None]:
    if given is None:
        return None, None
    if isinstance(given, Mapping):
        user = given.get("username")
        secret = next((given[name] for name in ("access_token", "token", "password", "value") if given.get(name)), None)
        if secret is None:
            raise PullFailed("The credentials for git have neither a token nor a password.")
        shown = secret.get_secret_value() if hasattr(secret, "get_secret_value") else secret
        return None if user is None else str(user), str(shown)
    return None, str(given)
