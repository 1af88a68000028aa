"""Child processes that user code starts end with what they were started for."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import subprocess
import sys

import pytest

from segue.utilities.processutils import forward_signal_handler, open_process, run_process

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]


def test_a_child_ends_with_its_block() -> None:
    async def fails() -> int | None:
        process = None
        with pytest.raises(ValueError, match="enough"):
            async with open_process(SLEEPER) as process:
                raise ValueError("enough")
        return process.returncode if process is not None else None

    async def is_cancelled() -> int | None:
        begun: asyncio.Future[asyncio.subprocess.Process] = asyncio.get_running_loop().create_future()

        async def runs() -> None:
            async with open_process(SLEEPER) as process:
                begun.set_result(process)

        task = asyncio.create_task(runs())
        process = await begun
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return process.returncode

    assert asyncio.run(fails()) == -signal.SIGTERM
    assert asyncio.run(is_cancelled()) == -signal.SIGTERM


def test_what_a_child_says_is_not_cut_within_a_character() -> None:
    said = io.StringIO()
    program = "import sys; sys.stdout.buffer.write('\u20ac'.encode() * 100_001); sys.stdout.buffer.write(b'\\xff')"
    done = asyncio.run(run_process([sys.executable, "-c", program], stream_output=(said, None)))
    assert done.returncode == 0
    assert said.getvalue() == "\u20ac" * 100_001 + "\ufffd"


def test_who_waits_is_told_that_it_runs() -> None:
    class Status:
        told: object = None

        def started(self, value: object) -> None:
            self.told = value

    plain, made = Status(), Status()
    asyncio.run(run_process([sys.executable, "-c", ""], task_status=plain))
    asyncio.run(run_process([sys.executable, "-c", ""], task_status=made, task_status_handler=lambda _: "made"))
    assert isinstance(plain.told, int)
    assert made.told == "made"


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_signals_are_handed_on_one_after_the_other() -> None:
    said: list[str] = []
    before = signal.getsignal(signal.SIGUSR1)
    child = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import signal; signal.signal(15, signal.SIG_IGN); print(1, flush=True); signal.pause()",
        ],
        stdout=subprocess.PIPE,
    )
    try:
        assert child.stdout is not None
        child.stdout.readline()
        forward_signal_handler(
            child.pid, signal.SIGUSR1, signal.SIGTERM, signal.SIGKILL, process_name="the child", print_fn=said.append
        )
        os.kill(os.getpid(), signal.SIGUSR1)
        os.kill(os.getpid(), signal.SIGUSR1)
        assert child.wait(30) == -signal.SIGKILL
    finally:
        signal.signal(signal.SIGUSR1, before)
        child.kill()
        child.communicate()
    assert [line.partition("; ")[2].split(" ")[-1] for line in said] == ["SIGTERM.", "SIGKILL."]
