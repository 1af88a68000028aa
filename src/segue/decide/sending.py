"""Types of blocks through which a server can send: it reads blocks as data, and knows these."""

from __future__ import annotations

#: The type of blocks that hold a webhook.
WEBHOOK = "webhook"
#: Types of blocks that notify, wherever they are used.
NOTIFY = frozenset({
    "apprise", "custom-webhook", "discord-webhook", "mattermost-webhook", "ms-teams-webhook", "opsgenie-webhook",
    "pager-duty-webhook", "sendgrid-email", "slack-webhook", "smtp-email", "twilio-sms",
})  # fmt: skip


def notify_fault(block_type: str, name: str) -> str | None:
    """Return why nobody can be notified by a block of this type; None where somebody can."""
    if block_type in NOTIFY:
        return None
    return (
        f"Block {block_type}/{name} notifies nobody from a server, which reads blocks as data and loads no class of yours. "
        f"It can notify by {', '.join(sorted(NOTIFY))}. Say what your class does as a custom-webhook or as an apprise URL, "
        "or notify from a flow."
    )


def webhook_fault(block_type: str, name: str) -> str | None:
    """Return why a block is no webhook that can be called; None where it is one."""
    if block_type == WEBHOOK:
        return None
    return f"Block {block_type}/{name} is no webhook: its type is not {WEBHOOK}."
