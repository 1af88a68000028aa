"""Twenty secrets in blocks of every form, saved, loaded, logged and raised: none is found where it does not belong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from segue.backend.open import connect_backend, open_backend
from segue.backend.protocol import Backend
from segue.engine.masking import MASK
from segue.wire import blocks as w
from segue.wire import codec, queries
from segue.wire import operations as op
from segue.wire.events import EVENT_LIST, EventQuery
from segue.wire.requests import ById
from tests.faults.processes import ROOT, SECONDS
from tests.faults.programs.canaries import ALL
from tests.faults.proxy import Proxy, between
from tests.serving import served

PROGRAM = Path(__file__).parent / "programs" / "canaries.py"
SEGUE = Path(sys.executable).with_name("segue")


def forms(secret: str) -> set[bytes]:
    """A secret as it may stand in a file: as it is, each of its lines, in JSON, in JSON within JSON, as `repr` has it."""
    texts = {secret, *secret.splitlines(), repr(secret)[1:-1]}
    texts |= {
        json.dumps(text, ensure_ascii=plain)[1:-1]
        for text in (secret, json.dumps(secret)[1:-1])
        for plain in (True, False)
    }
    return {text.encode() for text in texts}


def told_in(data: bytes) -> list[str]:
    """Return the secrets that are found in data, or their beginnings: what is cut off gives away as well."""
    return [secret for secret in ALL if any(form in data or form[:300] in data for form in forms(secret))]


def start(home: Path, *words: str, **more: str) -> subprocess.Popen[str]:
    """Start the program, whose flows fail."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SEGUE_HOME": str(home), **more}
    return subprocess.Popen(
        [sys.executable, str(PROGRAM), *words],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=2 * SECONDS)
    assert process.returncode == 0, err
    return out + err


def files(home: Path) -> Iterator[Path]:
    """Yield what a home holds but results: the pickled exception of a failed run is the run's own."""
    for path in home.rglob("*"):
        if path.is_file() and "storage" not in path.relative_to(home).parts:
            yield path


def answers(backend: Backend) -> bytes:
    """Return what somebody reads who may only read."""
    everything: list[object] = [backend.call(EVENT_LIST, EventQuery(limit=1000))]
    runs = backend.call(op.FLOW_RUN_LIST, queries.RunQuery(limit=100)).items
    tasks = backend.call(op.TASK_RUN_LIST, queries.RunQuery(limit=1000)).items
    documents = backend.call(w.BLOCK_LIST, w.BlockQuery(limit=100)).items
    everything += [runs, tasks, documents, backend.call(op.LOG_LIST, queries.LogQuery(limit=1000))]
    everything += [backend.call(op.FLOW_RUN_HISTORY, ById(run.id)) for run in runs]
    everything += [backend.call(op.TASK_RUN_HISTORY, ById(run.id)) for run in tasks]
    everything += [backend.call(w.BLOCK_READ, w.BlockId(document.id)) for document in documents]
    everything += [
        backend.call(w.BLOCK_SCHEMA_LIST, w.BlockSchemaQuery()),
        backend.call(w.BLOCK_TYPE_LIST, w.BlockTypeQuery()),
    ]
    assert (len(runs), len(documents)) == (3, 6)
    # Each call of a block's method is told, from sync and async code, threads and other processes, whether it failed or not.
    calls = {
        event.event.removeprefix("segue.block.")
        for event in backend.call(EVENT_LIST, EventQuery(names=["segue.block.*"], limit=1000)).items
    }
    assert calls >= {
        "canary-vault.loaded", "canary-vault.secrets.called", "canary-vault.connect.failed", "canary-vault.aconnect.failed",
        "secret.get.called", "webhook.call.failed",
    }  # fmt: skip
    return codec.encode(everything)


def check(backend: Backend, home: Path) -> None:
    read = answers(backend)
    assert told_in(read) == []
    # They were there to be told: where they stood, there is a mask.
    assert read.count(MASK.encode()) > 100
    for path in files(home):
        assert (path, told_in(path.read_bytes())) == (path, [])


def test_the_search_finds_what_is_there() -> None:
    for secret in ALL:
        for text in (
            secret,
            json.dumps({"a": secret}),
            json.dumps(json.dumps(secret)),
            repr([secret]),
            f"a {secret} b",
        ):
            assert secret in told_in(text.encode()), text
    assert told_in(b"c4n4ry") == []


def test_no_secret_is_in_the_record_of_this_machine(tmp_path: Path) -> None:
    home = tmp_path / "home"
    said = finish(start(home, "save")) + finish(start(home, "use"))
    assert told_in(said.encode()) == []
    backend = open_backend("", home)
    try:
        check(backend, home)
        assert {path.name for path in files(home)} >= {"segue.db", "segue.db-wal"}
    finally:
        backend.close()


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[Proxy]:
    home = tmp_path / "server"
    with served(f"sqlite:///{home / 'segue.db'}", home) as address, between(address) as proxy:
        proxy.crossed = []
        yield proxy


def test_no_secret_crosses_to_a_server_but_to_be_saved_and_loaded(proxy: Proxy, tmp_path: Path) -> None:
    home, there = tmp_path / "home", {"SEGUE_API_URL": proxy.url, "SEGUE_CLIENT_MAX_RETRIES": "1"}
    said = finish(start(home, "save", **there))
    process = start(home, "use", str(tmp_path), **there)
    until_loaded(process, tmp_path)
    (tmp_path / "go").touch()
    said += finish(process)
    assert told_in(said.encode()) == []
    assert proxy.crossed is not None
    meant = 0
    for request, answer in proxy.crossed:
        line = request.partition(b"\r\n")[0].decode()
        saves, loads = line.startswith("POST /api/block-documents HTTP"), line.partition(" HTTP")[0].endswith("/reveal")
        meant += saves + loads
        assert saves or told_in(request) == [], line
        assert loads or told_in(answer) == [], line
    assert meant > 10
    backend = connect_backend(proxy.url, key=None, home=str(home))
    try:
        check(backend, tmp_path / "server")
        for path in files(home):
            assert (path, told_in(path.read_bytes())) == (path, [])
    finally:
        backend.close()


def until_loaded(process: subprocess.Popen[str], folder: Path) -> None:
    """Wait until the program has loaded its blocks."""
    end, pause = time.monotonic() + SECONDS, threading.Event()
    while not (folder / "loaded").exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        pause.wait(0.01)


def test_no_secret_is_in_what_waits_for_a_server(proxy: Proxy, tmp_path: Path) -> None:
    home, there = tmp_path / "home", {"SEGUE_API_URL": proxy.url, "SEGUE_CLIENT_MAX_RETRIES": "0"}
    finish(start(home, "save", **there))
    code = (
        "import sys; from pathlib import Path; from tests.faults.programs import canaries as c; from segue import flow\n"
        "@flow(log_prints=True)\n"
        "def waits():\n"
        "    vault = c.Vault.load('vault')\n"
        "    Path(sys.argv[1], 'loaded').touch()\n"
        "    while not Path(sys.argv[1], 'go').exists(): pass\n"
        "    for secret in vault.secrets(): print('printed', secret, [secret])\n"
        "    c.fails(vault, 2, return_state=True)\n"
        "    vault.connect(4)\n"
        "waits(return_state=True)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SEGUE_HOME": str(home), **there}
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until_loaded(process, tmp_path)
    proxy.away()
    (tmp_path / "go").touch()
    assert told_in(finish(process).encode()) == []
    spools = [path for path in files(home) if "spool" in path.parts and path.stat().st_size > 500]
    assert spools
    assert any(MASK.encode() in path.read_bytes() for path in spools)
    for path in files(home):
        assert (path, told_in(path.read_bytes())) == (path, [])
    proxy.back()
    subprocess.run([SEGUE, "spool", "flush"], env=environment, check=True, capture_output=True)
    for path in files(tmp_path / "server"):
        assert (path, told_in(path.read_bytes())) == (path, [])
