"""The web pages as files: what is served, under which policy, and what is said where they are missing."""

from __future__ import annotations

import asyncio
import gzip
import re
from pathlib import Path

import pytest

from segue.model.callers import Caller
from segue.model.errors import NotFound
from segue.model.states import Actor
from segue.server.built_pages import Ui
from segue.server.guard import Admitted, Arrival
from segue.wire.operation import Page
from segue.wire.pages import UI_HOME, UI_PART, UI_THING, Place
from segue.wire.requests import ByName


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "parts").mkdir()
    (tmp_path / "index.html").write_text('<meta name="csp-nonce" content="segue-nonce">')
    (tmp_path / "parts/index-1.js").write_text("say(1)")
    (tmp_path / "secret.js").write_text("no part")
    return tmp_path


def ask(ui: Ui, name: str, request: object, **headers: str) -> Page:
    arrival = Arrival(method="GET", headers={each.replace("_", "-"): value for each, value in headers.items()})
    somebody = Admitted(caller=Caller(actor=Actor(kind="user", name="ann")), arrival=arrival)

    async def answer() -> object:
        return await ui.answers[name](request, somebody)

    told = asyncio.run(answer())
    assert isinstance(told, Page)
    return told


def test_the_document_names_styles_of_its_own_by_a_word_that_is_new_each_time(folder: Path) -> None:
    ui, seen = Ui(folder), set()
    for name in (UI_HOME.name, UI_THING.name):
        page = ask(ui, name, Place(noun="flow-runs", thing="1"))
        policy = page.headers["content-security-policy"]
        (nonce,) = re.findall(r"'nonce-([^']+)'", policy)
        assert f'content="{nonce}"'.encode() in page.body
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert "http" not in policy
        seen.add(nonce)
    assert len(seen) == 2


def test_parts_are_packed_for_who_takes_them_so_and_kept_for_ever(folder: Path) -> None:
    ui = Ui(folder)
    packed = ask(ui, UI_PART.name, ByName("index-1.js"), accept_encoding="gzip, br")
    assert (gzip.decompress(packed.body), packed.headers["content-encoding"]) == (b"say(1)", "gzip")
    plain = ask(ui, UI_PART.name, ByName("index-1.js"))
    assert plain.body == b"say(1)"
    assert "immutable" in plain.headers["cache-control"]
    for name in ("../secret.js", "index-2.js", "..", ""):
        with pytest.raises(NotFound):
            ask(ui, UI_PART.name, ByName(name))


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    assert b"make ui" in ask(Ui(tmp_path), UI_HOME.name, Place()).body
    with pytest.raises(NotFound, match="--no-ui"):
        ask(Ui(None), UI_HOME.name, Place())
