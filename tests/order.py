"""In which order tests run when several processes share them: what takes long begins first, and all end together.

xdist's `worksteal` gives each process an equal number of tests, one stretch of the list each, and who is done takes from
the end of the other's. So each stretch begins with its share of the files that take long, the longest first, and ends with
tests that take next to nothing. Which files take long was recorded: `make test ARGS=--record-costs` does it anew.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import pytest

COSTS = Path(__file__).with_name("costs.json")
#: Seconds; a file that takes less does not matter.
_LEAST = 3.0


def longest_first(files: list[str], costs: dict[str, float], processes: int) -> list[int]:
    """Return in which order tests run, by their places in a list that says of which file each is.

    Tests of one file stay together and in their order, and so do files that take next to nothing.
    """
    places: dict[str, list[int]] = {}
    for place, file in enumerate(files):
        places.setdefault(file, []).append(place)
    sizes = [(len(files) + number) // processes for number in range(processes)]
    stretches: list[list[int]] = [[] for _ in sizes]
    load = [0.0] * processes
    for file in sorted(places, key=lambda each: -costs.get(each, 0)):
        room = [each for each in range(processes) if len(stretches[each]) + len(places[file]) <= sizes[each]]
        if file in costs and room:
            least = min(room, key=lambda each: load[each])
            stretches[least] += places.pop(file)
            load[least] += costs[file]
    rest = [place for each in places.values() for place in each]
    for stretch, size in zip(stretches, sizes, strict=True):
        missing = size - len(stretch)
        stretch.extend(rest[:missing])
        del rest[:missing]
    return [place for stretch in stretches for place in stretch]


class Recorder:
    """Counts what tests took, their fixtures included, and writes down which files took long."""

    def __init__(self) -> None:
        self._spent: dict[str, float] = defaultdict(float)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count one."""
        self._spent[report.nodeid.partition("::")[0]] += report.duration

    def pytest_sessionfinish(self) -> None:
        """Write them down."""
        spent = {file: round(seconds) for file, seconds in sorted(self._spent.items()) if seconds >= _LEAST}
        COSTS.write_text(json.dumps(spent, indent=1) + "\n")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer to record anew what takes long."""
    parser.addoption("--record-costs", action="store_true", help="write down which files of tests take long")


def pytest_configure(config: pytest.Config) -> None:
    """Begin to count where the reports of all processes arrive."""
    if config.getoption("record_costs") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Recorder())


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Order the tests of a process of xdist; one that is alone goes by chance."""
    processes = getattr(config, "workerinput", {}).get("workercount", 1)
    if processes > 1:
        files = [item.nodeid.partition("::")[0] for item in items]
        items[:] = [items[place] for place in longest_first(files, json.loads(COSTS.read_text()), processes)]
