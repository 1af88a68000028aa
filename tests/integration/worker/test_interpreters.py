"""Environments by their names: in each place where conda, mamba, micromamba and virtualenvwrapper keep theirs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from segue.worker.interpreters import interpreter, surroundings


def environment(place: Path, *, mark: str) -> Path:
    """Make what tells such an environment: an interpreter, and the mark of who made it."""
    python = place / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to("/bin/true")
    (place / mark).mkdir()
    return python


@pytest.mark.parametrize(
    ("variable", "value", "place"),
    [
        ("CONDA_ENVS_PATH", f"{{}}/shared{os.pathsep}{{}}/more", "more/etl-of-test"),
        ("MAMBA_ROOT_PREFIX", "{}/mamba", "mamba/envs/etl-of-test"),
        ("CONDA_EXE", "{}/miniconda3/bin/conda", "miniconda3/envs/etl-of-test"),
        ("CONDA_ROOT", "{}/miniforge", "miniforge/envs/etl-of-test"),
        ("WORKON_HOME", "{}/workon", "workon/etl-of-test"),
        ("HOME", "{}", ".virtualenvs/etl-of-test"),
    ],
)
def test_an_environment_is_found_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, place: str
) -> None:
    python = environment(tmp_path / place, mark="conda-meta")
    monkeypatch.setenv("HOME", str(tmp_path / "nowhere"))
    monkeypatch.setenv(variable, value.replace("{}", str(tmp_path)))
    assert interpreter("etl-of-test") == python


def test_a_conda_environment_anywhere_is_found_by_the_list_that_conda_keeps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = environment(tmp_path / "data" / "etl-of-test", mark="conda-meta")
    (tmp_path / ".conda").mkdir()
    (tmp_path / ".conda" / "environments.txt").write_text(
        f"/opt/conda\n{tmp_path}/gone/etl-of-test\n{python.parents[1]}\n"
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    assert interpreter("etl-of-test") == python
    # It is as if it had been activated, and nothing of the worker's own environment is left.
    of_worker = {
        "PATH": "/usr/bin",
        "VIRTUAL_ENV": "/of/worker",
        "CONDA_PREFIX": "/of/conda",
        "PYTHONPATH": "/x",
        "A": "1",
    }
    found = surroundings(python, of_worker, {})
    assert found == {"PATH": f"{python.parent}{os.pathsep}/usr/bin", "CONDA_PREFIX": str(python.parents[1]), "A": "1"}
    assert surroundings(python, of_worker, {"PYTHONPATH": "/x"})["PYTHONPATH"] == "/x"
