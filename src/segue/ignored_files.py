"""Files left out when a folder is copied, named by patterns as in a `.gitignore`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Self

from msgspec import Struct


class Rule(Struct, frozen=True):
    """One line of patterns."""

    pattern: re.Pattern[str]
    #: Takes back what earlier lines left out.
    keeps: bool
    folders_only: bool


class Ignored:
    """The patterns of one file; the last one that fits a path decides."""

    def __init__(self, lines: list[str]) -> None:
        self._rules = [rule for line in lines if (rule := _rule(line)) is not None]

    @classmethod
    def read(cls, path: Path | None) -> Self:
        """Read patterns from a file; none where there is no file."""
        return cls(path.read_text("utf-8").splitlines() if path is not None and path.is_file() else [])

    def leaves_out(self, path: str, *, folder: bool = False) -> bool:
        """Say whether a path (with `/`, relative to the folder) is left out by its own name; see `kept` for what is above it."""
        for rule in reversed(self._rules):
            if (folder or not rule.folders_only) and rule.pattern.fullmatch(path):
                return not rule.keeps
        return False

    def kept(self, root: Path) -> list[str]:
        """Return the files below a folder that are not left out, sorted; what is in a folder left out is left out."""
        found: list[str] = []
        folders = [root]
        while folders:
            for place in folders.pop().iterdir():
                name = place.relative_to(root).as_posix()
                is_folder = place.is_dir() and not place.is_symlink()
                if self.leaves_out(name, folder=is_folder):
                    continue
                if is_folder:
                    folders.append(place)
                else:
                    found.append(name)
        return sorted(found)


def _rule(line: str) -> Rule | None:
    text = line.rstrip()
    if not text or text.startswith("#"):
        return None
    keeps = text.startswith("!")
    text = text.removeprefix("!")
    folders_only = text.endswith("/")
    text = text.rstrip("/")
    # A slash before the last part ties the pattern to the folder; without one it fits at every depth.
    anywhere = "/" not in text
    expression = _expression(text.lstrip("/"))
    return Rule(re.compile(f"(?:.*/)?{expression}" if anywhere else expression), keeps, folders_only)


def _expression(pattern: str) -> str:
    pieces: list[str] = []
    at = 0
    while at < len(pattern):
        rest = pattern[at:]
        if rest.startswith("**/"):
            pieces.append("(?:.*/)?")
            at += 3
        elif rest.startswith("**"):
            pieces.append(".*")
            at += 2
        elif rest[0] == "[" and (end := rest.find("]", 2)) > 0:
            inside = rest[1:end].replace("\\", "\\\\")
            pieces.append(f"[^{inside[1:]}]" if inside[0] in "!^" else f"[{inside}]")
            at += end + 1
        elif rest[0] == "\\" and len(rest) > 1:
            pieces.append(re.escape(rest[1]))
            at += 2
        else:
            pieces.append({"*": "[^/]*", "?": "[^/]"}.get(rest[0], re.escape(rest[0])))
            at += 1
    return "".join(pieces)
