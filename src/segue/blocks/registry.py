"""Which class belongs to which slug: classes enrol themselves when they are defined."""

from __future__ import annotations

import importlib
from importlib.metadata import entry_points
from typing import Any

#: The standard set; a module is loaded when one of its types is first asked for.
STANDARD = {
    "secret": "segue.blocks.system",
    "json": "segue.blocks.system",
    "string": "segue.blocks.system",
    "date-time": "segue.blocks.system",
    "webhook": "segue.blocks.webhook",
    "local-file-system": "segue.filesystems",
    "remote-file-system": "segue.filesystems",
    "smb": "segue.filesystems",
    "apprise": "segue.blocks.notifications",
    "slack-webhook": "segue.blocks.notifications",
    "ms-teams-webhook": "segue.blocks.notifications",
    "pager-duty-webhook": "segue.blocks.notifications",
    "twilio-sms": "segue.blocks.notifications",
    "opsgenie-webhook": "segue.blocks.notifications",
    "mattermost-webhook": "segue.blocks.notifications",
    "discord-webhook": "segue.blocks.notifications",
    "sendgrid-email": "segue.blocks.notifications",
    "smtp-email": "segue.blocks.notifications",
    "custom-webhook": "segue.blocks.notifications",
}
#: Modules of installed packages that define blocks.
_ENTRY_POINTS = "segue.collections"

_classes: dict[str, type[Any]] = {}


def enrol(slug: str, cls: type[Any]) -> None:
    """Let a class stand for a slug; the one defined last does."""
    _classes[slug] = cls


def class_of(slug: str) -> type[Any] | None:
    """Return the class of a slug, looked for among what is loaded, the standard set and installed packages."""
    found = _classes.get(slug)
    if found is None and slug in STANDARD:
        importlib.import_module(STANDARD[slug])
        found = _classes.get(slug)
    if found is None:
        for entry in entry_points(group=_ENTRY_POINTS):
            entry.load()
        found = _classes.get(slug)
    return found


def enrolled_by(module: str) -> list[type[Any]]:
    """Return the classes that a module defined, by slug."""
    return [cls for _, cls in sorted(_classes.items()) if cls.__module__ == module]
