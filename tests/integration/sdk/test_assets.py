"""Assets: what tasks tell of the data they make, and where it came from."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from segue import flow, get_client, task
from segue.assets import Asset, AssetProperties, add_asset_metadata, materialize
from segue.cache_policies import INPUTS
from segue.engine.session import forget
from segue.events import Event
from segue.events.filters import EventFilter, EventNameFilter, EventOrder
from segue.host import config


@pytest.fixture(autouse=True)
def home(segue_home: Path) -> Iterator[None]:
    """Give a test an empty home and settings read anew, and close its database afterwards."""
    config.forget()
    yield
    forget()
    config.forget()


def told() -> list[Event]:
    with get_client(sync_client=True) as client:
        asked = EventFilter(order=EventOrder.ASC, event=EventNameFilter(prefix=["segue.asset."]))
        return list(client.read_events(asked))


def roles(event: Event) -> set[tuple[str, str]]:
    return {(each.role, each.id) for each in event.related if each.role.startswith("asset")}


def test_a_materialization_tells_its_facts_and_what_it_was_made_from() -> None:
    report = Asset(
        key="file:///reports/day.csv",
        properties=AssetProperties(
            name="Daily report", owners=["ann"], url="https://example.org", description="Rows by day"
        ),
    )

    @materialize("s3://lake/orders")
    def load() -> list[int]:
        return [1, 2]

    @task
    def clean(rows: list[int]) -> list[int]:
        return [row + 1 for row in rows]

    @materialize(report, by="duckdb", asset_deps=["s3://lake/lookup"])
    def write(rows: list[int]) -> int:
        add_asset_metadata(report, {"rows": len(rows)})
        return len(rows)

    @flow
    def pipeline() -> int:
        return write.submit(clean.submit(load.submit())).result()

    assert pipeline() == 2
    orders, *referenced, made = told()
    assert (orders.event, orders.resource.id) == ("segue.asset.materialization.succeeded", "s3://lake/orders")
    assert [(event.event, event.resource.id) for event in referenced] == [
        ("segue.asset.referenced", "s3://lake/lookup"),
        ("segue.asset.referenced", "s3://lake/orders"),
    ]
    assert dict(made.resource) == {
        "segue.resource.id": "file:///reports/day.csv",
        "segue.resource.name": "Daily report",
        "segue.asset.description": "Rows by day",
        "segue.asset.url": "https://example.org",
        "segue.asset.owners": '["ann"]',
    }
    assert made.payload == {"rows": 2}
    assert roles(made) == {
        ("asset", "s3://lake/orders"),
        ("asset", "s3://lake/lookup"),
        ("asset-materialized-by", "duckdb"),
    }
    assert {"flow-run", "task-run"} <= {each.role for each in made.related}


def test_a_failed_materialization_tells_so_once_its_retries_are_used_up_and_a_cached_one_tells_nothing() -> None:
    @materialize("s3://lake/bad", retries=1)
    def bad() -> None:
        raise ValueError("no rows")

    @materialize("s3://lake/good", cache_policy=INPUTS, persist_result=True)
    def good(day: int) -> int:
        return day

    @flow
    def pipeline() -> list[int]:
        bad(return_state=True)
        return [good(1), good(1)]

    assert pipeline() == [1, 1]
    assert [(event.event, event.resource.id) for event in told()] == [
        ("segue.asset.materialization.failed", "s3://lake/bad"),
        ("segue.asset.materialization.succeeded", "s3://lake/good"),
    ]


def test_outside_of_flows_a_materialization_is_told_as_well() -> None:
    @materialize("s3://lake/alone", "s3://lake/beside")
    def alone() -> int:
        return 1

    assert alone() == 1
    assert sorted(event.resource.id for event in told()) == ["s3://lake/alone", "s3://lake/beside"]


def test_flows_without_assets_tell_nothing_of_any() -> None:
    @task
    def step(value: int) -> int:
        return value

    @flow
    def pipeline() -> int:
        return step(step(1))

    assert pipeline() == 1
    assert told() == []
