"""The keys that secrets are encrypted with, kept apart from the database: `SEGUE_SECRET_KEY`, or `secret.key` in the home.

Several keys may be known: the first writes, every one reads, and each encrypted text names the key it was made with. So a key is
replaced by putting a new one in front and encrypting anew what the old ones wrote; stopped half-way, everything stays readable.
Keys are read when they are needed and not remembered, so that a new one is known to every process at once.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import stat
import sys
from typing import TYPE_CHECKING

from msgspec import Struct

from segue.host.locks import FileLock
from segue.model.errors import SecretKeyProblem

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

#: Bytes of a key (AES-256) and of a nonce (NIST SP 800-38D, 8.2.2).
_KEY, _NONCE = 32, 12
_PREFIX = "s1"
_NAME = "SEGUE_SECRET_KEY"


class Key(Struct, frozen=True):
    """One key; it is named by a digest of itself, which tells nothing about it."""

    id: str
    secret: bytes

    def __repr__(self) -> str:
        return f"Key(id={self.id!r})"


class SecretKeys:
    """The keys of one home; usable from every thread and by many processes at once."""

    def __init__(self, home: str, given: str | None = None) -> None:
        self.path = os.path.join(home, "secret.key")
        self._given = given

    @property
    def is_given(self) -> bool:
        """Whether the setting names the key that writes, rather than the file."""
        return bool(self._given and self._given.strip())

    def given(self) -> set[str]:
        """Return the ids of the keys that the setting names."""
        return {key.id for key in _keys(self._given or "", _NAME)}

    def known(self) -> list[Key]:
        """Return every key, the one that writes first; raises `SecretKeyProblem` for what is no key."""
        keys = [*_keys(self._given or "", _NAME), *_keys(self._content(), self.path)]
        return list({key.id: key for key in keys}.values())

    def encrypt(self, data: bytes, *, about: str) -> str:
        """Return data as text that only these keys open, and only for the same `about`; makes the first key where there is none."""
        known = self.known()
        key = known[0] if known else self.add(unless_known=True)
        nonce = os.urandom(_NONCE)
        sealed = _cipher(key).encrypt(nonce, data, about.encode())
        return f"{_PREFIX}:{key.id}:{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def decrypt(self, text: str, *, about: str) -> bytes:
        """Return what was encrypted; raises `SecretKeyProblem` when its key is not known, or when it was changed."""
        prefix, _, rest = text.partition(":")
        id, _, body = rest.partition(":")
        if prefix != _PREFIX:
            raise SecretKeyProblem("A secret in the database is not in a form that this version knows.")
        key = next((key for key in self.known() if key.id == id), None)
        if key is None:
            raise SecretKeyProblem(self._unknown(id))
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - a door: see `_cipher`

        try:
            data = base64.urlsafe_b64decode(body)
            return _cipher(key).decrypt(data[:_NONCE], data[_NONCE:], about.encode())
        except (InvalidTag, binascii.Error, ValueError) as problem:
            raise SecretKeyProblem(
                "A secret in the database was changed by something else, and cannot be read."
            ) from problem

    def add(self, *, unless_known: bool = False) -> Key:
        """Put a new key in front of those in the file; with `unless_known`, return the first where one is there by now."""
        os.makedirs(os.path.dirname(self.path), mode=0o700, exist_ok=True)
        lock = FileLock(f"{self.path}.lock")
        try:
            lock.acquire()
            before = _keys(self._content(), self.path)
            if before and unless_known:
                return before[0]
            secret = os.urandom(_KEY)
            self._write([_text(secret), *(_text(key.secret) for key in before)])
            return Key(_id(secret), secret)
        finally:
            lock.close()

    def forget(self, ids: set[str], *, writes: str) -> list[str]:
        """Take keys out of the file, as long as the key `writes` is the one that writes; return the ids of those taken out."""
        if not os.path.exists(self.path):
            return []
        lock = FileLock(f"{self.path}.lock")
        try:
            lock.acquire()
            before = _keys(self._content(), self.path)
            if [key.id for key in self.known()[:1]] != [writes]:
                # Another new key came: what the older ones wrote is being encrypted anew.
                return []
            kept = [key for key in before if key.id not in ids or key.id == writes]
            if len(kept) < len(before):
                self._write([_text(key.secret) for key in kept])
            return [key.id for key in before if key not in kept]
        finally:
            lock.close()

    def _unknown(self, id: str) -> str:
        known = ", ".join(key.id for key in self.known()) or "none"
        return (
            f"This secret was encrypted with key {id}, which is not known here (known: {known}). Put that key into {_NAME}, "
            f"behind a comma, or into {self.path}, on a line of its own."
        )

    def _content(self) -> str:
        try:
            with open(self.path, encoding="ascii", errors="replace") as file:
                mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
                if mode & 0o077 and sys.platform != "win32":
                    raise SecretKeyProblem(
                        f"The file of secret keys {self.path} can be read by others (mode {mode:o}). Let it be yours alone: "
                        f"`chmod 600 {self.path}`."
                    )
                return file.read()
        except FileNotFoundError:
            return ""
        except OSError as problem:
            raise SecretKeyProblem(
                f"The file of secret keys {self.path} cannot be read: {problem.strerror}."
            ) from problem

    def _write(self, lines: list[str]) -> None:
        """Write the file whole or not at all, on stable storage before anything is encrypted with what is in it."""
        draft = f"{self.path}.tmp"
        try:
            file = os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
            with open(file, "w", encoding="ascii") as out:
                out.write("\n".join(lines) + "\n")
                out.flush()
                os.fsync(file)
            os.replace(draft, self.path)
            if sys.platform != "win32":
                folder = os.open(os.path.dirname(self.path), os.O_RDONLY)
                try:
                    os.fsync(folder)
                finally:
                    os.close(folder)
        except OSError as problem:
            raise SecretKeyProblem(
                f"The file of secret keys {self.path} cannot be written: {problem.strerror}. Nothing was encrypted."
            ) from problem


def new_key() -> str:
    """Return a new key as `SEGUE_SECRET_KEY` and the file take it."""
    return _text(os.urandom(_KEY))


def _keys(text: str, source: str) -> list[Key]:
    words = [word for line in text.splitlines() for word in re.split(r"[,\s]+", line.partition("#")[0]) if word]
    return [_key(word, number, source) for number, word in enumerate(words, start=1)]


def _key(word: str, number: int, source: str) -> Key:
    try:
        secret = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if len(secret) != _KEY:
        # The word may be a key that was cut or mistyped: it is not shown.
        raise SecretKeyProblem(
            f"Key {number} of {source} ({len(word)} characters) is not a key: it must be 32 bytes in URL-safe base64, which are "
            "43 or 44 characters. `segue secret-key new` makes one."
        )
    return Key(_id(secret), secret)


def _id(secret: bytes) -> str:
    import hashlib  # noqa: PLC0415 - a door: a process that keeps no secret does not pay for it

    return hashlib.sha256(b"segue key " + secret).hexdigest()[:12]


def _text(secret: bytes) -> str:
    return base64.urlsafe_b64encode(secret).decode()


def _cipher(key: Key) -> AESGCM:
    # A door: the cipher's library is loaded by the first secret.
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    return AESGCM(key.secret)
