"""The examples of the documentation on real data, on each runner: one argument is changed, and the report is the same."""

from __future__ import annotations

import importlib.util
import sys
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import cloudpickle
import pytest

from segue import get_client
from segue.task_runners import TaskRunner

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"


@pytest.fixture(scope="module")
def example() -> Any:
    """Load an example as a module that travels by value: workers of clusters that run already cannot import it."""
    loaded: dict[str, ModuleType] = {}

    def load(name: str) -> ModuleType:
        if name not in loaded:
            spec = importlib.util.spec_from_file_location(f"example_{name}", EXAMPLES / f"{name}.py")
            assert spec is not None
            assert spec.loader is not None
            module = importlib.util.module_from_spec(spec)
            sys.modules[module.__name__] = module
            spec.loader.exec_module(module)
            cloudpickle.register_pickle_by_value(module)
            loaded[name] = module
        return loaded[name]

    yield load
    for module in loaded.values():
        cloudpickle.unregister_pickle_by_value(module)
        del sys.modules[module.__name__]


def test_the_months_of_2013_are_the_same_on_each_runner(runner: TaskRunner[Any], example: Any, tmp_path: Path) -> None:
    report = example("months").months_of_2013.with_options(task_runner=runner)(tmp_path / "months")
    assert [row["month"] for row in report] == list(range(1, 13))
    # The publisher's own numbers: all flights, and the 8,255 that never departed.
    assert sum(row["flights"] for row in report) == 336_776
    assert sum(row["cancelled"] for row in report) == 8_255
    assert report[0] == {"month": 1, "flights": 27_004, "cancelled": 521, "late": 4_918, "mean delay": 10.04}
    with get_client(sync_client=True) as client:
        names = {run.name for run in client.read_task_runs()}
        (artifact,) = client.read_artifacts()
    assert {f"month-{number:02}" for number in range(1, 13)} < names
    assert artifact.key == "departures-by-month"


def test_reads_of_a_sequencer_are_judged_the_same_on_each_runner(runner: TaskRunner[Any], example: Any) -> None:
    spec = find_spec("screed")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    file = Path(spec.submodule_search_locations[0]) / "tests" / "test-data" / "test.fastq"
    whole = example("reads").judge_reads.with_options(task_runner=runner)(file)
    assert (whole.reads, whole.bases) == (125, 125 * 36)
    # Counted beside by other means: the lines of bases, and their letters.
    bases = "".join(file.read_text().splitlines()[1::4])
    assert whole.gc == sum(letter in "GC" for letter in bases)
    assert sum(whole.cycles) == sum(ord(letter) - 33 for letter in "".join(file.read_text().splitlines()[3::4]))
    assert 0 < whole.passed < 125


def test_a_file_that_is_cut_off_says_where(home: Path, example: Any, tmp_path: Path) -> None:
    (tmp_path / "cut.fastq").write_text("@one\nACGT\n+\nIIII\n@two\nACGT\n+\nII\n")
    with pytest.raises(ValueError, match=r"cut.fastq, line 5: no read begins here: '@two'"):
        example("reads").judge_reads(tmp_path / "cut.fastq")
