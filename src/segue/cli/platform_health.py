"""What `segue doctor` looks at beyond this machine's files: servers, records on their way to one, runs that wait too long."""

from __future__ import annotations

from collections.abc import Iterator

from segue.backend.protocol import Backend
from segue.backend.spools import waiting
from segue.cli.findings import Finding
from segue.cli.server_state import look
from segue.cli.words import duration, plural
from segue.model.errors import SegueError
from segue.model.settings import Settings
from segue.wire.figures import FIGURES_READ
from segue.wire.requests import Nothing

#: Seconds that a task may wait for a task worker before that is worth a word.
_LONG = 60.0


def servers(settings: Settings) -> Iterator[Finding]:
    """Look at the servers of this home, or at the one that is reported to; nothing where there is none."""
    for seen in look(settings, None):
        if seen.state == "ready":
            yield Finding("server", "ok", f"{seen.url} is ready, {plural(len(seen.loops), 'loop')} at work")
        else:
            where = f"`{seen.log}` says more" if seen.log else "Its log says more"
            todo = f"{where}; `segue server status` asks it again."
            yield Finding("server", "fail", f"{seen.url} is {seen.state}: {seen.why}", todo)


def spools(settings: Settings) -> Iterator[Finding]:
    """Look for records that wait here for a server and that no process is about to deliver."""
    left = [each for each in waiting(settings.home) if not each.held]
    if left:
        found = (
            f"records of {plural(len(left), 'run')} wait here for {', '.join(sorted({each.server for each in left}))}"
        )
        yield Finding("spool", "warn", found, "`segue spool flush` delivers them.")


def queues(backend: Backend) -> Iterator[Finding]:
    """Look for what waits longer than it should."""
    try:
        seen = backend.call(FIGURES_READ, Nothing())
    except SegueError as problem:
        yield Finding(
            "queues", "fail", str(problem), "The sentence says what to do; nothing is known of runs until then."
        )
        return
    late = seen.overdue > 0
    slow = seen.waiting_tasks > 0 and seen.waiting_for > _LONG
    if late:
        found = f"{plural(seen.overdue, 'scheduled run')} should have begun, the first {duration(seen.overdue_by)} ago"
        yield Finding(
            "queues", "warn", found, "`segue flow-run ls --state Late` lists them, `inspect` says what each waits for."
        )
    if slow:
        found = (
            f"{plural(seen.waiting_tasks, 'task')} wait for a task worker, the first for {duration(seen.waiting_for)}"
        )
        yield Finding("queues", "warn", found, "`segue task serve FILE.py:TASK` starts a worker.")
    if not late and not slow:
        open_ = sum(seen.flow_runs.values())
        yield Finding("queues", "ok", f"{plural(open_, 'open run')}, nothing waits too long")
