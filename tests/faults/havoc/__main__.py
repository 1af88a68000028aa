"""Kill and stop a server, workers and runs at random moments, and look at what comes of it.

`python -m tests.faults.havoc --blows 300`; with `--apart` one worker is as on another machine, and in the end it is stopped for
longer than its leases last.

Prints what it saw, and exits 1 with a sentence for each thing that must not be. The same seed chooses the same blows.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.havoc.ground import Ground
from tests.faults.havoc.havoc import Havoc
from tests.faults.havoc.stopped import Standstill
from tests.postgresql import postgresql


def main() -> int:
    """Make the havoc that the command line asks for."""
    asked = argparse.ArgumentParser(prog="havoc", description=__doc__)
    asked.add_argument("--blows", type=int, default=300)
    asked.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4)))
    asked.add_argument("--apart", action="store_true", help="one worker as on another machine, where nobody can look")
    asked.add_argument("--postgresql", action="store_true", help="on a PostgreSQL server of its own, not on SQLite")
    asked.add_argument("--keep", type=Path, help="leave what was written in this folder")
    chosen = asked.parse_args()
    # What it started goes with it, whatever ends it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    print(f"seed {chosen.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="segue-havoc-") as temporary:
        folder: Path = chosen.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        if not chosen.postgresql:
            return _run(folder, chosen)
        with postgresql() as url:
            return _run(folder, chosen, url)


def _run(folder: Path, chosen: argparse.Namespace, url: str | None = None) -> int:
    ground = Ground(folder, url=url, apart=chosen.apart)
    havoc, began = Havoc(ground, seed=chosen.seed), time.monotonic()
    try:
        havoc.make(chosen.blows, tell=lambda text: print(f"{time.monotonic() - began:6.0f} s  {text}", flush=True))
    finally:
        ground.close()
    print(havoc.report(), flush=True)
    breaches = havoc.judge.breaches
    if chosen.apart:
        (folder / "still").mkdir()
        still = Standstill(folder / "still", url=url)
        still.make(tell=lambda text: print(f"{time.monotonic() - began:6.0f} s  {text}", flush=True))
        breaches += still.breaches
    for breach in breaches:
        print(f"BREACH: {breach}")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
