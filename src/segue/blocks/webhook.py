"""A block that calls a URL."""

from __future__ import annotations

from typing import Any, Literal

import httpx2
from pydantic import Field, SecretStr

from segue.blocks.core import Block
from segue.engine.asks import Do, Script
from segue.host.addresses import public_address
from segue.pairs import aplay, play
from segue.types.secrets import SecretDict

#: Seconds for a connection and for an answer.
_CONNECT, _ANSWER = 10.0, 30.0


class Webhook(Block):
    """A URL to be called, with what it wants to know.

    Example:
        Load a webhook and call it:
        ```python
        from segue.blocks.webhook import Webhook

        Webhook.load("BLOCK_NAME").call({"status": "done"})
        ```
    """

    _block_type_name = "Webhook"
    _block_type_slug = "webhook"

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = Field(
        default="POST", description="How the URL is called."
    )
    url: SecretStr = Field(title="Webhook URL", description="The URL, which is kept from sight.")
    headers: SecretDict = Field(
        default_factory=lambda: SecretDict({}),
        title="Webhook Headers",
        description="Headers, which are kept from sight.",
    )
    allow_private_urls: bool = Field(default=True, description="Whether hosts of a private network may be called.")
    verify: bool = Field(default=True, description="Whether the other side's certificate is checked.")

    signing_secret: SecretStr | None = Field(
        default=None,
        title="Signing Secret",
        description="What calls by automations are signed with, by the specification of Standard Webhooks.",
    )

    def call(self, payload: dict[str, Any] | str | None = None) -> Any:
        """Call the URL with a payload, a text as it is or JSON, and return the answer; awaited in async code."""
        return play(self._calling(payload))

    async def acall(self, payload: dict[str, Any] | str | None = None) -> httpx2.Response:
        """Call the URL and return the answer."""
        return await aplay(self._calling(payload))

    def _calling(self, payload: dict[str, Any] | str | None) -> Script[httpx2.Response]:
        response: httpx2.Response = yield Do(self._call, (payload,))
        return response

    def _call(self, payload: dict[str, Any] | str | None) -> httpx2.Response:
        url = httpx2.URL(self.url.get_secret_value())
        headers = {str(name): str(value) for name, value in self.headers.get_secret_value().items()}
        extensions: dict[str, Any] = {}
        if not self.allow_private_urls:
            address = public_address(url.host, url.port or (443 if url.scheme == "https" else 80))
            # The connection goes where was looked; the other side is still asked, and checked, by its name.
            headers.setdefault("host", url.netloc.decode())
            extensions["sni_hostname"] = url.host
            url = url.copy_with(host=address)
        body: dict[str, Any] = {}
        if payload is not None:
            body = {"content": payload} if isinstance(payload, str) else {"json": payload}
        timeout = httpx2.Timeout(_ANSWER, connect=_CONNECT)
        with httpx2.Client(verify=self.verify, timeout=timeout) as client:
            return client.request(self.method, url, headers=headers, extensions=extensions, **body)
