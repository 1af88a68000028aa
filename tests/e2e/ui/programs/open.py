"""Runs that stay open: one that goes on and on, one that asks a person, one that waits for a slot, one that cannot be stopped."""

from __future__ import annotations

import ctypes
import sys
import time
from typing import Literal

from pydantic import Field

from segue import flow, get_run_logger, pause_flow_run, task
from segue.artifacts import create_progress_artifact, update_progress_artifact
from segue.concurrency.sync import concurrency
from segue.input import RunInput


class Decision(RunInput):
    """What becomes of an order that is larger than usual."""

    approved: bool = Field(description="Whether the goods may leave")
    amount: int = Field(description="Pieces", ge=1)
    carrier: Literal["rail", "road", "sea"] = "rail"
    note: str = Field("", description="For the customer")


@task(task_run_name="part-{number}")
def part(number: int) -> int:
    get_run_logger().info("part %d of many", number)
    time.sleep(3)
    return number


@flow(flow_run_name="backfill", log_prints=True)
def backfill() -> None:
    progress = create_progress_artifact(0.0, key="backfill", description="How far the year is taken in")
    for number in range(100_000):
        part(number)
        update_progress_artifact(progress, min(99.0, 1 + number * 4))


@flow(flow_run_name="large-order")
def large_order() -> None:
    pause_flow_run(
        wait_for_input=Decision.with_initial_data(description="Hedgehog & Sons want **4,000** pieces", amount=4_000),
        timeout=86_400,
    )


@task
def copy() -> None:
    with concurrency("warehouse"):
        time.sleep(3600)


@flow(flow_run_name="copy-{part}")
def copy_warehouse(part: int) -> None:
    copy()


@flow(flow_run_name="stuck-in-c")
def stuck() -> None:
    # In C, with the interpreter's lock held: no signal's handler gets a turn.
    ctypes.PyDLL(None).sleep(3600)


if __name__ == "__main__":
    match sys.argv[1]:
        case "backfill":
            backfill()
        case "large-order":
            large_order()
        case "stuck":
            stuck()
        case "copy":
            copy_warehouse(int(sys.argv[2]))
