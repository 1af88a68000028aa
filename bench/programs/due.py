"""A flow that notes when it was due and when its first line ran: `due.py LEDGER [SECONDS]` serves it, with a schedule or not."""

import sys
import time

from segue import flow
from segue.runtime import flow_run


@flow
def told(ledger: str) -> None:
    """Write both times down."""
    at = time.time()
    with open(ledger, "a") as file:  # noqa: PTH123 - as users write
        file.write(f"{flow_run.scheduled_start_time.timestamp()!r} {at!r}\n")


if __name__ == "__main__":
    told.serve(
        name="served", interval=float(sys.argv[2]) if len(sys.argv) > 2 else None, parameters={"ledger": sys.argv[1]}
    )
