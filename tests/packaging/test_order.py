"""What takes long begins first, shared out among the processes, and what the list of costs names is there."""

from __future__ import annotations

import json
from pathlib import Path

from tests.order import COSTS, longest_first

ROOT = Path(__file__).parents[2]


def _stretches(files: list[str], costs: dict[str, float], processes: int = 2) -> list[list[str]]:
    """Return the files of what each process is given, as xdist shares out a list."""
    places = longest_first(files, costs, processes)
    assert sorted(places) == list(range(len(files)))
    found = []
    for left in range(processes, 0, -1):
        found.append([files[place] for place in places[: len(places) // left]])
        del places[: len(places) // left]
    return found


def test_every_process_begins_with_its_share_of_what_takes_long() -> None:
    files = ["a", "b", "c", "long", "longer", "longest", "d", "e"]
    one, two = _stretches(files, {"long": 50, "longer": 60, "longest": 100})
    assert (one[0], two[:2]) == ("longest", ["longer", "long"])
    assert (one[1:], two[2:]) == (["a", "b", "c"], ["d", "e"])


def test_tests_of_a_file_stay_together_and_in_their_order() -> None:
    files = ["long", "a", "long", "b", "long", "a", "b"]
    assert longest_first(files, {"long": 9}, 1) == [0, 2, 4, 1, 5, 3, 6]


def test_a_file_of_more_tests_than_a_process_is_given_is_left_to_all() -> None:
    assert _stretches(["much"] * 5 + ["long"], {"much": 99, "long": 5}) == [["long", "much", "much"], ["much"] * 3]


def test_any_number_of_processes_is_given_its_share() -> None:
    for processes in (1, 2, 3, 5):
        assert [stretch[0] for stretch in _stretches([*"abcdefg"], dict.fromkeys("abcde", 1), processes)] == [*"abcde"][
            :processes
        ]


def test_what_the_costs_name_is_there() -> None:
    assert [file for file in json.loads(COSTS.read_text()) if not (ROOT / file).is_file()] == []
