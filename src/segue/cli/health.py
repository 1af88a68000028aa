"""What `segue doctor` looks at, each finding with a verdict and, where it is not well, what to do."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator

from segue.backend.embedded import EmbeddedBackend
from segue.backend.holders import this_holder
from segue.backend.pruner import retention
from segue.backend.reaper import reap
from segue.backend.upkeep import place, size_of, users
from segue.cli.config import problems
from segue.cli.findings import Finding
from segue.cli.platform_health import queues, servers, spools
from segue.cli.pruned import counted
from segue.cli.words import ago, plural, size
from segue.engine.session import reading
from segue.host import clock, config
from segue.host.ids import new_id
from segue.model.errors import SegueError
from segue.store.library import library_version
from segue.wire.operations import FLOW_RUN_LIST, LEASE_END, LEASE_TAKE, UPKEEP_STATS, UPKEEP_TIDINESS
from segue.wire.queries import RunFilter, RunQuery
from segue.wire.requests import EndLease, LeaseRequest, Nothing, Prune, TakeLease

#: Bytes of free disk below which runs may soon fail, and below which they will.
LITTLE, HARDLY_ANY = 1_000_000_000, 50_000_000
#: SQLite before this version can lose commits when several processes write.
SOUND_SQLITE = (3, 51, 3)
#: Seconds from which on two commits are slow.
SLOW = 1.0


def examine() -> Iterator[Finding]:
    """Look at everything that runs need, from the ground up."""
    yield _python()
    yield _sqlite()
    yield from _settings()
    try:
        config.current()
    except SegueError:
        # Without settings nobody knows where the rest lies.
        return
    yield from _home()
    yield from servers(config.current())
    yield from spools(config.current())
    yield from _database()


def _python() -> Finding:
    found = f"{platform.python_implementation()} {platform.python_version()}, {sys.executable}"
    return Finding("python", "ok", found)


def _sqlite() -> Finding:
    version = library_version()
    if tuple(map(int, version.split(".")[:3])) < SOUND_SQLITE:
        return Finding("sqlite", "fail", version, "This version can lose commits; upgrade the package apsw.")
    return Finding("sqlite", "ok", version)


def _settings() -> Iterator[Finding]:
    found = problems()
    for problem in found:
        unknown = problem.endswith("no setting of this version.")
        yield Finding(
            "settings", "warn" if unknown else "fail", problem, "`segue config view --show-defaults` lists them all."
        )
    if not found:
        given = [each for each in config.explain() if each.layer != "default"]
        yield Finding("settings", "ok", f"profile {config.current().profile}, {plural(len(given), 'value')} set")


def _home() -> Iterator[Finding]:
    home = place(config.current().home)
    free = f"{size(home.free)} free"
    if not home.writable:
        yield Finding(
            "home", "fail", f"{home.path} cannot be written", "Change its owner, or point SEGUE_HOME elsewhere."
        )
    elif home.free < HARDLY_ANY:
        yield Finding(
            "home", "fail", f"{home.path}, {free}", "Free some disk space: nothing more can be recorded soon."
        )
    elif home.free < LITTLE:
        yield Finding("home", "warn", f"{home.path}, {free}", "Free some disk space.")
    else:
        yield Finding("home", "ok", f"{home.path}, {free}{'' if home.exists else ', made when first needed'}")
    if home.network:
        todo = "Point SEGUE_HOME at a local disk: locks of network filesystems are slower and less safe."
        yield Finding("disk", "warn", f"{home.path} lies on a network filesystem", todo)


def _database() -> Iterator[Finding]:
    try:
        backend = reading()
        if not isinstance(backend, EmbeddedBackend):
            yield from queues(backend)
            return
        stats = backend.call(UPKEEP_STATS, Nothing())
    except SegueError as problem:
        yield Finding("database", "fail", str(problem), "The sentence says what to do; nothing runs until then.")
        return
    bytes_ = size_of(config.current().database.url)
    large = "" if bytes_ is None else f", {size(bytes_)}"
    many = f"{plural(stats.rows.get('flow_run', 0), 'flow run')}, {plural(stats.rows.get('task_run', 0), 'task run')}"
    yield Finding("database", "ok", f"{backend.address}, schema {stats.schema_version}{large}, {many}")
    yield from _inside(backend)


def _inside(backend: EmbeddedBackend) -> Iterator[Finding]:
    try:
        broken = backend.check()
        lost = reap(backend)
    except SegueError as problem:
        yield Finding("database", "fail", str(problem), "The sentence says what to do; nothing runs until then.")
        return
    if broken:
        yield Finding("integrity", "fail", "; ".join(broken[:3]), "`segue database restore PATH` brings back a backup.")
    else:
        yield Finding("integrity", "ok", "sound")
    yield _lost(backend, len(lost.flow_runs), len(lost.task_runs))
    holders = users(backend)
    where = ", ".join(f"{each.pid} on {each.host}" for each in holders[:5])
    yield Finding(
        "processes", "ok", f"{plural(len(holders), 'process')} at work: {where}" if holders else "none at work"
    )
    yield from queues(backend)
    yield _writing(backend)
    yield _retention(backend)


def _retention(backend: EmbeddedBackend) -> Finding:
    """Say when what is past its keep time was last deleted."""
    if retention(config.current().retention) == Prune():
        return Finding("retention", "ok", "off: every keep time is none, nothing is deleted by itself")
    known, now = backend.call(UPKEEP_TIDINESS, Nothing()).known, clock.now()
    if known.holder is not None and known.until is not None and known.until > now:
        return Finding("retention", "ok", f"process {known.holder.pid} on {known.holder.host} is at it")
    gone = counted(known.deleted)
    return Finding(
        "retention", "ok", f"last seen to {ago(known.last, now)}, {f'deleted {gone}' if gone else 'nothing was old'}"
    )


def _writing(backend: EmbeddedBackend) -> Finding:
    """Take a lease and give it back: two commits tell more about a disk than its free space."""
    began = clock.monotonic()
    try:
        lease = backend.call(LEASE_TAKE, TakeLease(id=new_id(), lease=LeaseRequest(holder=this_holder())))
        backend.call(LEASE_END, EndLease(id=lease.id, fence=lease.fence))
        backend.flush()
    except SegueError as problem:
        return Finding("writer", "fail", str(problem), "Runs can be read but not recorded until this is mended.")
    took, metrics = clock.monotonic() - began, backend.metrics()
    found = (
        f"{took * 1000:.0f} ms for {plural(metrics.batches, 'commit')}; longest wait {metrics.longest_wait * 1000:.0f} ms, "
        f"longest hold {metrics.longest_hold * 1000:.0f} ms"
    )
    if took > SLOW:
        return Finding("writer", "warn", found, "Another program holds the database for long, or the disk is slow.")
    return Finding("writer", "ok", found)


def _lost(backend: EmbeddedBackend, flow_runs: int, task_runs: int) -> Finding:
    crashed = backend.call(FLOW_RUN_LIST, RunQuery(where=RunFilter(state_types=["CRASHED"]), limit=1)).items
    if flow_runs or task_runs:
        found = f"{plural(flow_runs, 'flow run')} and {plural(task_runs, 'task run')} of dead processes were closed just now"
        return Finding(
            "lost runs",
            "warn",
            found,
            "`segue flow-run ls --state Crashed` lists them; `segue flow-run retry` goes on.",
        )
    last = f"none; the last crash was {crashed[0].name}" if crashed else "none"
    return Finding("lost runs", "ok", last)
