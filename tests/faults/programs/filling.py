"""Fills the disk of its home: `filling.py KIND [ID]`."""

import os
import sys
from contextlib import suppress
from pathlib import Path

from segue import flow, get_run_logger, task
from segue.flows import rerun

BALLAST = Path(os.environ["SEGUE_HOME"]).parent / "ballast"


@task
def line(number: int) -> int:
    get_run_logger().info("x" * 20_000)
    return number


@flow
def fills() -> int:
    """Its records do not fit."""
    return sum(line(number) for number in range(200))


@task
def made(name: str) -> bytes:
    with Path(os.environ["LEDGER"]).open("a") as file:
        file.write(f"{name}\n")
    return b"x" * 100_000


@flow(durable=True)
def fills_with_results() -> int:
    """A step's result does not fit."""
    first = made("first")
    if len(sys.argv) < 3:
        fill()
    return len(first) + len(made("second"))


def fill() -> None:
    with BALLAST.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 4096)


if __name__ == "__main__":
    chosen = globals()[sys.argv[1]]
    print("returned", rerun(chosen, sys.argv[2], {}).result() if len(sys.argv) > 2 else chosen())
