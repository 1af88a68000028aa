"""The spool file: what was kept is read again in order, whatever happened to the end of the file."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from segue.backend.spool import PROPOSAL, RECORDS, Progress, Spool, SpoolHeader, SpoolProblem, peek
from segue.backend.spools import Spools, waiting

HEADER = SpoolHeader(server="http://x/api", lease_id="r", fence=1, applied=7, since=1.0)


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "spool" / "x" / "r.1.spool")


def kept(path: str, *payloads: bytes) -> None:
    """Leave a spool behind, as a process does that ends."""
    spool = Spool.create(path, HEADER)
    for payload in payloads:
        spool.append(RECORDS, payload)
    spool.close()


def taken(path: str) -> Spool:
    spool = Spool.take(path)
    assert spool is not None
    return spool


def test_what_was_kept_is_there_in_order_and_private(path: str) -> None:
    spool = Spool.create(path, HEADER)
    spool.append(RECORDS, b"[1]")
    spool.append(PROPOSAL, b"{}")
    assert stat.S_IMODE(Path(path).stat().st_mode) == 0o600
    assert stat.S_IMODE(Path(path).parent.stat().st_mode) == 0o700
    # Held by a process, it is nobody else's to deliver, though everybody may look.
    assert Spool.take(path) is None
    seen = peek(path)
    assert seen is not None
    assert [(frame.kind, frame.payload) for frame in seen[2]] == [(RECORDS, b"[1]"), (PROPOSAL, b"{}")]
    spool.close()
    again = taken(path)
    assert again.header == HEADER
    assert again.progress.applied == 7
    assert [frame.payload for frame in again.frames()] == [b"[1]", b"{}"]
    again.remove()
    assert not any(Path(path).parent.iterdir())


@pytest.mark.parametrize("cut", range(1, 16))
def test_a_half_written_end_is_cut_off(path: str, cut: int) -> None:
    kept(path, b"[1]", b"[2,2,2]")
    whole = Path(path).read_bytes()
    Path(path).write_bytes(whole[:-cut])
    spool = taken(path)
    assert [frame.payload for frame in spool.frames()] == [b"[1]"]
    spool.append(RECORDS, b"[3]")
    assert [frame.payload for frame in spool.frames()] == [b"[1]", b"[3]"]
    spool.close()


def test_damage_in_the_middle_is_put_aside_and_not_passed_over_in_silence(path: str, tmp_path: Path) -> None:
    kept(path, b"[1]", b"[2]", b"[3]")
    data = bytearray(Path(path).read_bytes())
    at = data.index(b"[2]")
    data[at + 1] ^= 1
    Path(path).write_bytes(bytes(data))
    spool = taken(path)
    assert [frame.payload for frame in spool.frames()] == [b"[1]"]
    assert b"[3]" in Path(f"{path}.damaged").read_bytes()
    spool.close()


def test_how_far_it_is_delivered_is_remembered(path: str) -> None:
    kept(path, b"[1]", b"[2]")
    spool = taken(path)
    first = next(spool.frames())
    spool.delivered(Progress(first.after, 8))
    spool.close()
    again = taken(path)
    assert again.progress == Progress(first.after, 8)
    assert [frame.payload for frame in again.frames()] == [b"[2]"]
    again.close()
    # A note that was not written whole only costs that all of it is sent again.
    Path(f"{path}.at").write_bytes(b'{"off')
    again = taken(path)
    assert [frame.payload for frame in again.frames()] == [b"[1]", b"[2]"]
    assert again.progress.applied == 7
    again.close()


def test_its_bound_and_a_folder_that_cannot_be_written_are_told(path: str, tmp_path: Path) -> None:
    spool = Spool.create(path, HEADER)
    with pytest.raises(SpoolProblem, match="limit of 200 bytes"):
        spool.append(RECORDS, b"x" * 300, limit=200)
    spool.append(RECORDS, b"[1]", limit=200)
    assert len(list(spool.frames())) == 1
    spool.close()
    (tmp_path / "file").touch()
    with pytest.raises(SpoolProblem, match="file"):
        Spool.create(str(tmp_path / "file" / "r.spool"), HEADER)


def test_a_file_that_is_no_spool_harms_nobody(tmp_path: Path) -> None:
    spools = Spools(str(tmp_path), "http://x/api", limit=1000)
    broken = Path(spools.folder) / "a.1.spool"
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b'{"server":')
    assert waiting(str(tmp_path)) == []
    assert spools.deliver(lambda *_, **__: b"") == 0
    assert not broken.exists()
    assert Path(f"{broken}.damaged").exists()


def test_spools_are_told_apart_by_server(tmp_path: Path) -> None:
    ours, theirs = (Spools(str(tmp_path), f"http://{name}:1/api", limit=1000) for name in ("a", "b"))
    for spools in (ours, theirs):
        spool = spools.create("run", 3, 0)
        spool.append(RECORDS, b"[1,2]")
        spool.close()
    assert [(entry.server, entry.records, entry.held) for entry in waiting(str(tmp_path))] == [
        ("http://a:1/api", 2, False),
        ("http://b:1/api", 2, False),
    ]
    assert len(ours.left()) == 1
