"""The files of a deleted run go with it: its own, all of them, and no others."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from segue import flow, handing_over, task
from segue.backend.embedded import EmbeddedBackend
from segue.backend.open import open_backend
from segue.backend.sweeper import Sweeper, Swept
from segue.backend.sweeping import Sweeping
from segue.cache_policies import INPUTS
from segue.client import get_client
from segue.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from segue.engine.session import forget, reading
from segue.filesystems import LocalFileSystem
from segue.host import config
from segue.host.ids import new_id
from segue.model.states import Completed
from segue.wire import operations as op
from segue.wire import requests as q
from segue.wire.discarded import DISCARDED_DOOMED, DISCARDED_LIST, DiscardedQuery, Doomed
from tests.faults.processes import until


@pytest.fixture(autouse=True)
def home(segue_home: Path) -> Iterator[Path]:
    config.forget()
    yield segue_home
    forget()
    config.forget()


class Basket:
    """Something that JSON cannot hold."""


@task(persist_result=True, cache_policy=INPUTS, record_inputs=True)
def cached(number: int) -> int:
    return number


@task(persist_result=True)
def failing() -> None:
    raise ValueError("no")


@task(persist_result=True)
def later(number: int) -> int:
    return number


@flow(persist_result=True, validate_parameters=False)
def keeps(basket: Basket, number: int) -> int:
    failing(return_state=True)
    later.delay(number)
    inner()
    return cached(number)


@flow(persist_result=True)
def inner() -> str:
    return "inner"


@task
def step(number: int) -> int:
    return number


@flow(durable=True)
def durable() -> int:
    return step(1) + step(2)


def files(home: Path) -> set[str]:
    """Return the files that runs left: below the home, without the database's own."""
    folders = (home / "storage", home / "inputs")
    return {str(file.relative_to(home)) for folder in folders for file in folder.rglob("*") if file.is_file()}


def sweeper(home: Path) -> Sweeper:
    return Sweeper(reading(), str(home), str(home / "storage"))


def run_of(flow_name: str) -> str:
    """Return the id of the newest top-level run of a flow."""
    (newest, *_) = [
        run for run in get_client(sync_client=True).read_flow_runs() if run.name and _flow(run) == flow_name
    ]
    return str(newest.id)


def _flow(run: Any) -> str:
    return str(reading().call(op.FLOW_RUN_READ, q.ById(str(run.id))).flow_name)


def delete(run: str) -> None:
    get_client(sync_client=True).delete_flow_run(run)


def test_what_a_run_kept_goes_with_it_and_what_serves_others_stays(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # What is handed over in one second shares a file otherwise.
    monkeypatch.setattr(handing_over, "_LONGEST", 0.0)
    keeps(Basket(), 1)
    first, of_first = run_of("keeps"), files(home)
    keeps(Basket(), 2)
    of_second = files(home) - of_first
    own = {name for name in of_first if "-" in Path(name).name}
    kinds = sorted({Path(name).name.partition("-")[0] for name in own if "journals" not in name})
    assert kinds == ["arguments", "failure", "flow", "inputs"]
    assert any(name.startswith("storage/journals/") for name in own)
    shared = of_first - own
    # The result under a cache key.
    assert len(shared) == 1

    expected = sweeper(home).measure(reading().call(DISCARDED_DOOMED, Doomed(flow_runs=[first])).ids)
    assert expected.files == len(own)
    delete(first)
    assert files(home) == of_first | of_second
    assert sweeper(home).sweep() == expected
    assert files(home) == shared | of_second
    assert sweeper(home).sweep() == Swept()

    @flow
    def again() -> int:
        return cached(1)

    # The cache has kept what is its own.
    assert again() == 1
    (run,) = [run for run in get_client(sync_client=True).read_task_runs() if run.state_name == "Cached"]
    assert run.state is not None


def test_the_journal_of_a_durable_run_goes_and_those_of_others_stay(home: Path) -> None:
    durable()
    first, of_first = run_of("durable"), files(home)
    durable()
    second = files(home) - of_first
    assert {Path(name).name for name in of_first} == {f"{first}.1.journal", f"flow-{first}"}
    delete(first)
    assert sweeper(home).sweep().files == 2
    assert files(home) == second


def test_what_another_run_points_to_stays(home: Path) -> None:
    keeps(Basket(), 1)
    inner()
    giver, taker = run_of("keeps"), run_of("inner")
    given = reading().call(op.FLOW_RUN_READ, q.ById(giver)).state
    assert isinstance(given, Completed)
    handed_on = msgspec.structs.replace(given, id=new_id(), message="handed on")
    reading().call(op.FLOW_RUN_PROPOSE, q.Proposal(id=taker, state=handed_on, force=True))
    delete(giver)
    sweeper(home).sweep()
    assert f"storage/flow-{giver}" in files(home)
    with get_client(sync_client=True) as client:
        state = client.read_flow_run(taker).state
        assert state is not None
        assert state.result() == 1
    delete(taker)
    sweeper(home).sweep()
    assert f"storage/flow-{giver}" not in files(home)


def test_a_storage_of_the_users_own_is_not_touched(home: Path, tmp_path: Path) -> None:
    @flow(persist_result=True, result_storage=LocalFileSystem(basepath=str(tmp_path / "mine")))
    def elsewhere() -> int:
        return 1

    elsewhere()
    run = run_of("elsewhere")
    assert (tmp_path / "mine" / f"flow-{run}").exists()
    delete(run)
    assert sweeper(home).sweep() == Swept()
    assert (tmp_path / "mine" / f"flow-{run}").exists()


def test_nothing_outside_the_home_is_reached_by_links(home: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    inner()
    run = run_of("inner")
    own = home / "storage" / f"flow-{run}"
    precious = outside / run
    precious.write_text("precious")
    (home / "storage" / "parameters").symlink_to(outside)
    (home / "storage" / "journals").symlink_to(outside)
    (outside / f"{run}.1.journal").write_text("precious")
    (home / "inputs").mkdir()
    (home / "inputs" / f"inputs-{run}").symlink_to(precious)
    delete(run)
    assert sweeper(home).sweep().files == 1
    assert not own.exists()
    assert sorted(file.name for file in outside.iterdir()) == sorted([run, f"{run}.1.journal"])
    assert (home / "inputs" / f"inputs-{run}").is_symlink()


def test_only_ids_make_names() -> None:
    found = list(Sweeper(reading(), "/tmp", "/tmp")._files(["../../etc/passwd", "", "x", "*"], {}))
    assert found == []


def test_a_storage_behind_a_link_is_swept(home: Path, tmp_path: Path) -> None:
    (tmp_path / "large").mkdir()
    home.mkdir()
    (home / "storage").symlink_to(tmp_path / "large")
    durable()
    keeps(Basket(), 1)
    for run in (run_of("durable"), run_of("keeps")):
        delete(run)
    sweeper(home).sweep()
    left = [file.name for file in (tmp_path / "large").rglob("*") if file.is_file()]
    assert len(left) == 1  # the cache's


def test_each_home_lets_go_of_its_own_files_when_it_comes_by(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two homes, as of two machines, record in one database; the run is deleted from the other one."""
    url = f"sqlite:///{tmp_path / 'shared.db'}"
    monkeypatch.setenv("SEGUE_DATABASE_URL", url)
    config.forget()
    inner()
    run = run_of("inner")
    other = tmp_path / "other"
    backend = open_backend(url, other)
    backend.call(op.FLOW_RUN_DELETE, q.ById(run))
    assert Sweeper(backend, str(other), str(other / "storage")).sweep() == Swept()
    backend.close()
    assert files(home) == {f"storage/flow-{run}"}
    assert sweeper(home).sweep().files == 1
    assert files(home) == set()


def test_what_cannot_be_taken_away_is_told_and_tried_again(home: Path) -> None:
    storage = home / "storage"
    storage.mkdir(parents=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(storage)], capture_output=True, check=False)
    try:
        inner()
        run = run_of("inner")
        delete(run)
        _writable(storage, mounted.returncode == 0, to="ro")
        failed = sweeper(home).sweep()
        assert (failed.files, len(failed.failed)) == (0, 1)
        assert f"flow-{run}: " in failed.failed[0]
        _writable(storage, mounted.returncode == 0, to="rw")
        assert sweeper(home).sweep().files == 1
    finally:
        _writable(storage, mounted.returncode == 0, to="rw")
        if mounted.returncode == 0:
            subprocess.run(["umount", str(storage)], check=True)


def _writable(folder: Path, mounted: bool, *, to: str) -> None:
    if mounted:
        subprocess.run(["mount", "-o", f"remount,{to}", str(folder)], check=True)
    else:
        folder.chmod(0o500 if to == "ro" else 0o700)


def test_a_home_is_swept_once_a_day_beside_what_runs(home: Path) -> None:
    inner()
    delete(run_of("inner"))
    stamp = home / ".swept"
    sweeping = Sweeping(reading(), str(home), str(home / "storage"))
    sweeping.look()
    assert len(files(home)) == 1
    two_days_ago = time.time() - 2 * 86_400
    os.utime(stamp, (two_days_ago, two_days_ago))
    sweeping.look()
    until(lambda: files(home) == set())
    assert stamp.stat().st_mtime > two_days_ago


def test_inputs_and_failures_go_with_task_runs_that_are_pruned(home: Path) -> None:
    keeps(Basket(), 1)
    backend = reading()
    assert isinstance(backend, EmbeddedBackend)
    (run,) = get_client(sync_client=True).read_flow_runs(
        flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[run_of("keeps")]))
    )
    for each in get_client(sync_client=True).read_task_runs():
        if each.state_name != "Scheduled":
            get_client(sync_client=True).delete_task_run(each.id)
    assert {name.partition("/")[2].partition("-")[0] for name in files(home)} >= {"failure", "inputs", "arguments"}
    sweeper(home).sweep()
    left = {name.partition("/")[2].partition("-")[0] for name in files(home)}
    assert {"failure", "inputs"}.isdisjoint(left)
    assert {"arguments", "flow"} <= left
    assert run.state_name == "Completed"
    ids = backend.call(DISCARDED_LIST, DiscardedQuery()).ids
    assert ids == sorted(ids)
