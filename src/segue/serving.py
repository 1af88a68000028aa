"""`flow.serve` and `serve`: deployments that this program registers, and whose runs it has run for as long as it lasts.

The runs are claimed and started by a child process (`python -m segue.worker`), which calls a server and is never called. Where none
is named, a server of this home is used; where there is none, one is started for as long as this lasts.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import msgspec
from msgspec import Struct

from segue.deployments.runner import CannotServe, RunnerDeployment
from segue.engine.session import session
from segue.host import config
from segue.host.person import user_name
from segue.host.process import this_process
from segue.model.launches import PLAN_VARIABLE, WorkerPlan
from segue.model.runs import Id
from segue.top_level import starts_a_run
from segue.wire.deployments import DEPLOYMENT_EDIT, DEPLOYMENT_READ, EditDeployment
from segue.wire.requests import ById

_SEGUE = [sys.executable, "-m", "segue.cli.main"]
_WORKER = [sys.executable, "-m", "segue.worker"]


class _Server(Struct):
    """A server of this home, as `segue server status` tells of it."""

    state: str
    url: str
    database: str


def serve_all(
    ids: Sequence[Id],
    *,
    limit: int | None,
    pause_on_shutdown: bool,
    aloud: bool,
    run_once: bool = False,
    name: str | None = None,
    began: Callable[[Callable[[], None]], object] | None = None,
) -> None:
    """Have the runs of deployments run until this process is asked to end, and pause their schedules then.

    With `run_once` it ends by itself when nothing is due. `began` is given what asks it to end, as Ctrl-C does.
    """
    with reachable_server() as url:
        me = this_process()
        plan = WorkerPlan(
            name=name or f"serve-{user_name()}-{me.host}-{me.pid}",
            deployment_ids=list(ids),
            limit=limit,
            run_once=run_once,
        )
        if aloud:
            _greet(ids)
        try:
            code = _attend(plan, url, partial(_end_services, ids), began)
        finally:
            if pause_on_shutdown:
                for id in ids:
                    session().backend.call(DEPLOYMENT_EDIT, EditDeployment(id=id, paused=True))
    if code:
        raise CannotServe(why=f"its worker ended with exit code {code}; what it said stands above.")


def _greet(ids: Sequence[Id]) -> None:
    for id in ids:
        found = session().backend.call(DEPLOYMENT_READ, ById(id))
        ref = f"{found.flow_name}/{found.name}"
        sys.stdout.write(f"Serving {ref}. To run it from another terminal: segue deployment run '{ref}'\n")
    sys.stdout.write("Ctrl-C ends it, once what runs has ended.\n")
    sys.stdout.flush()


def _end_services(ids: Sequence[Id]) -> None:
    """Pause what is kept running: its run would never end by itself, and nobody would begin it again."""
    call = session().backend.call
    for id in ids:
        if call(DEPLOYMENT_READ, ById(id)).keep_running:
            call(DEPLOYMENT_EDIT, EditDeployment(id=id, paused=True))


def _attend(
    plan: WorkerPlan, url: str, asked: Callable[[], None], began: Callable[[Callable[[], None]], object] | None
) -> int:
    """Run the worker, pass on what this process is asked, and return how it ended."""
    alive, mine = os.pipe()
    environment = {
        **config.surroundings(), "SEGUE_API_URL": url, PLAN_VARIABLE: msgspec.json.encode(plan).decode(),
    }  # fmt: skip
    # Of its own group, so that Ctrl-C is passed on once; the pipe tells it when this process is gone, however that came.
    worker = subprocess.Popen(_WORKER, env=environment, stdin=alive, start_new_session=True)
    os.close(alive)

    def ask(number: int = signal.SIGINT) -> None:
        if worker.poll() is None:
            threading.Thread(target=asked, name="segue-asked", daemon=True).start()
            worker.send_signal(number)

    try:
        if began is not None:
            began(ask)
        with _passing_on(ask):
            return worker.wait()
    finally:
        os.close(mine)


@contextmanager
def _passing_on(ask: Callable[[int], None]) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def pass_on(number: int, _: object) -> None:
        ask(signal.SIGTERM if number == signal.SIGTERM else signal.SIGINT)

    before = {number: signal.signal(number, pass_on) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def reachable_server() -> Iterator[str]:
    """Give the address of the server to use: the one that is named, one of this home, or one that lasts as long as the block."""
    settings = config.current()
    if settings.api.url:
        yield settings.api.url
        return
    found = _server_here()
    if found is not None:
        yield f"{found.url}/api"
        return
    done = subprocess.run(
        [*_SEGUE, "server", "start", "--background", "--port", "0"], check=False, capture_output=True, text=True
    )
    found = _server_here()
    if found is None:
        raise CannotServe(why=f"no server could be started here. {done.stderr.strip()}")
    sys.stdout.write(f"Segue is at {found.url} for as long as this lasts.\n")
    try:
        yield f"{found.url}/api"
    finally:
        port = found.url.rpartition(":")[2]
        subprocess.run([*_SEGUE, "server", "stop", "--port", port], check=False, capture_output=True)


def _server_here() -> _Server | None:
    done = subprocess.run([*_SEGUE, "server", "status", "-o", "json"], check=False, capture_output=True)
    try:
        servers = msgspec.json.decode(done.stdout, type=list[_Server])
    except msgspec.DecodeError:
        return None
    return next((server for server in servers if server.state == "ready"), None)


def serve(
    *deployments: RunnerDeployment,
    pause_on_shutdown: bool = True,
    print_starting_message: bool = True,
    limit: int | None = None,
    webserver: bool = False,
) -> None:
    """Run several deployments of this program until it is asked to end, at most `limit` runs at once.

    SIGINT or SIGTERM lets the runs under way end; a second one ends them. With `pause_on_shutdown` their schedules rest from
    then on.
    """
    starts_a_run()
    if webserver:
        raise CannotServe(
            why="webserver=True: a program that serves calls out and is never called, so it has no web server. Whether it is "
            "there is seen by its runs, and `segue flow-run why RUN` says when nobody takes one."
        )
    if not deployments:
        raise CannotServe(why="there are no deployments. Make some with `flow.to_deployment(...)`.")
    # Its schedules rest while nobody serves it, unless it is to be paused all the same.
    ids = [str(replace(each, paused=bool(each.paused)).apply()) for each in deployments]
    serve_all(ids, limit=limit, pause_on_shutdown=pause_on_shutdown, aloud=print_starting_message)


async def aserve(
    *deployments: RunnerDeployment,
    pause_on_shutdown: bool = True,
    print_starting_message: bool = True,
    limit: int | None = None,
) -> None:
    """Run several deployments of this program; the async form of `serve`."""
    starts_a_run()
    await asyncio.to_thread(
        serve,
        *deployments,
        pause_on_shutdown=pause_on_shutdown,
        print_starting_message=print_starting_message,
        limit=limit,
    )
