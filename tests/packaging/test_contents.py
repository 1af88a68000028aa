"""What is missing from a distribution, and what does not belong in it, is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tools.package_contents import package_files, sdist_rule, wheel_rule

if TYPE_CHECKING:
    from pathlib import Path

FILES = frozenset({"segue/__init__.py", "segue/py.typed", "segue/store/sql/flow.insert.sql"})
WHEEL = FILES | {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE", "licenses/NOTICE"}


def test_a_wheel_with_the_package_and_its_licence_is_right() -> None:
    assert wheel_rule(FILES).faults(set(WHEEL)) == []


@pytest.mark.parametrize("name", ["segue/py.typed", "segue/store/sql/flow.insert.sql", "licenses/NOTICE"])
def test_a_wheel_without_a_file_is_not(name: str) -> None:
    assert wheel_rule(FILES).faults(WHEEL - {name}) == [f"misses {name}"]


@pytest.mark.parametrize(
    "name", ["tests/unit/test_a.py", "segue/__pycache__/a.cpython-311.pyc", "segue/.cache", "tools/check.py"]
)
def test_a_wheel_with_more_than_the_package_is_not(name: str) -> None:
    assert any(f"contains {name}" in fault for fault in wheel_rule(FILES).faults(WHEEL | {name}))


def test_an_sdist_holds_what_builds_and_tests_it() -> None:
    faults = sdist_rule(FILES).faults({f"src/{name}" for name in FILES})
    assert "misses Makefile" in faults
    assert "misses tests/conftest.py" in faults


def test_every_file_of_the_package_counts_but_for_what_was_compiled(tmp_path: Path) -> None:
    package = tmp_path / "segue"
    for name in ["__init__.py", "py.typed", "store/sql/a.sql", "__pycache__/a.pyc", ".DS_Store"]:
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).touch()
    assert package_files(package) == {"segue/__init__.py", "segue/py.typed", "segue/store/sql/a.sql"}
