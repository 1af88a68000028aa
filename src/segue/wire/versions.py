"""Versions of what is read (entity tags, RFC 9110): a change may say which version it was made for."""

from __future__ import annotations

from hashlib import blake2b

from msgspec import Struct

from segue.model.errors import SegueError


class Changed(SegueError):
    """It was changed meanwhile: its version is {current} now. Read it again, and decide anew."""

    code = "changed-meanwhile"
    status = 412


class Condition(Struct, frozen=True):
    """Under which versions a request is to be done: `If-Match` and `If-None-Match` as they were sent."""

    match: str | None = None
    none_match: str | None = None

    def __bool__(self) -> bool:
        return self.match is not None or self.none_match is not None

    def holds(self, version: str) -> bool:
        """Say whether it holds for what has this version."""
        return (self.match is None or _among(version, self.match)) and not self.has(version)

    def has(self, version: str) -> bool:
        """Say whether the asker has this version already."""
        return self.none_match is not None and _among(version, self.none_match)


def version_of(body: bytes) -> str:
    """Return the version of an encoded answer, as a header has it."""
    return f'"{blake2b(body, digest_size=12).hexdigest()}"'


def _among(version: str, header: str) -> bool:
    named = [each.strip().removeprefix("W/") for each in header.split(",")]
    return "*" in named or version in named
