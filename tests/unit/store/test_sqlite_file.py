from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from segue.backend.open import open_backend
from segue.host.ids import new_id
from segue.host.locks import FileLock
from segue.model.errors import BadRequest, StaleFence, StorageProblem
from segue.model.states import Completed
from segue.store.migrations import due, migrations, newest
from segue.store.sqlite import SqliteDatabase
from segue.wire import operations as op
from segue.wire import queries
from segue.wire import requests as q
from tests.conformance.making import lease_of, made, moved, propose, read, start, state


def test_home_and_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    backend = open_backend("", tmp_path / "a" / "home")
    start(backend)
    home = tmp_path / "a" / "home"
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    for file in home.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    backend.close()
    assert sorted(file.name for file in home.iterdir()) == ["segue.db", "segue.db.lock"]


def test_the_file_is_in_wal_mode_and_every_commit_reaches_the_disk(tmp_path: Path) -> None:
    database = SqliteDatabase(str(tmp_path / "segue.db"))
    session = database.reader()
    assert session.select("PRAGMA journal_mode", {}) == [("wal",)]
    assert session.select("PRAGMA synchronous", {}) == [(2,)]
    database.close()


def test_a_database_of_a_newer_version_is_refused_in_a_sentence_and_left_alone(tmp_path: Path) -> None:
    open_backend("", tmp_path).close()
    connection = apsw.Connection(str(tmp_path / "segue.db"))
    connection.execute(
        "INSERT INTO meta VALUES ('min_reader', '900'); UPDATE meta SET value = '901' WHERE key = 'schema_version'"
    )
    with pytest.raises(StorageProblem, match=r"newer version of Segue \(schema 901"):
        open_backend("", tmp_path)
    connection.execute("UPDATE meta SET value = '1' WHERE key = 'min_reader'")
    # Newer, but it says that this program may still read it: two environments share one home.
    backend = open_backend("", tmp_path)
    start(backend)
    assert backend.call(op.UPKEEP_STATS, q.Nothing()).schema_version == 901
    backend.close()


def test_an_older_database_is_brought_up_to_date(tmp_path: Path) -> None:
    # The oldest database there can be: the first step alone, with a run in it.
    first = migrations("sqlite")[0]
    assert first.number == 1
    path = tmp_path / "segue.db"
    connection = apsw.Connection(str(path))
    connection.execute(first.sql)
    connection.execute("INSERT INTO meta VALUES ('schema_version', '1')")
    connection.execute("INSERT INTO flow VALUES ('f', 'old', 1, NULL)")
    connection.close()
    backend = open_backend("", tmp_path)
    stats = backend.call(op.UPKEEP_STATS, q.Nothing())
    assert (stats.schema_version, stats.rows["flow"]) == (newest("sqlite"), 1)
    assert backend.call(op.FLOW_LIST, queries.FlowQuery()).items[0].name == "old"
    backend.close()


def test_the_steps_form_one_line_alike_on_both_databases() -> None:
    for dialect in ("sqlite", "postgresql"):
        numbers = [step.number for step in migrations(dialect)]
        assert numbers == list(range(1, len(numbers) + 1))
        assert [step.number for step in due(dialect, version=0, min_reader=0, address="x")] == [
            step.number for step in migrations(dialect) if not step.post
        ]
        assert due(dialect, version=newest(dialect), min_reader=0, address="x") == []


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "segue.db").write_text("These are not the bytes you are looking for. " * 100)
    with pytest.raises(StorageProblem, match=r"segue\.db is not a sound SQLite database"):
        open_backend("", tmp_path)


def test_a_home_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StorageProblem, match="cannot be"):
        open_backend("", tmp_path / "file" / "home")
    with pytest.raises(BadRequest, match="unknown kind"):
        open_backend("mysql://x", tmp_path)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no such rights here")
def test_a_home_without_write_permission_is_named(tmp_path: Path) -> None:
    program = (
        "import os, sys\n"
        "from segue.backend.open import open_backend\n"
        "from segue.model.errors import StorageProblem\n"
        "open_backend('', sys.argv[2]).close()\n"
        "if os.geteuid() == 0: os.setgid(65534); os.setuid(65534)\n"
        "try: open_backend('', sys.argv[1])\n"
        "except StorageProblem as problem: print(problem)\n"
    )
    home = Path("/tmp") / f"segue-closed-{new_id()}"  # every folder above it must be open to other users
    home.mkdir(mode=0o755)
    try:
        if os.geteuid() != 0:
            home.chmod(0o500)
        done = subprocess.run(
            [sys.executable, "-c", program, str(home), str(tmp_path)], capture_output=True, text=True, check=False
        )
        assert "cannot be written" in done.stdout, done.stderr
        assert str(home) in done.stdout
    finally:
        home.rmdir()


def test_a_full_disk_keeps_the_records_and_tells_who_waits(tmp_path: Path) -> None:
    backend = open_backend("", tmp_path)
    grant = start(backend)
    stream = backend.stream(lease_of(grant))
    # A page limit is how SQLite meets a full disk: the same SQLITE_FULL, at the same places.
    writer = backend._writer.committer._session
    assert writer is not None
    pages = int(writer.select("PRAGMA page_count", {})[0][0] or 0)
    writer.select(f"PRAGMA max_page_count = {pages}", {})
    tasks = [made(grant.run.id, name="x" * 400) for _ in range(200)]
    for task in tasks:
        stream.put(task)
    with pytest.raises(StorageProblem, match="is full"):
        stream.flush()
    assert read(backend, grant.run.id).state.kind == "RUNNING"
    # Space is freed: the next session of the writer has no limit.
    for task in tasks:
        stream.put(moved(task, state(Completed)))
    assert propose(backend, grant.run.id, state(Completed), fence=1).status == "accept"
    assert backend.call(op.TASK_RUN_COUNT, queries.RunFilter(state_types=["COMPLETED"])).count == 200
    assert backend.metrics().failures >= 1
    backend.close()
    again = open_backend("", tmp_path)
    assert read(again, grant.run.id).state.kind == "COMPLETED"
    assert again._opened().reader().select("PRAGMA integrity_check", {}) == [("ok",)]
    again.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of two megabytes."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if not mounted or mounted.returncode != 0:
        pytest.skip("needs the right to mount a filesystem")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_really_full_disk_is_told_and_everything_arrives_once_there_is_room(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * 1_200_000)
    backend = open_backend("", small_disk)
    grant = start(backend)
    stream = backend.stream(lease_of(grant))
    for _ in range(4000):
        stream.put(made(grant.run.id, name="x" * 300))
    with pytest.raises(StorageProblem, match="is full"):
        stream.flush()
    with pytest.raises(StorageProblem, match="is full"):
        propose(backend, grant.run.id, state(Completed), fence=1)
    assert read(backend, grant.run.id).state.kind == "RUNNING"
    ballast.unlink()
    subprocess.run(["mount", "-o", "remount,size=20m", str(small_disk)], check=True)
    assert propose(backend, grant.run.id, state(Completed), fence=1).status == "accept"
    assert backend.call(op.TASK_RUN_COUNT, queries.RunFilter()).count == 4000
    assert backend._opened().reader().select("PRAGMA integrity_check", {}) == [("ok",)]
    backend.close()


def test_what_was_put_is_on_disk_when_the_interpreter_ends(tmp_path: Path) -> None:
    program = """
import sys
from segue.backend.open import open_backend
from segue.wire import operations as op
from tests.conformance.making import start, lease_of, made
backend = open_backend("", sys.argv[1])
grant = start(backend)
stream = backend.stream(lease_of(grant))
for _ in range(3000):
    stream.put(made(grant.run.id))
"""
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True, cwd=Path(__file__).parents[3])
    backend = open_backend("", tmp_path)
    assert backend.call(op.TASK_RUN_COUNT, queries.RunFilter()).count == 3000
    backend.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_opens_anew_and_leaves_its_parents_records_alone(tmp_path: Path) -> None:
    program = """
import os, sys
from segue.backend.open import open_backend
from segue.wire import operations as op, queries, requests as q
from tests.conformance.making import start, lease_of, made, read
backend = open_backend("", sys.argv[1])
grant = start(backend)
stream = backend.stream(lease_of(grant))
for _ in range(500):
    stream.put(made(grant.run.id))
child = os.fork()
if child == 0:
    stream.put(made(grant.run.id))
    mine = start(backend, flow="child")
    own = backend.stream(lease_of(mine))
    own.put(made(mine.run.id))
    assert read(backend, grant.run.id).state.kind == "RUNNING"
    sys.exit(7)
stream.put(made(grant.run.id))
status = os.waitpid(child, 0)[1]
assert os.waitstatus_to_exitcode(status) == 7, status
backend.flush()
print(stream.applied, backend.call(op.TASK_RUN_COUNT, queries.RunFilter()).count)
"""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, str(tmp_path)],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[3],
    )  # fmt: skip
    assert done.stdout.split() == ["501", "502"], done.stderr


def test_readers_never_wait_for_a_writer(tmp_path: Path) -> None:
    backend = open_backend("", tmp_path)
    run = start(backend).run
    other = SqliteDatabase(str(tmp_path / "segue.db"))
    writer = other.writer()
    writer.begin()
    found: list[str] = []
    reader = threading.Thread(target=lambda: found.append(read(backend, run.id).id))
    reader.start()
    reader.join(timeout=10)
    assert found == [run.id]
    writer.rollback()
    writer.close()
    other.close()
    backend.close()


def test_a_thread_takes_its_connection_with_it(tmp_path: Path) -> None:
    backend = open_backend("", tmp_path)
    before = len(apsw.connections())
    for _ in range(5):
        thread = threading.Thread(target=lambda: backend.call(op.FLOW_COUNT, queries.FlowQuery()))
        thread.start()
        thread.join()
    assert len(apsw.connections()) == before
    backend.close()


def test_closing_twice_is_one_closing_and_a_closed_backend_says_so(tmp_path: Path) -> None:
    backend = open_backend("", tmp_path)
    backend.close()
    backend.close()
    with pytest.raises(StorageProblem, match="closed"):
        backend.call(op.FLOW_COUNT, queries.FlowQuery())
    with pytest.raises(StorageProblem, match="closed"):
        start(backend)


def test_a_thread_that_reads_while_the_backend_closes_is_told_or_served(tmp_path: Path) -> None:
    backend = open_backend("", tmp_path)
    start(backend)
    problems: list[Exception] = []
    reading = threading.Event()

    def read_on() -> None:
        try:
            while True:
                backend.call(op.FLOW_RUN_LIST, queries.RunQuery())
                reading.set()
        except StorageProblem:
            pass
        except Exception as problem:  # noqa: BLE001
            problems.append(problem)

    threads = [threading.Thread(target=read_on) for _ in range(3)]
    for thread in threads:
        thread.start()
    reading.wait(10)
    backend.close()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()
    assert problems == []


def test_a_backup_is_brought_back_and_older_grants_write_nothing(tmp_path: Path) -> None:
    backend = open_backend("", tmp_path / "home")
    kept = start(backend)
    copy = tmp_path / "copy.db"
    backend.back_up(str(copy))
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with pytest.raises(StorageProblem, match="exists already"):
        backend.back_up(str(copy))
    later = start(backend, name="after the backup")
    stream = backend.stream(lease_of(kept))
    stream.put(made(kept.run.id, task_name="made after the backup"))
    stream.flush()
    seen = backend.call(op.FLOW_RUN_HISTORY, q.ById(later.run.id)).items[-1].seq
    backend.bring_back(str(copy))
    assert [run.id for run in backend.call(op.FLOW_RUN_LIST, queries.RunQuery()).items] == [kept.run.id]
    run = read(backend, kept.run.id)
    assert run.state.kind == "CRASHED"
    assert run.fence > lease_of(kept).fence
    # Numbers of events go on past those that readers may have seen, and the old grant is worth nothing.
    assert backend.call(op.FLOW_RUN_HISTORY, q.ById(run.id)).items[-1].seq > seen
    stream.put(made(kept.run.id))
    with pytest.raises(StaleFence):
        stream.flush()
    again = start(backend)
    fresh = backend.stream(lease_of(again))
    task = made(again.run.id, task_name="made after the backup")
    fresh.put(task)
    fresh.flush()
    assert backend.call(op.TASK_RUN_READ, q.ById(task.id)).task_name == "made after the backup"
    assert backend.check() == []
    assert backend.upgrade() == newest("sqlite")
    start(backend)
    backend.close()


def test_only_a_sound_copy_is_brought_back(tmp_path: Path) -> None:
    backend = open_backend("", tmp_path / "home")
    run = start(backend).run
    (tmp_path / "bad.db").write_text("no database " * 500)
    for source in ("bad.db", "missing.db"):
        with pytest.raises(StorageProblem, match=source):
            backend.bring_back(str(tmp_path / source))
    assert read(backend, run.id).id == run.id
    backend.close()


def test_a_database_that_another_process_works_on_is_not_replaced(tmp_path: Path) -> None:
    backend = open_backend("", tmp_path / "home")
    backend.back_up(str(tmp_path / "copy.db"))
    program = """
import sys
from segue.backend.open import open_backend
from tests.conformance.making import start
backend = open_backend("", sys.argv[1])
start(backend)
print("begun", flush=True)
sys.stdin.read()
"""
    other = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "home")],
        cwd=Path(__file__).parents[3], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert other.stdout is not None
    assert other.stdout.readline() == "begun\n"
    with pytest.raises(StorageProblem, match=f"Process {other.pid} runs a flow"):
        backend.bring_back(str(tmp_path / "copy.db"))
    other.kill()
    other.communicate()
    backend.bring_back(str(tmp_path / "copy.db"))
    assert backend.call(op.FLOW_RUN_COUNT, queries.RunFilter()).count == 0
    backend.close()


def test_two_that_make_a_new_file_take_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("segue.store.sqlite._BUSY", 10)
    path = tmp_path / "segue.db"
    first = apsw.Connection(str(path))
    first.execute("CREATE TABLE other (x)")
    turn = FileLock(f"{path}.lock")
    turn.acquire()
    # The other one is at it: it has begun to write the file, and SQLite would not wait for its end but refuse.
    first.execute("BEGIN EXCLUSIVE")
    problems: list[BaseException] = []
    opened = threading.Event()

    def open_it() -> None:
        try:
            SqliteDatabase(str(path)).close()
        except StorageProblem as problem:
            problems.append(problem)
        opened.set()

    thread = threading.Thread(target=open_it)
    thread.start()
    # Longer than SQLite itself waits here for a program that does not know our turns.
    assert not opened.wait(0.2)
    first.execute("COMMIT")
    first.close()
    turn.close()
    thread.join()
    assert problems == []
