"""Places for files: whole or not at all, never outside, sync and async."""

import asyncio
import stat
from pathlib import Path

import pytest

from segue.filesystems import LocalFileSystem, NullFileSystem, RemoteFileSystem, WritableFileSystem
from segue.ignored_files import Ignored
from segue.settings import temporary_settings
from segue.whole_files import write_whole


def test_what_is_written_is_read(tmp_path: Path) -> None:
    files = LocalFileSystem(basepath=tmp_path)
    assert isinstance(files, WritableFileSystem)
    place = files.write_path("folder/data.txt", content=b"abc")
    assert place == str(tmp_path / "folder" / "data.txt")
    assert files.read_path("folder/data.txt") == files.read_path(place) == b"abc"
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["data.txt"]


@pytest.mark.parametrize("path", ["missing.txt", "folder", "../outside.txt", "/etc/hostname", "link/outside.txt"])
def test_what_is_not_there_or_outside_is_refused(tmp_path: Path, path: str) -> None:
    base = tmp_path / "base"
    (base / "folder").mkdir(parents=True)
    (base / "link").symlink_to(tmp_path)
    (tmp_path / "outside.txt").write_text("secret")
    with pytest.raises(ValueError, match=r"does not exist|is not a file|is outside of the base path"):
        LocalFileSystem(basepath=base).read_path(path)


def test_a_file_is_not_written_outside(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is outside of the base path"):
        LocalFileSystem(basepath=tmp_path / "base").write_path("../outside.txt", content=b"x")
    assert list(tmp_path.iterdir()) == []


def test_what_lies_in_the_home_is_for_its_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"

    def modes(folder: Path) -> list[int]:
        return [stat.S_IMODE(path.stat().st_mode) for path in (folder, folder / "file")]

    with temporary_settings({"SEGUE_HOME": str(home)}):
        for folder in (home / "storage", tmp_path / "shared"):
            LocalFileSystem(basepath=folder).write_path("file", content=b"")
    assert modes(home / "storage") == [0o700, 0o600]
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    plain = tmp_path / "plain"
    plain.mkdir()
    (plain / "file").touch()
    assert modes(tmp_path / "shared") == modes(plain)


def test_a_failed_write_leaves_the_old_content_and_no_draft(tmp_path: Path) -> None:
    place = tmp_path / "folder"
    (place / "inside").mkdir(parents=True)
    with pytest.raises(OSError, match="folder"):
        write_whole(place, b"a file cannot take the place of a folder that is not empty")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["folder", "inside"]


async def _in_async_code(files: LocalFileSystem) -> list[object]:
    await files.write_path("a", content=b"1")
    await files.awrite_path("b", content=b"2")
    return [await files.read_path("a"), await files.aread_path("b")]


def test_in_async_code_the_same_names_are_awaited(tmp_path: Path) -> None:
    assert asyncio.run(_in_async_code(LocalFileSystem(basepath=tmp_path))) == [b"1", b"2"]


def test_folders_are_copied_but_for_what_is_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base, here = tmp_path / "base", tmp_path / "here"
    for name in ("keep.py", "drop.log", "data/big.csv", "data/small.csv", "sub/drop.log"):
        (base / name).parent.mkdir(parents=True, exist_ok=True)
        (base / name).write_text(name)
    (base / ".segueignore").write_text("*.log\ndata/*\n!data/small.csv\n")
    here.mkdir()
    monkeypatch.chdir(here)
    files = LocalFileSystem(basepath=base)
    files.get_directory()
    names = {path.relative_to(here).as_posix() for path in here.rglob("*") if path.is_file()}
    assert names == {".segueignore", "keep.py", "data/small.csv"}
    assert LocalFileSystem(basepath=tmp_path / "copy").put_directory(str(here), "into", str(here / ".segueignore")) == 3
    assert (tmp_path / "copy" / "into" / "keep.py").read_text() == "keep.py"


@pytest.mark.parametrize(
    ("pattern", "path", "folder", "ignored"),
    [
        ("*.log", "a/b.log", False, True), ("/*.log", "a/b.log", False, False), ("a/*.log", "a/b.log", False, True),
        ("build/", "build", True, True), ("build/", "build", False, False), ("**/x", "a/b/x", False, True),
        ("a/**", "a/b/c", False, True), ("file[0-9]", "file7", False, True), ("file[!0-9]", "file7", False, False),
        ("# note", "# note", False, False), (r"\#x", "#x", False, True), ("a?c", "abc", False, True), ("a?c", "a/c", False, False),
    ],
)  # fmt: skip
def test_patterns_are_those_of_a_gitignore(pattern: str, path: str, folder: bool, ignored: bool) -> None:
    assert Ignored([pattern]).leaves_out(path, folder=folder) is ignored


def test_anything_fsspec_reaches_is_a_place_too(tmp_path: Path) -> None:
    files = RemoteFileSystem(basepath="memory://bucket/results")
    files.write_path("folder/key", content=b"abc")
    assert files.read_path("folder/key") == b"abc"
    with pytest.raises(ValueError, match="does not exist"):
        files.read_path("nothing")
    with pytest.raises(ValueError, match="is outside of the base path"):
        files.read_path("../other")
    (tmp_path / "a").write_text("1")
    assert files.put_directory(str(tmp_path), "put") == 1
    files.get_directory("put", str(tmp_path / "back"))
    assert (tmp_path / "back" / "a").read_text() == "1"


@pytest.mark.parametrize("basepath", ["no-scheme", "file:///tmp", "s3://"])
def test_a_remote_place_needs_an_address(basepath: str) -> None:
    with pytest.raises(ValueError, match="Base path"):
        RemoteFileSystem(basepath=basepath)


def test_credentials_are_not_shown() -> None:
    files = RemoteFileSystem(basepath="s3://bucket", settings={"secret": "hunter2"})
    assert "hunter2" not in repr(files)


def test_a_place_that_keeps_nothing_is_no_place_to_read_from() -> None:
    asyncio.run(NullFileSystem().write_path("a", b"1"))
    assert asyncio.run(NullFileSystem().read_path("a")) is None
