"""Background tasks while the server and a task worker are killed: every value comes, and what was done once is not done again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.serving_process import ServerProcess

RUNS = 60
SCRIPT = """
import os, sys, threading
from segue import task
from segue.task_worker import serve

@task
def noted(folder: str, number: int) -> int:
    threading.Event().wait(0.1)
    with open(os.path.join(folder, "notes"), "a") as notes:
        print(number, file=notes)
    return number * number

if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(noted, limit=2)
    else:
        futures = noted.map(sys.argv[2], list(range(int(sys.argv[3]))), deferred=True)
        print("handed over", flush=True)
        print(sum(futures.result(timeout=120)))
"""


def until(holds: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(3000):
        if holds():
            return
        pause.wait(0.02)
    pytest.fail("it did not come about within a minute")


def test_a_server_and_a_worker_are_killed_meanwhile(tmp_path: Path) -> None:
    (tmp_path / "noting.py").write_text(SCRIPT)
    server = ServerProcess(tmp_path / "server")
    server.start()
    environment = {**os.environ, "SEGUE_HOME": str(tmp_path / "home"), "SEGUE_API_URL": server.url}
    started: list[subprocess.Popen[str]] = []

    def start(*words: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "noting.py", *words], cwd=tmp_path, env=environment, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        started.append(process)
        return process

    def done() -> list[str]:
        notes = tmp_path / "notes"
        return notes.read_text().split() if notes.exists() else []

    try:
        doomed, _ = start("serve"), start("serve")
        asker = start("ask", ".", str(RUNS))
        until(lambda: len(done()) >= RUNS // 6)
        server.kill()
        doomed.send_signal(signal.SIGKILL)
        doomed.wait(30)
        server.start()
        out, _ = asker.communicate(timeout=120)
        assert out.split() == ["handed", "over", str(sum(n * n for n in range(RUNS)))]
        found = Counter(done())
        assert set(found) == {str(n) for n in range(RUNS)}
        # Begun again is at most what the killed worker had in hand, or had done without having been heard.
        assert sum(found.values()) - RUNS <= 2
    finally:
        server.stop()
        for process in started:
            process.kill()
            process.communicate()
