"""Plain HTTP for tests: one request, and what came back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http.client import HTTPConnection
from typing import Any, NamedTuple
from urllib.parse import urlsplit


class Answer(NamedTuple):
    """Status, headers with small names, and the body: JSON as a value, else bytes."""

    status: int
    headers: dict[str, str]
    body: Any

    @property
    def code(self) -> str:
        """The stable code of a problem."""
        return str(self.body["code"])

    @property
    def detail(self) -> str:
        """What a problem tells people."""
        return str(self.body["detail"])


def ask(
    api: str, method: str, path: str, body: object = None, /, *, headers: Mapping[str, str] | None = None
) -> Answer:
    """Make one request below an API's address; a body that is no bytes is sent as JSON."""
    place = urlsplit(api)
    connection = HTTPConnection(place.netloc, timeout=60)
    sent = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    given = {"content-type": "application/json", **(headers or {})} if sent is not None else dict(headers or {})
    try:
        connection.request(method, place.path + path, sent, given)
        told = connection.getresponse()
        raw = told.read()
    finally:
        connection.close()
    found = {name.lower(): value for name, value in told.getheaders()}
    return Answer(told.status, found, json.loads(raw) if "json" in found.get("content-type", "") and raw else raw)
