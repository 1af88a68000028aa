"""Schedules under the names that users know: what is asked for is what a deployment then has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from segue import flow
from segue.client.orchestration import get_client
from segue.client.schemas.schedules import SCHEDULE_TYPES, CronSchedule, IntervalSchedule, RRuleSchedule
from segue.engine.session import forget, reading
from segue.exceptions import ObjectNotFound
from segue.host import config
from segue.schedules import Cron, Interval, RRule, Schedule
from segue.wire.deployments import DEPLOYMENT_PUT, PutDeployment


@pytest.fixture(autouse=True)
def home(segue_home: object) -> Iterator[None]:
    config.forget()
    yield
    forget()
    config.forget()


@pytest.fixture
def deployment() -> UUID:
    @flow(name="orders")
    def orders() -> None: ...

    orders()
    made = reading().call(DEPLOYMENT_PUT, PutDeployment(flow_name="orders", name="nightly"))
    return UUID(made.id)


def test_schedules_of_a_deployment_are_made_read_changed_and_deleted(deployment: UUID) -> None:
    with get_client(sync_client=True) as client:
        asked: list[tuple[SCHEDULE_TYPES, bool]] = [
            (CronSchedule(cron="0 6 * * *", timezone="Europe/Berlin"), True),
            (IntervalSchedule(interval=timedelta(hours=2), anchor_date=datetime(2026, 1, 1, tzinfo=UTC)), False),
            (RRuleSchedule(rrule="FREQ=WEEKLY;BYDAY=MO"), True),
        ]
        made = client.create_deployment_schedules(deployment, asked)
        found = client.read_deployment_schedules(deployment)
        assert {each.id for each in found} == {each.id for each in made}
        by_kind = {type(each.schedule): each for each in found}
        cron, interval = by_kind[CronSchedule], by_kind[IntervalSchedule]
        assert isinstance(cron.schedule, CronSchedule)
        assert isinstance(interval.schedule, IntervalSchedule)
        assert (cron.schedule.cron, cron.schedule.timezone, cron.active) == ("0 6 * * *", "Europe/Berlin", True)
        assert (interval.schedule.interval, interval.active) == (timedelta(hours=2), False)

        client.update_deployment_schedule(deployment, cron.id, active=False, schedule=CronSchedule(cron="@hourly"))
        (changed,) = [each for each in client.read_deployment_schedules(deployment) if each.id == cron.id]
        assert isinstance(changed.schedule, CronSchedule)
        assert (changed.schedule.cron, changed.active) == ("@hourly", False)

        client.delete_deployment_schedule(deployment, cron.id)
        assert cron.id not in {each.id for each in client.read_deployment_schedules(deployment)}
        with pytest.raises(ObjectNotFound):
            client.delete_deployment_schedule(deployment, cron.id)
        with pytest.raises(ObjectNotFound):
            client.read_deployment_schedules(uuid4())


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (Schedule, "there is none"),
        (lambda: Schedule(cron="@daily", rrule="FREQ=DAILY"), "cron and rrule"),
        (lambda: Cron("61 * * * *"), "61"),
        (lambda: Cron("@daily", timezone="Europe/Nowhere"), "Europe/Nowhere"),
        (lambda: Interval(-5), "-5"),
        (lambda: RRule("FREQ=NEVER"), "NEVER"),
        (lambda: Cron("@daily", catch_up="within"), "within"),
    ],
)
def test_what_is_wrong_with_a_schedule_is_named(wrong: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        wrong()  # type: ignore[operator]


@flow
def orders(limit: int = 3) -> int:
    return limit


def test_a_deployment_is_applied_again_and_its_schedules_are_those_that_it_names() -> None:
    with get_client(sync_client=True) as client:
        first = orders.to_deployment("nightly", cron=["@daily", "0 12 * * *"], parameters={"limit": 5}).apply()
        assert len(client.read_deployment_schedules(first)) == 2
        # None is named, so none is touched.
        assert orders.to_deployment("nightly").apply() == first
        assert len(client.read_deployment_schedules(first)) == 2
        orders.to_deployment("nightly", schedule=RRuleSchedule(rrule="FREQ=DAILY")).apply()
        (left,) = client.read_deployment_schedules(first)
        assert left.schedule == RRuleSchedule(rrule="FREQ=DAILY", timezone="UTC")
        orders.to_deployment("nightly", schedules=[]).apply()
        assert client.read_deployment_schedules(first) == []


def test_schedules_are_given_in_one_way() -> None:
    with pytest.raises(ValueError, match="interval and cron"):
        _ = orders.to_deployment("nightly", interval=60, cron="@daily")
    with pytest.raises(TypeError, match="'@daily' is no schedule"):
        _ = orders.to_deployment("nightly", schedules=["@daily"])  # type: ignore[list-item]
