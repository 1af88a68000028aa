"""A server on which much has happened: the programs of three people ran, some failed, some wait, some cannot be stopped."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import warm
from tests.e2e.cli.desk import SEGUE
from tests.e2e.ui.deployed import deployed, undeployed
from tests.e2e.ui.reacting import reacting, watching
from tests.e2e.ui.room import Room, Terminal
from tests.serving_process import ServerProcess

PROGRAMS = Path(__file__).parent.resolve() / "programs"
#: Who may sign in, with which role; all with the same password.
PEOPLE = {"ann": "admin", "bob": "operator", "vera": "viewer"}
#: Nouns of the API where pages have another word.
NOUNS = {"blocks": "block-documents"}
PASSWORD = "correct horse battery"


@dataclass
class World:
    """The server, whose machine it is, and the desk of somebody who works there."""

    server: ServerProcess
    desk: Terminal

    def on_the_server(self, *words: str, input: str = "") -> str:
        """Type a command beside the database, where everything may be done."""
        environment = {**os.environ, "SEGUE_HOME": str(self.server.home)}
        environment.pop("SEGUE_API_URL", None)
        done = warm.run([SEGUE, *words], cwd=Path.cwd(), env=environment, input=input)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def ask(self, path: str, body: object) -> Any:
        """Ask the API with the key of the desk."""
        headers = {"authorization": f"Bearer {self.desk.key}", "content-type": "application/json"}
        request = urllib.request.Request(f"{self.server.url}{path}", json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    def address(self, path: str) -> str:
        """Return a path in which `<name>` has become the id of the thing of that noun that is called so."""
        found = re.fullmatch(r"/([a-z-]+)/<(.+)>(.*)", path)
        if found is None:
            return path
        noun, name, rest = found.groups()
        items = self.ask(f"/{NOUNS.get(noun, noun)}/list", {"limit": 500})["items"]
        ids = [each["id"] for each in items if name in (each.get("name"), each.get("key"), each.get("automation_name"))]
        assert ids, f"there is nothing called {name} among the {noun}"
        return f"/{noun}/{ids[0]}{rest}"


def happen(world: World) -> None:
    """Let everything happen that pages show; what stays open is ended with the desk."""
    desk = world.desk
    world.on_the_server("key", "create", "dashboard", "--role", "viewer", "--expires", "90d")
    world.on_the_server("key", "create", "loader", "--scope", "run:events")
    _typed(desk, "variable", "set", "region", "north")
    _typed(desk, "variable", "set", "thresholds", '{"rows": 1000, "share": 0.02}', "--reason", "as agreed in May")
    _typed(desk, "global-concurrency-limit", "create", "warehouse", "--limit", "1")
    _typed(desk, "global-concurrency-limit", "create", "api", "--limit", "10", "--slot-decay-per-second", "10")
    _ran(desk, "blocks_used.py")
    watching(desk)
    _ran(desk, "orders.py", "3")
    reacting(desk, deployed(desk))
    _open(world)
    _typed(desk, "event", "emit", "shop.delivery.arrived", "--resource-id", "shop.delivery.north")


def _open(world: World) -> None:
    desk = world.desk

    def begin(run: str, *words: str) -> subprocess.Popen[str]:
        process = desk.start(sys.executable, PROGRAMS / "open.py", *words)
        desk.wait_for(lambda: desk.states().get(run) in {"Running", "Paused"}, f"{run} to begin")
        return process

    begin("copy-1", "copy", "1")
    begin("copy-2", "copy", "2")
    stopped, killed = begin("copy-3", "copy", "3"), begin("copy-4", "copy", "4")
    _typed(desk, "flow-run", "cancel", "copy-3", "--reason", "the disk of the warehouse is full")
    stopped.communicate(timeout=60)
    os.kill(killed.pid, signal.SIGKILL)
    desk.until("Crashed", "copy-4")
    begin("stuck-in-c", "stuck")
    _typed(desk, "flow-run", "cancel", "stuck-in-c", "--reason", "it holds a lock")
    begin("large-order", "large-order")
    begin("backfill", "backfill")


def _typed(desk: Terminal, *words: str) -> None:
    done = desk.segue(*words)
    assert done.returncode == 0, f"{words}: {done.stderr}"


def _ran(desk: Terminal, program: str, *words: str) -> None:
    done = desk.python(PROGRAMS / program, *words)
    assert done.returncode == 0, done.stderr


@contextmanager
def world_in(folder: Path) -> Iterator[World]:
    """Let everything happen in a folder, and keep the server while the block lasts."""
    with office_in(folder) as world:
        happen(world)
        yield world


@contextmanager
def office_in(folder: Path) -> Iterator[World]:
    """Keep a server on which people have accounts, and bob's desk, while the block lasts."""
    server = ServerProcess(folder / "home")
    server.start()
    desk = Terminal(folder / "desk")
    desk.folder.mkdir()
    desk.url = server.url
    world = World(server, desk)
    try:
        for name, role in PEOPLE.items():
            world.on_the_server("user", "create", name, "--role", role, input=f"{PASSWORD}\n")
        desk.key = world.on_the_server("key", "create", "laptop", "--user", "bob")
        yield world
    finally:
        undeployed(desk)
        desk.leave()
        server.stop()


def enter(room: Room, name: str) -> None:
    """Sign in with the browser."""
    room.go()
    room.type("input[name=name]", name)
    room.type("input[name=password]", PASSWORD)
    room.press("Sign in")
    room.sees("Overview")


def leave(room: Room, name: str) -> None:
    """Sign out with the browser."""
    room.press(f"{name} ({PEOPLE[name]})")
    room.press("Sign out")
    room.sees("Sign in to Segue")
