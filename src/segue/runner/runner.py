"""A runner of deployments as an object: flows are added to it, and it runs their runs for as long as it is started."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from segue.exceptions import InvalidNameError
from segue.host.ids import new_id
from segue.serving import serve_all

if TYPE_CHECKING:
    from segue.deployments.runner import RunnerDeployment
    from segue.flows import Flow


class Runner:
    """Runs the runs of the flows and deployments that were added to it, at most `limit` at once.

    What is due is claimed as soon as it is due: `query_seconds` is taken and not needed. It calls out and is never called, so
    there is no `webserver`.
    """

    def __init__(
        self,
        name: str | None = None,
        query_seconds: float | None = None,
        pause_on_shutdown: bool = True,  # noqa: FBT001, FBT002 - the signature users know
        heartbeat_seconds: int | None = None,
        limit: int | None = None,
    ) -> None:
        if name is not None and ("/" in name or "%" in name):
            raise InvalidNameError("Runner name cannot contain '/' or '%'")
        self.name = name or f"runner-{new_id()}"
        self.query_seconds = query_seconds
        self.pause_on_shutdown = pause_on_shutdown
        self.heartbeat_seconds = heartbeat_seconds
        self.limit = limit
        self.started = False
        self.stopping = False
        self._ids: list[str] = []
        #: Asks what runs now to end.
        self._ask: Callable[[], None] | None = None

    def add_deployment(self, deployment: RunnerDeployment) -> UUID:
        """Make a deployment, or bring it up to date, and run its runs; returns its id."""
        id = UUID(str(replace(deployment, paused=bool(deployment.paused)).apply()))
        self._ids.append(str(id))
        return id

    async def aadd_deployment(self, deployment: RunnerDeployment) -> UUID:
        """Make a deployment and run its runs; the async form of `add_deployment`."""
        return await asyncio.to_thread(self.add_deployment, deployment)

    def add_flow(self, flow: Flow[..., Any], name: str | None = None, **options: Any) -> UUID:
        """Make a deployment of a flow with the options of `flow.to_deployment` and run its runs; returns its id."""
        return self.add_deployment(flow.to_deployment(name or self.name, **options))

    async def aadd_flow(self, flow: Flow[..., Any], name: str | None = None, **options: Any) -> UUID:
        """Make a deployment of a flow and run its runs; the async form of `add_flow`."""
        return await asyncio.to_thread(self.add_flow, flow, name, **options)

    async def start(self, run_once: bool = False) -> None:  # noqa: FBT001, FBT002 - the signature users know
        """Run what is due until it is stopped; with `run_once` until nothing is due any more. Raises CannotServe."""
        self.started, self.stopping = True, False
        try:
            await asyncio.to_thread(
                serve_all, self._ids, limit=self.limit, pause_on_shutdown=self.pause_on_shutdown, aloud=False, run_once=run_once,
                name=self.name, began=self._begun,
            )  # fmt: skip
        except asyncio.CancelledError:
            self._end()
            raise
        finally:
            self.started = False

    def stop(self) -> None:
        """Ask it to end, once what runs has ended."""
        if not self.started:
            raise RuntimeError("Runner has not yet started. Please start the runner by calling `.start()`")
        self._end()

    async def astop(self) -> None:
        """Ask it to end; the async form of `stop`."""
        self.stop()

    def _end(self) -> None:
        self.stopping = True
        if self._ask is not None:
            self._ask()

    def _begun(self, ask: Callable[[], None]) -> None:
        self._ask = ask
        if self.stopping:
            # It was asked to end before there was anything to end.
            ask()
