"""Proportion: no file, function, class or package `__init__` longer than a reader can hold.

Lines are counted as an editor counts them, from the first decorator to the last line of the body. Limits stand in
`pyproject.toml` under `tool.proportion`. A place that would be worse for being cut carries the comment
`# long: <reason>` on its `def` or `class` line (for a file: on its first line).
"""

from __future__ import annotations

import ast
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOTS = ("src", "tests", "tools", "bench")
SKIPPED = ("tests/parity/scripts", "tests/docs/samples")
EXCUSE = "# long: "


@dataclass(frozen=True)
class Limits:
    """The most lines that each kind of thing may have."""

    file: int
    function: int
    class_: int
    package_init: int

    @classmethod
    def read(cls, pyproject: Path) -> Limits:
        """Read the limits from the project's configuration."""
        table = tomllib.loads(pyproject.read_text())["tool"]["proportion"]
        return cls(table["file"], table["function"], table["class"], table["package_init"])


def oversized(source: str, path: str, limits: Limits) -> Iterator[str]:
    """Yield one sentence for each thing in a file that is longer than its limit."""
    lines = source.splitlines()
    is_init = path.endswith("/__init__.py")
    most = limits.package_init if is_init else limits.file
    if len(lines) > most and not _excused(lines, 1):
        kind = "package __init__" if is_init else "file"
        yield f"{path}:1: this {kind} has {len(lines)} lines, {most} is the most; it is probably two nouns"
    for node in ast.walk(ast.parse(source, path)):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                kind, most, advice = "function", limits.function, "name its steps"
            case ast.ClassDef():
                kind, most, advice = "class", limits.class_, "it is probably two nouns"
            case _:
                continue
        first = min([node.lineno, *(mark.lineno for mark in node.decorator_list)])
        length = (node.end_lineno or node.lineno) - first + 1
        if length > most and not _excused(lines, node.lineno):
            yield f"{path}:{node.lineno}: {kind} {node.name} has {length} lines, {most} is the most; {advice}"


def _excused(lines: list[str], number: int) -> bool:
    return EXCUSE in lines[number - 1]


def main() -> int:
    """Print everything too long; exit 1 when there is any."""
    limits = Limits.read(Path("pyproject.toml"))
    found = [
        sentence
        for root in ROOTS
        for path in sorted(Path(root).rglob("*.py"))
        if not path.as_posix().startswith(SKIPPED)
        for sentence in oversized(path.read_text(), path.as_posix(), limits)
    ]
    print("\n".join(found) or "every file, function and class is within its limit")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
