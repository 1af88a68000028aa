"""What a step requires is installed where the step is done: by uv and by pip, from a folder of wheels, once, and where it lacks."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from segue import steps
from segue.pulling import StepFailed
from tests.wheels import MODULE, NAME, Own, wheel

DO = """
import json, sys
from pathlib import Path
from segue import steps
outputs = {}
steps.do(json.loads(sys.argv[1]), Path.cwd(), outputs)
print(json.dumps(outputs))
"""


def greet(requires: object) -> list[Mapping[str, object]]:
    return [{f"{MODULE}.greet": {"who": "ann", "requires": requires}}]


def start(own: Own, wanted: list[Mapping[str, object]]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(own.place / "bin" / "python"), "-c", DO, json.dumps(wanted)], env=own.surroundings, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=own.wheels,
    )  # fmt: skip


def ended(process: subprocess.Popen[str]) -> tuple[dict[str, object], str]:
    """Return what steps have left, and all they said; a failed one's words alone."""
    out, err = process.communicate(timeout=100)
    return ({} if process.returncode else json.loads(out.splitlines()[-1])), out + err


def does(own: Own, wanted: list[Mapping[str, object]]) -> tuple[dict[str, object], str]:
    return ended(start(own, wanted))


@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_what_is_missing_is_installed_and_what_is_there_is_left_alone(tmp_path: Path, installer: str) -> None:
    own = Own(tmp_path, installer)
    left, said = does(own, greet(NAME))
    assert left == {}
    assert f"A step requires {NAME}, which cannot be installed into {own.place}: " in said
    assert f"install {'--python' if installer == 'uv' else NAME}" in said
    first = wheel(own.wheels, "1.0")
    left, said = does(own, greet([NAME, "segue-aws>=9"]))
    assert (left, NAME in said) == ({"said": "hello ann from 1.0"}, True), said
    # Nobody is asked for what is there; what is older than asked for is replaced.
    first.unlink()
    assert does(own, greet(NAME))[0] == {"said": "hello ann from 1.0"}
    wheel(own.wheels, "2.1")
    assert does(own, greet("Greeting_of.test"))[0] == {"said": "hello ann from 1.0"}
    assert does(own, greet(f"{NAME}>=2"))[0] == {"said": "hello ann from 2.1"}
    assert "3" in does(own, greet(f"{NAME}>=3"))[1]
    assert does(own, greet(f"{NAME}<3"))[0] == {"said": "hello ann from 2.1"}


def test_several_runs_of_one_environment_install_it_once(tmp_path: Path) -> None:
    own = Own(tmp_path, "uv")
    wheel(own.wheels, "1.0")
    found = [ended(each) for each in [start(own, greet(NAME)) for _ in range(4)]]
    assert [left for left, _ in found] == [{"said": "hello ann from 1.0"}] * 4, found
    assert sum(f"+ {NAME}==1.0" in said for _, said in found) == 1


@pytest.mark.parametrize(
    "requires", ["--index-url=https://example.org", "./x.whl", "-r x.txt", 3, ["a", None], "a b", ""]
)
def test_what_is_no_requirement_reaches_no_installer(tmp_path: Path, requires: object) -> None:
    with pytest.raises(StepFailed, match="is no requirement; write a name"):
        steps.do(greet(requires), tmp_path, {})
