"""Run every check, or those named, and say what failed: `python -m tools.check [NAME ...]`.

All of them run even when one fails, so that a reader sees everything at once. Two run side by side.
"""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

BIN = Path(sys.executable).parent
PYTHON = sys.executable


@dataclass(frozen=True)
class Check:
    """One command that exits 0 when all is well."""

    promise: str
    command: tuple[str, ...]


CHECKS: dict[str, Check] = {
    "types": Check("mypy --strict over src, tests and tools", (str(BIN / "mypy"),)),
    "users-types": Check("basedpyright over tests/typing", (str(BIN / "basedpyright"), "--warnings")),
    "format": Check("formatted", (str(BIN / "ruff"), "format", "--check", "--quiet", ".")),
    "lint": Check("linted", (str(BIN / "ruff"), "check", "--quiet", ".")),
    "imports": Check("floors and rooms kept", (str(BIN / "lint-imports"), "--no-logo")),
    "sizes": Check("proportion kept", (PYTHON, "-m", "tools.sizes")),
    "generated": Check("generated files are current", (PYTHON, "-m", "tools.generate", "--check")),
    "packages": Check("contents of wheel and sdist", (PYTHON, "-m", "tools.package_contents")),
    "ui": Check("web pages: types, lint, tests, size", (PYTHON, "-m", "tools.ui", "--check")),
    "lock": Check("uv.lock is current", (str(BIN / "uv"), "lock", "--check", "--quiet")),
}


@dataclass(frozen=True)
class Finding:
    """How one check went."""

    name: str
    passed: bool
    seconds: float
    said: str


def run(name: str) -> Finding:
    """Run one check to its end and keep what it said."""
    began = time.monotonic()
    done = subprocess.run(CHECKS[name].command, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return Finding(name, done.returncode == 0, time.monotonic() - began, (done.stdout + done.stderr).strip())


def main(names: list[str]) -> int:
    """Run the checks named, or all; print one line each and the whole output of those that failed."""
    unknown = set(names) - CHECKS.keys()
    if unknown:
        print(f"no such check: {', '.join(sorted(unknown))}; there are {', '.join(CHECKS)}")
        return 2
    with ThreadPoolExecutor(2) as pool:
        findings = list(pool.map(run, names or CHECKS))
    for finding in findings:
        mark = "ok    " if finding.passed else "FAILED"
        print(f"{mark}  {finding.name:<12} {finding.seconds:5.1f} s  {CHECKS[finding.name].promise}")
    failed = [finding for finding in findings if not finding.passed]
    for finding in failed:
        print(f"\n--- {finding.name} " + "-" * (100 - len(finding.name)))
        print(finding.said or "(it said nothing)")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
