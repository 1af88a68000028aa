"""Notification blocks as users use them, against real HTTP and mail servers: what each service is told."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from segue import flow
from segue.blocks.abstract import NotificationBlock, NotificationError
from segue.blocks.core import Block
from segue.blocks.notifications import (
    AppriseNotificationBlock,
    CustomWebhookNotificationBlock,
    DiscordWebhook,
    MattermostWebhook,
    MicrosoftTeamsWebhook,
    OpsgenieWebhook,
    PagerDutyWebHook,
    SendgridEmail,
    SlackWebhook,
    SMTPEmail,
    TwilioSMS,
)
from segue.blocks.registry import STANDARD, class_of
from segue.decide.sending import NOTIFY
from segue.engine.session import forget, reading
from segue.host import config
from segue.outbound.doing import services
from segue.wire.events import EVENT_LIST, EventQuery
from tests.serving import served
from tests.sinks import HttpSink, http_sink, mail_sink

CANARY = "c4n4ryofnotices"


@pytest.fixture(autouse=True)
def home(segue_home: Path) -> Iterator[Path]:
    config.forget()
    yield segue_home
    forget()
    config.forget()


@pytest.fixture
def sink() -> Iterator[HttpSink]:
    with http_sink() as found:
        yield found


def secret(text: str) -> SecretStr:
    return SecretStr(text)


def sent(block: NotificationBlock, body: str = "All is lost.", subject: str | None = "Load failed") -> None:
    with block.raise_on_failure():
        block.notify(body, subject)


def test_slack(sink: HttpSink) -> None:
    sent(SlackWebhook(url=secret(f"{sink.url}/services/T1/B2/{CANARY}")))
    (got,) = sink.received
    assert got.path == f"/services/T1/B2/{CANARY}"
    assert "All is lost." in got.body.decode()
    assert "Load failed" in got.body.decode()


def test_slack_itself_is_where_its_addresses_lead() -> None:
    assert (
        SlackWebhook(url=secret("https://hooks.slack.com/services/T1/B2/c3")).get_block_type_slug() == "slack-webhook"
    )
    service: Any = services().MAKERS["slack-webhook"](
        {"url": "https://hooks.slack-gov.com/services/T1/B2/c3"}, {"redirect": True, "rto": 1.0, "cto": 1.0}, None
    )
    assert isinstance(service, services().NotifySlack)
    assert service.webhook_url == "https://hooks.slack-gov.com/services"


def test_teams(monkeypatch: pytest.MonkeyPatch) -> None:
    place = f"https://prod-1.westeurope.logic.azure.com:443/workflows/{'a' * 32}/triggers/manual/paths/invoke"
    url = f"{place}?api-version=2016-06-01&sig={CANARY}"
    block = MicrosoftTeamsWebhook(url=secret(url), wrap=False)
    service: Any = services().MAKERS["ms-teams-webhook"](
        {"url": url, "wrap": False}, {"redirect": True, "rto": 1.0, "cto": 1.0}, None
    )
    assert (service.workflow, service.signature, service.wrap) == ("a" * 32, CANARY, False)
    assert block.url.get_secret_value() == url


def test_pagerduty(sink: HttpSink, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin = sys.modules[services().NotifyPagerDuty.__module__]
    monkeypatch.setitem(plugin.PAGERDUTY_API_LOOKUP, plugin.PagerDutyRegion.EU, f"{sink.url}/v2/enqueue")
    block = PagerDutyWebHook(
        integration_key=secret(CANARY), api_key=secret("key"), region_name="eu", notify_type="failure",
        custom_details={"table": "orders"},
    )  # fmt: skip
    sent(block)
    (got,) = sink.received
    assert got.json["routing_key"] == CANARY
    assert got.json["payload"]["severity"] == "critical"
    assert got.json["payload"]["custom_details"] == {"table": "orders", "Notification Body": "All is lost."}
    assert "Load failed" in got.json["payload"]["summary"]


def test_opsgenie(sink: HttpSink, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin = sys.modules[services().NotifyOpsgenie.__module__]
    monkeypatch.setitem(plugin.OPSGENIE_API_LOOKUP, plugin.OpsgenieRegion.US, f"{sink.url}/v2/alerts")
    sink.usual = (202, {}, b'{"requestId": "1"}')
    sent(OpsgenieWebhook(apikey=secret(CANARY), target_team=["data"], priority=1, tags=["a"], details={"k": "v"}))
    got = sink.received[0]
    assert got.headers["authorization"] == f"GenieKey {CANARY}"
    assert (got.json["message"], got.json["priority"], got.json["tags"]) == ("Load failed", "P1", ["a"])
    assert got.json["responders"] == [{"type": "team", "name": "data"}]


def test_mattermost(sink: HttpSink) -> None:
    sent(MattermostWebhook(hostname="127.0.0.1", port=sink.port, token=secret(CANARY), channels=["ops"], botname="bot"))
    (got,) = sink.received
    assert got.path == f"/hooks/{CANARY}"
    assert (got.json["channel"], got.json["username"]) == ("ops", "bot")
    assert "All is lost." in got.json["text"]


def test_discord(sink: HttpSink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services().NotifyDiscord, "notify_url", f"{sink.url}/api/webhooks")
    sent(DiscordWebhook(webhook_id=secret("1"), webhook_token=secret(CANARY), botname="bot"))
    (got,) = sink.received
    assert got.path == f"/api/webhooks/1/{CANARY}"
    assert "All is lost." in got.body.decode()


def test_twilio(sink: HttpSink, monkeypatch: pytest.MonkeyPatch) -> None:
    block = TwilioSMS(
        account_sid="AC" + "1" * 32, auth_token=secret("2" * 32), from_phone_number="18001234567",
        to_phone_numbers=["18004242424"],
    )  # fmt: skip
    data = {**block.model_dump(), "auth_token": "2" * 32}
    service: Any = services().MAKERS["twilio-sms"](data, {"redirect": True, "rto": 1.0, "cto": 1.0}, None)
    assert [target for _, target in service.targets] == ["+18004242424"]
    assert service.source == "+18001234567"


def test_sendgrid(sink: HttpSink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services().NotifySendGrid, "notify_url", f"{sink.url}/v3/mail/send")
    sink.usual = (202, {}, b"")
    sent(SendgridEmail(api_key=secret(CANARY), sender_email="me@example.com", to_emails=["you@example.com"]))
    (got,) = sink.received
    assert got.headers["authorization"] == f"Bearer {CANARY}"
    assert got.json["personalizations"][0]["to"][0]["email"] == "you@example.com"


def test_mail() -> None:
    with mail_sink() as mail:
        block = SMTPEmail(
            host="127.0.0.1",
            port=mail.port,
            security="insecure",
            sender_email="me@example.com",
            to_emails=["you@example.com"],
        )
        sent(block)
        (got,) = mail.wait()
        assert (got["subject"], got["to"]) == ("Load failed", "you@example.com")
        mail.refusals = ["550 no"]
        with block.raise_on_failure(), pytest.raises(NotificationError):
            block.notify("x")


def test_any_service_of_apprise(sink: HttpSink) -> None:
    sent(AppriseNotificationBlock(url=secret(f"json://127.0.0.1:{sink.port}/{CANARY}")))
    (got,) = sink.received
    assert (got.path, got.json["message"], got.json["title"]) == (f"/{CANARY}", "All is lost.", "Load failed")


def test_a_custom_webhook(sink: HttpSink) -> None:
    block = CustomWebhookNotificationBlock(
        name="tickets", url=f"{sink.url}/{{{{team}}}}/issues", method="PUT", params={"q": "{{subject}}"},
        headers={"authorization": "Bearer {{token}}"}, cookies={"c": "{{name}}"},
        json_data={"title": "{{subject}}", "lines": ["{{body}}", 3], "{{name}}": None},
        secrets={"token": CANARY, "team": "data"},  # type: ignore[arg-type]  # as users write it
    )  # fmt: skip
    sent(block, 'All "is" lost.')
    (got,) = sink.received
    assert (got.method, got.path, got.query) == ("PUT", "/data/issues", {"q": "Load failed"})
    assert got.headers["authorization"] == f"Bearer {CANARY}"
    assert got.headers["cookie"] == "c=tickets"
    assert got.json == {"title": "Load failed", "lines": ['All "is" lost.', 3], "tickets": None}
    form = CustomWebhookNotificationBlock(name="f", url=sink.url, form_data={"text": "{{body}}"})
    sent(form, "a&b=c")
    assert sink.received[1].form == {"text": "a&b=c"}
    sink.usual = (500, {}, b"broken")
    with block.raise_on_failure(), pytest.raises(NotificationError) as raised:
        block.notify("x")
    assert raised.value.log == "Answered 500: broken"


def test_a_custom_webhook_that_names_what_nobody_gives_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"\{\{tokn\}\} is neither body"):
        CustomWebhookNotificationBlock(name="a", url="http://x", headers={"a": "{{tokn}}"})
    with pytest.raises(ValidationError, match="one of them"):
        CustomWebhookNotificationBlock(name="a", url="http://x", json_data={}, form_data={})


def test_a_failure_is_logged_unless_it_shall_be_raised(sink: HttpSink, caplog: pytest.LogCaptureFixture) -> None:
    sink.usual = (403, {}, b"no")
    block = SlackWebhook(url=secret(f"{sink.url}/services/T1/B2/{CANARY}"))
    with caplog.at_level(logging.WARNING, "segue"):
        block.notify("x")
    assert "SlackWebhook could not notify" in caplog.text
    with block.raise_on_failure(), pytest.raises(NotificationError):
        block.notify("x")


def test_private_addresses_can_be_forbidden(sink: HttpSink) -> None:
    block = SlackWebhook(url=secret(f"{sink.url}/services/T1/B2/c3"), allow_private_urls=False)
    with block.raise_on_failure(), pytest.raises(NotificationError, match="is no public address"):
        block.notify("x")
    assert not sink.received


def test_saved_loaded_awaited_and_told(sink: HttpSink) -> None:
    SlackWebhook(url=secret(f"{sink.url}/services/T1/B2/{CANARY}")).save("ops")

    @flow
    async def work() -> None:
        block = await SlackWebhook.aload("ops")
        await block.notify("from a flow")

    @flow
    def plain() -> None:
        Block.load_now("slack-webhook/ops").notify("again")  # type: ignore[attr-defined]  # of whichever class

    asyncio.run(work())
    plain()
    assert [each.json["attachments"][0]["text"] for each in sink.received] == ["from a flow", "again"]
    told = [each.event for each in reading().call(EVENT_LIST, EventQuery(names=["segue.block.slack-webhook.*"])).items]
    assert told.count("segue.block.slack-webhook.notify.called") == 2


def test_every_type_is_found_by_its_slug() -> None:
    assert {slug for slug, module in STANDARD.items() if module == "segue.blocks.notifications"} == NOTIFY
    assert set(services().MAKERS) | {"custom-webhook"} == NOTIFY
    for slug in NOTIFY:
        found = class_of(slug)
        assert found is not None
        assert issubclass(found, NotificationBlock)
        # By this word programs find blocks that tell people, and so does the editor of automations.
        assert found.get_block_capabilities() == {"notify"}


def test_apprise_is_loaded_by_notifications_alone() -> None:
    check = "import sys, segue.blocks.notifications, segue.server.app, segue.outbound.postman; sys.exit('apprise' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


def test_a_server_tries_a_block_under_its_guard(sink: HttpSink, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from segue.cli.block_trying import tried
    from segue.model.errors import BadRequest
    from segue.wire.blocks import TryBlock

    id = SlackWebhook(url=secret(f"{sink.url}/services/T1/B2/{CANARY}")).save("ops")
    here = tried(reading(), TryBlock(id=str(id), body="hello"))
    assert here.sent
    assert "hello" in sink.received[0].body.decode()
    from segue.blocks.system import Secret

    other = Secret(value="x").save("s")
    with pytest.raises(BadRequest, match="secret/s cannot be tried"):
        tried(reading(), TryBlock(id=str(other)))
    forget()
    with served(f"sqlite:///{home}/segue.db", home) as url:
        monkeypatch.setenv("SEGUE_API_URL", url)
        config.forget()
        outcome = tried(reading(), TryBlock(id=str(id)))
        assert not outcome.sent
        assert "SEGUE_SERVER_OUTBOUND_ALLOWED_ADDRESSES" in outcome.detail
        told = reading().call(EVENT_LIST, EventQuery(names=["segue.block.slack-webhook.notify.*"])).items
        assert [each.event for each in told] == ["segue.block.slack-webhook.notify.failed"]
        assert told[0].actor is not None
        forget()
