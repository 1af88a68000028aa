"""Blocks that tell people something: chat, mail, messages to phones, pagers, and any other service that apprise knows."""

from __future__ import annotations

from abc import ABC
from typing import Any, Literal, Self

from pydantic import AnyHttpUrl, Field, SecretStr, model_validator

from segue.blocks.abstract import NotificationBlock, NotificationError
from segue.blocks.values import Revealer
from segue.engine.asks import Do, Script
from segue.outbound.custom import names_in
from segue.outbound.errands import Notice, Outcome
from segue.outbound.letting import let
from segue.pairs import aplay, play
from segue.types.secrets import SecretDict

#: The kind of a notification that has no sign of its own.
SEGUE_NOTIFY_TYPE_DEFAULT: Literal["segue_default"] = "segue_default"


class _Sending(NotificationBlock, ABC):
    """What is sent from where the block is used, or, by an automation, from the server, which knows the same types of blocks."""

    def notify(self, body: str, subject: str | None = None) -> Any:
        """Send a notification; awaited in async code.

        A notification that could not be sent is logged; within `with block.raise_on_failure():` it raises `NotificationError`.
        """
        return play(self._notified(body, subject))

    async def anotify(self, body: str, subject: str | None = None) -> None:
        """Send a notification."""
        await aplay(self._notified(body, subject))

    def _notified(self, body: str, subject: str | None) -> Script[None]:
        outcome: Outcome = yield Do(self._send, (body, subject))
        if outcome.done:
            return
        if self._raise_on_failure:
            raise NotificationError(log=outcome.detail)
        self.logger.warning("%s could not notify: %s", type(self).__name__, outcome.detail)

    def _send(self, body: str, subject: str | None) -> Outcome:
        plain = Revealer(NotificationBlock, refer=False, json=True).inside(self, self.model_dump(mode="json"))
        notice = Notice(block_type=self.get_block_type_slug(), data=plain, body=body, subject=subject)
        return let(notice, private=bool(getattr(self, "allow_private_urls", True)))


class AbstractAppriseNotificationBlock(_Sending, ABC):
    """A service that apprise sends for."""

    notify_type: Literal["segue_default", "info", "success", "warning", "failure"] = Field(
        default=SEGUE_NOTIFY_TYPE_DEFAULT, description="What kind of news it is, where the service shows that."
    )


class AppriseNotificationBlock(AbstractAppriseNotificationBlock):
    """Any service that apprise knows, by its address.

    Example:
        Send a message by Telegram:
        ```python
        from segue.blocks.notifications import AppriseNotificationBlock

        AppriseNotificationBlock(url="tgram://bot-token/chat-id").notify("Hello!")
        ```
    """

    _block_type_name = "Apprise"
    _block_type_slug = "apprise"
    _documentation_url = "https://appriseit.com/services/"

    url: SecretStr = Field(
        title="Address", description="The service's address in apprise's form.", examples=["tgram://bot-token/chat-id"]
    )
    allow_private_urls: bool = Field(default=True, description="Whether hosts of a private network may be called.")


class SlackWebhook(AppriseNotificationBlock):
    """Messages to a Slack channel, by an incoming webhook.

    Example:
        Load a saved webhook and send a message:
        ```python
        from segue.blocks.notifications import SlackWebhook

        SlackWebhook.load("BLOCK_NAME").notify("Hello!")
        ```
    """

    _block_type_name = "Slack Webhook"
    _block_type_slug = "slack-webhook"

    url: SecretStr = Field(
        title="Webhook URL", description="The incoming webhook's URL.", examples=["https://hooks.slack.com/services/…"]
    )


class MicrosoftTeamsWebhook(AppriseNotificationBlock):
    """Messages to a Microsoft Teams channel, by a workflow's webhook.

    Example:
        Load a saved webhook and send a message:
        ```python
        from segue.blocks.notifications import MicrosoftTeamsWebhook

        MicrosoftTeamsWebhook.load("BLOCK_NAME").notify("Hello!")
        ```
    """

    _block_type_name = "Microsoft Teams Webhook"
    _block_type_slug = "ms-teams-webhook"

    url: SecretStr = Field(
        title="Webhook URL",
        description="The URL of the workflow that posts into the channel.",
        examples=["https://prod-1.westeurope.logic.azure.com:443/workflows/…"],
    )
    include_image: bool = Field(default=True, description="Whether the message has a picture.")
    wrap: bool = Field(default=True, description="Whether long lines are wrapped.")


class PagerDutyWebHook(AbstractAppriseNotificationBlock):
    """Alerts by PagerDuty.

    Example:
        Load a saved webhook and raise an alert:
        ```python
        from segue.blocks.notifications import PagerDutyWebHook

        PagerDutyWebHook.load("BLOCK_NAME").notify("Hello!")
        ```
    """

    _block_type_name = "Pager Duty Webhook"
    _block_type_slug = "pager-duty-webhook"

    notify_type: Literal["info", "success", "warning", "failure"] = Field(
        default="info", description="The severity of the alert."
    )
    integration_key: SecretStr = Field(description="The integration key, as the service's integration shows it.")
    api_key: SecretStr = Field(title="API Key", description="An API key of the account.")
    source: str | None = Field(default=None, description="Where the alert comes from.")
    component: str = Field(default="Notification", description="The part that is affected.")
    group: str | None = Field(default=None, description="The group that the part belongs to.")
    class_id: str | None = Field(default=None, title="Class ID", description="The class of the alert.")
    region_name: Literal["us", "eu"] = Field(default="us", description="The region of the account.")
    clickable_url: AnyHttpUrl | None = Field(default=None, title="Clickable URL", description="A link in the alert.")
    include_image: bool = Field(default=True, description="Whether the alert has a picture.")
    custom_details: dict[str, str] | None = Field(default=None, description="Further facts that the alert shows.")


class TwilioSMS(AbstractAppriseNotificationBlock):
    """Messages to phones, by Twilio.

    Example:
        Load a saved block and send a message:
        ```python
        from segue.blocks.notifications import TwilioSMS

        TwilioSMS.load("BLOCK_NAME").notify("Hello!")
        ```
    """

    _block_type_name = "Twilio SMS"
    _block_type_slug = "twilio-sms"

    account_sid: str = Field(description="The account's SID.")
    auth_token: SecretStr = Field(description="The account's token.")
    from_phone_number: str = Field(description="The number that messages come from.", examples=["18001234567"])
    to_phone_numbers: list[str] = Field(description="The numbers that messages go to.", examples=["18004242424"])


class OpsgenieWebhook(AbstractAppriseNotificationBlock):
    """Alerts by Opsgenie.

    Example:
        Load a saved block and raise an alert:
        ```python
        from segue.blocks.notifications import OpsgenieWebhook

        OpsgenieWebhook.load("BLOCK_NAME").notify("Hello!")
        ```
    """

    _block_type_name = "Opsgenie Webhook"
    _block_type_slug = "opsgenie-webhook"

    apikey: SecretStr = Field(title="API Key", description="The API key of the integration.")
    target_user: list[str] | None = Field(default=None, description="Users to be told.")
    target_team: list[str] | None = Field(default=None, description="Teams to be told.")
    target_schedule: list[str] | None = Field(default=None, description="Schedules of whoever is on call.")
    target_escalation: list[str] | None = Field(default=None, description="Escalations to be begun.")
    region_name: Literal["us", "eu"] = Field(default="us", description="The region of the account.")
    batch: bool = Field(default=False, description="Whether all targets are told at once.")
    tags: list[str] | None = Field(default=None, description="Tags of the alert.")
    priority: int | None = Field(default=3, ge=1, le=5, description="The priority, from 1, the highest, to 5.")
    alias: str | None = Field(default=None, description="The alert's alias: alerts of one alias are one alert.")
    entity: str | None = Field(default=None, description="What the alert is about.")
    details: dict[str, str] | None = Field(default=None, title="Details", description="Further facts.")


class MattermostWebhook(AbstractAppriseNotificationBlock):
    """Messages to Mattermost channels, by an incoming webhook.

    Example:
        Load a saved webhook and send a message:
        ```python
        from segue.blocks.notifications import MattermostWebhook

        MattermostWebhook.load("BLOCK_NAME").notify("Hello!")
        ```
    """

    _block_type_name = "Mattermost Webhook"
    _block_type_slug = "mattermost-webhook"

    hostname: str = Field(description="The server.", examples=["mattermost.example.com"])
    secure: bool = Field(default=False, description="Whether the server is spoken to by TLS.")
    token: SecretStr = Field(description="The webhook's token.")
    botname: str | None = Field(default=None, title="Bot name", description="Whose name messages bear.")
    channels: list[str] | None = Field(default=None, description="Channels; by default that of the webhook.")
    include_image: bool = Field(default=False, description="Whether messages have a picture.")
    path: str | None = Field(default=None, description="A path in front of the server's own.")
    port: int = Field(default=8065, description="The server's port.")


class DiscordWebhook(AbstractAppriseNotificationBlock):
    """Messages to a Discord channel, by a webhook.

    Example:
        Load a saved webhook and send a message:
        ```python
        from segue.blocks.notifications import DiscordWebhook

        DiscordWebhook.load("BLOCK_NAME").notify("Hello!")
        ```
    """

    _block_type_name = "Discord Webhook"
    _block_type_slug = "discord-webhook"

    webhook_id: SecretStr = Field(description="The first part of the webhook's address after /webhooks/.")
    webhook_token: SecretStr = Field(description="The second part.")
    botname: str | None = Field(default=None, title="Bot name", description="Whose name messages bear.")
    tts: bool = Field(default=False, description="Whether messages are read aloud.")
    include_image: bool = Field(default=False, description="Whether messages have a picture.")
    avatar: bool = Field(default=False, description="Whether the sender has a picture.")
    avatar_url: str | None = Field(default=None, title="Avatar URL", description="Another picture of the sender.")


class SendgridEmail(AbstractAppriseNotificationBlock):
    """Mail, by Sendgrid.

    Example:
        Load a saved block and send a mail:
        ```python
        from segue.blocks.notifications import SendgridEmail

        SendgridEmail.load("BLOCK_NAME").notify("Hello!", subject="News")
        ```
    """

    _block_type_name = "Sendgrid Email"
    _block_type_slug = "sendgrid-email"

    api_key: SecretStr = Field(title="API Key", description="The account's API key.")
    sender_email: str = Field(description="The address that mail comes from.")
    to_emails: list[str] = Field(description="The addresses that mail goes to.")


class SMTPEmail(AbstractAppriseNotificationBlock):
    """Mail, by any mail server.

    Example:
        Load a saved block and send a mail:
        ```python
        from segue.blocks.notifications import SMTPEmail

        SMTPEmail.load("BLOCK_NAME").notify("Hello!", subject="News")
        ```
    """

    _block_type_name = "SMTP Email"
    _block_type_slug = "smtp-email"

    host: str = Field(description="The mail server.", examples=["smtp.example.com"])
    port: int | None = Field(default=None, description="Its port; by default 587 by STARTTLS, 465 by TLS, 25 in clear.")
    security: Literal["starttls", "ssl", "insecure"] = Field(
        default="starttls", description="How the server is spoken to: STARTTLS, TLS from the start, or in clear."
    )
    verify: bool = Field(default=True, description="Whether the server's certificate is checked.")
    username: str | None = Field(default=None, description="Who logs in, where the server wants that.")
    password: SecretStr | None = Field(default=None, description="The password.")
    sender_email: str = Field(description="The address that mail comes from.")
    to_emails: list[str] = Field(min_length=1, description="The addresses that mail goes to.")
    cc: list[str] = Field(default=[], description="Addresses that get a copy.")
    bcc: list[str] = Field(default=[], description="Addresses that get a copy that nobody sees.")


class CustomWebhookNotificationBlock(_Sending):
    """Notifications by any webhook, such as that of a ticket system.

    `{{body}}`, `{{subject}}`, `{{name}}` and the names in `secrets` may stand anywhere in the URL, the parameters, headers, cookies
    and the data.

    Example:
        Open a ticket:
        ```python
        from segue.blocks.notifications import CustomWebhookNotificationBlock

        tickets = CustomWebhookNotificationBlock(
            name="tickets",
            url="https://tickets.example.com/api/issues",
            headers={"authorization": "Bearer {{token}}"},
            json_data={"title": "{{subject}}", "description": "{{body}}"},
            secrets={"token": "a-token"},
        )
        tickets.notify("Nothing was loaded.", subject="No data today")
        ```
    """

    _block_type_name = "Custom Webhook"
    _block_type_slug = "custom-webhook"

    name: str = Field(title="Name", description="What the webhook is called.")
    url: str = Field(title="Webhook URL", description="The URL.", examples=["https://tickets.example.com/api/issues"])
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = Field(
        default="POST", description="How the URL is called."
    )
    params: dict[str, str] | None = Field(default=None, title="Query Params", description="What stands in the query.")
    json_data: dict[str, Any] | None = Field(
        default=None,
        title="JSON Data",
        description="What is sent as JSON.",
        examples=[{"text": "{{subject}}\n{{body}}"}],
    )
    form_data: dict[str, str] | None = Field(default=None, title="Form Data", description="What is sent as a form.")
    headers: dict[str, str] | None = Field(default=None, description="Headers.")
    cookies: dict[str, str] | None = Field(default=None, description="Cookies.")
    timeout: float = Field(default=10, gt=0, description="Seconds to wait for an answer.")
    secrets: SecretDict = Field(
        default_factory=lambda: SecretDict({}),
        title="Custom Secret Values",
        description="Values, kept from sight, whose names may stand in double braces.",
        examples=[{"token": "a-token"}],
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.json_data is not None and self.form_data is not None:
            raise ValueError("Both `Form Data` and `JSON Data` were given; a request has one of them.")
        known = {"name", "body", "subject", *self.secrets.get_secret_value()}
        named = names_in([self.url, self.params, self.json_data, self.form_data, self.headers, self.cookies])
        missing = sorted(named - known)
        if missing:
            raise ValueError(f"{{{{{missing[0]}}}}} is neither body, subject nor name, and no secret is called so.")
        return self
