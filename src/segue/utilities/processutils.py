"""Child processes from async code: started, listened to and ended in good order, under the names users know."""

from __future__ import annotations

import asyncio
import codecs
import inspect
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import AsyncIterable, AsyncIterator, Callable, Mapping, MutableMapping
from contextlib import asynccontextmanager, suppress
from typing import Any

#: What output is written to: something with `write`, sync or async, or with `send`; None throws it away.
Sink = Any
#: Seconds that a child has to end by itself once it was asked to.
GRACE_SECONDS = 30.0
_CHUNK = 64 * 1024


@asynccontextmanager
async def open_process(command: list[str], **kwargs: Any) -> AsyncIterator[asyncio.subprocess.Process]:
    """Start a program and give its process, which has ended when the block is left: asked to where that fails or is cancelled.

    `kwargs` are those of `asyncio.create_subprocess_exec`. Raises TypeError where the command is no list, OSError where it cannot
    start.
    """
    if not isinstance(command, list):
        raise TypeError(
            f"a command is given as a list of words, and {command!r:.100} is none: `command_from_string` takes a text apart"
        )
    process = await asyncio.create_subprocess_exec(*command, **kwargs)
    try:
        yield process
        await process.wait()
    except BaseException:
        await asyncio.shield(_ended(process))
        raise


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Ask a process to end, and end it where it does not."""
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(GRACE_SECONDS):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def run_process(
    command: list[str],
    *,
    stream_output: bool | tuple[Sink, Sink] = False,
    task_status: Any = None,
    task_status_handler: Callable[[asyncio.subprocess.Process], Any] | None = None,
    **kwargs: Any,
) -> asyncio.subprocess.Process:
    """Run a program to its end and return its process, which has the `returncode`.

    `stream_output=True` writes what it says to this process's stdout and stderr, a pair of sinks to these; else it is thrown away.
    `task_status.started` is called once it runs, with its pid or with what `task_status_handler` makes of it.
    """
    sinks: tuple[Sink, Sink] = (sys.stdout, sys.stderr) if stream_output is True else stream_output or (None, None)
    where = subprocess.PIPE if stream_output else subprocess.DEVNULL
    async with open_process(command, **{"stdout": where, "stderr": where, **kwargs}) as process:
        if task_status is not None:
            task_status.started(task_status_handler(process) if task_status_handler is not None else process.pid)
        await consume_process_output(process, *sinks)
        await process.wait()
    return process


async def consume_process_output(
    process: asyncio.subprocess.Process, stdout_sink: Sink = None, stderr_sink: Sink = None
) -> None:
    """Write what a process says to sinks until it has said everything."""
    pairs = ((process.stdout, stdout_sink), (process.stderr, stderr_sink))
    async with asyncio.TaskGroup() as group:
        for source, sink in pairs:
            if source is not None:
                group.create_task(stream_text(_text(source), sink))


async def stream_text(source: AsyncIterable[str], *sinks: Sink) -> None:
    """Write pieces of text to each sink as they come."""
    async for piece in source:
        for sink in sinks:
            if sink is None:
                continue
            written = sink.send(piece) if hasattr(sink, "send") else sink.write(piece)
            if inspect.isawaitable(written):
                await written
            flushed = sink.flush() if hasattr(sink, "flush") else None
            if inspect.isawaitable(flushed):
                await flushed


async def _text(source: asyncio.StreamReader) -> AsyncIterator[str]:
    # A character may be cut in two by the end of a piece.
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    while piece := await source.read(_CHUNK):
        if text := decoder.decode(piece):
            yield text
    if rest := decoder.decode(b"", final=True):
        yield rest


def get_sys_executable() -> str:
    """Return the path of the interpreter, quoted on Windows where it has spaces."""
    return f'"{sys.executable}"' if os.name == "nt" else sys.executable


def command_to_string(command: list[str]) -> str:
    """Return a command as one text, quoted for a POSIX shell; `command_from_string` takes it apart again."""
    return shlex.join(command)


def command_from_string(command: str) -> list[str]:
    """Return the words of a command that was written as one text."""
    return shlex.split(command)


def sanitize_subprocess_env(
    env: Mapping[str, str | None] | None, *, remove_from: MutableMapping[str, str] | None = None
) -> dict[str, str]:
    """Return an environment for a child without the names whose value is None, which are taken out of `remove_from` as well."""
    if remove_from is not None:
        for name in [name for name, value in (env or {}).items() if value is None]:
            remove_from.pop(name, None)
    return {name: value for name, value in (env or {}).items() if value is not None}


def forward_signal_handler(
    pid: int, signum: int, *signums: int, process_name: str, print_fn: Callable[[str], object]
) -> None:
    """Send a process `signums` one after the other, each time this process gets `signum`; the last is sent again and again."""
    left = list(signums) or [signum]

    def forward(number: int, _frame: object) -> None:
        sent = signal.Signals(left.pop(0) if len(left) > 1 else left[0])
        print_fn(f"{signal.Signals(number).name} came; {process_name} (process {pid}) is sent {sent.name}.")
        with suppress(ProcessLookupError):
            os.kill(pid, sent)

    signal.signal(signum, forward)
