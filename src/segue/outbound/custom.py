"""Calls that blocks describe: a webhook, and a webhook that tells people, whose parts hold `{{body}}` and the like."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from segue.outbound.errands import TIME, Call, Notice

_NAMES = re.compile(r"\{\{\s*([^{}\s]+)\s*\}\}")
AGENT = "Segue"


def names_in(value: object) -> set[str]:
    """Return the names that stand in double braces anywhere in a value."""
    if isinstance(value, str):
        return set(_NAMES.findall(value))
    if isinstance(value, Mapping):
        return {name for pair in value.items() for part in pair for name in names_in(part)}
    if isinstance(value, list | tuple):
        return {name for part in value for name in names_in(part)}
    return set()


def filled(value: Any, known: Mapping[str, str]) -> Any:
    """Return a value with what is known in place of the names; other names stay as they are."""
    if isinstance(value, str):
        return _NAMES.sub(lambda found: known.get(found[1], found[0]), value)
    if isinstance(value, Mapping):
        return {filled(key, known): filled(part, known) for key, part in value.items()}
    if isinstance(value, list):
        return [filled(part, known) for part in value]
    return value


def custom_call(notice: Notice) -> Call:
    """Return the request that a custom webhook describes."""
    data = notice.data
    known = {
        "name": str(data.get("name") or ""),
        "body": notice.body,
        "subject": notice.subject or "",
        **{key: str(value) for key, value in _mapping(data.get("secrets")).items()},
    }
    headers = {"user-agent": AGENT, **_texts(data.get("headers"), known)}
    body, form = data.get("json_data"), data.get("form_data")
    if body is not None:
        headers.setdefault("content-type", "application/json")
    if notice.key is not None:
        headers.setdefault("idempotency-key", notice.key)
    return Call(
        method=str(data.get("method") or "POST"),
        url=filled(str(data["url"]), known),
        headers=headers,
        params=_texts(data.get("params"), known),
        cookies=_texts(data.get("cookies"), known),
        body=None if body is None else msgspec.json.encode(filled(body, known)).decode(),
        form=None if form is None else _texts(form, known),
        timeout=float(data.get("timeout") or 10.0),  # type: ignore[arg-type]  # a number, says the block's schema
    )


def webhook_call(data: Mapping[str, Any], payload: object, headers: Mapping[str, str]) -> Call:
    """Return the request of a webhook block with a payload: a text as it is, anything else as JSON."""
    own = {str(name): str(value) for name, value in _mapping(data.get("headers")).items()}
    lower = {name.lower() for name in own}
    added = {"user-agent": AGENT, **headers}
    if payload is not None and not isinstance(payload, str):
        added["content-type"] = "application/json"
    return Call(
        method=str(data.get("method") or "POST"),
        url=str(data["url"]),
        headers={**{name: value for name, value in added.items() if name not in lower}, **own},
        body=payload if payload is None or isinstance(payload, str) else msgspec.json.encode(payload).decode(),
        verify=bool(data.get("verify", True)),
        private=bool(data.get("allow_private_urls", True)),
        timeout=TIME,
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _texts(value: object, known: Mapping[str, str]) -> dict[str, str]:
    return {str(name): str(text) for name, text in filled(_mapping(value), known).items()}
