from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from segue.backend.embedded import EmbeddedBackend
from segue.backend.protocol import Backend
from segue.decide.listening import interest
from segue.host.clock import now
from segue.host.ids import new_id
from segue.model.errors import BadRequest, NotFound, TooLarge
from segue.model.events import Event
from segue.model.records import EventTold
from segue.model.states import Actor, Completed, Pending
from segue.store.codec import micros
from segue.wire import events as w
from segue.wire import operations as op
from segue.wire.history import EVENTS_OVER_TIME, EventsOverTime
from segue.wire.requests import ByName, SetVariable
from tests.conformance.making import lease_of, made, moved, propose, start, state

ORDER = {"segue.resource.id": "shop.order.17", "kind": "parcel"}


def names(backend: Backend, **asked: object) -> list[str]:
    query = w.EventQuery(sort="seq", **asked)  # type: ignore[arg-type]
    found = [event.event for event in backend.call(w.EVENT_LIST, query).items]
    assert backend.call(w.EVENT_COUNT, query).count == len(found)
    return found


def test_an_event_is_kept_with_all_its_facts(backend: Backend) -> None:
    before = now() - timedelta(days=2)
    related = [{"segue.resource.id": "shop.customer.3", "segue.resource.role": "customer"}]
    told = backend.call(
        w.EVENT_TELL,
        w.Tell(event="order.packed", resource=ORDER, related=related, payload={"weight": [1, None]}, occurred=before),
    )
    event = backend.call(w.EVENT_READ, w.EventId(told.ids[0]))
    assert (event.event, event.resource, event.related, event.payload) == (
        "order.packed", ORDER, related, {"weight": [1, None]},
    )  # fmt: skip
    assert event.occurred == before
    assert event.seq > 0
    with pytest.raises(NotFound):
        backend.call(w.EVENT_READ, w.EventId(new_id()))


def test_told_again_an_event_is_kept_once(backend: Backend) -> None:
    id = new_id()
    one = w.NewEvent(event="order.packed", resource=ORDER, id=id)
    assert backend.call(w.EVENT_TELL, w.Tell(items=[one, one])) == w.Told(ids=[id, id], new=1)
    assert backend.call(w.EVENT_TELL, w.Tell(items=[one])) == w.Told(ids=[id], new=0)
    other = w.NewEvent(event="order.sent", resource=ORDER, id="anything-unique")
    first = backend.call(w.EVENT_TELL, w.Tell(items=[one, other]))
    assert first.new == 1
    assert backend.call(w.EVENT_TELL, w.Tell(items=[other])).ids == first.ids[1:]
    assert names(backend) == ["order.packed", "order.sent"]


def test_cloud_events_are_taken(backend: Backend) -> None:
    cloud = w.Tell(specversion="1.0", id="A234", source="/sensors/9", type="com.example.warm", data={"degrees": 31})
    told = backend.call(w.EVENT_TELL, cloud)
    event = backend.call(w.EVENT_READ, w.EventId(told.ids[0]))
    assert (event.event, event.resource["segue.resource.id"], event.payload) == (
        "com.example.warm", "/sensors/9", {"degrees": 31},
    )  # fmt: skip
    assert backend.call(w.EVENT_TELL, cloud).new == 0
    with pytest.raises(BadRequest, match="A CloudEvent needs id, source"):
        backend.call(w.EVENT_TELL, w.Tell(specversion="1.0", type="com.example.warm"))


@pytest.mark.parametrize(
    ("told", "complaint"),
    [
        (w.NewEvent(resource=ORDER), "has no name"),
        (w.NewEvent(event="x" * 1025, resource=ORDER), "1,025 characters"),
        (w.NewEvent(event="x"), "has no resource"),
        (w.NewEvent(event="x", resource=ORDER, related=[{"a": "b"}]), "needs 'segue.resource.id'"),
        (w.NewEvent(event="x", resource={**ORDER, **{str(n): "" for n in range(500)}}), "502 labels"),
    ],
)
def test_what_is_no_event_is_refused_and_nothing_of_the_request_is_kept(
    backend: Backend, told: w.NewEvent, complaint: str
) -> None:
    good = w.NewEvent(event="order.packed", resource=ORDER)
    with pytest.raises(BadRequest, match=f"Event 2: .*{complaint}"):
        backend.call(w.EVENT_TELL, w.Tell(items=[good, told]))
    with pytest.raises(TooLarge):
        backend.call(w.EVENT_TELL, w.Tell(event="x", resource=ORDER, payload={"x": "y" * 1024 * 1025}))
    assert names(backend) == []


def test_events_of_a_run_ride_its_records_and_are_kept_once(backend: Backend) -> None:
    grant = start(backend)
    stream = backend.stream(lease_of(grant))
    event = Event(id=new_id(), event="order.packed", occurred=now(), resource=ORDER)
    stream.put(EventTold(event))
    stream.put(EventTold(event))
    stream.flush()
    stream.put(EventTold(event))
    stream.flush()
    assert names(backend, names=["order.*"]) == ["order.packed"]


def test_states_of_runs_are_events(backend: Backend) -> None:
    grant = start(backend)
    run = f"segue.flow-run.{grant.run.id}"
    stream = backend.stream(lease_of(grant))
    task = made(grant.run.id, state=state(Pending))
    stream.put(task)
    stream.put(moved(task, state(Completed, name="Cached")))
    stream.flush()
    propose(backend, grant.run.id, state(Completed), fence=1)
    backend.call(w.EVENT_TELL, w.Tell(event="order.packed", resource=ORDER))
    flows = ["segue.flow-run.Pending", "segue.flow-run.Running", "segue.flow-run.Completed"]
    tasks = ["segue.task-run.Pending", "segue.task-run.Cached"]
    assert names(backend) == [*flows[:2], *tasks, flows[2], "order.packed"]
    assert names(backend, names=["segue.flow-run.*"]) == flows
    assert names(backend, names=["segue.*-run", "segue.task-run.Cached", "segue.flow-run.Completed"]) == [
        tasks[1],
        flows[2],
    ]
    assert names(backend, names=["segue.flow-run.Com*"]) == [flows[2]]
    assert names(backend, not_names=["segue.flow-run.*", "order.packed"]) == tasks
    assert names(backend, resource_ids=[run]) == flows
    assert names(backend, any_resource_ids=[run]) == [*flows[:2], *tasks, flows[2]]
    assert names(backend, occurred_after=now() + timedelta(hours=1)) == []
    assert names(backend, occurred_before=now() - timedelta(hours=1)) == []
    (first,) = backend.call(w.EVENT_LIST, w.EventQuery(names=["segue.flow-run.Running"])).items
    assert first.resource["segue.resource.name"] == grant.run.name
    assert {
        "segue.resource.id": f"segue.flow.{grant.run.flow_id}",
        "segue.resource.role": "flow",
    }.items() <= first.related[0].items()
    assert first.payload["state"] == {"type": "RUNNING", "name": "Running", "message": None}


def test_the_feed_is_read_page_by_page_in_both_directions(backend: Backend) -> None:
    backend.call(w.EVENT_TELL, w.Tell(items=[w.NewEvent(event=f"n{n}", resource=ORDER) for n in range(5)]))
    for sort, expected in (("seq", ["n0", "n1", "n2", "n3", "n4"]), ("-seq", ["n4", "n3", "n2", "n1", "n0"])):
        seen: list[str] = []
        after = None
        while True:
            page = backend.call(w.EVENT_LIST, w.EventQuery(sort=sort, limit=2, after=after))
            seen += [event.event for event in page.items]
            after = page.next
            if after is None:
                break
        assert seen == expected


def told_at_their_time(beneath: EmbeddedBackend, event: str, at: str) -> None:
    """Let events that were told just now have been told at an instant of the past: SQL for microseconds."""
    beneath.flush()
    writer = beneath._opened().writer()
    writer.begin()
    writer.select(f"UPDATE state_row SET told = {at} WHERE type = '{event}' RETURNING seq", {})
    writer.commit()
    writer.close()


def test_what_was_told_long_after_or_before_it_occurred_is_found_by_its_time(
    backend: Backend, beneath: EmbeddedBackend
) -> None:
    begin = now() - timedelta(hours=100)

    def tell(event: str, *hours: float) -> None:
        told = [w.NewEvent(event=event, resource=ORDER, occurred=begin + timedelta(hours=each)) for each in hours]
        backend.call(w.EVENT_TELL, w.Tell(items=told))

    tell("in-time", *range(20))
    # Told at hour 20, and many: whoever searches by halves comes upon them.
    tell("late", *(-50 + each / 10 for each in range(60)))
    told_at_their_time(beneath, "late", str(micros(begin + timedelta(hours=20))))
    tell("in-time", *range(20, 40))
    told_at_their_time(beneath, "in-time", "NULL")
    tell("last", 10.5, 30.5, 100, 130)
    everything = backend.call(w.EVENT_LIST, w.EventQuery(sort="seq", limit=1000)).items
    assert len(everything) == 104
    edges = [None, *(begin + timedelta(hours=each) for each in (-48, 0, 10.2, 10.7, 21, 39, 99, 120))]
    for after, before in itertools.product(edges, edges):
        fit = [
            each.seq
            for each in everything
            if (after is None or each.occurred >= after) and (before is None or each.occurred < before)
        ]
        query = w.EventQuery(sort="seq", limit=7, occurred_after=after, occurred_before=before)
        assert paged(backend, query) == fit, (after, before)
        assert paged(backend, msgspec.structs.replace(query, sort="-seq", limit=1000)) == fit[::-1]
        assert backend.call(w.EVENT_COUNT, query).count == len(fit)
        counted = backend.call(w.EVENT_COUNT, msgspec.structs.replace(query, at_most=5))
        assert (counted.count, counted.more) == (min(len(fit), 5), len(fit) > 5)
    parts = backend.call(EVENTS_OVER_TIME, EventsOverTime(start=begin, end=begin + timedelta(hours=40), bucket=36_000))
    assert [part.total for part in parts.items] == [10, 11, 10, 11]


def paged(backend: Backend, query: w.EventQuery) -> list[int]:
    """Return the numbers of all events of a query, page by page."""
    found: list[int] = []
    while True:
        page = backend.call(w.EVENT_LIST, query)
        found += [event.seq for event in page.items]
        if page.next is None:
            return found
        query = msgspec.structs.replace(query, after=page.next)


def test_events_are_found_by_their_words_and_by_who(backend: Backend) -> None:
    backend.call(w.EVENT_TELL, w.Tell(event="order.packed", resource=ORDER, payload={"note": "Handle_with 100 % care"}))
    backend.call(w.EVENT_TELL, w.Tell(event="order.sent", resource={"segue.resource.id": "shop.order.18"}))
    assert names(backend, text="handle_with 100 % CARE") == ["order.packed"]
    assert names(backend, resource_ids=["shop.order.*"]) == ["order.packed", "order.sent"]
    assert names(backend, resource_ids=["shop.order.18"]) == ["order.sent"]
    assert names(backend, actor="nobody") == []


def test_changes_of_variables_are_events(backend: Backend) -> None:
    for value in (1, 2):
        backend.call(op.VARIABLE_SET, SetVariable(id=new_id(), name="region", value=value, overwrite=True))
    backend.call(op.VARIABLE_DELETE, ByName("region"))
    assert names(backend) == ["segue.variable.created", "segue.variable.updated", "segue.variable.deleted"]
    assert names(backend, resource_ids=["segue.variable.region"]) == names(backend)


#: Conditions; in their texts `{run}`, `{flow}` and `{first}` stand for what the test makes, and spans say how long before it runs.
CONDITIONS: list[dict[str, object]] = [
    {"names": ["segue.*-run.C*", "order.sent"]},
    {"not_names": ["segue.flow-run.*", "order.packed"]},
    {"resource_ids": ["shop.*.17"]},
    {"any_resource_ids": ["shop.customer.*"]},
    {"any_resource_ids": ["{run}"]},
    {"any_resource_ids": ["{flow}"]},
    {"any_resource_ids": ["segue.tag.n*"]},
    {"related_ids": ["{flow}"]},
    {"related_ids": ["{run}", "segue.tag.late"]},
    {"related_ids": ["segue.flow.*"]},
    {"related_ids": ["shop.customer.3"]},
    {"related_roles": ["customer"]},
    {"related_roles": ["flow"]},
    {"related_roles": ["flow-run", "tag"]},
    {"related_roles": ["tag"], "not_names": ["*Pending"]},
    {"actor": "ann"},
    {"text": "FRAGILE"},
    {"text": "brave-otter"},
    {"state_types": ["COMPLETED"]},
    {"state_names": ["cached", "running"]},
    {"occurred_before": timedelta(minutes=10)},
    {"occurred_after": timedelta(minutes=10), "names": ["order.*"]},
    {"ids": ["{first}"]},
]


def meant(value: object, made_here: dict[str, str]) -> Any:
    """What a condition says, here and now."""
    if isinstance(value, list):
        return [str(each).format(**made_here) for each in value]
    return now() - value if isinstance(value, timedelta) else value


def test_a_stream_hears_what_a_list_shows(backend: Backend) -> None:
    grant = start(backend, tags=["nightly", "late"])
    start(backend, flow="other")
    stream = backend.stream(lease_of(grant))
    task = made(grant.run.id, state=state(Pending), tags=["late"])
    stream.put(task)
    stream.put(moved(task, state(Completed, name="Cached")))
    related = [{"segue.resource.id": "shop.customer.3", "segue.resource.role": "customer"}]
    packed = w.NewEvent(event="order.packed", resource=ORDER, related=related, payload={"note": ["fragile"]})
    sent = w.NewEvent(event="order.sent", resource=ORDER, occurred=now() - timedelta(minutes=20))
    told = backend.call(w.EVENT_TELL, w.Tell(items=[packed, sent]))
    ann = Actor(kind="user", name="ann", means="cli")
    stream.put(EventTold(Event(id=new_id(), event="order.lost", occurred=now(), resource=ORDER, actor=ann)))
    stream.flush()
    made_here = {
        "run": f"segue.flow-run.{grant.run.id}",
        "flow": f"segue.flow.{grant.run.flow_id}",
        "first": told.ids[0],
    }
    everything = backend.call(w.EVENT_LIST, w.EventQuery(sort="seq")).items
    for condition in CONDITIONS:
        asked = {name: meant(value, made_here) for name, value in condition.items()}
        heard = [event for event in everything if interest(**asked).hears(event)]
        assert heard == backend.call(w.EVENT_LIST, w.EventQuery(sort="seq", **asked)).items, condition
        assert 0 < len(heard) < len(everything), condition
