"""Runs that cannot be started: each says why, and leaves nothing behind."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from segue.model.launches import Launch
from segue.worker.containers import container_of
from segue.worker.launching import Job, NoLaunch
from segue.worker.processes import ProcessLauncher


def job(**configuration: object) -> Job:
    launch = Launch(
        flow_run_id="x",
        fence=1,
        flow_name="f",
        run_name="r",
        entrypoint="f.py:f",
        pull_steps=[{"set_working_directory": {}}],
    )
    return Job(name="r", launch=launch, environment={}, added={}, configuration=configuration)


@pytest.mark.parametrize(
    ("configuration", "said"),
    [
        ({"python": "no-such-environment"}, "there is no Python no-such-environment"),
        ({"python": "no-such-environment/bin/python"}, "there is no Python no-such-environment/bin/python"),
        ({"command": "python -c 'unclosed"}, "command cannot be split into words"),
        ({"command": "/no/such/program"}, "No such file or directory: /no/such/program"),
        ({"command": "true", "stream_output": "loud"}, "stream_output must be true or false"),
        ({"working_dir": "/dev/null/below"}, "/dev/null/below"),
    ],
)
def test_what_cannot_be_started_leaves_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, configuration: dict[str, object], said: str
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(NoLaunch, match=said):
        ProcessLauncher().start(job(**configuration))
    assert list(tmp_path.iterdir()) == []


def test_a_container_is_given_the_words_of_a_command() -> None:
    assert container_of(job(command="python -m 'segue.executing'"), "x")["Cmd"] == ["python", "-m", "segue.executing"]
    assert container_of(job(), "x")["Cmd"] == ["python", "-m", "segue.executing"]
    with pytest.raises(NoLaunch, match="command cannot be split into words"):
        container_of(job(command="python 'm"), "x")
