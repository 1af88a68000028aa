"""Small questions about paths and folders, under the names users know."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from segue.ignored_files import Ignored

_NO_CODE = (
    ".segue/", "__pycache__/", "*.py[cod]", ".venv/", "venv/", ".git/", ".ipynb_checkpoints/", ".mypy_cache/", ".pytest_cache/",
    ".ruff_cache/", "build/", "dist/", "*.egg-info/",
)  # fmt: skip


def filter_files(
    root: str = ".",
    ignore_patterns: Iterable[str] | None = None,
    include_dirs: bool = True,  # noqa: FBT001, FBT002 - the signature users know
) -> set[str]:
    """Return the files below a folder, relative to it, without those that patterns as in a `.gitignore` leave out."""
    ignored = Ignored(list(ignore_patterns or []))
    folder = Path(root)
    files = ignored.kept(folder)
    if not include_dirs:
        return set(files)
    folders = (each.relative_to(folder) for each in folder.rglob("*") if each.is_dir())
    return {*files, *(str(each) for each in folders if not _left_out(ignored, each))}


def _left_out(ignored: Ignored, folder: Path) -> bool:
    """A folder is left out by its own name, or with one above it."""
    return any(ignored.leaves_out(each.as_posix(), folder=True) for each in (folder, *folder.parents[:-1]))


def create_default_ignore_file(path: str) -> bool:
    """Write patterns of files that are no code, such as caches and environments, unless the folder has some; returns whether."""
    file = Path(path) / ".segueignore"
    if file.exists():
        return False
    file.write_text("".join(f"{line}\n" for line in _NO_CODE), encoding="utf-8")
    return True


@contextmanager
def tmpchdir(path: str | Path) -> Iterator[Path]:
    """Work in another folder (that of a file, where one is given) inside the block."""
    folder = Path(path).resolve()
    if not folder.is_dir():
        folder = folder.parent
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield folder
    finally:
        os.chdir(before)


def filename(path: str) -> str:
    """Return the last part of a path or URL."""
    return path.replace("\\", "/").rpartition("/")[2] if "://" in path else Path(path).name


def is_local_path(path: str | os.PathLike[str]) -> bool:
    """Return whether a path or URL leads to this machine's files."""
    return "://" not in os.fspath(path) or urlsplit(os.fspath(path)).scheme in {"file", "local"}


def to_display_path(path: str | Path, relative_to: str | Path | None = None) -> str:
    """Return a path as people like to read it: the shorter of absolute and relative to a folder (this one by default)."""
    whole = Path(path).resolve()
    relative = str(whole.relative_to(Path(relative_to or Path.cwd()).resolve()))
    return min(relative, str(whole), key=len)


def relative_path_to_current_platform(path_str: str) -> Path:
    """Return a relative path written on any system as one of this system."""
    return Path(path_str.replace("\\", "/"))


def get_open_file_limit() -> int:
    """Return how many files this process may have open."""
    if sys.platform == "win32":
        return 8192
    import resource  # noqa: PLC0415 - a module that not every system has

    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
