"""What proves people and programs: random secrets kept as hashes, and passwords kept as scrypt makes of them.

A random secret of 256 bits needs no slow hash: nobody can try them out. A password does (OWASP's parameters for scrypt); its
parameters stand with it, so that they can rise later.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os

#: log2 of N, r, p: 32 MiB, three times over.
_COST = (15, 8, 3)
_SALT, _HASH = 16, 32
_NAME = "scrypt"


def new_token(kind: str) -> str:
    """Return a new secret of a kind of `model.tokens`."""
    return kind + base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("=")


def digest(token: str) -> str:
    """Return what is stored of a random secret."""
    return hashlib.sha256(token.encode()).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare two texts in a time that tells nothing about them."""
    return hmac.compare_digest(one.encode(), other.encode())


def csrf_of(token: str) -> str:
    """Return what a page must show beside the cookie of this sign-in: nobody who only has it learns the other from it."""
    return base64.urlsafe_b64encode(hashlib.sha256(b"csrf " + token.encode()).digest()).decode().rstrip("=")


def hashed(password: str) -> str:
    """Return what is stored of a password; takes a fraction of a second on purpose."""
    salt = os.urandom(_SALT)
    return "$".join([_NAME, *map(str, _COST), _text(salt), _text(_scrypt(password, salt, *_COST))])


def verified(password: str, stored: str | None) -> bool:
    """Say whether a password is the one that was stored; without one it takes as long to say no."""
    if stored is None:
        hashed(password)
        return False
    name, cost, size, times, salt, expected = stored.split("$")
    if name != _NAME:
        raise ValueError(f"a password was hashed by {name!r}, which this version does not know")
    found = _scrypt(password, _bytes(salt), int(cost), int(size), int(times))
    return hmac.compare_digest(found, _bytes(expected))


def _scrypt(password: str, salt: bytes, cost: int, size: int, times: int) -> bytes:
    room = 128 * size * (2**cost + times + 2)
    return hashlib.scrypt(password.encode(), salt=salt, n=2**cost, r=size, p=times, maxmem=room, dklen=_HASH)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)
