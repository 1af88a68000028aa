"""Signatures of webhooks, as the specification of Standard Webhooks has them (https://www.standardwebhooks.com).

The one who is called recomputes the signature over id, time and body, compares the time with its clock, and remembers ids: so a
request that somebody else made or changed, an old one that comes again, and a repeated attempt are told apart.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from datetime import datetime

#: What secrets begin with that are given in base64.
_PREFIX = "whsec_"


def headers_of(id: str, at: datetime, body: str, secret: str | None) -> dict[str, str]:
    """Return the headers that name a delivery, and sign it where there is a secret."""
    seconds = str(int(at.timestamp()))
    headers = {"webhook-id": id, "webhook-timestamp": seconds, "idempotency-key": id}
    if secret:
        signed = hmac.new(_key(secret), f"{id}.{seconds}.{body}".encode(), hashlib.sha256).digest()
        headers["webhook-signature"] = f"v1,{base64.b64encode(signed).decode()}"
    return headers


def _key(secret: str) -> bytes:
    """The bytes of a secret: in base64 after its prefix, else the text itself."""
    if secret.startswith(_PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
        except binascii.Error:
            pass
    return secret.encode()
