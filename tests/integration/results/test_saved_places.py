"""Places kept by name, and used by name as result storage."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from segue import flow, task
from segue.blocks.system import Secret
from segue.engine.session import forget
from segue.filesystems import LocalFileSystem, RemoteFileSystem
from segue.host import config
from segue.results import resolve_result_storage


@pytest.fixture(autouse=True)
def home(segue_home: Path) -> Iterator[None]:
    """Give a test an empty home and settings read anew, and close its database afterwards."""
    config.forget()
    yield
    forget()
    config.forget()


def test_a_place_is_saved_loaded_and_forgotten(tmp_path: Path) -> None:
    files = LocalFileSystem(basepath=tmp_path)
    known = files.save("my-results")
    with pytest.raises(ValueError, match="already in use for this block type"):
        LocalFileSystem(basepath="/elsewhere").save("my-results")
    assert files.save("my-results", overwrite=True) == known
    assert LocalFileSystem.load("my-results") == files == resolve_result_storage("local-file-system/my-results")
    RemoteFileSystem(basepath="memory://bucket").save("far")
    assert resolve_result_storage("remote-file-system/far") == RemoteFileSystem(basepath="memory://bucket")
    LocalFileSystem.delete("my-results")
    for action in (LocalFileSystem.load, LocalFileSystem.delete):
        with pytest.raises(
            ValueError, match="Unable to find block document named my-results for block type local-file-system"
        ):
            action("my-results")


def test_names_and_credentials_are_minded(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="must only contain lowercase letters, numbers, and dashes"):
        LocalFileSystem(basepath=tmp_path).save("../escape")
    far = RemoteFileSystem(basepath="memory://bucket", settings={"secret": "c4n4ry"})
    far.save("far")
    assert "c4n4ry" not in repr(far)
    assert RemoteFileSystem.load("far").settings == {"secret": "c4n4ry"}
    home = Path(config.current().home)
    forget()
    assert all(b"c4n4ry" not in path.read_bytes() for path in home.iterdir() if path.is_file())


def test_a_name_that_means_no_storage_is_refused() -> None:
    with pytest.raises(ValueError, match="Unable to find block document named mine for block type s3-bucket"):
        resolve_result_storage("s3-bucket/mine")
    Secret(value="x").save("mine")
    with pytest.raises(ValueError, match="'secret/mine' keeps no files: a Secret cannot be result storage"):
        resolve_result_storage("secret/mine")
    with pytest.raises(ValueError, match="write 'block-type-slug/mine'"):
        resolve_result_storage("mine")


async def _in_async_code(files: LocalFileSystem) -> LocalFileSystem:
    await files.save("here")
    await files.asave("here", overwrite=True)
    assert await LocalFileSystem.aload("here") == files
    found = await LocalFileSystem.load("here")  # type: ignore[misc]  # for sync code by its type
    assert isinstance(found, LocalFileSystem)
    await LocalFileSystem.adelete("here")
    return found


def test_in_async_code_the_same_names_are_awaited(tmp_path: Path) -> None:
    assert asyncio.run(_in_async_code(LocalFileSystem(basepath=tmp_path))) == LocalFileSystem(basepath=tmp_path)


def test_a_task_names_its_storage(tmp_path: Path) -> None:
    LocalFileSystem(basepath=tmp_path / "results").save("named")

    @task(result_storage="local-file-system/named", result_storage_key="key")
    def work() -> int:
        return 3

    @flow
    def pipeline() -> int:
        return work()

    assert (pipeline(), pipeline()) == (3, 3)
    assert [path.name for path in (tmp_path / "results").iterdir()] == ["key"]
