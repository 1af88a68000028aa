"""User scripts do on Segue what was recorded from the system whose vocabulary they use."""

import difflib
import sys
from pathlib import Path

import pytest
from outcome import ACCIDENTS, OUTCOMES, SCRIPTS, Ended, load, observe, outcome_path, script_names

from tests import warm


@pytest.mark.parametrize("name", script_names())
def test_script_has_the_recorded_outcome(name: str) -> None:
    """Same lines, same exit code, same exception."""
    expected = load(outcome_path(name, ours=name in ACCIDENTS))
    source = (SCRIPTS / f"{name}.py").read_text(encoding="utf-8")
    found, stderr = observe(name, source, python=Path(sys.executable), home=["SEGUE_HOME"], extra={}, run=_forked)
    if found != expected:
        diff = difflib.unified_diff(expected.lines(), found.lines(), "recorded", "segue", lineterm="")
        pytest.fail("\n".join([*diff, "", "standard error ended with:", *stderr.splitlines()[-40:]]), pytrace=False)


def _forked(words: list[str], folder: Path, environment: dict[str, str]) -> Ended:
    done = warm.run(words, cwd=folder, env=environment, timeout=110)
    return Ended(done.pid, done.returncode, done.stdout, done.stderr)


def test_every_outcome_belongs_to_a_script() -> None:
    """No outcome is left behind by a script that went, and an accident keeps both outcomes."""
    wanted = {outcome_path(name) for name in script_names()}
    wanted |= {outcome_path(name, ours=True) for name in ACCIDENTS}
    assert set(OUTCOMES.glob("*/*.json")) == wanted
