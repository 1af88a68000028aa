"""Accounts, keys and sign-ins: who may ask, as people see them. What proves them is never among it."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from segue.model.runs import Id
from segue.model.states import Actor


class Account(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A person who may sign in."""

    id: Id
    name: str
    role: str
    created: datetime
    updated: datetime
    #: Since when nothing of it is taken any more: neither password nor keys nor sign-ins.
    disabled: datetime | None = None
    has_password: bool = False
    #: When the person last signed in with the password.
    last_sign_in: datetime | None = None


class ApiKey(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A key of a person or of a program."""

    id: Id
    name: str
    #: The first letters of the key, enough to tell it from others.
    hint: str
    created: datetime
    created_by: Actor | None = None
    #: Whose it is; None for a key that is a program's own.
    user: str | None = None
    #: The most it may do, however much its person may; None: as much as the person.
    role: str | None = None
    #: The only rights it has, such as `read` or `run:events`; empty: all that its role has.
    scopes: list[str] = []
    expires: datetime | None = None
    revoked: datetime | None = None
    #: When it was last used, at most a minute late.
    last_used: datetime | None = None


class SignIn(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One browser in which a person signed in."""

    id: Id
    user: str
    created: datetime
    last_used: datetime
    #: When it ends by itself, used or not.
    expires: datetime
    address: str | None = None
    agent: str | None = None
