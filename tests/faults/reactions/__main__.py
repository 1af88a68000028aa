"""Kill servers that evaluate automations at random moments, and look at what fired and what was done.

`python -m tests.faults.reactions --kills 200 --postgresql`: three servers on one PostgreSQL; without, one on SQLite.

Prints what it saw, and exits 1 with a sentence for each thing that must not be. The same seed draws the same automations and blows.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.reactions.storm import Storm
from tests.postgresql import postgresql


def main() -> int:
    """Make the storm that the command line asks for."""
    asked = argparse.ArgumentParser(prog="reactions", description=__doc__)
    asked.add_argument("--kills", type=int, default=100)
    asked.add_argument("--automations", type=int, default=24)
    asked.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4)))
    asked.add_argument(
        "--postgresql", action="store_true", help="three servers on a PostgreSQL of its own, not one on SQLite"
    )
    chosen = asked.parse_args()
    # What it started goes with it, whatever ends it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    print(f"seed {chosen.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="segue-reactions-") as folder:
        if not chosen.postgresql:
            return _run(Path(folder), chosen, None)
        with postgresql() as url:
            return _run(Path(folder), chosen, url)


def _run(folder: Path, chosen: argparse.Namespace, url: str | None) -> int:
    servers = 1 if url is None else 3
    storm = Storm(folder, url, servers=servers, automations=chosen.automations, seed=chosen.seed)
    began = time.monotonic()
    try:
        judge = storm.make(
            chosen.kills, tell=lambda text: print(f"{time.monotonic() - began:6.0f} s  {text}", flush=True)
        )
    finally:
        storm.close()
    print(
        f"{storm.kills.total()} kills of {servers} servers, {chosen.automations} automations, {judge.report()}",
        flush=True,
    )
    for breach in judge.breaches:
        print(f"BREACH: {breach}")
    return 1 if judge.breaches else 0


if __name__ == "__main__":
    sys.exit(main())
