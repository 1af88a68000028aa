"""The door to a backend: which database an address names, and the driver that only this database needs."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from segue.host.secret_keys import SecretKeys
from segue.model.callers import Caller, nobody
from segue.model.errors import BadRequest

if TYPE_CHECKING:
    from segue.backend.embedded import EmbeddedBackend
    from segue.backend.remote import RemoteBackend
    from segue.model.settings import Settings
    from segue.store.session import Database

_SQLITE = "sqlite:///"


def open_backend(
    url: str,
    home: str | os.PathLike[str],
    *,
    secret_key: str | None = None,
    caller: Callable[[], Caller | None] = nobody,
) -> EmbeddedBackend:
    """Open the database that `url` names: empty for the file in `home`, `sqlite:///path`, or `postgresql://…`.

    Secrets are encrypted with `secret_key`, or with the key file in `home`; `caller` says who asks. Raises `StorageProblem` with a
    clear sentence when the database cannot be used.
    """
    # The door: the driver of the other database, and a database at all where only a server is spoken to, are not loaded.
    from segue.backend.embedded import EmbeddedBackend

    return EmbeddedBackend(_opener(url, home), SecretKeys(os.fspath(home), secret_key), caller=caller)


def connect_backend(
    url: str,
    *,
    key: str | None,
    home: str,
    caller: Callable[[], Caller | None] = nobody,
    settings: Settings | None = None,
) -> RemoteBackend:
    """Reach a server's API at `url`, with an API key where it wants one; `settings` say how long to bear with it."""
    # The door: HTTP is not loaded where runs are recorded here.
    from segue.backend.remote import RemoteBackend

    if settings is None:
        return RemoteBackend(url, key=key, home=home, caller=caller)
    return RemoteBackend(url, key=key, home=home, caller=caller, api=settings.api, client=settings.client)


def whole_address(url: str, home: str | os.PathLike[str]) -> str:
    """Return the address of a database as every process understands it, wherever it stands; raises `BadRequest`."""
    if not url or url.startswith(_SQLITE):
        path = url.removeprefix(_SQLITE) if url else os.path.join(os.fspath(home), "segue.db")
        return _SQLITE + os.path.abspath(os.path.expanduser(path))
    if url.startswith(("postgresql://", "postgres://")):
        return url
    scheme = url.split("://", maxsplit=1)[0]
    message = (
        f"SEGUE_DATABASE_URL names a database of an unknown kind ({scheme!r}); use sqlite:///path or postgresql://…"
    )
    raise BadRequest(message)


def _opener(url: str, home: str | os.PathLike[str]) -> Callable[[], Database]:
    url = whole_address(url, home)
    if url.startswith(_SQLITE):
        from segue.store.sqlite import SqliteDatabase

        return lambda: SqliteDatabase(url.removeprefix(_SQLITE))
    from segue.store.postgresql import PostgresqlDatabase

    return lambda: PostgresqlDatabase(url)
