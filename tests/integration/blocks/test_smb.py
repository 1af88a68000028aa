"""The block of a shared folder, on a real Samba server: files, folders, results, and what is said when something is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from segue import flow, task
from segue.backend.embedded import EmbeddedBackend
from segue.engine.session import forget, reading
from segue.filesystems import SMB
from segue.host import config
from segue.wire.blocks import BLOCK_LIST, BlockQuery
from segue.wire.events import EVENT_LIST, EventQuery
from tests.shares import PASSWORD, USER, samba, shared


@pytest.fixture(autouse=True)
def home(segue_home: Path) -> Iterator[Path]:
    config.forget()
    yield segue_home
    forget()
    config.forget()


@pytest.fixture
def share(tmp_path: Path, need: Callable[[str, object], None]) -> Iterator[tuple[Path, int]]:
    need("samba", samba())
    with shared(tmp_path) as found:
        yield found


def folders(place: SMB, folder: Path, tmp_path: Path) -> None:
    """Put a folder there, and fetch it."""
    code = tmp_path / "code"
    (code / "inner").mkdir(parents=True)
    (code / "flows.py").write_text("x = 1")
    (code / "inner" / "more.py").write_text("y = 2")
    (code / "skipped.log").write_text("")
    (code / ".segueignore").write_text("*.log\n")
    assert place.put_directory(str(code), "code", str(code / ".segueignore")) >= 2
    assert not (folder / "data" / "code" / "skipped.log").exists()
    place.get_directory("code", str(tmp_path / "fetched"))
    assert (tmp_path / "fetched" / "inner" / "more.py").read_text() == "y = 2"


def test_a_share_keeps_files_folders_and_results(share: tuple[Path, int], tmp_path: Path) -> None:
    folder, port = share
    with pytest.raises(ValueError, match="/SHARE or /SHARE/FOLDER"):
        SMB(share_path="/", smb_host="127.0.0.1")
    made = SMB(
        share_path="\\team\\data",
        smb_host="127.0.0.1",
        smb_username=SecretStr(USER),
        smb_password=SecretStr(PASSWORD),
        smb_port=port,
    )
    assert made.basepath == "smb://127.0.0.1/team/data"
    assert PASSWORD not in repr(made)
    made.save("team")
    place = SMB.load("team")
    assert place == made

    # Files, sync and async; nothing outside of the folder.
    assert place.write_path("notes/today.txt", b"hello") == "smb://127.0.0.1/team/data/notes/today.txt"
    assert (folder / "data" / "notes" / "today.txt").read_bytes() == b"hello"
    assert asyncio.run(place.aread_path("notes/today.txt")) == b"hello"
    asyncio.run(place.awrite_path("notes/today.txt", b"hello again"))
    assert place.read_path("notes/today.txt") == b"hello again"
    for wrong, sentence in (("notes/none.txt", "does not exist"), ("../other", "outside of the base path")):
        with pytest.raises(ValueError, match=sentence):
            place.read_path(wrong)

    folders(place, folder, tmp_path)

    # Results of flows.
    @task(persist_result=True, result_storage=place, result_storage_key="sum-{parameters[n]}")
    def add(n: int) -> int:
        return n + 1

    @flow
    def work() -> int:
        return add(1)

    assert work() == 2
    assert (folder / "data" / "sum-1").exists()

    # What is stored and told holds no password, and calls are events.
    backend = reading()
    assert isinstance(backend, EmbeddedBackend)
    (document,) = backend.call(BLOCK_LIST, BlockQuery()).items
    assert document.data["smb_host"] == "127.0.0.1"
    assert PASSWORD not in str(document)
    told = [each.event for each in backend.call(EVENT_LIST, EventQuery(names=["segue.block.smb.*"])).items]
    assert {"segue.block.smb.write_path.called", "segue.block.smb.put_directory.called"} <= set(told)

    # Somebody it does not know is told so.
    eve = SecretStr("eve")
    unknown = SMB(share_path="/team", smb_host="127.0.0.1", smb_username=eve, smb_password=eve, smb_port=port)
    with pytest.raises(Exception, match=r"(?i)logon|password|authenticat"):
        unknown.read_path("x")
