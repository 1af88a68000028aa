"""Three servers fire schedules for years, and each hour one of them dies: `python -m tests.faults.ledger --years 10`.

The years are a clock's that is wound by hand, the servers' schedulers and the database are the product's. One that dies does so
between two statements of a transaction, and another takes its place within the hour. Afterwards the ledger is compared, instant by
instant, with somebody's who watched a clock on the wall in each zone.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import apsw

from segue.backend.embedded import EmbeddedBackend
from segue.backend.open import open_backend
from segue.model.schedules import CronRule, Firing
from segue.server.loops.scheduler import Scheduler
from segue.service import firing, schedules
from segue.wire import deployments as d
from segue.wire import schedules as w
from tests.property.oracle import HOUR, Named, watched
from tests.property.test_schedules import alike

BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
SERVERS = 3
#: Half past two is the time of day that most clocks jump over or show twice.
RULE, READINGS = "30 2 * * *", Named(frozenset({(2, 30)}), lambda _: True)
#: Statements after which one dies at the latest: firing takes some forty, and a turn in which there is nothing to do outlives it.
_LAST_WORDS = 60


class Died(Exception):
    """A server was killed."""


class Wound:
    """A session by a clock that is wound by hand, whose server may die at any statement."""

    def __init__(self, session: Any, server: Server) -> None:
        self._session = session
        self._server = server
        self.caller = None

    def now(self) -> datetime:
        return self._server.clock

    def __getattr__(self, name: str) -> Any:
        self._server.live_on()
        return getattr(self._session, name)


class Server:
    """A scheduler with a connection of its own."""

    def __init__(self, beneath: EmbeddedBackend, clock: datetime) -> None:
        self.clock = clock
        #: Statements after which it dies.
        self.left: int | None = None
        self._writer = beneath._opened().writer()
        self._scheduler = Scheduler(self)  # type: ignore[arg-type]  # all that it asks of a backend is this

    def live_on(self) -> None:
        """Raise `Died` when it is time."""
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise Died

    def call(self, operation: Any, request: Any) -> Any:
        """Answer as the service does, in a transaction."""
        handler = {w.SCHEDULE_DUE: firing.find_due, w.SCHEDULE_TEND: firing.tend, w.SCHEDULE_CREATE: schedules.create}[
            operation
        ]
        self._writer.begin()
        try:
            wound: Any = Wound(self._writer, self)
            found: Any = handler(wound, request)  # type: ignore[operator]  # each has its own request
            # Who dies before a commit leaves nothing of it.
            self.live_on()
        except Died:
            self._writer.rollback()
            raise
        self._writer.commit()
        return found

    def work(self, clock: datetime) -> None:
        """Do what there is to do at an instant; raises `Died`."""
        self.clock = clock
        self._scheduler.turn()

    def close(self) -> None:
        self._writer.close()


def simulate(zones: Sequence[str], days: int, seed: int) -> tuple[int, int, list[str]]:
    """Let time pass; returns how many instants fired, how many servers died, and what is wrong."""
    # In memory where that can be: nobody looks here whether a disk keeps what it was given.
    memory = Path("/dev/shm")
    where = memory if memory.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="segue-ledger-", dir=where) as home, _beneath(Path(home)) as beneath:
        made = {zone: _schedule(beneath, zone) for zone in zones}
        deaths = _passed(beneath, days, random.Random(seed))
        wrong, fired, runs = [], 0, _due(Path(home))
        for zone, id in made.items():
            wanted = watched(READINGS, ZoneInfo(zone), BEGIN, BEGIN + timedelta(days=days))
            rows = list(_ledger(beneath, id, BEGIN + timedelta(days=days)))
            fired += len(rows)
            found = [row.instant for row in rows]
            # What fired has a run of its own that may begin at that instant, and nothing else may.
            ours = runs.pop(id, {})
            odd = [row for row in rows if row.outcome != "fired" or ours.pop(row.flow_run_id, None) != row.instant]
            beyond = [run for run, due in ours.items() if due < BEGIN + timedelta(days=days)]
            if found != wanted or odd or beyond:
                missing, more = sorted({*wanted} - {*found})[:3], sorted({*found} - {*wanted})[:3]
                wrong.append(
                    f"{zone}: missing {missing}, not wanted {more}, without a run {odd[:3]}, without an instant {beyond[:3]}"
                )
    return fired, deaths, wrong


@contextmanager
def _beneath(home: Path) -> Iterator[EmbeddedBackend]:
    backend = open_backend(f"sqlite:///{home}/segue.db", home)
    assert isinstance(backend, EmbeddedBackend)
    try:
        yield backend
    finally:
        backend.close()


def _schedule(beneath: EmbeddedBackend, zone: str) -> str:
    deployment = beneath.call(d.DEPLOYMENT_PUT, d.PutDeployment(name=zone.replace("/", "-"), flow_name="etl"))
    server = Server(beneath, BEGIN - timedelta(seconds=1))
    new = w.NewSchedule(rule=CronRule(cron=RULE, timezone=zone))
    (made,) = server.call(w.SCHEDULE_CREATE, w.CreateSchedules(deployment_id=deployment.id, schedules=[new])).items
    server.close()
    return str(made.id)


def _passed(beneath: EmbeddedBackend, days: int, chance: random.Random) -> int:
    deaths = 0
    servers = [Server(beneath, BEGIN) for _ in range(SERVERS)]
    for hour in range(days * 24 + 1):
        clock = BEGIN + HOUR * hour
        victim = chance.randrange(SERVERS)
        servers[victim].left = chance.randrange(_LAST_WORDS)
        for number in chance.sample(range(SERVERS), SERVERS):
            try:
                # They look at the clock one after the other, as their turns come.
                servers[number].work(clock)
            except Died:
                deaths += 1
                servers[number].close()
                servers[number] = Server(beneath, clock)
        servers[victim].left = None
    for each in servers:
        each.close()
    return deaths


def _ledger(beneath: EmbeddedBackend, id: str, end: datetime) -> Iterator[Firing]:
    after = None
    while True:
        query = w.FiringQuery(schedule_ids=[id], sort="instant", limit=1000, instant_before=end, after=after)
        page = beneath.call(w.FIRING_LIST, query)
        yield from page.items
        after = page.next
        if after is None:
            return


def _due(home: Path) -> dict[str, dict[str | None, datetime]]:
    """Return the runs that may begin, by schedule, and when."""
    found: dict[str, dict[str | None, datetime]] = defaultdict(dict)
    with closing(apsw.Connection(str(home / "segue.db"))) as connection:
        asked = "SELECT schedule_id, id, due FROM flow_run WHERE due IS NOT NULL"
        for schedule, id, due in connection.execute(asked):
            found[str(schedule)][str(id)] = datetime.fromtimestamp(int(str(due)) / 1e6, UTC)
    return found


def clocks() -> list[str]:
    """Return a zone for each clock there is: of those whose clocks show the same, the first."""
    return [names[0] for names in alike()]


def main() -> int:
    """Let years pass for every zone, and say what came of it."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults.ledger", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--years", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    parser.add_argument(
        "--processes", type=int, default=2, help="each has a part of the zones in a database of its own"
    )
    options = parser.parse_args()
    zones, days, began = clocks(), int(options.years * 365.25), time.perf_counter()
    parts = [zones[number :: options.processes] for number in range(options.processes)]
    with ProcessPoolExecutor(options.processes) as processes:
        seeds = [options.seed + number for number in range(len(parts))]
        found = list(processes.map(simulate, parts, [days] * len(parts), seeds))
    fired, deaths = sum(each[0] for each in found), sum(each[1] for each in found)
    print(
        f"seed {options.seed}: {len(zones)} zones over {options.years:g} years, {fired:,} instants, {deaths:,} servers died; "
        f"{time.perf_counter() - began:.0f} s"
    )
    wrong = [line for each in found for line in each[2]]
    print("\n".join(wrong) or "Each instant fired once, and none besides.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
