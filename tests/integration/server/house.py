"""A server with people: accounts, keys, and raw requests as anybody can send them."""

from __future__ import annotations

import http.client
import json
import ssl
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from segue.backend.embedded import EmbeddedBackend
from segue.backend.open import open_backend
from segue.host.ids import new_id
from segue.wire.people import KEY_CREATE, USER_CREATE, MadeKey, NewKey, NewUser

PASSWORD = "correct horse battery"


@dataclass
class Answer:
    status: int
    body: bytes
    headers: dict[str, str]

    @property
    def json(self) -> dict[str, object]:
        found = json.loads(self.body)
        assert isinstance(found, dict)
        return found

    @property
    def code(self) -> object:
        return self.json.get("code")


@dataclass
class House:
    """A served database, and the database itself."""

    api: str
    url: str
    home: Path

    def opened(self) -> EmbeddedBackend:
        """Open the database as a process on its machine would."""
        return open_backend(self.url, self.home)

    def user(self, name: str, role: str, password: str | None = None) -> None:
        backend = self.opened()
        backend.call(USER_CREATE, NewUser(id=new_id(), name=name, role=role, password=password))
        backend.close()

    def key(
        self, name: str, *, user: str | None = None, role: str | None = None, scopes: tuple[str, ...] = (),
        expires: datetime | None = None,
    ) -> MadeKey:  # fmt: skip
        backend = self.opened()
        request = NewKey(id=new_id(), name=name, user=user, role=role, scopes=list(scopes), expires=expires)
        made = backend.call(KEY_CREATE, request)
        backend.close()
        return made

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        key: str | None = None,
        raw: str | None = None,
        **headers: str,
    ) -> Answer:
        """Send one request; `raw` is a whole path of its own."""
        place = urlsplit(self.api)
        link = http.client.HTTPConnection(str(place.hostname), place.port, timeout=30)
        if place.scheme == "https":
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            link = http.client.HTTPSConnection(str(place.hostname), place.port, timeout=30, context=context)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            if key is not None:
                named["authorization"] = f"Bearer {key}"
            data = None if body is None else json.dumps(body).encode()
            link.request(method, raw or place.path + path, body=data, headers=named)
            answer = link.getresponse()
            streamed = answer.getheader("content-type", "").startswith("text/event-stream")
            return Answer(
                answer.status,
                b"" if streamed else answer.read(),
                {name.lower(): value for name, value in answer.getheaders()},
            )
        finally:
            link.close()
