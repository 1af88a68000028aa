"""`make help` tells of every target."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tools import ui

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


def test_the_demonstration_leaves_the_web_pages_that_the_readme_leads_to() -> None:
    done = subprocess.run(["make", "--dry-run", "demo"], check=True, cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.index("-m tools.ui") < done.stdout.index("segue demo")


def test_fix_formats_the_web_pages_as_the_checks_want_them(
    tmp_path: Path, need: Callable[[str, object], None], capsys: pytest.CaptureFixture[str]
) -> None:
    need("npm", shutil.which("npm"))
    done = subprocess.run(["make", "--dry-run", "fix"], check=True, cwd=ROOT, capture_output=True, text=True)
    assert "-m tools.ui --fix" in done.stdout
    shutil.copy(ROOT / "ui/biome.json", tmp_path)
    ugly, wrong = tmp_path / "ugly.ts", tmp_path / "wrong.ts"
    ugly.write_text("export const rows = [ 1,2 ]\n")
    assert ui.fix(tmp_path) == 0
    assert ugly.read_text() == "export const rows = [1, 2];\n"
    # What cannot be mended is said, and where.
    wrong.write_text("export const rows = [1, 2;\n")
    assert ui.fix(tmp_path) == 1
    assert "wrong.ts:1" in capsys.readouterr().out
