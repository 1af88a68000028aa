"""Events: emitted in and out of runs, kept once, read back, followed."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from segue import flow, get_client, tags, task
from segue.engine.session import forget
from segue.events import Event, RelatedResource, Resource, ResourceSpecification, emit_event, get_events_client
from segue.events import get_events_subscriber as subscriber
from segue.events.filters import EventFilter, EventNameFilter, EventOrder, EventRelatedFilter, EventTextFilter
from segue.host import config
from segue.model.errors import TooLarge

ORDER = {"segue.resource.id": "shop.order.17"}


@pytest.fixture(autouse=True)
def home(segue_home: Path) -> Iterator[None]:
    """Give a test an empty home and settings read anew, and close its database afterwards."""
    config.forget()
    yield
    forget()
    config.forget()


def read(**asked: object) -> list[Event]:
    with get_client(sync_client=True) as client:
        page = client.read_events(EventFilter(order=EventOrder.ASC, **asked))  # type: ignore[arg-type]
        assert page.total == len(page.events)
        return list(page)


def test_outside_of_runs_an_event_is_kept_with_its_facts() -> None:
    before = datetime(2026, 1, 31, 8, tzinfo=UTC)
    first = emit_event("order.packed", ORDER, occurred=before, payload={"n": 1}, id=uuid4())
    second = emit_event(
        event="order.sent",
        resource=Resource(ORDER),
        related=[{"segue.resource.id": "shop.customer.3", "segue.resource.role": "customer"}],
        follows=first,
    )
    packed, sent = read(event=EventNameFilter(prefix=["order."]))
    assert (packed.id, packed.occurred, packed.payload, packed.resource) == (
        first.id,
        before,
        {"n": 1},
        Resource(ORDER),
    )
    assert (sent.id, sent.follows, sent.resource_in_role["customer"].id) == (second.id, first.id, "shop.customer.3")
    assert packed.actor  # type: ignore[attr-defined]  # a received event says who


def test_within_runs_the_run_its_flow_and_its_tags_are_related() -> None:
    @task(tags=["t"])
    def inner() -> None:
        emit_event("order.packed", ORDER)

    @flow(name="shop")
    def outer() -> None:
        inner()
        inner.submit().wait()

    with tags("f"):
        outer()
    for event in read(event=EventNameFilter(name=["order.packed"])):
        roles = [(each.role, each.name) for each in event.related if each.role not in {"flow-run", "task-run"}]
        assert roles == [("flow", "shop"), ("tag", "f"), ("tag", "t")]
        assert {"flow-run", "task-run"} <= set(event.resource_in_role)
    assert len(read(related=EventRelatedFilter(role=["task-run"]))) == 2


def test_the_same_id_is_kept_once() -> None:
    id = uuid4()
    for _ in range(3):
        emit_event("order.packed", ORDER, id=id)
    assert [event.id for event in read(event=EventNameFilter(name=["order.packed"]))] == [id]


def test_what_is_put_into_the_payload_later_changes_nothing() -> None:
    payload = {"list": [1]}
    emit_event("order.packed", ORDER, payload=payload)
    payload["list"].append(2)
    assert read(text=EventTextFilter(query="order.packed"))[0].payload == {"list": [1]}


def test_what_is_no_event_is_refused_where_it_is_told() -> None:
    with pytest.raises(ValueError, match=r"must include the segue\.resource\.id label"):
        emit_event("x", {"id": "y"})
    with pytest.raises(ValueError, match="must be non-empty"):
        emit_event("x", {"segue.resource.id": ""})
    with pytest.raises(ValueError, match=r"segue\.resource\.role"):
        emit_event("x", ORDER, related=[ORDER])
    with pytest.raises(TypeError):
        emit_event("x", ORDER, payload={"x": object()})
    with pytest.raises(TooLarge, match="The event is"):
        emit_event("x", ORDER, payload={"x": "y" * 1024 * 1025})
    assert read(text=EventTextFilter(query="shop.order.17")) == []


def test_labels_are_found_by_role() -> None:
    related = RelatedResource({**ORDER, "segue.resource.role": "r", "b": "2"})
    event = Event(event="x", resource=Resource({**ORDER, "a": "1"}), related=[related])
    assert [event.find_resource_label(label) for label in ("a", "b", "r:b", "s:b", "c")] == ["1", "2", "2", None, None]
    assert [each.id for each in event.involved_resources] == ["shop.order.17"] * 2


def test_a_specification_matches_values_stars_and_negations() -> None:
    assert ResourceSpecification({"segue.resource.id": "shop.order.*"}).matches(ORDER)
    assert ResourceSpecification({"segue.resource.id": ["x", "shop.order.17"]}).matches(ORDER)
    assert not ResourceSpecification({"segue.resource.id": "!shop.*"}).matches(ORDER)
    assert not ResourceSpecification({"colour": "*"}).matches(ORDER)


def test_async_code_sends_and_follows_events() -> None:
    async def main() -> list[str]:
        emit_event("order.before", ORDER)
        async with subscriber(EventFilter(event=EventNameFilter(prefix=["order."]))) as events:
            async with get_events_client() as client:
                for name in ("order.packed", "other", "order.sent"):
                    await client.emit(Event(event=name, resource=Resource(ORDER)))
            return [(await anext(events)).event for _ in range(2)]

    assert asyncio.run(main()) == ["order.packed", "order.sent"]


def test_old_and_new_are_told_apart_by_when_they_occurred() -> None:
    from segue.events.filters import EventOccurredFilter

    now = datetime.now(UTC)
    emit_event("order.old", ORDER, occurred=now - timedelta(days=3))
    emit_event("order.new", ORDER)
    since = EventOccurredFilter(since=now - timedelta(days=1))
    assert [event.event for event in read(occurred=since)] == ["order.new"]
    until = EventOccurredFilter(until=now - timedelta(days=1))
    assert [event.event for event in read(occurred=until)] == ["order.old"]
