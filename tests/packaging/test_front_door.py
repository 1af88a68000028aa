"""`make help` tells of every target."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_help_lists_every_target_with_a_line() -> None:
    makefile = (ROOT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony
    done = subprocess.run(["make", "help"], check=True, cwd=ROOT, capture_output=True, text=True)
    listed = dict(re.findall(r"^  make (\S+) +(\S.*)$", done.stdout, re.MULTILINE))
    assert sorted(listed) == sorted(phony[1].split())


def test_ci_runs_the_checks_and_then_the_tests() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    assert script.index("make check") < script.index("make test")
