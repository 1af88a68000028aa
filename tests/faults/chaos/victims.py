"""Processes that are there to be killed, by the clock or by themselves at some call."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[3]
PROGRAM = ROOT / "tests" / "faults" / "programs" / "turmoil.py"

#: What victims do, and how often compared with each other.
ROLES = {"plain": 3, "durable": 4, "slots": 3, "transactions": 2, "failing": 2, "stray": 1, "look": 2}
#: Rooms of the house in which a victim dies; the empty one is the whole house.
ROOMS = ("", "", "store", "backend", "service", "engine")
#: Seconds of life of those killed by the clock: some die while they start, most once they have begun.
STARTING, AT_WORK = 1.0, 0.5
#: Seconds after which one that should have killed itself does not get on any more.
LONGEST_LIFE = 120.0
#: Rounds of a role within which those die that count their calls.
ROUNDS = 2.5


@dataclass
class Victim:
    """A process that will be killed."""

    process: subprocess.Popen[bytes]
    #: What it says, in a file: nobody reads while it lives.
    errors: IO[bytes]
    role: str
    #: How it dies, in words: with the seed enough to kill another one at the same place.
    how: str
    #: Seconds that it lives, from its start or from when it began to work; None: it kills itself.
    lives: float | None
    #: The durable run that it runs again, if that is what it does.
    again: str | None = None
    #: A file that is there once it works, if its time is counted from then on.
    sign: Path | None = None
    began: float | None = None
    started: float = field(default_factory=time.monotonic)
    died: float = 0.0
    #: It was killed because it did not get on.
    stuck: bool = False
    said: str = ""

    @property
    def pid(self) -> int:
        """The process's number."""
        return self.process.pid

    @property
    def killed(self) -> bool:
        """Whether it was killed, and did not end by itself."""
        return self.process.returncode == -signal.SIGKILL

    def is_over(self) -> bool:
        """Kill it if its time has come; say whether it is dead."""
        if self.began is None and (self.sign is None or self.sign.exists()):
            self.began = time.monotonic()
        if self.lives is not None and self.began is not None and time.monotonic() - self.began >= self.lives:
            self.process.kill()
            self.process.wait()
        if time.monotonic() - self.started > LONGEST_LIFE:
            self.process.kill()
            self.process.wait()
            self.stuck = True
        if self.process.poll() is None:
            return False
        self.died = time.monotonic()
        self.said = _read(self.errors)
        return True

    def end(self) -> None:
        """Kill it now, and let nobody look at it."""
        self.process.kill()
        self.process.wait()
        self.errors.close()

    def __str__(self) -> str:
        return f"{self.role}, killed {self.how}" + (f", run {self.again} again" if self.again else "")


class Arena:
    """Where victims live: one home, one database, one ledger."""

    def __init__(self, folder: Path, chance: random.Random, database_url: str | None = None) -> None:
        self.chance = chance
        self.ledger = folder / "ledger"
        self.ledger.mkdir()
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("SEGUE_")},
            "SEGUE_HOME": str(folder / "home"),
            "PYTHONPATH": str(ROOT),
            "LEDGER": str(self.ledger),
            **({"SEGUE_DATABASE_URL": database_url} if database_url else {}),
        }
        self._calls: dict[tuple[str, str], int] = {}

    def start(self, role: str | None = None, again: str | None = None) -> Victim:
        """Start a victim of any role, or of this one; half of them are killed by the clock, half at a call."""
        chance = self.chance
        role = role or chance.choices([*ROLES], [*ROLES.values()])[0]
        arguments = [role, str(chance.randrange(10_000)), *([again] if again else [])]
        if chance.random() < 0.5:
            starting = chance.random() < 0.2
            seconds = chance.uniform(0.0, STARTING if starting else AT_WORK)
            process, errors = self._run(arguments)
            how = f"{seconds:.3f} s after its {'start' if starting else 'first step'}"
            sign = None if starting else self.ledger / f"{process.pid}.begun"
            return Victim(process, errors, role, how, seconds, again, sign)
        room = chance.choice(ROOMS)
        number = chance.randint(1, int(self._calls_of(role, room) * ROUNDS))
        process, errors = self._run(arguments, DIE_AFTER=str(number), DIE_IN=room)
        return Victim(process, errors, role, f"at call {number:,} of {room or 'anything'}", None, again)

    def finish(self, again: str) -> str:
        """Run a durable run again to its end, undisturbed; return what the process said if it failed."""
        with tempfile.NamedTemporaryFile(dir=self.ledger) as count:
            process, errors = self._run(["durable", "0", again], COUNT=count.name)
            process.wait()
        said = _read(errors)
        return said if process.returncode else ""

    def lines(self) -> list[list[str]]:
        """Read the ledger; a line is written whole or not at all."""
        file = self.ledger / "ledger"
        return [line.split(" ") for line in file.read_text().splitlines()] if file.exists() else []

    def _calls_of(self, role: str, room: str) -> int:
        """Count how many calls one round of a role takes there."""
        if (role, room) not in self._calls:
            with tempfile.NamedTemporaryFile(dir=self.ledger) as count:
                process, errors = self._run([role, "0"], COUNT=count.name, DIE_IN=room)
                code, said = process.wait(), _read(errors)
                assert code == 0, said
                self._calls[role, room] = int(Path(count.name).read_text())
        return self._calls[role, room]

    def _run(self, arguments: list[str], **environment: str) -> tuple[subprocess.Popen[bytes], IO[bytes]]:
        errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it was read
        process = subprocess.Popen(
            [sys.executable, str(PROGRAM), *arguments],
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors,
        )  # fmt: skip
        return process, errors


def _read(errors: IO[bytes]) -> str:
    with errors:
        errors.seek(0)
        return errors.read().decode(errors="replace")
