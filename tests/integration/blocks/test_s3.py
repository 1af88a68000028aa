"""Blocks of a bucket, on a real server of S3: files, folders, results, and what is said when it is away."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from segue import flow, task
from segue.engine.session import forget, reading
from segue.filesystems import RemoteFileSystem
from segue.host import config
from segue.wire.operations import LOG_LIST
from segue.wire.queries import LogQuery
from tests.buckets import PROGRAM, s3_server
from tests.serving import served

SECRET = "c4n4ry-of-the-bucket"
WITH_RESULTS = """
import sys
from segue import flow, task

@task(persist_result=True, result_storage="remote-file-system/results", result_storage_key="sum-{parameters[n]}")
def add(n):
    return n + 1

@flow(persist_result=True, result_storage="remote-file-system/results")
def work():
    return add(int(sys.argv[1]))

print(work())
"""
READS = """
import sys
from segue.client import get_client

with get_client(sync_client=True) as client:
    (run,) = client.read_task_runs()
    print(client.read_task_run(run.id).state.result())
"""


@pytest.fixture(scope="module")
def s3(need: Callable[[str, object], None]) -> Iterator[str]:
    """Start a server of S3 with an empty bucket for this module, and return its address."""
    need("moto", PROGRAM.exists())
    with s3_server() as url:
        place(url).filesystem.call_s3("create_bucket", Bucket="bucket")
        yield url


@pytest.fixture(autouse=True)
def home(segue_home: Path) -> Iterator[Path]:
    """Give a test an empty home and settings read anew, and close its database afterwards."""
    config.forget()
    yield segue_home
    forget()
    config.forget()


def place(url: str, folder: str = "folder") -> RemoteFileSystem:
    settings: dict[str, Any] = {
        "key": "user", "secret": SECRET, "client_kwargs": {"endpoint_url": url, "region_name": "us-east-1"},
        "config_kwargs": {"connect_timeout": 2, "retries": {"max_attempts": 0}},
    }  # fmt: skip
    return RemoteFileSystem(basepath=f"s3://bucket/{folder}", settings=settings)


def test_files_and_folders_go_there_and_come_back(s3: str, tmp_path: Path) -> None:
    place(s3).save("bucket")
    files = RemoteFileSystem.load("bucket")
    assert files.write_path("a/b.txt", b"one") == "s3://bucket/folder/a/b.txt"
    assert files.read_path("a/b.txt") == b"one"
    with pytest.raises(ValueError, match=r"none\.txt does not exist"):
        files.read_path("none.txt")
    with pytest.raises(ValueError, match="is outside of the base path"):
        files.write_path("../b.txt", b"one")
    (tmp_path / "up" / "deep").mkdir(parents=True)
    for name in ("one.txt", "deep/two.txt", "left.tmp"):
        (tmp_path / "up" / name).write_text(name)
    (tmp_path / "ignored").write_text("*.tmp\n")
    assert files.put_directory(str(tmp_path / "up"), "up", str(tmp_path / "ignored")) == 2
    files.get_directory("up", str(tmp_path / "down"))
    found = {
        path.relative_to(tmp_path / "down").as_posix() for path in (tmp_path / "down").rglob("*") if path.is_file()
    }
    assert found == {"one.txt", "deep/two.txt"}

    async def both() -> bytes:
        await files.awrite_path("c.txt", b"two")
        read: bytes = await files.read_path("c.txt")
        return read

    assert asyncio.run(both()) == b"two"


def test_results_are_kept_in_a_bucket_by_the_name_of_its_block_and_read_by_another_process(
    s3: str, home: Path, tmp_path: Path
) -> None:
    place(s3, "results").save("results")
    forget()
    for name, text in (("work.py", WITH_RESULTS), ("reads.py", READS)):
        (tmp_path / name).write_text(text)

    def python(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, *words], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60,
            env={**os.environ, "SEGUE_HOME": str(home)},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    assert python("work.py", "41") == "42"
    assert place(s3, "results").filesystem.exists("bucket/results/sum-41")
    assert python("reads.py") == "42"
    assert all(SECRET.encode() not in path.read_bytes() for path in home.rglob("*") if path.is_file())


def test_by_way_of_a_server_the_block_and_its_secrets_are_the_same(
    s3: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(f"sqlite:///{tmp_path / 'server' / 'segue.db'}", tmp_path / "server") as address:
        monkeypatch.setenv("SEGUE_API_URL", address)
        config.forget()
        place(s3, "remote").save("results")

        @task(persist_result=True, result_storage="remote-file-system/results", result_storage_key="only")
        def one() -> int:
            return 1

        @flow
        def work() -> int:
            return one()

        assert work() == 1
        assert place(s3, "remote").filesystem.exists("bucket/remote/only")
        forget()
    assert not (home / "segue.db").exists()
    assert all(SECRET.encode() not in path.read_bytes() for path in (tmp_path / "server").rglob("*") if path.is_file())


def test_a_bucket_that_cannot_be_reached_is_said_and_its_credentials_are_not(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    place(f"http://127.0.0.1:{port}").save("away")
    with pytest.raises(Exception, match=f"http://127.0.0.1:{port}") as caught:
        RemoteFileSystem.load("away").read_path("a.txt")
    assert SECRET not in str(caught.value)

    @task(persist_result=True, result_storage="remote-file-system/away")
    def one() -> int:
        return 1

    # What it returned is there; that it is kept nowhere is said, with the place, and without the credentials.
    assert one() == 1
    (*_, line) = (line for line in reading().call(LOG_LIST, LogQuery()).items if line.level >= logging.ERROR)
    assert "An error was encountered while committing transaction" in line.message
    assert f"http://127.0.0.1:{port}" in line.message
    lines = reading().call(LOG_LIST, LogQuery()).items
    assert all(SECRET not in each.message for each in lines)
