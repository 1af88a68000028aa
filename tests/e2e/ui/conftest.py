from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.browser import browsing, chromium
from tests.e2e.ui.room import Room, room_in
from tests.e2e.ui.world import World, office_in
from tests.e2e.ui.yard import call


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, need: Callable[[str, object], None]) -> Iterator[Room]:
    """One server and one browser for the tests of a module."""
    need("chromium", chromium())
    need("the built web pages (make ui)", (Path("src/segue/server/ui") / "index.html").exists())
    with room_in(tmp_path_factory.mktemp("room")) as room:
        yield room


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, need: Callable[[str, object], None]) -> Iterator[Room]:
    """A server that may call this machine, with a deployment, and a browser."""
    need("chromium", chromium())
    need("the built web pages (make ui)", (Path("src/segue/server/ui") / "index.html").exists())
    allowed = {"SEGUE_SERVER_OUTBOUND_ALLOWED_ADDRESSES": "127.0.0.1"}
    with room_in(tmp_path_factory.mktemp("stage"), **allowed) as room:
        call(room.desk, "POST", "/work-pools", {"name": "here"})
        room.go("/automations")
        room.sees("No automation")
        room.sees("segue automation create --from-file tell-me.yaml")
        yield room


@pytest.fixture
def office(tmp_path: Path, need: Callable[[str, object], None]) -> Iterator[tuple[World, Room]]:
    """A server on which people have accounts and nothing ran, and a browser, for one test."""
    need("chromium", chromium())
    with office_in(tmp_path) as world, browsing(tmp_path / "chromium") as browser:
        yield world, Room(world.server, world.desk, browser)


@pytest.fixture
def empty_room(tmp_path: Path, need: Callable[[str, object], None]) -> Iterator[Room]:
    """A server on which nothing ran, and a browser, for one test."""
    need("chromium", chromium())
    with room_in(tmp_path) as room:
        yield room
