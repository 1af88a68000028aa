"""A desk with a terminal: a home and a folder of one's own, commands typed, programs left running."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

from tests import warm
from tests.warm import SEGUE

__all__ = ["SEGUE", "Desk", "Done"]

Done = subprocess.CompletedProcess[str]


@dataclass
class Desk:
    """Where one test types."""

    folder: Path
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def home(self) -> Path:
        """What `SEGUE_HOME` says."""
        return self.folder / "home"

    def surroundings(self) -> dict[str, str]:
        """Return the environment of every program here."""
        return {
            **{name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ},
            "HOME": str(self.folder),
            "SEGUE_HOME": str(self.home),
            "LANG": "C.UTF-8",
            "LOGNAME": "ann",
        }

    def write(self, name: str, text: str) -> Path:
        """Write a program."""
        path = self.folder / name
        path.write_text(dedent(text))
        return path

    def type(self, *words: str | Path, input: str = "", **more: str) -> Done:
        """Type one command and wait for its end."""
        return warm.run(words, cwd=self.folder, env=self.surroundings() | more, input=input)

    def cold(self, *words: str | Path) -> Done:
        """Type one command that starts an interpreter of its own, where that is what is looked at."""
        return subprocess.run(
            [str(word) for word in words], check=False, capture_output=True, text=True, timeout=60, cwd=self.folder,
            env=self.surroundings(),
        )  # fmt: skip

    def segue(self, *words: str | Path, input: str = "", **more: str) -> Done:
        """Type one command of ours."""
        return self.type(SEGUE, *words, input=input, **more)

    def python(self, *words: str | Path) -> Done:
        """Run a program to its end."""
        return self.type(sys.executable, *words)

    def start(self, *words: str | Path) -> subprocess.Popen[str]:
        """Start a program and leave it running; it is ended with the test."""
        process = subprocess.Popen(
            [str(word) for word in words], cwd=self.folder, env=self.surroundings(), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.running.append(process)
        return process

    def json(self, *words: str | Path) -> object:
        """Type one command of ours that must succeed, and read the JSON it prints."""
        done = self.segue(*words, "-o", "json")
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    def items(self, *words: str | Path) -> list[dict[str, object]]:
        """Type a command of ours that lists."""
        found = self.json(*words)
        assert isinstance(found, list)
        return found

    def states(self) -> dict[str, str]:
        """Return the state name of every flow run by its name."""
        return {str(run["name"]): str(run["state"]["name"]) for run in self.items("flow-run", "ls")}  # type: ignore[index]  # JSON

    def until(self, state: str, run: str) -> None:
        """Wait for a flow run to be in a state."""
        self.wait_for(lambda: self.states().get(run) == state, f"{run} to be {state}")

    def wait_for(self, holds: Callable[[], bool], what: str) -> None:
        """Wait for a condition, asked again and again."""
        deadline = time.monotonic() + 30
        pause = threading.Event()
        while not holds():
            assert time.monotonic() < deadline, f"waited in vain for {what}"
            pause.wait(0.02)

    def leave(self) -> None:
        """End what still runs."""
        for process in self.running:
            process.kill()
            process.communicate()
