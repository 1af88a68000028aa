"""Other releases of this package, as folders to put before the path of imports.

The one before is the wheel that `SEGUE_PREVIOUS_WHEEL` names, or else the newest tag of the repository. As long as there is
neither, this very release stands for the one before, and the one to come is made of it: with another version of the API, and
one more migration of the kind that a release may bring while the one before still works on the same database.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]


class Releases(NamedTuple):
    """Two that follow each other."""

    before: Path
    after: Path
    #: Whether the one before was really released.
    real: bool


def releases(folder: Path) -> Releases:
    """Return the release before and this one; or this one and an imagined next."""
    wheel, tag = os.environ.get("SEGUE_PREVIOUS_WHEEL"), _newest_tag()
    if wheel:
        zipfile.ZipFile(wheel).extractall(folder / "before")
        return Releases(folder / "before", ROOT / "src", real=True)
    if tag:
        done = subprocess.run(["git", "archive", tag, "src"], cwd=ROOT, capture_output=True, check=True)
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
            archive.extractall(folder / "before", filter="data")
        return Releases(folder / "before" / "src", ROOT / "src", real=True)
    return Releases(ROOT / "src", _next(folder / "after"), real=False)


def _newest_tag() -> str | None:
    done = subprocess.run(
        ["git", "tag", "--list", "v*", "--sort=-v:refname"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return next(iter(done.stdout.split()), None)


def _next(folder: Path) -> Path:
    shutil.copytree(ROOT / "src" / "segue", folder / "segue", ignore=shutil.ignore_patterns("__pycache__"))
    version = folder / "segue" / "wire" / "version.py"
    head, name, tail = version.read_text().partition("\nAPI_VERSION = ")
    number, _, rest = tail.partition("\n")
    version.write_text(f"{head}{name}{int(number) + 1}\n{rest}")
    migrations = folder / "segue" / "store" / "migrations"
    newest = max(int(path.name[:4]) for path in migrations.glob("[0-9]*.sql"))
    new = (
        "ALTER TABLE flow_run ADD COLUMN of_the_next_release TEXT;\nCREATE TABLE next_release (id TEXT PRIMARY KEY);\n"
    )
    (migrations / f"{newest + 1:04}_next.sql").write_text(f"-- min_reader: {newest}\n{new}")
    return folder
