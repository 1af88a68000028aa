"""Every departure from New York in 2013, summarised month by month, wherever you want the months to be worked on.

    python months.py [threads|processes|dask|ray]

Needs `segue[demo]`, and `segue[dask]` or `segue[ray]` for those. The report is the same on each.
"""

import csv
import io
import sys
import zipfile
from pathlib import Path

from segue import flow, task, unmapped
from segue.artifacts import create_table_artifact
from segue.demo.data import source
from segue.task_runners import ProcessPoolTaskRunner, TaskRunner, ThreadPoolTaskRunner


@task
def split(archive: Path, folder: Path) -> list[Path]:
    """Write the flights of each month to a file of their own."""
    with zipfile.ZipFile(archive) as package, package.open(package.namelist()[0]) as packed:
        header, *lines = io.TextIOWrapper(packed).readlines()
    column = header.split(",").index('"month"' if '"month"' in header else "month")
    months: dict[int, list[str]] = {number: [] for number in range(1, 13)}
    for line in lines:
        months[int(line.split(",", column + 1)[column])].append(line)
    folder.mkdir(parents=True, exist_ok=True)
    for number, flights in months.items():
        (folder / f"{number:02}.csv").write_text(header + "".join(flights))
    return [folder / f"{number:02}.csv" for number in months]


@task(task_run_name="month-{file.stem}")
def summarise(file: Path, late: int) -> dict[str, float]:
    """Count a month's departures, and those that left more than `late` minutes late."""
    with file.open(newline="") as lines:
        delays = [row["dep_delay"] for row in csv.DictReader(lines)]
    left = [float(delay) for delay in delays if delay not in {"", "NA"}]
    return {
        "month": int(file.stem),
        "flights": len(delays),
        "cancelled": len(delays) - len(left),
        "late": sum(delay > late for delay in left),
        "mean delay": round(sum(left) / len(left), 2),
    }


@flow
def months_of_2013(folder: Path, late: int = 15) -> list[dict[str, float]]:
    """Report on each month."""
    files = split(source() / "flights.csv.zip", folder)
    report = summarise.map(files, late=unmapped(late)).result()
    create_table_artifact(report, key="departures-by-month")
    return report


def runner(name: str) -> TaskRunner:
    """The one argument that decides where the months are worked on."""
    if name == "dask":
        from segue.dask import DaskTaskRunner  # noqa: PLC0415 - only where Dask is installed

        return DaskTaskRunner(cluster_kwargs={"n_workers": 2, "threads_per_worker": 2})
    if name == "ray":
        from segue.ray import RayTaskRunner  # noqa: PLC0415 - only where Ray is installed

        return RayTaskRunner(init_kwargs={"num_cpus": 2})
    return ProcessPoolTaskRunner(max_workers=2) if name == "processes" else ThreadPoolTaskRunner()


if __name__ == "__main__":
    where = sys.argv[1] if sys.argv[1:] else "threads"
    for row in months_of_2013.with_options(task_runner=runner(where))(Path("months")):
        print(*row.values())
