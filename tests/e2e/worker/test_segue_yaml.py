"""`segue init` and `segue deploy`: a project's file, its steps done here and by a worker, and what is said of a wrong one."""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path
from textwrap import dedent

from segue.model.states import Completed, Failed
from segue.wire import operations as op
from segue.wire import queries
from tests.e2e.cli.desk import SEGUE
from tests.e2e.worker.conftest import Yard
from tests.repositories import commit

FLOW = """
    import os
    from segue import flow, get_run_logger

    @flow
    def etl(n: int = 1, region: str = "north"):
        import made
        get_run_logger().info("said %d %s %s %s", n, region, made.WORD, os.environ.get("STAGE"))

    @flow
    def other_flow():
        get_run_logger().info("said other")
"""
PROJECT = """
    name: flows
    build:
    - segue.deployments.steps.run_shell_script:
        id: commit
        script: |
          echo built
          git rev-parse --short HEAD
        stream_output: false
    - counting.count: {id: counted}

    pull:
    - segue.deployments.steps.git_clone:
        id: clone
        repository: REPOSITORY
        branch: "{{ $BRANCH }}"
    - segue.deployments.steps.run_shell_script:
        script: python3 make.py "{{ segue.variables.word }}"
        directory: "{{ clone.directory }}"
    - segue.deployments.steps.set_working_directory:
        directory: "{{ clone.directory }}/sub"

    definitions:
      pools:
        here: &here
          name: here
          work_queue_name: slow
          job_variables: &variables
            env: {STAGE: "{{ segue.variables.stage }}"}

    deployments:
    - name: nightly
      version: "1.10"
      description: built from {{ counted.n }} files
      tags: [a, "{{ $BRANCH }}"]
      entrypoint: flows.py:etl
      parameters: {n: 2}
      concurrency_limit: {limit: 3, collision_strategy: CANCEL_NEW}
      enforce_parameter_schema: false
      work_pool: *here
      schedules:
      - cron: 30 2 * * *
        timezone: Europe/Berlin
        slug: night
        parameters: {region: "{{ segue.variables.region }}"}
        catch_up: latest
      - {interval: 2h, anchor_date: 2026-01-01T00:00, active: false}
      - rrule: FREQ=WEEKLY;BYDAY=MO
      triggers:
      - match: {segue.resource.id: "file.*"}
        expect: [file.arrived]
        parameters: {region: "{{ event.resource.region }}"}
    - name: weekly
      entrypoint: flows.py:other_flow
      pull:
      - set_working_directory: {directory: "FOLDER/sub"}
      work_pool:
        <<: *here
        work_queue_name: fast
"""


def said(yard: Yard, name: str, *words: str) -> str:
    """Run a deployment that must complete, and return what its flow said."""
    made = yard.json("deployment", "run", name, *words)
    assert isinstance(made, dict)
    over = yard.until_over(str(made["id"]))
    lines = [
        each.message
        for each in yard.backend.call(op.LOG_LIST, queries.LogQuery(flow_run_ids=[over.id], limit=200)).items
    ]
    assert isinstance(over.state, Completed), (over.state, lines)
    (line,) = [each for each in lines if each.startswith("said ")]
    return line


class Folder:
    """A project in a repository, deployed from its subfolder."""

    def __init__(self, yard: Yard) -> None:
        self.yard = yard
        self.origin = yard.folder / "origin" / "team"
        self.place = self.origin / "sub"
        makes = "import sys, pathlib; pathlib.Path('sub/made.py').write_text(f'WORD = {sys.argv[1]!r}')"
        commit(self.origin, {"sub/flows.py": dedent(FLOW), "make.py": makes})
        (self.place / "made.py").write_text("WORD = 'not from git'")
        (self.place / "counting.py").write_text("async def count():\n    return {'n': 7}\n")
        text = dedent(PROJECT).replace("REPOSITORY", self.origin.as_uri()).replace("FOLDER", str(self.origin))
        (self.place / "segue.yaml").write_text(text)

    def deploy(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [SEGUE, "deploy", *words], check=False, capture_output=True, text=True, cwd=self.place, env=self.yard.surroundings(),
            timeout=60, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def deployed(self, *words: str) -> str:
        done = self.deploy(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout


def test_a_project_is_deployed_and_run_as_its_file_says(yard: Yard) -> None:
    folder = Folder(yard)
    assert yard.segue("work-pool", "create", "here", "--type", "process").returncode == 0
    for name, value in (("word", "made there"), ("stage", "test"), ("region", "west")):
        assert yard.segue("variable", "set", name, value).returncode == 0
    yard.worker()
    yard.more = {"BRANCH": "main", "PYTHONPATH": str(folder.place)}
    printed = folder.deployed("--all")
    assert "Deployed etl/nightly to work pool here.\nDeployed other-flow/weekly to work pool here.\n" in printed
    is_as_written(yard, folder)
    assert said(yard, "etl/nightly") == "said 2 north made there test"
    assert said(yard, "other-flow/weekly") == "said other"

    # One of them, by a pattern, with more said at the command line.
    folder.deployed(
        "-n", "etl/n*", "--param", "n=5", "--job-variable", 'env={"STAGE": "live"}', "--cron", "@daily", "-t", "b"
    )
    assert len(yard.items("deployment", "schedule", "ls", "etl/nightly")) == 1
    assert said(yard, "etl/nightly") == "said 5 north made there live"
    # A variable that is not there is the run's to say.
    assert yard.segue("variable", "unset", "word").returncode == 0
    made = yard.json("deployment", "run", "etl/nightly")
    assert isinstance(made, dict)
    lost = yard.until_over(str(made["id"])).state
    assert isinstance(lost, Failed)
    assert "There is no variable 'word'" in (lost.message or "")

    for said_of in ([], ["--all"], ["-n", "new"]):
        done = yard.segue("deploy", *said_of)
        assert (done.returncode, done.stderr.startswith("Error: There is no segue.yaml here.\n")) == (2, True), (
            done.stderr
        )
        assert "`segue init` writes one" in done.stderr
    for words, code, part in WRONG:
        done = folder.deploy(*words)
        assert (done.returncode, part in done.stderr) == (code, True), (words, done.stderr, done.returncode)
    folder.deployed("flows.py:etl", "-n", "new", "--pool", "here", "--version-type", "vcs:git")
    assert len(str(yard.json("deployment", "inspect", "etl/new")["version"])) == 8  # type: ignore[index]  # a mapping
    del yard.more["BRANCH"]
    done = folder.deploy("-n", "nightly")
    assert done.returncode == 2
    assert "segue.yaml:35: deployments[0].tags[1]: the environment variable BRANCH is not set." in done.stderr


WRONG = (
    ((), 2, "Which of them? Say --name NAME, or --all:\n  etl/nightly\n  other_flow/weekly"),
    (("-n", "nightli"), 1, "no deployment of the file fits 'nightli'. It has etl/nightly, other_flow/weekly."),
    (("--all", "--cron", "@daily"), 2, "Options describe one deployment, and 2 are meant (schedules)"),
    (("flows.py:etl", "-n", "new", "--timezone", "UTC"), 2, "say --cron, --interval or --rrule"),
    (("flows.py:etl", "-n", "new"), 2, "To deploy it, say its work pool (--pool POOL"),
    (("flows.py:etl", "-n", "new", "--pool", "there"), 2, "there is no work pool 'there'"),
    (("flows.py:etl", "-n", "new", "--pool", "here", "--cron", "60 * * * *"), 2, "schedules[0]"),
    (("flows.py:none", "-n", "new", "--pool", "here"), 2, "There is no flow 'none'"),
    (("--segue-file", "none.yaml", "--all"), 2, "none.yaml cannot be read: No such file or directory."),
)


def is_as_written(yard: Yard, folder: Folder) -> None:
    """See that what is recorded of a deployment is what its file says."""
    found = yard.json("deployment", "inspect", "etl/nightly")
    assert isinstance(found, dict)
    step, shell, place = found["pull_steps"]
    assert step["segue.deployments.steps.git_clone"] == {
        "id": "clone", "repository": folder.origin.as_uri(), "branch": "main",
    }  # fmt: skip
    assert shell["segue.deployments.steps.run_shell_script"]["script"].endswith('"{{ segue.variables.word }}"')
    assert place["segue.deployments.steps.set_working_directory"] == {"directory": "{{ clone.directory }}/sub"}
    assert found["job_variables"] == {"env": {"STAGE": "{{ segue.variables.stage }}"}}
    facts = ("version", "description", "tags", "parameters", "concurrency_limit", "work_queue_name", "entrypoint")
    assert [found[each] for each in facts] == [
        "1.10", "built from 7 files", ["a", "main"], {"n": 2}, 3, "slow", "flows.py:etl",
    ]  # fmt: skip
    assert found["concurrency_options"]["collision_strategy"] == "CANCEL_NEW"
    assert found["enforce_parameter_schema"] is False
    schedules = yard.items("deployment", "schedule", "ls", "etl/nightly")
    assert {(each["slug"], each["active"]) for each in schedules} == {("night", True), (None, False), (None, True)}
    assert [each["parameters"] for each in schedules if each["slug"]] == [{"region": "west"}]
    (automation,) = yard.items("automation", "ls")
    assert automation["name"] == "etl/nightly__automation_1"


def at_a_terminal(yard: Yard, folder: Path, answers: str, *words: str) -> str:
    """Type a command of ours at a terminal, with answers to what it asks; returns what stood there."""
    mine, its = pty.openpty()
    process = subprocess.Popen([SEGUE, *words], cwd=folder, env=yard.surroundings(), stdin=its, stdout=its, stderr=its)
    os.close(its)
    os.write(mine, answers.encode())
    shown = b""
    try:
        while chunk := os.read(mine, 4096):
            shown += chunk
    except OSError:
        # The other end is closed.
        pass
    os.close(mine)
    assert process.wait(30) == 0, shown.decode()
    return shown.decode().replace("\r\n", "\n")


def test_a_project_is_begun_and_a_person_is_asked(yard: Yard) -> None:
    folder = yard.folder / "project"
    folder.mkdir()
    (folder / "flows.py").write_text(dedent(FLOW))
    # Files that people write are looked through; no program of theirs is run.
    (folder / "program.py").write_text("raise SystemExit('this was run')")
    assert yard.segue("work-pool", "create", "here", "--type", "process").returncode == 0
    assert yard.segue("work-pool", "create", "there", "--type", "process").returncode == 0
    shown = at_a_terminal(yard, folder, "2\nasked\n1\n0 6 * * *\ny\n", "deploy")
    assert "1  flows.py:etl\n  2  flows.py:other_flow\n" in shown
    assert "Deployed other-flow/asked to work pool here." in shown
    assert "Saved in segue.yaml." in shown
    shown = at_a_terminal(yard, folder, "there\n\ny\n", "deploy", "flows.py:etl", "-n", "second", "-p", "there")
    assert "Deployed etl/second to work pool there." in shown
    text = (folder / "segue.yaml").read_text()
    assert text.count("- name:") == 2
    shown = at_a_terminal(yard, folder, "2\n", "deploy")
    assert "Deployed etl/second to work pool there." in shown
    assert (folder / "segue.yaml").read_text() == text

    def init(*words: str) -> tuple[int, str]:
        done = subprocess.run(
            [SEGUE, "init", *words], check=False, capture_output=True, text=True, cwd=folder, env=yard.surroundings(),
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    assert init() == (4, "Error: There is a segue.yaml already; it stays as it is.\n")
    for recipe, field, part in (
        ("local", "", f"directory: {folder}"),
        ("git", "repository=https://example.org/flows.git", "repository: https://example.org/flows.git"),
        ("docker", "image_name=team/flows", 'image: "{{ build_image.image }}"'),
        ("s3", "bucket=code", "--field folder=..."),
        ("sss", "", "there is no recipe 'sss'; there are local, git, docker"),
        ("git", "repositori=x", "recipe 'git' has no 'repositori'; it has repository, branch"),
    ):
        (folder / "segue.yaml").unlink(missing_ok=True)
        code, words = init("--recipe", recipe, *(("--field", field) if field else ()))
        written = (folder / "segue.yaml").read_text() if code == 0 else ""
        assert part in words + written
        assert code == (0 if written else 2)
    assert ".venv/" in (folder / ".segueignore").read_text()
    # What a folder was cloned with is not written down: a token of CI stands in its origin's address.
    origin = "https://ci:t0ken@example.org:8443/team/flows.git"
    subprocess.run(["git", "init", "--quiet"], check=True, cwd=folder)
    subprocess.run(["git", "remote", "add", "origin", origin], check=True, cwd=folder)
    (folder / "segue.yaml").unlink(missing_ok=True)
    assert init("--recipe", "git")[0] == 0
    assert "repository: https://example.org:8443/team/flows.git\n" in (folder / "segue.yaml").read_text()
    (folder / "segue.yaml").unlink(missing_ok=True)
    (folder / "prefect.yaml").touch()
    done = subprocess.run(
        [SEGUE, "deploy", "--all"], check=False, capture_output=True, text=True, cwd=folder, env=yard.surroundings(),
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert "sed 's/prefect/segue/g' prefect.yaml > segue.yaml" in done.stderr
