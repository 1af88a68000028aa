"""A real server for tests, in a thread of the test's own process: real sockets, and a database that the test can open as well."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from segue.backend.open import open_backend
from segue.model.settings import Retention
from segue.server.app import build_app
from segue.server.draining import Draining
from segue.server.entrance import Entrance
from segue.server.serving import Server
from tests.witness import Witness

_HERE = Entrance()


@contextmanager
def served(url: str, home: Path, *, certificate: Path | None = None, entrance: Entrance = _HERE) -> Iterator[str]:
    """Serve a database while the block lasts; gives the address of its API. With a certificate (and its key) behind TLS."""
    # Bound and listening before the server is there: whoever connects meanwhile only waits.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        draining = Draining()
        app = build_app(open_backend(url, home), entrance, draining, keep=Retention(), tended=False)
        witness = Witness(app)
        config = uvicorn.Config(
            witness, log_level="critical" if certificate else "warning", access_log=False, lifespan="on", ssl_certfile=certificate,
            timeout_graceful_shutdown=1, proxy_headers=False,
        )  # fmt: skip
        server = Server(config, draining, started=lambda: None)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield f"{'https' if certificate else 'http'}://127.0.0.1:{listener.getsockname()[1]}/api"
        finally:
            server.ask()
            thread.join()
        assert not witness.undocumented, f"not in the description: {sorted(witness.undocumented)}"
