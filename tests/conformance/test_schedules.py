"""Schedules of deployments: each instant once, what was missed as the policy says, and no run left of what was changed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from segue.backend.embedded import EmbeddedBackend
from segue.backend.protocol import Backend
from segue.host.clock import now
from segue.model.deployments import Deployment
from segue.model.errors import AlreadyExists, BadRequest, NotFound, SegueError
from segue.model.runs import FlowRun
from segue.model.schedules import CatchUp, CronRule, Firing, IntervalRule, Rule, Schedule
from segue.model.states import Cancelled, Completed, Running
from segue.server.loops.scheduler import Scheduler
from segue.service import firing
from segue.store.session import Session
from segue.wire import deployments as d
from segue.wire import operations as op
from segue.wire import requests as q
from segue.wire import schedules as w
from segue.wire.queries import RunQuery
from tests.conformance.making import propose, state

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
HOURLY = CronRule(cron="@hourly")


def deploy(backend: Backend, name: str = "nightly", **facts: Any) -> Deployment:
    return backend.call(d.DEPLOYMENT_PUT, d.PutDeployment(name=name, flow_name="etl", **facts))


def schedule(backend: Backend, deployment: Deployment, rule: Rule = HOURLY, **facts: Any) -> Schedule:
    asked = w.CreateSchedules(deployment_id=deployment.id, schedules=[w.NewSchedule(rule=rule, **facts)])
    (made,) = backend.call(w.SCHEDULE_CREATE, asked).items
    return made


def runs(backend: Backend) -> list[FlowRun]:
    found = backend.call(op.FLOW_RUN_LIST, RunQuery(limit=1000)).items
    return sorted(found, key=lambda run: run.expected_start_time or run.created)


def ledger(backend: Backend, of: Schedule) -> list[Firing]:
    return backend.call(w.FIRING_LIST, w.FiringQuery(schedule_ids=[of.id], sort="instant", limit=1000)).items


class Wound:
    """A session by a clock that is wound by hand."""

    def __init__(self, session: Session, at: datetime) -> None:
        self._session = session
        self._at = at
        self.caller = None

    def now(self) -> datetime:
        return self._at

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)


def tend(beneath: EmbeddedBackend, of: Schedule, at: datetime) -> None:
    """Look at a schedule once, as a server does whose clock shows this; without end, as it does, while there is more to do."""
    writer = beneath._opened().writer()
    try:
        while True:
            writer.begin()
            wound: Any = Wound(writer, at)
            firing.tend(wound, w.Tend(ids=[of.id]))
            row = writer.row("schedule_read", id=of.id)
            writer.commit()
            assert row is not None
            kept = firing.kept_out(row)
            if kept.wake is None or kept.wake > at:
                return
    finally:
        writer.close()


def next_hour() -> datetime:
    return (now() + HOUR).replace(minute=0, second=0, microsecond=0)


def test_runs_are_made_ahead_and_nobody_can_begin_them_before_their_schedule_fires(
    backend: Backend, beneath: EmbeddedBackend
) -> None:
    deployment = deploy(backend, parameters={"x": 1})
    made = schedule(backend, deployment, parameters={"y": 2}, slug="each-hour")
    ahead, first = runs(backend), next_hour()
    assert [run.expected_start_time for run in ahead] == [first, first + HOUR, first + 2 * HOUR]
    assert {run.state.name for run in ahead} == {"Scheduled"}
    assert [run.parameters for run in ahead] == [{"x": 1, "y": 2}] * 3
    creator = ahead[0].created_by
    assert creator is not None
    assert (creator.kind, creator.name, creator.id) == ("schedule", "each-hour", made.id)
    assert ledger(backend, made) == []
    tend(beneath, made, first)
    (fired,) = ledger(backend, made)
    assert (fired.instant, fired.outcome, fired.flow_run_id, fired.reason) == (first, "fired", ahead[0].id, None)
    tend(beneath, made, first)
    assert len(ledger(backend, made)) == 1
    assert len(runs(backend)) == 4


@pytest.mark.parametrize(
    ("policy", "fires"),
    [
        (CatchUp(), [1, 2, 3, 4, 5, 6]),
        (CatchUp(policy="latest"), [6]),
        (CatchUp(policy="none"), []),
        (CatchUp(policy="within", within=2.75 * 3600), [4, 5, 6]),
    ],
    ids=lambda value: value.policy if isinstance(value, CatchUp) else "",
)
def test_after_six_hours_without_a_server_exactly_what_the_policy_says_fires(
    backend: Backend, beneath: EmbeddedBackend, policy: CatchUp, fires: list[int]
) -> None:
    deployment = deploy(backend)
    made = schedule(backend, deployment, catch_up=policy)
    begin = next_hour() - HOUR
    # Half an hour after the sixth instant that nobody fired; three of their runs had been made ahead.
    tend(beneath, made, begin + 6.5 * HOUR)
    rows = ledger(backend, made)
    assert [row.instant for row in rows] == [begin + HOUR * number for number in range(1, 7)]
    fired = [row for row in rows if row.outcome == "fired"]
    assert [row.instant for row in fired] == [begin + HOUR * number for number in fires]
    assert all(row.reason for row in rows)
    past = [run for run in runs(backend) if run.expected_start_time and run.expected_start_time <= begin + 6.5 * HOUR]
    assert [run.id for run in past] == [row.flow_run_id for row in fired]
    tend(beneath, made, begin + 7 * HOUR + SECOND)
    last = ledger(backend, made)[-1]
    assert (last.instant, last.outcome, last.reason) == (begin + 7 * HOUR, "fired", None)


def test_many_missed_instants_are_caught_up_with_in_several_commits(backend: Backend, beneath: EmbeddedBackend) -> None:
    made = schedule(backend, deploy(backend), CronRule(cron="* * * * *"), catch_up=CatchUp(policy="latest"))
    begin = now().replace(second=0, microsecond=0)
    tend(beneath, made, begin + 12 * HOUR)
    rows = ledger(backend, made)
    assert [row.instant for row in rows][-700:] == [begin + 12 * HOUR - 60 * SECOND * ago for ago in range(699, -1, -1)]
    assert [row.instant for row in rows if row.outcome == "fired"] == [begin + 12 * HOUR]


def begun(backend: Backend, beneath: EmbeddedBackend, overlap: str) -> tuple[Schedule, datetime, FlowRun]:
    """A schedule whose first run is running."""
    made, first = schedule(backend, deploy(backend), overlap=overlap), next_hour()
    tend(beneath, made, first)
    run = runs(backend)[0]
    propose(backend, run.id, state(Running), force=True)
    return made, first, run


def test_a_schedule_that_skips_does_not_fire_while_its_run_is_not_over(
    backend: Backend, beneath: EmbeddedBackend
) -> None:
    made, first, run = begun(backend, beneath, "skip")
    tend(beneath, made, first + HOUR)
    last = ledger(backend, made)[-1]
    assert (last.outcome, last.flow_run_id) == ("skipped", None)
    assert "not over" in str(last.reason)
    assert first + HOUR not in [each.expected_start_time for each in runs(backend)]
    propose(backend, run.id, state(Completed), force=True)
    tend(beneath, made, first + 2 * HOUR)
    assert [row.outcome for row in ledger(backend, made)] == ["fired", "skipped", "fired"]


def test_a_schedule_that_queues_makes_the_next_run_when_the_earlier_one_is_over(
    backend: Backend, beneath: EmbeddedBackend
) -> None:
    made, first, run = begun(backend, beneath, "queue")
    for number in (1, 2):
        tend(beneath, made, first + HOUR * number)
    assert [row.outcome for row in ledger(backend, made)] == ["fired", "queued", "queued"]
    propose(backend, run.id, state(Completed), force=True)
    tend(beneath, made, first + 2 * HOUR + SECOND)
    rows = ledger(backend, made)
    assert [row.outcome for row in rows] == ["fired", "fired", "queued"]
    assert "waited" in str(rows[1].reason)
    tend(beneath, made, first + 2 * HOUR + 2 * SECOND)
    assert [row.outcome for row in ledger(backend, made)] == ["fired", "fired", "queued"]


def test_a_schedule_that_cancels_ends_the_earlier_run_and_says_who_did(
    backend: Backend, beneath: EmbeddedBackend
) -> None:
    made, first, run = begun(backend, beneath, "cancel-running")
    tend(beneath, made, first + HOUR)
    assert [row.outcome for row in ledger(backend, made)] == ["fired", "fired"]
    ended = backend.call(op.FLOW_RUN_READ, q.ById(run.id)).state
    assert isinstance(ended, Cancelled)
    assert ended.actor is not None
    assert (ended.actor.kind, ended.actor.id) == ("schedule", made.id)


def test_runs_that_overlap_by_default_run_beside_each_other(backend: Backend, beneath: EmbeddedBackend) -> None:
    made, first, _ = begun(backend, beneath, "allow")
    tend(beneath, made, first + HOUR)
    assert [row.outcome for row in ledger(backend, made)] == ["fired", "fired"]


@pytest.mark.parametrize("whose", ["schedule", "deployment"])
def test_pausing_takes_away_the_runs_that_nobody_has_begun(
    backend: Backend, beneath: EmbeddedBackend, whose: str
) -> None:
    deployment = deploy(backend)
    made, first = schedule(backend, deployment), next_hour()
    tend(beneath, made, first)
    tend(beneath, made, first + HOUR)
    begun = runs(backend)[0]
    propose(backend, begun.id, state(Running), force=True)

    def pause(*, paused: bool) -> None:
        if whose == "schedule":
            backend.call(w.SCHEDULE_EDIT, w.EditSchedule(id=made.id, active=not paused))
        else:
            backend.call(d.DEPLOYMENT_EDIT, d.EditDeployment(id=deployment.id, paused=paused))

    pause(paused=True)
    assert [run.id for run in runs(backend)] == [begun.id]
    rows = ledger(backend, made)
    assert [row.outcome for row in rows] == ["fired", "skipped"]
    assert f"The {whose} was paused" in str(rows[1].reason)
    for willed, outcome in ((True, "skipped"), (False, "fired")):
        (row,) = backend.call(w.FIRING_LIST, w.FiringQuery(schedule_ids=[made.id], willed=willed)).items
        assert row.outcome == outcome
    assert backend.call(w.SCHEDULE_NEXT, w.Foretell(id=made.id)).items == []
    pause(paused=False)
    tend(beneath, made, now())
    assert len(runs(backend)) == 4


def test_a_paused_schedule_says_for_each_instant_why_it_did_not_fire(
    backend: Backend, beneath: EmbeddedBackend
) -> None:
    made, first = schedule(backend, deploy(backend), active=False), next_hour()
    assert runs(backend) == []
    tend(beneath, made, first + HOUR)
    rows = ledger(backend, made)
    assert [(row.instant, row.outcome) for row in rows] == [(first, "skipped"), (first + HOUR, "skipped")]
    assert {row.reason for row in rows} == {"The schedule was paused."}


def test_an_edited_schedule_has_the_runs_of_its_new_rule_alone(backend: Backend) -> None:
    made = schedule(backend, deploy(backend))
    edited = backend.call(
        w.SCHEDULE_EDIT, w.EditSchedule(id=made.id, rule=CronRule(cron="30 9 * * *"), parameters={"a": 1})
    )
    assert (edited.id, edited.active, edited.slug) == (made.id, True, None)
    assert [run.expected_start_time.strftime("%H:%M") for run in runs(backend) if run.expected_start_time] == [
        "09:30"
    ] * 3
    assert [run.parameters for run in runs(backend)] == [{"a": 1}] * 3


def test_a_changed_deployment_gives_its_runs_to_come_what_it_has_now(
    backend: Backend, beneath: EmbeddedBackend
) -> None:
    deployment = deploy(backend, parameters={"x": 1})
    made = schedule(backend, deployment)
    backend.call(d.DEPLOYMENT_EDIT, d.EditDeployment(id=deployment.id, parameters={"x": 2}))
    tend(beneath, made, now())
    assert [run.parameters for run in runs(backend)] == [{"x": 2}] * 3


def test_a_deleted_schedule_or_deployment_leaves_no_run_behind_and_its_ledger_stays(
    backend: Backend, beneath: EmbeddedBackend
) -> None:
    deployment = deploy(backend)
    first, second = schedule(backend, deployment), schedule(backend, deployment, CronRule(cron="@daily"))
    tend(beneath, first, next_hour())
    backend.call(w.SCHEDULE_DELETE, q.ById(first.id))
    assert len(runs(backend)) == 3
    assert [row.outcome for row in ledger(backend, first)] == ["skipped"]
    backend.call(d.DEPLOYMENT_DELETE, q.ById(deployment.id))
    assert runs(backend) == []
    with pytest.raises(NotFound):
        backend.call(w.SCHEDULE_READ, q.ById(second.id))


def test_schedules_that_replace_others_leave_alone_what_is_as_it_was(backend: Backend) -> None:
    deployment = deploy(backend)
    kept, gone = schedule(backend, deployment), schedule(backend, deployment, CronRule(cron="@daily"), slug="daily")
    before = [run.id for run in runs(backend) if run.created_by and run.created_by.id == kept.id]
    new = [w.NewSchedule(rule=HOURLY), w.NewSchedule(rule=CronRule(cron="@weekly"), slug="weekly")]
    asked = w.CreateSchedules(deployment_id=deployment.id, schedules=new, replace=True)
    made = backend.call(w.SCHEDULE_CREATE, asked).items
    assert made == backend.call(w.SCHEDULE_LIST, w.OfDeployment(deployment.id)).items
    assert made[0] == kept
    assert gone.id not in [each.id for each in made]
    assert [run.id for run in runs(backend) if run.created_by and run.created_by.id == kept.id] == before
    backend.call(w.SCHEDULE_CLEAR, w.OfDeployment(deployment.id))
    assert backend.call(w.SCHEDULE_LIST, w.OfDeployment(deployment.id)).items == []
    assert runs(backend) == []


def test_a_run_that_was_cancelled_before_its_time_does_not_come_back(
    backend: Backend, beneath: EmbeddedBackend
) -> None:
    made, first = schedule(backend, deploy(backend)), next_hour()
    propose(backend, runs(backend)[0].id, state(Cancelled))
    tend(beneath, made, first)
    (row,) = ledger(backend, made)
    assert (row.outcome, row.reason) == ("skipped", "Its run was Cancelled before its time.")


def test_parameters_that_do_not_fit_are_refused_or_told_in_the_ledger(
    backend: Backend, beneath: EmbeddedBackend
) -> None:
    schema = {"type": "object", "properties": {"day": {"type": "string"}}, "required": ["day"]}
    deployment = deploy(backend, parameter_openapi_schema=schema)
    with pytest.raises(SegueError, match="day"):
        schedule(backend, deployment, parameters={"day": 3})
    made, first = schedule(backend, deployment), next_hour()
    tend(beneath, made, first)
    (row,) = ledger(backend, made)
    assert row.outcome == "skipped"
    assert "day" in str(row.reason)


def test_jitter_is_the_same_for_an_instant_and_within_its_bounds(backend: Backend, beneath: EmbeddedBackend) -> None:
    made, first = schedule(backend, deploy(backend), jitter=600.0), next_hour()
    foreseen = [run.expected_start_time for run in runs(backend)]
    tend(beneath, made, first)
    tend(beneath, made, first + HOUR)
    rows = ledger(backend, made)
    assert [row.at for row in rows] == foreseen[:2]
    assert all(timedelta(0) <= row.at - row.instant <= timedelta(minutes=10) for row in rows)
    assert rows[0].at - rows[0].instant != rows[1].at - rows[1].instant


def test_a_schedule_keeps_to_its_start_and_end(backend: Backend, beneath: EmbeddedBackend) -> None:
    first = next_hour()
    made = schedule(backend, deploy(backend), start=first + HOUR, end=first + 2 * HOUR)
    assert backend.call(w.SCHEDULE_NEXT, w.Foretell(id=made.id)).items == [first + HOUR, first + 2 * HOUR]
    tend(beneath, made, first + 5 * HOUR)
    assert [row.instant for row in ledger(backend, made)] == [first + HOUR, first + 2 * HOUR]
    assert backend.call(w.SCHEDULE_DUE, w.FindDue()).due == []


def test_what_is_wrong_with_a_schedule_is_named(backend: Backend) -> None:
    deployment = deploy(backend)
    schedule(backend, deployment, slug="mine")
    wrong: list[tuple[Rule, dict[str, Any], str]] = [
        (CronRule(cron="61 * * * *"), {}, "minute '61'"),
        (CronRule(cron="0 0 30 2 *"), {}, "day of month '30'"),
        (CronRule(cron="@hourly", timezone="Mars/Base"), {}, "Mars/Base"),
        (IntervalRule(interval=0.5, anchor=now()), {}, "0.5 seconds"),
        (HOURLY, {"start": now(), "end": now() - HOUR}, "before it starts"),
        (HOURLY, {"catch_up": CatchUp(policy="within")}, "how many seconds"),
    ]
    for rule, facts, words in wrong:
        with pytest.raises(BadRequest, match=words):
            schedule(backend, deployment, rule, **facts)
    other = schedule(backend, deployment)
    with pytest.raises(AlreadyExists):
        backend.call(w.SCHEDULE_EDIT, w.EditSchedule(id=other.id, slug="mine"))
    with pytest.raises(NotFound):
        backend.call(w.SCHEDULE_EDIT, w.EditSchedule(id="none", active=False))


def test_a_rule_is_foretold_before_there_is_a_schedule(backend: Backend) -> None:
    rule = CronRule(cron="0 9 * * 1-5", timezone="Europe/Berlin")
    asked = w.Preview(rule=rule, limit=2, after=datetime(2026, 3, 27, 12, tzinfo=UTC))
    assert backend.call(w.SCHEDULE_PREVIEW, asked).items == [
        datetime(2026, 3, 30, 7, tzinfo=UTC),
        datetime(2026, 3, 31, 7, tzinfo=UTC),
    ]


def test_what_is_foretold_says_what_the_clock_does_and_when_the_run_begins(backend: Backend) -> None:
    rule = CronRule(cron="30 2 * * *", timezone="Europe/Berlin")
    made = schedule(backend, deploy(backend, paused=True), rule, jitter=60.0)
    after = datetime(2027, 3, 27, 12, tzinfo=UTC)
    assert backend.call(w.SCHEDULE_NEXT, w.Foretell(id=made.id, after=after)) == w.Instants(items=[])
    (found,) = backend.call(w.SCHEDULE_NEXT, w.Foretell(id=made.id, after=after, limit=1, even_paused=True)).foreseen
    assert (found.instant, found.local) == (datetime(2027, 3, 28, 1, tzinfo=UTC), "2027-03-28T03:00:00+02:00")
    assert found.note == "The clock jumps from 02:00 to 03:00, so 02:30 does not come: it fires right after."
    assert timedelta(0) < found.at - found.instant <= timedelta(minutes=1)


def test_several_schedulers_fire_each_instant_once(opener: Callable[[], Backend]) -> None:
    backends = [opener() for _ in range(3)]
    try:
        made = schedule(backends[0], deploy(backends[0]), IntervalRule(interval=1.0, anchor=now()))
        enough, failures = threading.Event(), list[BaseException]()

        def work(scheduler: Scheduler) -> None:
            try:
                while not enough.is_set():
                    scheduler.turn()
                    enough.wait(scheduler.every)
            except BaseException as problem:  # noqa: BLE001 - told by the test
                failures.append(problem)
                enough.set()

        threads = [threading.Thread(target=work, args=(Scheduler(each),)) for each in backends]
        for thread in threads:
            thread.start()
        while len(ledger(backends[0], made)) < 3 and not enough.wait(0.05):
            pass
        enough.set()
        for thread in threads:
            thread.join()
        assert failures == []
        rows = ledger(backends[0], made)
        assert [later.instant - earlier.instant for earlier, later in pairwise(rows)] == [SECOND] * (len(rows) - 1)
        assert len({row.flow_run_id for row in rows}) == len(rows)
        assert {row.outcome for row in rows} == {"fired"}
    finally:
        for each in backends:
            each.close()


def test_schedules_of_several_deployments_are_read_page_by_page(backend: Backend) -> None:
    made = [deploy(backend, name) for name in "abc"]
    kept = {each.id: [schedule(backend, each, slug=f"{n}").id for n in range(3)] for each in made}
    asked = [made[0].id, made[2].id]
    first = backend.call(w.SCHEDULE_QUERY, w.ScheduleQuery(deployment_ids=asked, limit=4))
    rest = backend.call(w.SCHEDULE_QUERY, w.ScheduleQuery(deployment_ids=asked, limit=4, after=first.next))
    assert [each.id for each in [*first.items, *rest.items]] == [id for each in sorted(asked) for id in kept[each]]
    assert rest.next is None
    one = kept[made[1].id][0]
    assert [each.id for each in backend.call(w.SCHEDULE_QUERY, w.ScheduleQuery(ids=[one])).items] == [one]
