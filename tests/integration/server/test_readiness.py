"""A server says that it is ready when all it stands on is well, and otherwise what is not, to whoever sends it requests."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import psycopg
import pytest

from segue.backend.open import open_backend
from segue.server.loops.loop import Loop
from segue.server.loops.metronome import Kept
from segue.server.readiness import NotReady, readiness
from segue.wire.servers import Beat
from tests.conformance.conftest import postgresql, url  # noqa: F401 - fixtures
from tests.serving import served

WELL = Beat(every=1.0, age=0.1, beating=True)


@pytest.fixture
def api(url: str, tmp_path: Path) -> Iterator[str]:  # noqa: F811
    with served(url, tmp_path) as address:
        yield address


def asked(api: str) -> tuple[int, dict[str, Any]]:
    try:
        with urllib.request.urlopen(f"{api}/ready", timeout=20) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as problem:
        return problem.code, {"as": problem.headers["content-type"], **json.loads(problem.read())}


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_database_of_an_older_schema_is_not_served(api: str, url: str) -> None:  # noqa: F811
    status, told = asked(api)
    assert (status, told["database"], told["loops"]) == (200, "sqlite", {})
    newest = told["schema_version"]
    with apsw.Connection(url.removeprefix("sqlite:///")) as connection:
        connection.execute("UPDATE meta SET value = '1' WHERE key = 'schema_version'")
    status, told = asked(api)
    assert (status, told["code"], told["as"]) == (503, "server.not-ready", "application/problem+json")
    assert f"the database has schema 1, this version wants {newest}" in told["detail"]


def test_a_database_that_is_away_is_said_and_nothing_else_about_it(
    postgresql: str,  # noqa: F811
    tmp_path: Path,
) -> None:
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute("CREATE DATABASE leaves TEMPLATE template0")
    with served(postgresql.replace("/postgres?", "/leaves?"), tmp_path) as api:
        assert asked(api)[0] == 200
        with psycopg.connect(postgresql, autocommit=True) as connection:
            connection.execute("DROP DATABASE leaves WITH (FORCE)")
        status, told = asked(api)
        assert (status, told["detail"]) == (503, "This server is not ready: the database cannot be reached.")
        # Alive it is all the same.
        with urllib.request.urlopen(f"{api}/health", timeout=20) as answer:
            assert answer.status == 200


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_loop_that_is_silent_and_an_end_that_has_begun_are_said(url: str, tmp_path: Path) -> None:  # noqa: F811
    backend = open_backend(url, tmp_path)
    try:
        assert readiness(backend, {"reaper": WELL}, is_ending=False).loops == {"reaper": WELL}
        silent = Beat(every=1.0, age=99.0, beating=False)
        beats = {"reaper": silent, "janitor": WELL, "late marker": silent}
        with pytest.raises(NotReady, match="the reaper and the late marker did not succeed for long"):
            readiness(backend, beats, is_ending=False)
        with pytest.raises(NotReady, match="it is ending"):
            readiness(backend, {"reaper": WELL}, is_ending=True)
    finally:
        backend.close()


def test_a_loop_is_silent_after_four_turns_and_never_within_half_a_minute() -> None:
    for every, well, late in ((1.0, 25.0, 35.0), (60.0, 230.0, 250.0)):
        kept = Kept(Loop(every))
        kept.loop.purpose = "waits"  # type: ignore[misc]  # a loop of the test's own
        for ago, beating in ((well, True), (late, False)):
            kept.beat()
            assert kept.beat_at is not None
            kept.beat_at -= ago
            assert kept.look().beating is beating
