"""What automations tell cloud functions and mail servers, also those that are down, slow, or give no token."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from segue.backend.embedded import EmbeddedBackend
from segue.model import actions as a
from segue.model.automations import QueuedAction
from tests.conformance.firing import acting, deliveries, fire, over, told, until
from tests.conformance.test_deliveries import HERE, block, note
from tests.sinks import HttpSink, free_port, http_sink, mail_sink


@pytest.fixture
def sink() -> Iterator[HttpSink]:
    with http_sink() as found:
        yield found


def account(sink: HttpSink) -> dict[str, object]:
    """A service account of Google whose tokens the sink gives."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, form, plain).decode()
    return {"private_key": pem, "private_key_id": "k1", "client_email": "a@p.example", "token_uri": f"{sink.url}/token"}


def test_functions_are_invoked_as_whoever_the_block_is(beneath: EmbeddedBackend, sink: HttpSink) -> None:
    event = told(beneath, payload={"path": "ä.csv"})
    payload = '{"path": {{ event.payload.path | tojson }}}'

    def invoked(path: str, credentials: str | None) -> QueuedAction:
        action = a.InvokeFunction(url=f"{sink.url}{path}", block_document_id=credentials, payload=payload)
        (done,) = over(beneath, fire(beneath, action, event=event))
        return done

    keys: dict[str, Any] = {"aws_access_key_id": "AKIA", "aws_secret_access_key": "s3cr3t", "region_name": "eu-west-1"}
    with acting(beneath, HERE):
        assert invoked("/open?x=1", None).status == "executed"
        sink.answers = [(503, {}, b"cold")]
        warm = invoked("/2015-03-31/functions/load/invocations", block(beneath, "aws-credentials", **keys))
        assert (warm.status, warm.answer["attempts"]) == ("executed", 2)
        google = block(beneath, "gcp-credentials", service_account_info=account(sink))
        sink.answers = [(200, {}, b'{"id_token": "t0ken"}')]
        assert invoked("/of-google", google).status == "executed"
        sink.answers = [(400, {}, b'{"error": "invalid_grant"}')]
        refused = invoked("/of-google", google)
        assert invoked("/by-key", block(beneath, "secret", value="k3y")).status == "executed"
    assert refused.status == "failed"
    assert "No token was given: Answered 400" in (refused.problem or "")
    came = [(each.path, each) for each in sink.received]
    assert [path for path, _ in came] == [
        "/open", *["/2015-03-31/functions/load/invocations"] * 2, "/token", "/of-google", "/token", "/by-key",
    ]  # fmt: skip
    calls = [each for path, each in came if path != "/token"]
    assert {each.body.decode() for each in calls} == {'{"path": "ä.csv"}'}
    opened, cold, again, of_google, by_key = calls
    assert opened.query == {"x": "1"}
    assert "authorization" not in opened.headers
    for each in (cold, again):
        assert each.headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIA/")
        assert "/eu-west-1/lambda/aws4_request" in each.headers["authorization"]
        assert each.headers["x-amz-content-sha256"] == hashlib.sha256(each.body).hexdigest()
    assert cold.headers["idempotency-key"] == again.headers["idempotency-key"] != opened.headers["idempotency-key"]
    assert of_google.headers["authorization"] == "Bearer t0ken"
    assert by_key.headers["authorization"] == "Bearer k3y"
    # Nobody may read what signs.
    assert "s3cr3t" not in msgspec.json.encode(deliveries(beneath)).decode()


def test_a_mail_server_that_is_down_and_then_does_not_answer_gets_it_in_the_end(beneath: EmbeddedBackend) -> None:
    port = free_port()
    with acting(beneath, HERE):
        id = block(
            beneath, "smtp-email", host="127.0.0.1", port=port, security="insecure", sender_email="segue@example.com",
            to_emails=["you@example.com"], timeout=1,
        )  # fmt: skip
        firing = fire(beneath, note(id, "It is over.", subject="s"))
        until(lambda: any(each.tries for each in deliveries(beneath)))
        with mail_sink(port) as mail:
            mail.open.clear()
            until(lambda: mail.given > 0, "a mail")
            until(
                lambda: len({each.detail for each in deliveries(beneath)[0].tries}) > 1, "an attempt that took too long"
            )
            mail.open.set()
            (done,) = over(beneath, firing)
            got = mail.wait()
    assert done.status == "executed"
    (delivery,) = deliveries(beneath)
    assert [each.done for each in delivery.tries] == [False] * (len(delivery.tries) - 1) + [True]
    assert delivery.tries[0].detail.startswith("Connection error while submitting email")
    # Not only that it failed: also why.
    assert "Connection refused" in delivery.tries[0].detail
    assert any("timed out" in each.detail for each in delivery.tries)
    assert {each["x-segue-delivery"] for each in got} == {delivery.id}
