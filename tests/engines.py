"""Container engines for tests, podman and Docker's own, and an image made of this machine's own Python, from no registry."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from segue.worker.docker_api import Engine, EngineProblem

IMAGE = "localhost/segue-test-python:1"
#: Packages with code in C that a run loads; they are mounted, and the libraries they need are in the image.
_COMPILED = ("msgspec", "pydantic_core")
_TOOLS = ("sh", "sleep", "true", "false", "cat")

_CONTAINERS = """
[containers]
default_ulimits = ["nofile=20000:20000","nproc=20000:20000"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
"""
_STORAGE = """
[storage]
driver = "{driver}"
graphroot = "{folder}/graph"
runroot = "{folder}/run"
"""


@contextmanager
def docker(folder: Path) -> Iterator[str]:
    """Run an engine of Docker's own in a folder, which leaves the machine's networks alone; gives its address."""
    url = f"unix://{folder}/docker.sock"
    command: list[str | Path] = [
        "dockerd", "--data-root", folder / "data", "--exec-root", folder / "exec", "--pidfile", folder / "pid", "--host", url,
        "--storage-driver", "vfs", "--bridge", "none", "--iptables=false", "--ip6tables=false",
        "--default-ulimit", "nofile=20000:20000",
    ]  # fmt: skip
    with (folder / "engine.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            _until_it_answers(url)
            _import_image(folder, ["docker", "--host", url], dict(os.environ))
            yield url
            for each in Engine(url).ask("GET", "/containers/json", all="true"):
                Engine(url).ask("DELETE", f"/containers/{each['Id']}", force="true")
        finally:
            process.terminate()
            process.wait()


@contextmanager
def podman(folder: Path) -> Iterator[str]:
    """Run an engine of podman's in a folder; gives its address."""
    (folder / "containers.conf").write_text(_CONTAINERS)
    (folder / "storage.conf").write_text(_STORAGE.format(folder=folder, driver="vfs"))
    surroundings = {
        **os.environ,
        "CONTAINERS_CONF": str(folder / "containers.conf"),
        "CONTAINERS_STORAGE_CONF": str(folder / "storage.conf"),
    }
    url = f"unix://{folder}/engine.sock"
    with (folder / "engine.log").open("wb") as log:
        process = subprocess.Popen(
            ["podman", "system", "service", "--time=0", url], env=surroundings, stdout=log, stderr=log,
            # Its conmon leaves a file where it was started.
            cwd=folder,
        )  # fmt: skip
        try:
            _until_it_answers(url)
            _import_image(folder, ["podman"], surroundings)
            yield url
        finally:
            subprocess.run(["podman", "rm", "--all", "--force"], env=surroundings, check=False, capture_output=True)
            process.terminate()
            process.wait()


def _until_it_answers(url: str) -> None:
    end = time.monotonic() + 30
    while True:
        try:
            Engine(url).ask("GET", "/_ping")
        except EngineProblem:
            assert time.monotonic() < end, "the engine does not answer"
        else:
            return


def _import_image(folder: Path, client: list[str], surroundings: dict[str, str]) -> None:
    """Make an image that holds this interpreter and the libraries that it needs."""
    archive = folder / "image.tar"
    base = Path(sys.base_prefix)
    python = Path(os.path.realpath(sys.executable))
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    with tarfile.open(archive, "w") as tar:
        for name in ("tmp", "proc", "dev", "sys", "etc"):
            made = tarfile.TarInfo(name)
            made.type, made.mode = tarfile.DIRTYPE, 0o1777 if name == "tmp" else 0o755
            tar.addfile(made)
        tar.add(base / "lib" / version, str(base / "lib" / version), filter=_wanted)
        tar.add(python, str(python))
        link = tarfile.TarInfo("bin/python")
        link.type, link.linkname = tarfile.SYMTYPE, str(python)
        tar.addfile(link)
        programs = [Path(found) for tool in _TOOLS if (found := shutil.which(tool)) is not None]
        for program in programs:
            tar.add(os.path.realpath(program), f"bin/{program.name}")
        packages = Path(msgspec.__path__[0]).parent
        extensions = [each for name in _COMPILED for each in (packages / name).glob("*.so")]
        needed = [python, *programs, *extensions, *(base / "lib" / version / "lib-dynload").glob("*.so")]
        for library in _libraries(needed):
            tar.add(os.path.realpath(library), str(library))
    done = subprocess.run(
        [*client, "import", "--change", "ENV PATH=/bin", str(archive), IMAGE], env=surroundings, check=False,
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    archive.unlink()


def _wanted(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    skipped = ("/site-packages", "/test", "/__pycache__", "/idlelib", "/ensurepip", "/config-")
    return None if any(part in entry.name for part in skipped) else entry


def _libraries(programs: list[Path]) -> list[Path]:
    found: set[Path] = set()
    for program in programs:
        told = subprocess.run(["ldd", program], check=False, capture_output=True, text=True).stdout
        for word in told.split():
            if word.startswith("/") and ".so" in word:
                found.add(Path(word))
    return sorted(found)
