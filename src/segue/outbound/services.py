"""Which service a notification block speaks to: its data turned into what apprise sends with."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from apprise import Apprise, AppriseAsset, NotifyBase, NotifyFormat, NotifyType
from apprise.exception import AppriseException
from apprise.plugins.discord import NotifyDiscord
from apprise.plugins.email import NotifyEmail
from apprise.plugins.mattermost import NotifyMattermost
from apprise.plugins.opsgenie import NotifyOpsgenie
from apprise.plugins.pagerduty import NotifyPagerDuty
from apprise.plugins.sendgrid import NotifySendGrid
from apprise.plugins.slack import NotifySlack
from apprise.plugins.twilio import NotifyTwilio
from apprise.plugins.workflows import NotifyWorkflows

from segue.outbound.errands import Notice, Outcome, refused, worth_repeating
from segue.outbound.hearing import hearing

Data = Mapping[str, Any]

#: What services that show a sender are told.
_ASSET: dict[str, Any] = {
    "app_id": "Segue",
    "app_desc": "Segue",
    "app_url": "",
    "image_url_mask": "",
    "image_url_logo": "",
}
#: The status in a warning of apprise.
_STATUS = re.compile(r"error=(\d{3})\b")
_NO_TYPE = "segue_default"


def send(notice: Notice, *, trusted: bool, timeout: float) -> Outcome:
    """Send a notification; `trusted`: by whoever wrote it, so that it may be redirected and read templates from files."""
    common = {
        "asset": AppriseAsset(storage_mode="memory", allow_templates=trusted, image_path_mask=False, **_ASSET),
        "redirect": trusted,
        "rto": timeout,
        "cto": min(timeout, 10.0),
    }
    with hearing(notice.data) as heard:
        try:
            service = _service(notice, common)
        except _Unknown as problem:
            return refused(f"The block cannot be used: {problem}")
        except (AppriseException, TypeError, ValueError) as problem:
            return refused(f"The block cannot be used: {heard.text() or problem}")
        kind = str(notice.data.get("notify_type") or _NO_TYPE)
        done = bool(
            service.notify(
                body=_with_details(notice, service),
                title=notice.subject or "",
                notify_type=NotifyType.INFO if kind == _NO_TYPE else NotifyType(kind),
                body_format=NotifyFormat.TEXT if isinstance(service, NotifyEmail) else None,
            )
        )
    if done:
        return Outcome(done=True, detail="Sent.")
    statuses = [int(each) for each in _STATUS.findall(heard.text())]
    again = not statuses or any(worth_repeating(each) for each in statuses)
    detail = heard.text() or "The service did not take the notification."
    return Outcome(done=False, detail=detail, status=statuses[-1] if statuses else None, again=again)


class _Unknown(ValueError):
    """An address that is none of apprise's."""


def _service(notice: Notice, common: dict[str, Any]) -> NotifyBase:
    return MAKERS[notice.block_type](notice.data, common, notice.key)


def _with_details(notice: Notice, service: NotifyBase) -> str:
    """The body; PagerDuty shows a title alone, so there the body is a detail as well."""
    if isinstance(service, NotifyPagerDuty) and notice.subject:
        service.details = {**(service.details or {}), "Notification Body": notice.body.strip()}
        return " "
    return notice.body


def _by_url(data: Data, common: dict[str, Any], key: str | None) -> NotifyBase:  # noqa: ARG001 - makers are called alike
    url = str(data["url"])
    asset = common["asset"]
    found = Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
    if found is None:
        raise _Unknown(
            f"{urlsplit(url).scheme or url[:20]!r} is the beginning of no address that apprise knows; "
            "its list of services says what they look like."
        )
    # What an address itself says of redirections and times counts less than who sends.
    found.redirects = found.redirects and common["redirect"]
    found.socket_read_timeout = min(found.socket_read_timeout, common["rto"])
    return found


_HOOK = re.compile(r"^(https?://[^/]+(?:/.+)?/services)/([A-Z0-9]+)/([A-Z0-9]+)/([A-Za-z0-9]+)/?$")


def _slack(data: Data, common: dict[str, Any], key: str | None) -> NotifyBase:
    found = _HOOK.match(str(data["url"]))
    if found is None:
        return _by_url(data, common, key)
    place, *tokens = found.groups()
    service = NotifySlack(token_a=tokens[0], token_b=tokens[1], token_c=tokens[2], include_footer=False, **common)
    # Slack has several places, and others take what is meant for it.
    service.webhook_url = place
    return service


def _teams(data: Data, common: dict[str, Any], key: str | None) -> NotifyBase:
    parsed = NotifyWorkflows.parse_native_url(str(data["url"]))
    if parsed is None:
        return _by_url(data, common, key)
    parsed.update(common, include_image=data.get("include_image", True), wrap=data.get("wrap", True))
    return NotifyWorkflows(**parsed)


def _pagerduty(data: Data, common: dict[str, Any], key: str | None) -> NotifyBase:
    return NotifyPagerDuty(
        apikey=data.get("api_key") or "", integrationkey=data["integration_key"], source=data.get("source") or "Segue",
        component=data.get("component") or "Notification", group=data.get("group"), class_id=data.get("class_id"),
        region_name=data.get("region_name") or "us", click=_text(data.get("clickable_url")), include_image=False,
        details=data.get("custom_details"), dedup=key, **common,
    )  # fmt: skip


def _opsgenie(data: Data, common: dict[str, Any], key: str | None) -> NotifyBase:
    marks = (("@", "target_user"), ("#", "target_team"), ("*", "target_schedule"), ("^", "target_escalation"))
    targets = [f"{mark}{each}" for mark, name in marks for each in data.get(name) or ()]
    return NotifyOpsgenie(
        apikey=data["apikey"], targets=targets, region_name=data.get("region_name") or "us", details=data.get("details"),
        priority=data.get("priority") or 3, alias=data.get("alias") or key, entity=data.get("entity"),
        batch=bool(data.get("batch")), tags=data.get("tags"), action="new", **common,
    )  # fmt: skip


def _mattermost(data: Data, common: dict[str, Any], key: str | None) -> NotifyBase:  # noqa: ARG001 - makers are called alike
    return NotifyMattermost(
        token=data["token"], fullpath=data.get("path"), targets=[f"#{each.lstrip('#')}" for each in data.get("channels") or ()],
        include_image=False, user=data.get("botname"), host=data["hostname"], port=data.get("port") or 8065,
        secure=bool(data.get("secure")), **common,
    )  # fmt: skip


def _discord(data: Data, common: dict[str, Any], key: str | None) -> NotifyBase:  # noqa: ARG001 - makers are called alike
    return NotifyDiscord(
        webhook_id=data["webhook_id"], webhook_token=data["webhook_token"], tts=bool(data.get("tts")),
        avatar=bool(data.get("avatar")), avatar_url=data.get("avatar_url"), include_image=bool(data.get("include_image")),
        user=data.get("botname"), **common,
    )  # fmt: skip


def _twilio(data: Data, common: dict[str, Any], key: str | None) -> NotifyBase:  # noqa: ARG001 - makers are called alike
    return NotifyTwilio(
        account_sid=data["account_sid"], auth_token=data["auth_token"], source=data["from_phone_number"],
        targets=list(data["to_phone_numbers"]), **common,
    )  # fmt: skip


def _sendgrid(data: Data, common: dict[str, Any], key: str | None) -> NotifyBase:  # noqa: ARG001 - makers are called alike
    return NotifySendGrid(
        apikey=data["api_key"], from_email=data["sender_email"], targets=list(data["to_emails"]), **common
    )


def _email(data: Data, common: dict[str, Any], key: str | None) -> NotifyBase:
    return NotifyEmail(
        smtp_host=data["host"], host=data["host"], port=data.get("port"), user=data.get("username"), password=data.get("password"),
        from_addr=data["sender_email"], targets=list(data["to_emails"]), cc=data.get("cc") or (), bcc=data.get("bcc") or (),
        secure_mode=data.get("security") or "starttls", verify=data.get("verify", True), format="text",
        headers={"X-Segue-Delivery": key} if key else None, **common,
    )  # fmt: skip


def _text(value: object) -> str | None:
    return None if value is None else str(value)


Maker = Callable[[Data, dict[str, Any], "str | None"], NotifyBase]

#: Every type of block that apprise sends for.
MAKERS: dict[str, Maker] = {
    "apprise": _by_url,
    "slack-webhook": _slack,
    "ms-teams-webhook": _teams,
    "pager-duty-webhook": _pagerduty,
    "opsgenie-webhook": _opsgenie,
    "mattermost-webhook": _mattermost,
    "discord-webhook": _discord,
    "twilio-sms": _twilio,
    "sendgrid-email": _sendgrid,
    "smtp-email": _email,
}
