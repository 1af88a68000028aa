"""The house as import-linter contracts: floors, rooms, and what a room keeps apart from.

The house itself (floors, public folders) is described in `pyproject.toml`; here is only the law. The built-in
`layers` contract cannot state it: the sdk is not one package but every file at the root plus the public folders, so
its members are found rather than listed, and a new folder must be given its place before it can be imported.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

import grimp
from importlinter import Contract, ContractCheck, fields, output
from importlinter.contracts.acyclic_siblings import AcyclicSiblingsContract

SDK = "sdk"


@dataclass(frozen=True)
class House:
    """Which room every module of a package belongs to, and which floor every room is on (0 is the ground)."""

    package: str
    floors: dict[str, int]
    folders: frozenset[str]

    @classmethod
    def described(cls, options: dict[str, Any]) -> House:
        """Read `floors` from import-linter's own section: from the top, strangers on one floor parted by `|`."""
        lines: list[str] = options["floors"]
        floors = {room.strip(): floor for floor, line in enumerate(reversed(lines)) for room in line.split("|")}
        (package,) = options["root_packages"]
        return cls(package, floors, frozenset(_folders(package)))

    def room(self, module: str) -> str:
        """Name the room of a module of the package."""
        parts = module.split(".")
        if parts[1:] == ["__main__"]:
            return "cli"
        return parts[1] if len(parts) > 1 and parts[1] in self.floors else SDK

    def called(self, module: str) -> str:
        """Say what is imported; of a module that is not there import-linter only knows the package."""
        return f"{self.package} itself (or there is no such module)" if module == self.package else self.room(module)

    def unplaced(self, public: list[str]) -> list[str]:
        """Return the folders that are neither a room nor listed as public."""
        return sorted(self.folders - self.floors.keys() - set(public))

    def allows(self, importer: str, imported: str) -> bool:
        """Return whether a module of one room may import a module of another."""
        here, there = self.room(importer), self.room(imported)
        return here == there or self.floors[here] > self.floors[there]


class FloorsContract(Contract):
    """A room imports only from floors below; rooms on one floor are strangers; every folder has its place."""

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002, FBT001 - not our signature
        """Find imports that climb or cross, and folders without a place."""
        house = House.described(self.session_options)
        unplaced = house.unplaced(self.session_options["public_folders"])
        illegal = [
            f"{place}\n        {house.room(importer)} may not import {house.called(imported)}"
            for importer, imported in _edges(graph, house.package)
            if _inside(imported, house.package) and not house.allows(importer, imported)
            for place in _places(graph, importer, imported)
        ]
        return ContractCheck(kept=not illegal and not unplaced, metadata={"illegal": illegal, "unplaced": unplaced})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print each import at fault with its line, and each folder without a place."""
        _print(check.metadata["illegal"])
        _print([f"{name}/ is neither a room nor listed in public_folders" for name in check.metadata["unplaced"]])


class ApartContract(Contract):
    """Some rooms import none of some modules, directly."""

    rooms = fields.ListField(subfield=fields.StringField())
    apart_from = fields.ListField(subfield=fields.StringField())

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002, FBT001 - not our signature
        """Find imports of what these rooms keep apart from."""
        house = House.described(self.session_options)
        rooms, apart = cast("list[str]", self.rooms), cast("list[str]", self.apart_from)
        illegal = [
            place
            for importer, imported in _edges(graph, house.package)
            if house.room(importer) in rooms and any(_inside(imported, name) for name in apart)
            for place in _places(graph, importer, imported)
        ]
        return ContractCheck(kept=not illegal, metadata={"illegal": illegal})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print each import at fault with its line."""
        _print(check.metadata["illegal"])


class CyclesContract(AcyclicSiblingsContract):
    """No cycles when the program runs: names that only type checkers read may lean on each other inside a room.

    An import inside a function counts like any other, so it cannot hide a knot.
    """

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002, FBT001 - not our signature
        """Look for cycles in a graph without what stands under `TYPE_CHECKING`."""
        (package,) = self.session_options["root_packages"]
        return super().check(grimp.build_graph(package, exclude_type_checking_imports=True), verbose)


def _folders(package: str) -> list[str]:
    spec = find_spec(package)
    locations = spec.submodule_search_locations if spec else None
    return [
        folder.name
        for location in locations or ()
        for folder in Path(location).iterdir()
        if folder.is_dir() and any(folder.rglob("*.py"))
    ]


def _inside(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def _edges(graph: grimp.ImportGraph, package: str) -> list[tuple[str, str]]:
    return [
        (importer, imported)
        for importer in sorted(graph.modules)
        if _inside(importer, package)
        for imported in sorted(graph.find_modules_directly_imported_by(importer))
    ]


def _places(graph: grimp.ImportGraph, importer: str, imported: str) -> list[str]:
    details = cast("list[dict[str, Any]]", graph.get_import_details(importer=importer, imported=imported))
    return [f"{importer}:{detail['line_number']}: {detail['line_contents']}" for detail in details]


def _print(places: list[str]) -> None:
    for place in places:
        output.print_error(f"    {place}", bold=False)
