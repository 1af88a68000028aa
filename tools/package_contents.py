"""What the wheel and the sdist must and must not contain: both are built afresh and their lists of names examined."""

from __future__ import annotations

import fnmatch
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Set

PACKAGE = Path("src/segue")
BUILD_OUTPUT = ("*.pyc", "*/__pycache__/*", "*.so", "*.db", "*.sqlite*", "*.orig", "*.rej", "*/.*", "*.log", "*.whl")


@dataclass(frozen=True)
class Rule:
    """The names a distribution must have, and the patterns none of its names may match."""

    required: frozenset[str]
    banned: tuple[str, ...]

    def faults(self, names: Set[str]) -> list[str]:
        """Return one sentence for each missing or unwanted name."""
        missing = [f"misses {name}" for name in sorted(self.required - names)]
        unwanted = [
            f"contains {name}, which matches {pattern}"
            for name in sorted(names)
            for pattern in self.banned
            if fnmatch.fnmatch(name, pattern)
        ]
        return missing + unwanted


def package_files(package: Path) -> frozenset[str]:
    """Name every file of the package that a user needs: modules, `py.typed`, SQL and other data."""
    return frozenset(
        path.relative_to(package.parent).as_posix()
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    )


def wheel_rule(files: frozenset[str]) -> Rule:
    """Only the package and its metadata, licence and notice included."""
    required = files | {"segue/py.typed", "METADATA", "entry_points.txt", "licenses/LICENSE", "licenses/NOTICE"}
    return Rule(required, ("tests/*", "tools/*", "docs/*", "bench/*", "*/test_*.py", "*/conftest.py", *BUILD_OUTPUT))


def sdist_rule(files: frozenset[str]) -> Rule:
    """The sources, what builds and tests them, and nothing that was produced from them."""
    texts = {"LICENSE", "NOTICE", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "pyproject.toml"}
    required = {f"src/{name}" for name in files} | texts | {"Makefile", "uv.lock", "PKG-INFO", "tests/conftest.py"}
    return Rule(frozenset(required), (".venv/*", ".git/*", "dist/*", "build/*", ".tools/*", *BUILD_OUTPUT))


def wheel_names(wheel: Path) -> set[str]:
    """List a wheel, with the folder of metadata stripped from its names."""
    with zipfile.ZipFile(wheel) as archive:
        return {re.sub(r"^segue-[^/]*\.dist-info/", "", name) for name in archive.namelist()}


def sdist_names(sdist: Path) -> set[str]:
    """List an sdist, without the folder that holds everything and without the build's own ignore file."""
    with tarfile.open(sdist) as archive:
        return {name.partition("/")[2] for name in archive.getnames()} - {".gitignore"}


def main() -> int:
    """Build both, print every fault; exit 1 when there is any."""
    files = package_files(PACKAGE)
    with tempfile.TemporaryDirectory(prefix="segue-dist-") as folder:
        # hatchling stands in the environment already, locked: the build needs no network.
        build = [sys.executable, "-m", "hatchling", "build", "-d", folder]
        subprocess.run(build, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        (wheel,), (sdist,) = Path(folder).glob("*.whl"), Path(folder).glob("*.tar.gz")
        faults = [f"the wheel {fault}" for fault in wheel_rule(files).faults(wheel_names(wheel))]
        faults += [f"the sdist {fault}" for fault in sdist_rule(files).faults(sdist_names(sdist))]
    print("\n".join(faults) or f"wheel and sdist hold what they should ({len(files)} files of the package)")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
