"""Git: repositories brought to where code shall run, at a branch, a tag or a commit."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from segue.engine.masking import keep_out, masked
from segue.exceptions import SegueException
from segue.host import config

#: Ways by which git may be spoken to: others, such as `ext::`, run commands.
_PROTOCOLS = "https:http:ssh:git:file"
#: Names under which a host takes a token as a password.
_USERS = {"github": "x-access-token", "gitlab": "oauth2", "bitbucket": "x-token-auth"}
_REF = re.compile(r"[^-\s][^\s]*")


class StepFailed(SegueException):
    """A step of a deployment cannot be done."""


class PullFailed(StepFailed):
    """The code of a deployment cannot be fetched."""


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


def commit_here() -> str:
    """Return the commit that the working folder is at, by its first letters; raises `PullFailed`."""
    return _git(config.surroundings(), "rev-parse", "--short=8", "HEAD")


def _git(surroundings: Mapping[str, str], *words: str) -> str:
    git = shutil.which("git")
    if git is None:
        raise PullFailed("git is not installed on this machine.")
    done = subprocess.run([git, *words], check=False, capture_output=True, text=True, env=dict(surroundings))
    if done.returncode:
        said = masked(done.stderr.strip() or done.stdout.strip() or f"exit code {done.returncode}")
        raise PullFailed(f"git {words[2] if words[0] == '-C' else words[0]} failed: {said}")
    return done.stdout.strip()


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
