"""What a task worker is doing, told over HTTP on this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from segue.task_worker import TaskWorker


def status_of(worker: TaskWorker) -> dict[str, object]:
    """Return what a worker serves, what runs and how much room is left."""
    return {
        "client_id": worker.client_id,
        "started_at": worker.started_at,
        "stopping": worker.stopping,
        "limit": worker.limit,
        "current": worker.current_tasks,
        "available": worker.available_tasks,
        "tasks": sorted(worker.task_keys),
        "finished": dict(worker.finished_task_runs),
        "in_flight": {key: dict(runs) for key, runs in worker.in_flight_task_runs.items()},
    }


@contextmanager
def status_server(worker: TaskWorker, port: int | None) -> Iterator[None]:
    """Answer `GET /status` on a port of the loopback address while the block lasts; nothing without a port."""
    if port is None:
        yield
        return
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer  # noqa: PLC0415 - a door: rarely asked for

    class Status(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path.split("?")[0] == "/status"
            body = msgspec.json.encode(status_of(worker) if found else {"detail": "Not Found"})
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: a status is asked for often."""

    with ThreadingHTTPServer(("127.0.0.1", port), Status) as server:
        thread = threading.Thread(target=server.serve_forever, name="segue-status", daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
