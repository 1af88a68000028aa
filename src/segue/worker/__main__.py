"""`python -m segue.worker`: the process of a worker that a program or the command line has started."""

from __future__ import annotations

import sys
from typing import NoReturn

import msgspec

from segue.host import config
from segue.model.errors import SegueError
from segue.model.launches import PLAN_VARIABLE, WorkerPlan
from segue.worker.working import work


def main() -> NoReturn:
    """Be the worker that the plan in the environment says."""
    text = config.variable(PLAN_VARIABLE)
    if text is None:
        sys.stderr.write("Error: `segue worker start` starts a worker; this program is a part of it.\n")
        raise SystemExit(2)
    try:
        work(msgspec.json.decode(text, type=WorkerPlan), tied=True)
    except SegueError as problem:
        sys.stderr.write(f"Error: {problem}\n")
        raise SystemExit(1) from None
    raise SystemExit(0)


if __name__ == "__main__":
    main()
