"""The prepared interpreter: a process that has Segue loaded and nothing open, and is forked for each flow run.

    python -m segue.prepared IN OUT

It has one thread, and neither a database, nor a socket, nor an event loop: what a fork would copy in a broken state is not there.
User code, and whatever it imports, is loaded after the fork. Orders come through the pipe IN, a line each; OUT tells which
processes there are and how they ended. When the worker is gone it goes as well, and the runs under way go on: each holds its own
lease.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import sys
import time
from typing import NoReturn

import msgspec

# What every run needs is loaded now, once.
import segue.backend.remote
import segue.engine.drive_async
import segue.engine.durable
import segue.logging.handlers
import segue.pydantic_parameters
import segue.result_storage
import segue.results  # noqa: F401 - as those above
from segue.executing import execute
from segue.host import config
from segue.model.launches import RUN_VARIABLE, Forked, ForkOrder, Launch, Reaped, Told, Unforked

_order = msgspec.json.Decoder(ForkOrder)


class Nursery:
    """Forks a process for each order; in such a process `tend` returns what it is to run, elsewhere it does not return."""

    def __init__(self, receive: int, send: int) -> None:
        self._receive = receive
        self._send = send
        self._buffer = b""
        self._woken, self._wake = os.pipe()
        for end in (self._woken, self._wake):
            os.set_blocking(end, False)

    def tend(self) -> Launch:
        """Obey until the worker is gone."""
        # Ctrl-C reaches every process of a terminal; what is to end is the worker's to say.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake)
        # What is loaded stays: a collection in a child would touch, and so copy, every page of it.
        gc.collect()
        gc.freeze()
        while True:
            ready, _, _ = select.select([self._receive, self._woken], [], [])
            if self._woken in ready:
                self._reap()
            if self._receive in ready:
                launch = self._obey()
                if launch is not None:
                    return launch

    def _obey(self) -> Launch | None:
        chunk = os.read(self._receive, 1 << 20)
        if not chunk:
            os._exit(0)
        *lines, self._buffer = (self._buffer + chunk).split(b"\n")
        for line in lines:
            order = _order.decode(line)
            try:
                pid = os.fork()
            except OSError as problem:
                self._tell(Unforked(number=order.number, why=problem.strerror or str(problem)))
                continue
            if pid == 0:
                self._leave()
                become(order)
                return order.launch
            self._tell(Forked(number=order.number, pid=pid))
        return None

    def _reap(self) -> None:
        os.read(self._woken, 4096)
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self._tell(Reaped(pid=pid, code=os.waitstatus_to_exitcode(status)))

    def _tell(self, told: Told) -> None:
        view = memoryview(msgspec.json.encode(told) + b"\n")
        try:
            while view:
                view = view[os.write(self._send, view) :]
        except BrokenPipeError:
            # The worker was killed: nobody is left to be told, and what was forked goes on by itself.
            os._exit(0)

    def _leave(self) -> None:
        """In the child: what belongs to the parent is let go."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for end in (self._receive, self._send, self._woken, self._wake):
            os.close(end)


def become(order: ForkOrder) -> None:
    """Be the process of a flow run: its own process group, environment and folder."""
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    if not order.aloud:
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
    os.close(nothing)
    config.replace_surroundings({**order.environment, RUN_VARIABLE: order.launch.flow_run_id})
    time.tzset()
    # The interpreter has read this one already.
    added = [entry for entry in order.environment.get("PYTHONPATH", "").split(os.pathsep) if entry]
    sys.path[:0] = [entry for entry in added if entry not in sys.path]
    os.chdir(order.folder)


def main() -> NoReturn:
    """Wait for orders; the processes that are forked end here, as any program does."""
    receive, send = int(sys.argv[1]), int(sys.argv[2])
    for end in (receive, send):
        os.set_inheritable(end, False)  # noqa: FBT003 - the signature of the standard library
    # `python -m` has put the folder of the worker there, which is not that of the flow.
    if sys.path and sys.path[0] in {"", os.getcwd()}:  # noqa: PTH109 - as `python -m` wrote it
        del sys.path[0]
    raise SystemExit(execute(Nursery(receive, send).tend()))


if __name__ == "__main__":
    main()
