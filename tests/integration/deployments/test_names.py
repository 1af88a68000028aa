"""Names and options of deployments as users know them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from segue import flow, serve
from segue.deployments.runner import CannotServe, RunnerDeployment
from segue.pulling import PullFailed
from tests.repositories import commit


@flow
def etl(n: int = 1) -> int:
    return n


def test_the_commit_of_the_working_folder_is_a_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PullFailed, match="git rev-parse failed"):
        _ = etl.to_deployment("x", version_type="vcs:git")
    at = commit(tmp_path / "code", {"a.txt": "a"})
    monkeypatch.chdir(tmp_path / "code")
    assert etl.to_deployment("x", version_type="vcs:git").version == at[:8]
    assert etl.to_deployment("x", version="mine", version_type="vcs:git").version == "mine"
    assert etl.to_deployment("x", version="mine", version_type="segue:simple").version == "mine"
    with pytest.raises(ValueError, match="'vcs:cvs' is neither 'segue:simple' nor 'vcs:git'"):
        _ = etl.to_deployment("x", version_type="vcs:cvs")


def test_async_code_may_await_what_makes_a_deployment() -> None:
    async def made() -> tuple[RunnerDeployment, RunnerDeployment]:
        return await etl.to_deployment("one"), await etl.ato_deployment("two", tags=["a"])

    one, two = asyncio.run(made())
    assert (one.name, two.name, two.tags) == ("one", "two", ("a",))


def test_a_program_that_serves_has_no_web_server() -> None:
    with pytest.raises(CannotServe, match="calls out and is never called"):
        serve(etl.to_deployment("x"), webserver=True)
