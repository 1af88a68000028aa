"""Who closes what others left: at once what is proven dead on this machine, by the clock what nobody can look at."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import pytest

from segue.backend.embedded import EmbeddedBackend
from segue.backend.holders import this_holder
from segue.backend.protocol import Backend
from segue.backend.reaper import Reaper, reap
from segue.host.clock import now
from segue.model.errors import StorageProblem
from segue.wire import operations as op
from segue.wire import requests as q
from tests.conformance.making import dead_holder, read, start

ELSEWHERE = q.Holder(host="far-away", boot="b", pid_namespace="n", pid=7, started="s")
both_stores = pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)


class Wound:
    """Clocks that are wound by hand: `monotonic` stands still while the machine sleeps, the one on the wall does not."""

    def __init__(self) -> None:
        self.seconds, self.wall = 1000.0, now()

    def pass_by(self, seconds: float, *, asleep: bool = False) -> None:
        self.seconds += 0.0 if asleep else seconds
        self.wall += timedelta(seconds=seconds)

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return self.wall


def held_by(backend: Backend, holder: q.Holder, *, seconds: float = 30.0, served: bool = False) -> str:
    """Return a run that a process holds for so many seconds more."""
    return start(backend, lease=q.LeaseRequest(holder=holder, seconds=seconds, served=served)).run.id


def kind(backend: Backend, run: str) -> str:
    """Return the type of a run's state."""
    return read(backend, run).state.kind


def test_of_a_machine_that_is_only_called_alike_nobody_is_proven_dead(backend: Backend) -> None:
    """Two machines with one name share a database; their first process namespaces have one name anyway."""
    dead = dead_holder()
    alike = msgspec.structs.replace(dead, boot="another")
    served = held_by(backend, alike, served=True)
    plain = held_by(backend, alike)
    expired = held_by(backend, alike, seconds=-60, served=True)
    reap(backend)
    assert kind(backend, served) == kind(backend, expired) == "RUNNING"
    # What was granted without a server, in a file of this machine's own disk, was granted to a process of this machine, which
    # was started anew since.
    assert kind(backend, plain) == ("CRASHED" if backend.is_on_own_disk else "RUNNING")
    mine = held_by(backend, dead, served=True)
    reap(backend)
    assert kind(backend, mine) == "CRASHED"


@both_stores
def test_where_nobody_can_look_a_whole_lease_must_go_by_without_a_sign_of_life(backend: EmbeddedBackend) -> None:
    run, clock = held_by(backend, ELSEWHERE, seconds=-60), Wound()
    reaper = Reaper(backend, monotonic=clock.monotonic, now=clock.now)
    for seconds, expected in ((0, "RUNNING"), (10, "RUNNING"), (10, "RUNNING"), (11, "CRASHED")):
        clock.pass_by(seconds)
        reaper.look()
        assert kind(backend, run) == expected
    assert reaper.look() == q.Reaped()


@both_stores
def test_who_shows_a_sign_of_life_keeps_its_run(backend: EmbeddedBackend) -> None:
    run, clock = held_by(backend, ELSEWHERE, seconds=-60), Wound()
    reaper = Reaper(backend, monotonic=clock.monotonic, now=clock.now)
    reaper.look()
    backend.call(op.LEASE_RENEW, q.Renewal(leases=[(run, 1)]))
    for _ in range(5):
        clock.pass_by(10)
        assert reaper.look() == q.Reaped()
    assert kind(backend, run) == "RUNNING"


@both_stores
@pytest.mark.parametrize("broken", ["slept", "stopped", "away"])
def test_after_a_break_the_time_is_counted_anew(backend: EmbeddedBackend, broken: str) -> None:
    run, clock = held_by(backend, ELSEWHERE, seconds=-60), Wound()
    reaper = Reaper(backend, monotonic=clock.monotonic, now=clock.now)
    for _ in range(3):
        reaper.look()
        clock.pass_by(9)
    if broken == "away":
        # The database could not be reached for one look.
        call, reaper._backend = reaper._backend, _Away()  # type: ignore[assignment]
        with pytest.raises(StorageProblem):
            reaper.look()
        reaper._backend = call
    else:
        clock.pass_by(60, asleep=broken == "slept")
    for seconds, expected in ((9, "RUNNING"), (15, "RUNNING"), (14, "RUNNING"), (9, "CRASHED")):
        clock.pass_by(seconds)
        reaper.look()
        assert kind(backend, run) == expected


class _Away:
    """A database that cannot be reached."""

    is_remote = False
    is_on_own_disk = False

    def call(self, operation: object, request: object) -> object:
        raise StorageProblem("It is away.")


@both_stores
def test_what_dies_here_is_closed_at_the_first_look(backend: EmbeddedBackend) -> None:
    run = held_by(backend, dead_holder())
    assert Reaper(backend).look().flow_runs == [run]


def test_a_client_of_a_server_closes_nothing_it_cannot_look_at(backend: Backend) -> None:
    if not backend.is_remote:
        return
    run, clock = held_by(backend, ELSEWHERE, seconds=-60), Wound()
    reaper = Reaper(backend, monotonic=clock.monotonic, now=clock.now)
    for _ in range(6):
        clock.pass_by(10)
        reaper.look()
    assert kind(backend, run) == "RUNNING"


def test_a_living_process_keeps_its_run_whatever_its_lease_says(backend: Backend) -> None:
    run, clock = held_by(backend, this_holder(), seconds=-60), Wound()
    reaper = Reaper(backend, monotonic=clock.monotonic, now=clock.now)
    for _ in range(6):
        clock.pass_by(10)
        assert reaper.look() == q.Reaped()
    assert kind(backend, run) == "RUNNING"
