"""Where code is kept: a Git repository, a folder of this machine, anything fsspec reaches, or a block."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, runtime_checkable
from urllib.parse import urlsplit

from segue.pulling import PullFailed, name_of_repository
from segue.steps import pull

#: Words in the names of settings that are secret.
_SECRET = ("secret", "password", "token", "key", "credential", "connection_string")
#: What Google Cloud Storage calls a token that is none, but says where the machine finds one.
_WAYS_OF_GCSFS = ("anon", "browser", "cache", "cloud", "google_default")


@runtime_checkable
class RunnerStorage(Protocol):
    """A place that code can be fetched from."""

    def set_base_path(self, path: Path) -> None:
        """Say below which folder the code is put."""
        ...

    @property
    def pull_interval(self) -> int | None:
        """Seconds after which a process that serves fetches the code again."""
        ...

    @property
    def destination(self) -> Path:
        """The folder that the code is put in."""
        ...

    async def pull_code(self) -> None:
        """Fetch the code."""
        ...

    def to_pull_step(self) -> dict[str, Any]:
        """Return the step by which a worker fetches the code."""
        ...


class _Stored:
    """What places have in common: they are fetched by the very step that a worker does."""

    def __init__(self, name: str, pull_interval: int | None) -> None:
        self._name = name
        self._pull_interval = pull_interval
        self._base: Path | None = None

    def set_base_path(self, path: Path) -> None:
        """Say below which folder the code is put."""
        self._base = path

    @property
    def pull_interval(self) -> int | None:
        """Seconds after which a process that serves fetches the code again."""
        return self._pull_interval

    @property
    def destination(self) -> Path:
        """The folder that the code is put in."""
        return (self._base if self._base is not None else Path.cwd()) / self._name

    def step(self) -> dict[str, Any]:
        """Return the step that fetches the code here, secrets of this process included."""
        raise NotImplementedError

    def fetch(self) -> Path:
        """Fetch the code and return the folder that it is in; raises `PullFailed`."""
        base = self.destination.parent
        base.mkdir(parents=True, exist_ok=True)
        return pull([self.step()], base)

    async def pull_code(self) -> None:
        """Fetch the code."""
        await asyncio.to_thread(self.fetch)


class GitRepository(_Stored):
    """A Git repository, at a branch, a tag or a commit."""

    def __init__(
        self,
        url: str,
        credentials: Mapping[str, Any] | Any = None,
        name: str | None = None,
        branch: str | None = None,
        commit_sha: str | None = None,
        include_submodules: bool = False,  # noqa: FBT001, FBT002 - users' word
        pull_interval: int | None = 60,
        directories: list[str] | None = None,
        tag: str | None = None,
        subfolder: str | None = None,
    ) -> None:
        given = [word for word, value in (("branch", branch), ("commit_sha", commit_sha), ("tag", tag)) if value]
        if len(given) > 1:
            raise ValueError(f"Cannot provide both {given[0]} and {given[1]}. Please provide only one.")
        self._at = next((value for value in (branch, commit_sha, tag) if value), None)
        super().__init__(name or _named(url, self._at), pull_interval)
        self._url, self._credentials = url, credentials
        self._facts = {
            "branch": branch, "commit_sha": commit_sha, "tag": tag, "include_submodules": include_submodules or None,
            "directories": directories, "subfolder": subfolder,
        }  # fmt: skip

    def __eq__(self, other: object) -> bool:
        return isinstance(other, GitRepository) and (self._url, self._facts) == (other._url, other._facts)

    def __hash__(self) -> int:
        return hash((self._url, self._at))

    def __repr__(self) -> str:
        return f"GitRepository(name={self._name!r} repository={self._url!r}, branch={self._facts['branch']!r})"

    def step(self) -> dict[str, Any]:
        """Return the step that fetches the code here, secrets of this process included."""
        facts = {fact: value for fact, value in self._facts.items() if value}
        secret = _shown(self._credentials)
        return {
            "segue.deployments.steps.git_clone": {
                "repository": self._url, "clone_directory_name": self._name, **facts,
                **({} if secret is None else {"credentials": secret}),
            }
        }  # fmt: skip

    def to_pull_step(self) -> dict[str, Any]:
        """Return the step by which a worker fetches the code; raises ValueError for a secret that is saved nowhere."""
        if urlsplit(self._url).password:
            raise ValueError(
                "The address of the repository has a password in it; save it as a block and give that as credentials."
            )
        inputs = {"repository": self._url, **{fact: value for fact, value in self._facts.items() if value}}
        if self._credentials is not None:
            inputs["credentials"] = _reference(self._credentials)
        return {"segue.deployments.steps.git_clone": inputs}


class RemoteStorage(_Stored):
    """A folder behind any address that fsspec understands; credentials are the environment's, or blocks."""

    def __init__(self, url: str, pull_interval: int | None = 60, **settings: Any) -> None:
        super().__init__(url.rstrip("/").rpartition("/")[2] or "code", pull_interval)
        self._url, self._settings = url, settings

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RemoteStorage) and (self._url, self._settings) == (other._url, other._settings)

    def __hash__(self) -> int:
        return hash(self._url)

    def __repr__(self) -> str:
        return f"RemoteStorage(url={self._url!r})"

    def step(self) -> dict[str, Any]:
        """Return the step that fetches the code here, secrets of this process included."""
        settings = {name: _shown(value) for name, value in self._settings.items()}
        return {"segue.deployments.steps.pull_from_remote_storage": {"url": self._url, "settings": settings}}

    def to_pull_step(self) -> dict[str, Any]:
        """Return the step by which a worker fetches the code; raises ValueError for a secret that is saved nowhere."""
        settings = {name: _setting(name, value) for name, value in self._settings.items()}
        inputs: dict[str, Any] = {"url": self._url, **({"settings": settings} if settings else {})}
        return {"segue.deployments.steps.pull_from_remote_storage": inputs}


class LocalStorage(_Stored):
    """A folder of the machine that runs the code."""

    def __init__(self, path: str | Path, pull_interval: int | None = None) -> None:
        self._path = Path(path).expanduser().absolute()
        super().__init__(self._path.name, pull_interval)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LocalStorage) and self._path == other._path

    def __hash__(self) -> int:
        return hash(self._path)

    def __repr__(self) -> str:
        return f"LocalStorage(path={str(self._path)!r})"

    @property
    def destination(self) -> Path:
        """The folder itself."""
        return self._path

    def step(self) -> dict[str, Any]:
        """Return the step that goes to the folder."""
        return self.to_pull_step()

    def to_pull_step(self) -> dict[str, Any]:
        """Return the step by which a worker goes to the folder."""
        return {"segue.deployments.steps.set_working_directory": {"directory": str(self._path)}}


class BlockStorageAdapter(_Stored):
    """A saved block that a folder can be fetched from."""

    def __init__(self, block: Any, pull_interval: int | None = 60) -> None:
        if not hasattr(block, "get_directory"):
            raise ValueError("Provided block must have a `get_directory` method.")
        self._block = block
        super().__init__(_document(block)[1], pull_interval)

    def step(self) -> dict[str, Any]:
        """Return the step that fetches the code."""
        return self.to_pull_step()

    def to_pull_step(self) -> dict[str, Any]:
        """Return the step by which a worker fetches the code."""
        kind, name = _document(self._block)
        return {"segue.deployments.steps.pull_with_block": {"block_type_slug": kind, "block_document_name": name}}


def fetch(storage: RunnerStorage) -> Path:
    """Fetch code and return the folder that it is in; raises `PullFailed`, and whatever a place of the user's own raises."""
    if isinstance(storage, _Stored):
        return storage.fetch()
    asyncio.run(storage.pull_code())
    return storage.destination


def create_storage_from_source(source: str, pull_interval: int | None = 60) -> RunnerStorage:
    """Return the place that an address or a folder means."""
    scheme = urlsplit(source).scheme
    if source.endswith(".git") or scheme in {"git", "ssh"} or source.startswith("git@"):
        return GitRepository(source, pull_interval=pull_interval)
    if scheme in {"http", "https"}:
        return GitRepository(source, pull_interval=pull_interval)
    if "://" in source and scheme not in {"file", "local"}:
        return RemoteStorage(source, pull_interval=pull_interval)
    return LocalStorage(source.removeprefix("file://").removeprefix("local://"), pull_interval=pull_interval)


def _named(url: str, at: str | None) -> str:
    name = name_of_repository(url)
    return name if at is None else f"{name}-{at.replace('/', '-')}"


def _document(block: Any) -> tuple[str, str]:
    name = getattr(block, "_block_document_name", None)
    if not name:
        raise ValueError("The block must be saved before code can be fetched with it: call its `save` with a name.")
    return str(type(block).get_block_type_slug()), str(name)


def _reference(given: Any) -> Any:
    """Return a pointer to a saved secret, for what is stored with a deployment; raises ValueError for one that is not saved."""
    if isinstance(given, str) and given.strip().startswith("{{"):
        return given
    if isinstance(given, Mapping):
        return {
            name: value if name == "username" else _reference(value)
            for name, value in given.items()
            if value is not None
        }
    if hasattr(type(given), "get_block_type_slug"):
        kind, name = _document(given)
        return f"{{{{ segue.blocks.{kind}.{name} }}}}"
    raise ValueError(
        "Please save your access token as a Secret block before converting this storage object to a pull step: what is stored "
        "with a deployment can be read by everybody who sees it."
    )


def _setting(name: str, value: Any) -> Any:
    if name == "token" and value in _WAYS_OF_GCSFS:
        return value
    is_secret = any(word in name.lower() for word in _SECRET) or hasattr(type(value), "get_block_type_slug")
    return _reference(value) if is_secret else value


def _shown(given: Any) -> Any:
    """Return a secret of this process as text."""
    if isinstance(given, Mapping):
        return {name: _shown(value) for name, value in given.items()}
    if hasattr(given, "get_secret_value"):
        return given.get_secret_value()
    if hasattr(type(given), "get_block_type_slug"):
        inner = {name: _shown(value) for name, value in dict(given).items()}
        # As in a template: a block that is a value and nothing else means the value.
        return inner["value"] if list(inner) == ["value"] else inner
    return given


__all__ = [
    "BlockStorageAdapter", "GitRepository", "LocalStorage", "PullFailed", "RemoteStorage", "RunnerStorage",
    "create_storage_from_source", "fetch",
]  # fmt: skip
