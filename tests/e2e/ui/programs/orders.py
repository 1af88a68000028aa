"""Flows of a shop: some end well, some fail, one is asked to stop; with tasks that depend on each other, subflows and artifacts."""

from __future__ import annotations

import sys
import time
from datetime import timedelta

from segue import flow, get_run_logger, tags, task
from segue.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact
from segue.cache_policies import INPUTS

REGIONS = {"north": 65_536, "south": 12_071, "east": 4_407, "west": 31_918}


@task(task_run_name="fetch-{region}", tags=["source"])
def fetch(region: str) -> int:
    logger = get_run_logger()
    logger.info("asking the till of %s", region)
    time.sleep(0.05)
    logger.debug("answered after 50 ms")
    return REGIONS[region]


@task(task_run_name="clean-{region}", retries=2)
def clean(region: str, rows: int) -> int:
    logger = get_run_logger()
    time.sleep(0.03)
    logger.info("\x1b[32mclean\x1b[0m: %d rows, \x1b[33m%d doubtful\x1b[0m", rows, rows // 97)
    if rows > 65_000:
        logger.warning("the sheet of %s is full: rows may be missing behind row 65,536", region)
    return rows - rows // 97


@task(task_run_name="join", cache_policy=INPUTS, cache_expiration=timedelta(minutes=10), persist_result=True)
def join(parts: list[int]) -> int:
    time.sleep(0.04)
    return sum(parts)


@task
def check(total: int, least: int) -> int:
    doubtful = {"north": 675, "west": 329}
    if total < least:
        raise ValueError(
            f"{total:,} rows came in, {least:,} are the least that an ordinary day has ({len(doubtful)} doubtful)"
        )
    return total


@flow(flow_run_name="report-{day}")
def report(day: str, total: int) -> None:
    create_table_artifact(
        [
            {"region": region, "rows": rows, "share": f"{rows / sum(REGIONS.values()):.1%}"}
            for region, rows in REGIONS.items()
        ],
        key="rows-by-region",
        description="How many rows each region sent",
    )
    create_markdown_artifact(
        f"# Orders of {day}\n\n**{total:,}** rows came in.\n\n| region | rows |\n|---|---|\n"
        + "\n".join(f"| {region} | {rows:,} |" for region, rows in REGIONS.items())
        + "\n\n* north is full\n* the rest is ordinary\n\n```sql\nselect count(*) from orders\n```\n",
        key="daily-report",
        description="What came in, for the people of the shop",
    )
    create_link_artifact("https://example.org/dashboards/orders", key="dashboard", link_text="The dashboard of orders")


@flow(flow_run_name="orders-{day}", log_prints=True, description="Takes in what the shops sold.")
def orders(day: str, least: int = 1_000, regions: list[str] | None = None) -> int:
    print("orders of", day)
    parts = [clean.submit(region, fetch.submit(region)) for region in regions or REGIONS]
    total = join(parts)  # type: ignore[arg-type]  # a task takes futures where it wants values
    checked = check(total, least)
    report(day, checked)
    return checked


if __name__ == "__main__":
    for number in range(1, int(sys.argv[1]) + 1):
        with tags("nightly", "finance"):
            orders(f"2031-05-{number:02d}")
    try:
        orders("2031-05-31", least=200_000)
    except ValueError as problem:
        print("as expected:", problem)
