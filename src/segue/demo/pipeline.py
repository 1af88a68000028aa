"""The pipeline: a year of departures read, loaded into DuckDB, checked, joined, summarised and reported on.

Read it from the bottom: the flow is an ordinary function that calls ordinary functions. `durable=True` makes every
finished step stay finished: a run that was killed goes on after its last one, in another process.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from segue import flow, get_run_logger, task, unmapped
from segue.artifacts import create_markdown_artifact, create_table_artifact
from segue.demo import checks, queries, report
from segue.demo.data import NULL_BUDGETS, TABLES, Carrier, Extract, Month, Summary, Table


@task(task_run_name="read-{table.name}")
def read(table: Table, source: Path, folder: Path) -> Extract:
    """Read one CSV file into a Parquet file."""
    path = folder / f"{table.name}.parquet"
    csv = source / table.file
    if csv.suffix == ".zip":
        csv = unpack(csv, folder)
    with opened(":memory:") as memory:
        rows = scalar(memory, queries.READ.format(parquet=path), csv=str(csv))
    get_run_logger().info("Read %s rows from %s", f"{rows:,}", table.file)
    return Extract(table.name, path, rows)


@task
def load(extracts: list[Extract], database: Path) -> Path:
    """Load what was read into a new database; all of it or, when this is interrupted, nothing."""
    # The write-ahead log of an earlier, killed run must not be applied to the new file.
    for leftover in (database, database.with_name(f"{database.name}.wal")):
        leftover.unlink(missing_ok=True)
    with opened(database) as warehouse:
        warehouse.begin()
        for extract in extracts:
            scalar(warehouse, queries.LOAD.format(table=extract.table), parquet=str(extract.path))
        warehouse.commit()
    get_run_logger().info("Loaded %d tables into %s", len(extracts), database)
    return database


@task
def count(database: Path) -> dict[str, int]:
    """Count what arrived: a load that stopped half-way fails the flow here."""
    with opened(database, read_only=True) as warehouse:
        rows = {table.name: scalar(warehouse, queries.COUNT_ROWS.format(table=table.name)) for table in TABLES}
    get_run_logger().info("Counted %s", rows)
    checks.rows_arrived(rows, TABLES)
    return rows


@task
def nulls(database: Path) -> dict[str, int]:
    """Count missing values: a few thousand cancelled flights are right, none or twenty thousand are not."""
    with opened(database, read_only=True) as warehouse:
        missing = {
            f"{budget.table}.{budget.column}": scalar(
                warehouse, queries.COUNT_NULLS.format(table=budget.table, column=budget.column)
            )
            for budget in NULL_BUDGETS
        }
    get_run_logger().info("Missing values %s", missing)
    checks.nulls_within(missing, NULL_BUDGETS)
    return missing


@task
def join(database: Path, flights: int) -> int:
    """Put airline, plane, destination and weather beside every flight."""
    with opened(database) as warehouse:
        warehouse.execute(queries.JOIN)
        joined = scalar(warehouse, queries.COUNT_ROWS.format(table="joined"))
    checks.nothing_multiplied(flights, joined)
    return joined


@task
def carriers(database: Path) -> list[Carrier]:
    """Summarise the year of every airline."""
    with opened(database, read_only=True) as warehouse:
        return [Carrier(*row) for row in warehouse.execute(queries.CARRIERS).fetchall()]


@task(task_run_name="month-{number:02}")
def month(number: int, database: Path) -> Month:
    """Summarise one month."""
    with opened(database, read_only=True) as warehouse:
        (row,) = warehouse.execute(queries.MONTH, {"month": number}).fetchall()
    return Month(number, *row)


@task
def publish(summary: Summary) -> Path:
    """Leave the report: a table and a page beside the run, and a file."""
    page = report.page(summary.rows, summary.nulls, summary.carriers, summary.months)
    create_table_artifact(report.carrier_rows(summary.carriers), key="flights-by-carrier", description="Carriers, 2013")
    create_markdown_artifact(page, key="flights-report", description="Departures from New York, 2013")
    summary.report.write_text(page, encoding="utf-8")
    return summary.report


@flow(name="flights-2013", durable=True)
def flights(source: Path, folder: Path) -> Summary:
    """Report on the departures from New York's airports in 2013."""
    folder.mkdir(parents=True, exist_ok=True)
    extracts = [read.submit(table, source, folder) for table in TABLES]
    # A future is waited for by the step that it is given to.
    database = load.submit(extracts, folder / "flights.duckdb").result()
    rows = count(database)
    missing = nulls(database)
    join(database, rows["flights"])
    by_carrier = carriers.submit(database)
    by_month = month.map(list(range(1, 13)), database=unmapped(database))
    summary = Summary(rows, missing, by_carrier.result(), by_month.result(), folder / "report.md")
    publish(summary)
    return summary


#: The steps in the order of their first run, with how many runs each has.
STEPS = ((read, len(TABLES)), (load, 1), (count, 1), (nulls, 1), (join, 1), (carriers, 1), (month, 12), (publish, 1))


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack the only file of a ZIP archive, because DuckDB reads no ZIP."""
    with zipfile.ZipFile(archive) as package:
        (name,) = package.namelist()
        with package.open(name) as packed, (folder / Path(name).name).open("wb") as plain:
            shutil.copyfileobj(packed, plain, 1 << 20)
    return folder / Path(name).name


@contextmanager
def opened(database: Path | str, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database for the steps of a `with` block."""
    with duckdb.connect(database, read_only=read_only) as connection:
        try:
            yield connection
        except RuntimeError as error:
            # DuckDB's words for Ctrl-C: to stop is not to fail, and only a stopped run goes on later.
            if "interrupted" in str(error):
                raise KeyboardInterrupt from error
            raise


def scalar(connection: duckdb.DuckDBPyConnection, query: str, **parameters: str) -> int:
    """Run a query and return its only number."""
    row = connection.execute(query, parameters).fetchone()
    if row is None:
        raise LookupError(f"no answer to: {query}")
    return int(row[0])
