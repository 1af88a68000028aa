"""Tokens of runs, made where a run is begun: light, because every process that reports to a server makes one."""

from __future__ import annotations

import binascii
import os

from segue.model.tokens import RUN

_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def new_run_token() -> str:
    """Return a new token; what a server keeps of it is its hash."""
    text = binascii.b2a_base64(os.urandom(32), newline=False).rstrip(b"=").translate(_URL_SAFE)
    return RUN + text.decode("ascii")


def token_of_lease(token: str, lease_id: str) -> str:
    """Return the token of one of several leases that were claimed with one."""
    import hashlib  # noqa: PLC0415 - a door: only who claims several at once pays for it

    data = hashlib.sha256(f"{token} {lease_id}".encode()).digest()
    text = binascii.b2a_base64(data, newline=False).rstrip(b"=").translate(_URL_SAFE)
    return RUN + text.decode("ascii")
