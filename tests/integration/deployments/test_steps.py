"""The steps of deployments that run programs, and what a step leaves for the next."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from segue import steps
from segue.deployments.steps import run_shell_script
from segue.docker.deployments.steps import build_docker_image
from segue.pulling import StepFailed


def test_a_script_is_run_line_by_line_and_no_shell_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WHO", "ann")
    monkeypatch.setenv("WHOSE", "hers")
    monkeypatch.setenv("SPELLED", "$WHO")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    script = "# a comment\necho 'one  two' $WHO; pwd\n\nsh -c 'echo $WHO >&2; echo $MORE'\n"
    assert run_shell_script(script, directory="sub", env={"MORE": "2"}) == {
        "stdout": "one  two $WHO; pwd\n2", "stderr": "ann",
    }  # fmt: skip
    assert capfd.readouterr() == ("one  two $WHO; pwd\n2\n", "ann\n")
    line = "echo ${WHO} $WHOSE $WHOEVER $SPELLED"
    assert run_shell_script(line, expand_env_vars=True, stream_output=False)["stdout"] == "ann hers $WHOEVER $WHO"
    assert capfd.readouterr() == ("", "")
    for line, said in (
        ("sh -c 'echo this is why >&2; exit 3'", "failed with exit code 3: this is why"),
        ("no-such-program x", "'no-such-program' cannot be run in"),
    ):
        with pytest.raises(StepFailed, match=said):
            run_shell_script(f"{line}\ntouch not-reached")
    assert not (tmp_path / "not-reached").exists()


def test_outputs_go_from_step_to_step_by_name_and_by_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    outputs: dict[str, object] = {}
    shell = "segue.deployments.steps.utility.run_shell_script"
    left = steps.do(
        [
            {shell: {"id": "first", "script": "echo a", "requires": "segue-docker>=1"}},
            {shell: {"script": "echo {{ first.stdout }} {{ stdout }}b"}},
            {"set_working_directory": {"directory": "sub"}},
            {"segue.deployments.steps.run_shell_script": {"script": "pwd", "requires": ["pytest"]}},
        ],
        tmp_path,
        outputs,
    )
    assert left == tmp_path / "sub"
    assert (outputs["first.stdout"], outputs["stdout"]) == ("a", str(left.resolve()))
    for step, said in (
        ({shell: {"script": "{{ second.stdout }}"}}, "Nothing here is called 'second.stdout'"),
        ({shell: {"script": "true", "requires": ["pytest", "--quiet"]}}, "'--quiet', which is no requirement"),
        ({"pip_install_requirements": {}}, "There is no file .*requirements.txt"),
        ({"os.getpid": {}, "os.getcwd": {}}, "A step has one name"),
        ({"no.such.step": {}}, "The step 'no.such.step' cannot be done here: No module named 'no'"),
    ):
        with pytest.raises(StepFailed, match=said):
            steps.do([step], tmp_path, outputs)


def test_a_step_of_ones_own_is_done_where_the_one_before_led_and_what_follows_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    outputs: dict[str, object] = {}
    go = {"set_working_directory": {"directory": "sub"}}
    steps.do([go, {"tests.integration.deployments.test_steps.place": {}}], tmp_path, outputs)
    assert outputs["place"] == str(tmp_path / "sub")
    assert Path.cwd() == tmp_path


def place() -> dict[str, str]:
    """A step of one's own."""
    return {"place": str(Path.cwd())}


def test_code_is_sent_and_fetched_without_what_is_ignored(tmp_path: Path) -> None:
    code = tmp_path / "code"
    (code / "__pycache__").mkdir(parents=True)
    (code / "flow.py").write_text("x = 1")
    (code / "__pycache__" / "flow.pyc").write_text("")
    (code / ".segueignore").write_text("__pycache__/\n")
    outputs: dict[str, object] = {}
    steps.do([{"push_to_remote_storage": {"url": "memory://bucket/team"}}], code, outputs)
    assert outputs["files"] == 2
    there = steps.pull([{"pull_from_remote_storage": {"url": "memory://bucket/team"}}], tmp_path)
    assert sorted(each.name for each in there.iterdir()) == [".segueignore", "flow.py"]


def test_an_image_is_built_by_a_step_by_the_name_that_users_know(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    program = tmp_path / "bin" / "docker"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\nimport sys\nprint(*sys.argv[1:])\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Dockerfile").touch()
    outputs: dict[str, object] = {}
    home = "segue_docker.deployments.steps"
    build = {
        "id": "built",
        "image_name": "team/flows",
        "tag": "{{ stdout }}",
        "buildargs": {"A": "1"},
        "requires": "segue-docker",
    }
    push = {"image_name": "{{ built.image_name }}", "tag": "{{ built.tag }}"}
    steps.do(
        [{"run_shell_script": {"script": "echo v7", "stream_output": False}}, {f"{home}.build_docker_image": build},
         {f"{home}.push_docker_image": push}],
        tmp_path,
        outputs,
    )  # fmt: skip
    assert outputs["built.image"] == "team/flows:v7"
    said = capfd.readouterr().out.splitlines()
    assert said[0].startswith("build --tag team/flows:v7 --file")
    assert said[0].endswith(f"--build-arg A=1 {tmp_path}")
    assert said[1] == "push team/flows:v7"
    with pytest.raises(ValueError, match="A build has no option 'buildarg'"):
        build_docker_image("x", buildarg={})
