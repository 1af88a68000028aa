"""Kill processes of users at random moments and look at what they leave: `python -m tests.faults.chaos --kills 1000`.

Prints what it saw, and exits 1 with a sentence for each thing that must not be. The same seed chooses the same victims and the
same moments; what happens at those moments is up to the machine.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.chaos.storm import Storm
from tests.postgresql import postgresql


def main() -> int:
    """Run the storm that the command line asks for."""
    asked = argparse.ArgumentParser(prog="chaos", description=__doc__)
    asked.add_argument("--kills", type=int, default=1000)
    asked.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4)))
    asked.add_argument("--at-once", type=int, default=3, help="processes that live at the same time")
    asked.add_argument("--postgresql", action="store_true", help="on a PostgreSQL server of its own, not on SQLite")
    chosen = asked.parse_args()
    # Its victims go with it, whatever ends it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    print(f"seed {chosen.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="segue-chaos-") as folder:
        if not chosen.postgresql:
            return _run(Storm(Path(folder), seed=chosen.seed, at_once=chosen.at_once), chosen.kills)
        with postgresql() as url:
            return _run(Storm(Path(folder), seed=chosen.seed, at_once=chosen.at_once, url=url), chosen.kills)


def _run(storm: Storm, kills: int) -> int:
    began = time.monotonic()
    storm.rage(kills, tell=lambda text: print(f"{time.monotonic() - began:6.0f} s  {text}", flush=True))
    print(storm.report())
    for breach in storm.judge.breaches:
        print(f"BREACH: {breach}")
    return 1 if storm.judge.breaches else 0


if __name__ == "__main__":
    sys.exit(main())
