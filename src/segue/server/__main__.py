"""`python -m segue.server`: the process that `segue server start` becomes, or leaves behind.

A program of its own, because a server lives long: what a command line needs is not kept in its memory.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from typing import NoReturn

from segue.host import config
from segue.host.process import this_process
from segue.model.errors import SegueError, StorageProblem
from segue.model.settings import masked_address
from segue.server.foreman import Foreman
from segue.server.log_file import start_logging
from segue.server.plan import VARIABLE, Plan, read_plan
from segue.server.records import Record, sign, write_record
from segue.server.serving import serve

#: Exit codes, the same as those of every command.
_FAILED, _USAGE, _DATABASE = 1, 2, 5


def main() -> NoReturn:
    """Be the server that the plan in the environment says."""
    text = config.variable(VARIABLE)
    if text is None:
        sys.stderr.write("Error: `segue server start` starts a server; this program is a part of it.\n")
        raise SystemExit(_USAGE)
    plan = read_plan(text)
    start_logging(plan.log_level, plan.log_file)
    try:
        code = _member(plan) if plan.lifeline is not None else _whole(plan)
    except SegueError as problem:
        sys.stderr.write(f"Error: {problem}\n")
        code = _DATABASE if isinstance(problem, StorageProblem) else _FAILED
    raise SystemExit(code)


def _member(plan: Plan) -> int:
    """Be one of several processes."""
    # Ctrl-C reaches every process of a terminal; the first one passes the word on.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve(plan, ready=lambda: _tell(plan))
    return 0


def _whole(plan: Plan) -> int:
    """Be the first process: alone, or of several."""
    if plan.lock is not None:
        sign(plan.lock, plan.url)
    record = Record(
        process=this_process(),
        url=plan.url,
        database=masked_address(plan.database_url),
        version=plan.version,
        log=plan.log_file,
    )
    file = write_record(plan.home, plan.port, record)
    try:
        if plan.workers == 1:
            serve(plan, ready=lambda: _greet(plan, record))
            return 0
        return Foreman(plan).run(ready=lambda: _greet(plan, record))
    finally:
        with contextlib.suppress(FileNotFoundError):
            file.unlink()


def _greet(plan: Plan, record: Record) -> None:
    many = f" with {plan.workers} processes" if plan.workers > 1 else ""
    sys.stdout.write(
        f"Segue {record.version} is at {plan.url} (to connect: export SEGUE_API_URL={plan.url}/api)\n"
        f"It serves {record.database}{many}; Ctrl-C ends it.\n"
    )
    sys.stdout.flush()
    _tell(plan)


def _tell(plan: Plan) -> None:
    """Let whoever started this process know that requests are answered."""
    if plan.ready is not None:
        os.write(plan.ready, b"1")
        os.close(plan.ready)


if __name__ == "__main__":
    main()
