"""What a server tells of itself to those who look after it."""

from __future__ import annotations

import platform
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from segue.backend.embedded import EmbeddedBackend
from segue.backend.upkeep import place, size_of
from segue.model.settings import Retention
from segue.wire.database import DATABASE_READ
from segue.wire.requests import Nothing
from segue.wire.servers import ServerFacts, Writing


def facts(backend: EmbeddedBackend, *, version: str, started: datetime, keep: Retention) -> Callable[[], ServerFacts]:
    """Return what looks at the server each time it is called; that raises `StorageProblem`."""

    def look() -> ServerFacts:
        database, metrics = backend.read(DATABASE_READ, Nothing()), backend.metrics()
        file = backend.address.removeprefix("sqlite:///") if database.kind == "sqlite" else None
        return ServerFacts(
            version=version,
            python=platform.python_version(),
            started=started,
            database=database.kind,
            schema_version=database.schema_version,
            retention=keep,
            writing=Writing(
                batches=metrics.batches, longest_wait=metrics.longest_wait, longest_hold=metrics.longest_hold
            ),
            database_size=size_of(f"sqlite:///{file}") if file else None,
            disk_free=place(str(Path(file).parent)).free if file else None,
        )

    return look
