"""What automations tell the world outside: sent once, or again with the same key; collected, held, and never in silence."""

from __future__ import annotations

import base64
import hashlib
import hmac
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from segue.backend.embedded import EmbeddedBackend
from segue.backend.open import open_backend
from segue.backend.protocol import Backend
from segue.backend.pruner import prune
from segue.host import clock
from segue.host.ids import new_id
from segue.model import actions as a
from segue.model.deliveries import Try
from segue.model.errors import BadRequest, NotFound
from segue.model.events import Event
from segue.model.states import ErrorInfo, Failed
from segue.service import delivering
from segue.service.automation_firings import actions_of
from segue.wire import blocks as b
from segue.wire import deliveries as d
from segue.wire import operations as op
from segue.wire.events import EVENT_LIST, EventQuery
from segue.wire.requests import ById, Proposal, Prune
from tests.conformance.firing import UI, acting, deliveries, fire, over, queued, said, told, until
from tests.conformance.making import start, state
from tests.sinks import HttpSink, http_sink, mail_sink

HERE = "127.0.0.0/8"
SECRET = "whsec_" + base64.b64encode(b"c4n4ry-of-the-webhook").decode()


@pytest.fixture
def sink() -> Iterator[HttpSink]:
    with http_sink() as found:
        yield found


def block(backend: Backend, slug: str, called: str = "it", **data: object) -> str:
    """Save a block as a client does that has no class of it: as data."""
    secrets = [key for key in data if key in {"url", "signing_secret", "headers", "password"}]
    backend.call(b.BLOCK_TYPE_PUT, b.PutBlockType(slug=slug, name=slug))
    fields: dict[str, object] = {"type": "object", "properties": {key: {} for key in data}, "secret_fields": secrets}
    backend.call(b.BLOCK_SCHEMA_PUT, b.PutBlockSchema(block_type=slug, fields=fields))
    return backend.call(b.BLOCK_SAVE, b.SaveBlock(name=called, block_type=slug, data=data, overwrite=True)).id


def hook(backend: Backend, sink: HttpSink, **data: object) -> str:
    return block(backend, "webhook", "it", **{"url": f"{sink.url}/in", "signing_secret": SECRET, **data})


def note(block_id: str, body: str = "It is over.", **facts: Any) -> a.SendNotification:
    return a.SendNotification(block_document_id=block_id, body=body, **facts)


def custom(backend: Backend, sink: HttpSink, name: str = "it") -> str:
    data = {
        "name": name,
        "url": f"{sink.url}/{name}",
        "method": "POST",
        "json_data": {"s": "{{subject}}", "b": "{{body}}"},
    }
    return block(backend, "custom-webhook", name, **data)


def failure(backend: EmbeddedBackend) -> tuple[Any, Event]:
    """Let a run fail, and return it and the event of that."""
    run = start(backend, flow="nightly").run
    trace = "\n".join(f"line {number}" for number in range(40))
    error = ErrorInfo(
        type="ValueError", message="no orders today", file="/srv/etl.py", line=12, function="load", traceback=trace
    )
    failed = state(Failed, message="ValueError: no orders today", error=error)
    backend.call(op.FLOW_RUN_PROPOSE, Proposal(id=run.id, state=failed, fence=run.fence, force=True))
    (fed,) = backend.call(EVENT_LIST, EventQuery(names=["segue.flow-run.Failed"])).items
    event = Event(
        id=fed.id,
        event=fed.event,
        occurred=fed.occurred,
        resource=fed.resource,
        related=fed.related,
        payload=fed.payload,
    )
    return run, event


def test_a_mail_says_what_failed_where_and_with_which_error(beneath: EmbeddedBackend) -> None:
    run, event = failure(beneath)
    body = (
        "{{ flow.name }}/{{ flow_run.name }}: {{ flow_run.state.message }}\nin {{ flow_run.state.error.where }}\n"
        "{{ flow_run.state.error.last_lines | tail(2) }}\n{{ flow_run | ui_url }}\n"
        "{% if deployment %}of {{ deployment.name }}{% else %}of no deployment{% endif %}; {{ nothing.at.all }}."
    )
    with mail_sink() as mail, acting(beneath, HERE):
        id = block(
            beneath, "smtp-email", host="127.0.0.1", port=mail.port, security="insecure", sender_email="segue@example.com",
            to_emails=["you@example.com"],
        )  # fmt: skip
        firing = fire(beneath, note(id, body, subject="{{ flow_run.name }} {{ flow_run.state.type }}"), event=event)
        (done,) = over(beneath, firing)
        (got,) = mail.wait()
    assert done.status == "executed", done.problem
    assert got["subject"] == f"{run.name} FAILED"
    text = got.get_body(("plain",))
    assert text is not None
    assert text.get_content().splitlines() == [
        f"nightly/{run.name}: ValueError: no orders today", "in /srv/etl.py, line 12, in load", "line 38", "line 39",
        f"{UI}/flow-runs/{run.id}", "of no deployment; .",
    ]  # fmt: skip
    (delivery,) = deliveries(beneath)
    assert (delivery.status, delivery.block, delivery.kind, delivery.attempts) == (
        "sent",
        "smtp-email/it",
        "notification",
        1,
    )
    assert (delivery.automation_name, delivery.due, len(delivery.tries)) == ("on files", None, 1)
    assert got["x-segue-delivery"] == delivery.id == done.answer["delivery"]
    assert said(beneath, firing) == ["triggered", "executed"]


def test_a_webhook_is_signed_and_says_everything_unless_told_otherwise(
    beneath: EmbeddedBackend, sink: HttpSink
) -> None:
    event = told(beneath, payload={"path": "a.csv", "quote": '"'})
    id = hook(beneath, sink, headers={"x-team": "data"})
    with acting(beneath, HERE):
        firing = fire(
            beneath, a.CallWebhook(block_document_id=id), a.CallWebhook(block_document_id=id, payload="{{ event.payload.path }}!"),
            event=event,
        )  # fmt: skip
        outcomes = over(beneath, firing)
    assert [each.status for each in outcomes] == ["executed", "executed"], outcomes
    by_id = {each.headers["webhook-id"]: each for each in sink.received}
    whole, short = (by_id[str(each.answer["delivery"])] for each in outcomes)
    assert (whole.headers["x-team"], whole.headers["content-type"]) == ("data", "application/json")
    assert whole.json["event"]["payload"] == {"path": "a.csv", "quote": '"'}
    assert whole.json["automation"]["name"] == "on files"
    assert (whole.json["firing"]["id"], whole.json["firing"]["reason"]) == (firing.id, "1 event came.")
    assert short.body == b"a.csv!"
    for each in (whole, short):
        id_, at = each.headers["webhook-id"], each.headers["webhook-timestamp"]
        signed = hmac.new(b"c4n4ry-of-the-webhook", f"{id_}.{at}.".encode() + each.body, hashlib.sha256).digest()
        assert each.headers["webhook-signature"] == f"v1,{base64.b64encode(signed).decode()}"
        assert each.headers["idempotency-key"] == id_
        assert abs(int(at) - clock.now().timestamp()) < 600


def test_what_fails_is_tried_again_with_the_same_key_until_it_arrives(beneath: EmbeddedBackend, sink: HttpSink) -> None:
    sink.answers = [(503, {}, b"busy"), (500, {}, b"broken"), (200, {}, b"thanks")]
    with acting(beneath, HERE):
        firing = fire(beneath, a.CallWebhook(block_document_id=hook(beneath, sink), payload="x"))
        (done,) = over(beneath, firing)
    assert (done.status, done.answer["attempts"], done.answer["status"]) == ("executed", 3, 200)
    assert len({each.headers["idempotency-key"] for each in sink.received}) == 1
    (delivery,) = deliveries(beneath)
    assert [(each.status, each.done) for each in delivery.tries] == [(503, False), (500, False), (200, True)]
    assert said(beneath, firing) == ["triggered", "executed"]


def test_what_never_arrives_is_given_up_and_can_be_sent_again(beneath: EmbeddedBackend, sink: HttpSink) -> None:
    sink.usual = (500, {}, b"broken")
    with acting(beneath, HERE, first=0.0001):
        firing = fire(beneath, a.CallWebhook(block_document_id=hook(beneath, sink), payload="x"))
        (failed,) = over(beneath, firing)
        assert (failed.status, failed.problem) == ("failed", "Answered 500: broken")
        (delivery,) = deliveries(beneath, statuses=["failed"])
        assert (delivery.attempts, len(sink.received)) == (14, 14)
        assert said(beneath, firing) == ["triggered", "failed"]
        sink.usual = (200, {}, b"ok")
        again = beneath.call(d.DELIVERY_RETRY, ById(delivery.id))
        assert again.status == "waiting"
        until(lambda: beneath.call(d.DELIVERY_READ, ById(delivery.id)).status == "sent")
        assert queued(beneath, firing)[0].status == "executed"
    with pytest.raises(BadRequest, match="is sent"):
        beneath.call(d.DELIVERY_RETRY, ById(delivery.id))
    with pytest.raises(NotFound):
        beneath.call(d.DELIVERY_RETRY, ById(new_id()))


def test_what_cannot_go_well_is_not_tried_again(beneath: EmbeddedBackend, sink: HttpSink) -> None:
    with http_sink() as inner:
        sink.answers = [(403, {}, b"no"), (302, {"location": inner.url}, b"")]
        with acting(beneath, "127.0.0.1/32"):
            id = hook(beneath, sink)
            forbidden = fire(beneath, a.CallWebhook(block_document_id=id))
            over(beneath, forbidden)
            redirected = fire(beneath, a.CallWebhook(block_document_id=id))
            over(beneath, redirected)
            elsewhere = block(beneath, "webhook", "elsewhere", url=f"http://127.0.0.2:{sink.port}/")
            firings = [
                fire(beneath, a.CallWebhook(block_document_id=elsewhere)),
                fire(beneath, a.CallWebhook(block_document_id=custom(beneath, sink))),
                fire(beneath, note(id)),
                fire(beneath, note(new_id())),
            ]
            over(beneath, *firings)
        assert not inner.received
    problems = [queued(beneath, each)[0].problem or "" for each in (forbidden, redirected, *firings)]
    assert problems[0] == "Answered 403: no"
    assert "redirections are not followed" in problems[1]
    assert "is no public address" in problems[2]
    assert "is no webhook" in problems[3]
    assert "notifies nobody" in problems[4]
    assert "no block" in problems[5].lower()
    assert len(sink.received) == 2
    assert all(len(each.tries) == 1 for each in deliveries(beneath))


def test_private_addresses_are_refused_unless_the_server_allows_them(beneath: EmbeddedBackend, sink: HttpSink) -> None:
    with acting(beneath):
        firing = fire(beneath, a.CallWebhook(block_document_id=hook(beneath, sink)))
        (failed,) = over(beneath, firing)
    assert "SEGUE_SERVER_OUTBOUND_ALLOWED_ADDRESSES" in (failed.problem or "")
    assert not sink.received


def test_the_same_is_told_once_within_its_time(beneath: EmbeddedBackend, sink: HttpSink) -> None:
    id = custom(beneath, sink)
    with acting(beneath, HERE):
        action = note(id, "{{ firing.id }}", subject="down", deduplicate=3600)
        first = fire(beneath, action)
        over(beneath, first)
        second = fire(beneath, action)
        other = fire(beneath, note(id, "x", subject="up", deduplicate=3600))
        by_key = fire(beneath, note(id, "y", subject="up", deduplicate=3600, deduplicate_by="{{ firing.id }}"))
        over(beneath, second, other, by_key)
    assert sorted(each.json["s"] for each in sink.received) == ["down", "up", "up"]
    (repeated,) = deliveries(beneath, statuses=["duplicate"])
    assert repeated.duplicate_of == queued(beneath, first)[0].answer["delivery"]
    (answer,) = queued(beneath, second)
    assert (answer.status, answer.answer["duplicate_of"]) == ("executed", repeated.duplicate_of)
    assert said(beneath, second) == ["triggered", "executed"]


def test_messages_are_collected_into_one(beneath: EmbeddedBackend, sink: HttpSink) -> None:
    id = custom(beneath, sink)
    action = note(id, "body of {{ firing.id }}", subject="news", group=3)
    with acting(beneath, HERE):
        firings = [fire(beneath, action) for _ in range(3)]
        outcomes = over(beneath, *firings)
    (got,) = sink.received
    assert got.json["s"] == "3 messages: news"
    assert all(f"body of {each.id}" in got.json["b"] for each in firings)
    (delivery,) = deliveries(beneath)
    assert {each.answer["delivery"] for each in outcomes} == {delivery.id}
    assert all(said(beneath, each) == ["triggered", "executed"] for each in firings)


def test_quiet_hours_are_kept(beneath: EmbeddedBackend, sink: HttpSink) -> None:
    id = custom(beneath, sink)
    now = beneath.look(lambda session: session.now())
    weekday: Any = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    quiet = a.QuietHours(days=[weekday[now.weekday()], weekday[(now.weekday() + 1) % 7]])
    with acting(beneath, HERE):
        held = fire(beneath, note(id, quiet=quiet))
        loud = fire(beneath, note(id, "loud"))
        over(beneath, loud)
        until(lambda: len(deliveries(beneath)) == 2)
    assert [each.json["b"] for each in sink.received] == ["loud"]
    (waiting,) = deliveries(beneath, statuses=["waiting"])
    assert waiting.due is not None
    assert waiting.due > now + timedelta(hours=12)
    assert (waiting.due.hour, waiting.due.minute) == (0, 0)
    assert (waiting.reason or "").startswith("Quiet hours, until ")
    assert queued(beneath, held)[0].status == "pending"
    with acting(beneath, HERE):
        beneath.call(d.DELIVERY_RETRY, ById(waiting.id))
        over(beneath, held)
    assert len(sink.received) == 2


def test_several_servers_send_each_message_once(
    beneath: EmbeddedBackend, sink: HttpSink, url: str, tmp_path: Path
) -> None:
    id = custom(beneath, sink)
    others = [open_backend(url, tmp_path) for _ in range(2)]
    try:
        with acting(beneath, HERE), acting(others[0], HERE), acting(others[1], HERE):
            firings = [fire(beneath, note(id, "{{ firing.id }}")) for _ in range(12)]
            over(beneath, *firings)
    finally:
        for other in others:
            other.close()
    assert sorted(each.json["b"] for each in sink.received) == sorted(each.id for each in firings)
    assert all(each.attempts == 1 for each in deliveries(beneath))


SENDER = """
import sys
sys.path.insert(0, sys.argv[3])
from segue.service import delivering
# So long another waits before it takes over what this one was at.
delivering.LEASE = 6.0
from segue.backend.open import open_backend
from tests.conformance.firing import acting
backend = open_backend(sys.argv[1], sys.argv[2])
with acting(backend, "127.0.0.0/8"):
    sys.stdin.read()
"""


def test_a_server_killed_while_it_sends_is_followed_by_one_that_sends_with_the_same_key(
    beneath: EmbeddedBackend, sink: HttpSink, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = hook(beneath, sink)
    sink.open.clear()
    root = str(Path(__file__).parents[2])
    process = subprocess.Popen([sys.executable, "-c", SENDER, url, str(tmp_path), root], stdin=subprocess.PIPE)
    firing = fire(beneath, a.CallWebhook(block_document_id=id, payload="x"))
    sink.wait()
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert process.stdin is not None
    process.stdin.close()
    sink.open.set()
    assert queued(beneath, firing)[0].status == "pending"
    with acting(beneath, HERE):
        (done,) = over(beneath, firing)
    assert done.status == "executed"
    assert len(sink.received) == 2
    assert len({each.headers["webhook-id"] for each in sink.received}) == 1
    assert said(beneath, firing) == ["triggered", "executed"]


def test_what_takes_longer_than_a_claim_is_not_sent_by_another_meanwhile(
    beneath: EmbeddedBackend, sink: HttpSink, monkeypatch: pytest.MonkeyPatch, url: str, tmp_path: Path
) -> None:
    from segue.server.loops import deliverer

    monkeypatch.setattr(delivering, "LEASE", 5.0)
    monkeypatch.setattr(deliverer, "_KEEP", 0.5)
    id = hook(beneath, sink)
    sink.open.clear()
    other = open_backend(url, tmp_path)
    try:
        with acting(beneath, HERE), acting(other, HERE):
            firing = fire(beneath, a.CallWebhook(block_document_id=id, payload="x"))
            sink.wait()
            before = beneath.look(lambda session: session.now())
            until(lambda: beneath.look(lambda session: session.now()) > before + timedelta(seconds=8))
            sink.open.set()
            (done,) = over(beneath, firing)
    finally:
        other.close()
    assert (done.status, len(sink.received)) == ("executed", 1)


def test_a_late_failure_of_an_attempt_that_another_has_taken_over_says_nothing(
    beneath: EmbeddedBackend, sink: HttpSink
) -> None:
    fire(beneath, a.CallWebhook(block_document_id=hook(beneath, sink), payload="x"))
    with acting(beneath):
        until(lambda: bool(deliveries(beneath)))
        until(lambda: deliveries(beneath)[0].status == "failed")
    (delivery,) = deliveries(beneath)
    beneath.call(d.DELIVERY_RETRY, ById(delivery.id))
    claim = delivering.Claim(id=delivery.id, attempts=1)
    claimed = beneath.do("claim", delivering.claim, claim)
    assert claimed is not None
    assert beneath.do("claim", delivering.claim, claim) is None
    bad = Try(at=clock.now(), done=False, detail="late")
    stale = delivering.Report(id=delivery.id, attempts=1, outcome=bad, again=False)
    assert beneath.do("report", delivering.report, stale).status == "waiting"
    good = Try(at=clock.now(), done=True, detail="Sent.")
    # That it arrived is true whoever says so.
    assert (
        beneath.do("report", delivering.report, delivering.Report(id=delivery.id, attempts=1, outcome=good)).status
        == "sent"
    )


def test_deliveries_are_listed_page_by_page(beneath: EmbeddedBackend, backend: Backend, sink: HttpSink) -> None:
    id = custom(beneath, sink)
    with acting(beneath, HERE):
        over(beneath, *(fire(beneath, note(id, str(number))) for number in range(5)))
    first = backend.call(d.DELIVERY_LIST, d.DeliveryQuery(limit=3))
    rest = backend.call(d.DELIVERY_LIST, d.DeliveryQuery(limit=3, after=first.next))
    found = [each.id for each in (*first.items, *rest.items)]
    assert (len(first.items), len(rest.items), rest.next) == (3, 2, None)
    assert found == sorted(found, reverse=True)
    count = d.DeliveryQuery(statuses=["sent"], kinds=["notification"], block_document_ids=[id])
    assert backend.call(d.DELIVERY_COUNT, count).count == 5
    assert backend.call(d.DELIVERY_COUNT, d.DeliveryQuery(statuses=["failed"])).count == 0


def test_a_slow_receiver_does_not_hold_up_the_others(beneath: EmbeddedBackend, sink: HttpSink) -> None:
    with http_sink() as slow, acting(beneath, HERE):
        slow.open.clear()
        held = fire(beneath, note(custom(beneath, slow, "slow")))
        slow.wait()
        quick = fire(beneath, note(custom(beneath, sink, "quick")))
        over(beneath, quick)
        assert queued(beneath, held)[0].status == "pending"
        slow.open.set()
        over(beneath, held)


def test_what_is_over_is_forgotten_with_the_events_of_its_time_and_what_waits_stays(
    beneath: EmbeddedBackend, sink: HttpSink
) -> None:
    id = custom(beneath, sink)
    held = a.QuietHours(start="00:00", end="23:59", days=["sunday"])
    long_ago = clock.now() - timedelta(days=90)
    with acting(beneath, HERE):
        done = fire(beneath, note(id, "old"), fired=long_ago)
        waits = fire(beneath, note(id, "waits", quiet=held), fired=long_ago)
        recent = fire(beneath, note(id, "recent"))
        over(beneath, done, recent)
        until(lambda: len(deliveries(beneath)) == 3)
    prune(beneath, Prune(events=timedelta(days=30)))
    assert beneath.look(lambda session: actions_of(session, done.id)) == []
    assert [each.status for each in queued(beneath, waits)] == ["pending"]
    assert [each.status for each in queued(beneath, recent)] == ["executed"]
    prune(beneath, Prune(events=timedelta(microseconds=1)))
    assert [each.messages[0].body for each in deliveries(beneath)] == ["waits"]
