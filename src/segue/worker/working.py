"""A worker from its start to its end: its server, its launcher, its signals."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable

from segue.backend.open import connect_backend
from segue.backend.remote import RemoteBackend
from segue.host import config
from segue.host.signals import answered
from segue.model.callers import Caller
from segue.model.errors import BadRequest
from segue.model.launches import WorkerPlan
from segue.model.states import Actor
from segue.worker.containers import ContainerLauncher
from segue.worker.launching import Launcher
from segue.worker.processes import ProcessLauncher
from segue.worker.worker import Worker

#: Where Docker is found on Linux and macOS.
_DOCKER = "unix:///var/run/docker.sock"

_log = logging.getLogger("segue.worker")


def launcher_of(type: str) -> Launcher:
    """Return what starts runs of a type; raises `BadRequest` for a type that this installation has no launcher for."""
    if type == "process":
        return ProcessLauncher()
    if type == "docker":
        return ContainerLauncher(config.variable("DOCKER_HOST") or _DOCKER)
    raise BadRequest(f"There is no worker of type {type!r} here; there are: process, docker.")


def work(plan: WorkerPlan, *, tied: bool = False) -> None:
    """Be a worker until the process is asked to end; raises what the server says against it, and `BadRequest`.

    `tied`: it also ends when whoever started it is gone, at the other end of its standard input.
    """
    settings = config.current()
    if not settings.api.url:
        raise BadRequest("A worker needs a server: set SEGUE_API_URL, or sign in with `segue login`.")
    _speak()
    me = Actor(kind="worker", name=plan.name)
    backend: RemoteBackend = connect_backend(
        settings.api.url, key=settings.api.key, home=settings.home, caller=lambda: Caller(actor=me), settings=settings
    )
    worker = Worker(backend, plan, launcher_of, home=settings.home, version=_version())
    if tied:
        threading.Thread(target=_end_with_starter, args=(worker,), name="segue-starter", daemon=True).start()
    try:
        with answered(_asked_to_end(worker)):
            worker.run()
    finally:
        backend.close()


def _speak() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s | %(levelname)-7s | %(message)s", "%H:%M:%S"))
    for name in ("segue.worker", "segue.backend"):
        logger = logging.getLogger(name)
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)


def _asked_to_end(worker: Worker) -> Callable[[signal.Signals, int], None]:
    def obey(number: signal.Signals, times: int) -> None:
        if times > 1:
            worker.stop_now()
            return
        many = worker.current
        runs = f"; waiting for {many} run(s) under way (again: end them)" if many else ""
        _log.info("%s received: no more runs are claimed%s.", number.name, runs)
        worker.stop()

    return obey


def _end_with_starter(worker: Worker) -> None:
    # Nothing is ever written there, so reading returns when the other end is gone.
    os.read(sys.stdin.fileno(), 1)
    worker.stop()


def _version() -> str:
    from importlib.metadata import version  # noqa: PLC0415 - a door: reads files

    return version("segue")
