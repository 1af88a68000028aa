"""`DockerImage`: an image with the code of a flow, built and pushed by the program that people build images with."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TextIO

from segue import __version__
from segue.exceptions import SegueException
from segue.host import clock

#: Options of `build` by the names that users know, and what the program calls them.
_TEXTS = {"target": "--target", "platform": "--platform", "network_mode": "--network", "shmsize": "--shm-size"}
_SWITCHES = {"nocache": "--no-cache", "pull": "--pull", "squash": "--squash", "quiet": "--quiet"}
_PAIRS = {"buildargs": "--build-arg", "labels": "--label", "extra_hosts": "--add-host"}
_LISTS = {"cache_from": "--cache-from"}
_NAME = re.compile(r"[a-z0-9]+(?:[._/:-]+[a-z0-9]+)*")
_TAG = re.compile(r"[\w][\w.-]{0,127}")


class ImageFailed(SegueException):
    """An image could not be built or pushed."""


class DockerImage:
    """An image that is built from a folder and pushed to a registry.

    `name` may have the tag behind a colon; without one the time of making is the tag. `dockerfile="auto"` installs Segue and the
    folder's `requirements.txt`, and copies the folder. Further options are those of a build: `context` (by default the working
    folder), `buildargs`, `labels`, `target`, `platform`, `nocache`, `pull`, `network_mode`, `cache_from`, `extra_hosts`, … Raises
    ValueError for a name that cannot be, for two tags, and for an option that no build has.
    """

    def __init__(
        self,
        name: str,
        tag: str | None = None,
        dockerfile: str = "auto",
        stream_progress_to: TextIO | None = None,
        build_backend: Literal["docker-py", "buildx"] = "docker-py",
        **build_kwargs: Any,
    ) -> None:
        last = name.rpartition("/")[2]
        if ":" in last:
            name, _, given = name.rpartition(":")
            if tag is not None and tag != given:
                raise ValueError(f"Only one tag can be provided - both {given!r} and {tag!r} were provided as tags.")
            tag = given
        self.name = name
        self.tag = tag or f"{clock.now():%Y-%m-%dt%H-%M-%S}"
        if _NAME.fullmatch(name) is None or _TAG.fullmatch(self.tag) is None:
            raise ValueError(
                f"{self.reference!r} is no name of an image: lower-case letters, digits and . _ - / with a tag."
            )
        if build_backend not in {"docker-py", "buildx"}:
            raise ValueError(f"build_backend is {build_backend!r}; it must be 'docker-py' or 'buildx'.")
        self.dockerfile = dockerfile
        self.build_backend = build_backend
        self.context = Path(build_kwargs.pop("context", None) or build_kwargs.pop("path", None) or ".").absolute()
        self._options = _options(build_kwargs)
        self._out = stream_progress_to

    @property
    def reference(self) -> str:
        """Name and tag, as a worker asks for it."""
        return f"{self.name}:{self.tag}"

    def build(self) -> None:
        """Build the image; raises ImageFailed with what the program said."""
        words = ["buildx", "build", "--load"] if self.build_backend == "buildx" else ["build"]
        with self._dockerfile() as file:
            self._do(*words, "--tag", self.reference, "--file", str(file), *self._options, str(self.context))

    def push(self) -> None:
        """Push the image to the registry that its name begins with; raises ImageFailed with what the program said."""
        self._do("push", self.reference)

    @contextmanager
    def _dockerfile(self) -> Iterator[Path]:
        if self.dockerfile != "auto":
            file = Path(self.dockerfile).absolute()
            if not file.is_file():
                raise ImageFailed(f"There is no Dockerfile {file}.")
            yield file
            return
        with tempfile.TemporaryDirectory(prefix="segue-image-") as folder:
            file = Path(folder) / "Dockerfile"
            file.write_text(dockerfile_for(self.context))
            yield file

    def _do(self, *words: str) -> None:
        program = shutil.which("docker") or shutil.which("podman")
        if program is None:
            raise ImageFailed("Neither docker nor podman is installed on this machine, so no image can be built here.")
        out = self._out if self._out is not None else sys.stdout
        said: list[str] = []
        with subprocess.Popen(
            [program, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        ) as process:
            for line in process.stdout or ():
                said.append(line)
                out.write(line)
            code = process.wait()
        if code:
            last = "".join(said[-10:]).strip()
            raise ImageFailed(
                f"{Path(program).name} {words[0]} of {self.reference} failed with exit code {code}: {last}"
            )


def _options(given: Mapping[str, Any]) -> list[str]:
    words: list[str] = []
    for name, value in given.items():
        if value is None or value is False:
            continue
        if name in _TEXTS:
            words += [_TEXTS[name], str(value)]
        elif name in _SWITCHES:
            words.append(_SWITCHES[name])
        elif name in _LISTS:
            words += [word for each in value for word in (_LISTS[name], str(each))]
        elif name in _PAIRS:
            joint = ":" if name == "extra_hosts" else "="
            words += [word for key, each in dict(value).items() for word in (_PAIRS[name], f"{key}{joint}{each}")]
        else:
            known = ", ".join(sorted({"context", *_TEXTS, *_SWITCHES, *_LISTS, *_PAIRS}))
            raise ValueError(f"A build has no option {name!r}; there are {known}.")
    return words


def dockerfile_for(context: Path) -> str:
    """Return a Dockerfile that installs Segue and what the folder requires, and copies the folder to where it works."""
    folder = f"/opt/segue/{context.name}"
    requirements = ["COPY requirements.txt .", "RUN python -m pip install -r requirements.txt"]
    lines = [
        f"FROM python:{sys.version_info.major}.{sys.version_info.minor}-slim",
        f"RUN python -m pip install --no-cache-dir segue=={__version__}",
        f"WORKDIR {folder}",
        *(requirements if (context / "requirements.txt").is_file() else []),
        "COPY . .",
    ]
    return "\n".join(lines) + "\n"
